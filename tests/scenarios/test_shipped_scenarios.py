"""Every shipped scenario runs, scaled down to one day, and leaves whole results."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.experiment.run import RunOptions, run
from twin.experiment.store import Results
from twin.scenario.load import load_scenario

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_shipped_scenario_runs(path: Path, tmp_path: Path) -> None:
    assert "# yaml-language-server: $schema=schema.json" in path.read_text("utf-8").splitlines()[0]
    small = load_scenario(path, ("replications=1",))
    results = Results(run(small, RunOptions(tmp_path)))
    assert set(results.kpis["brain"]) == set(results.brains)
    calls = results.events("emergency.calls")
    assert len(calls) == calls.groupby(["brain", "replication"])["call"].nunique().sum()
    assert set(calls["ending"]) <= {"treated", "advice", "no_patient"}
    tables = [results.summary(brain, 0)["tables"] for brain in results.brains]
    assert all(other == tables[0] for other in tables)
