"""One seed gives one result, to the last bit: whatever the number of processes, whichever run, on every Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.commands import ROOT, call, only_run, results_of, town_traffic, write_scenario

OTHER_PYTHON = "TWIN_OTHER_PYTHON"
"""Names another Python interpreter (of another version) with the project's dependencies; .ci/run sets it."""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Path:
    """A scenario with everything that could disturb the order of things: failures, closures, shares, a warm-up."""
    more = """
warm_up_h: 0.5
brains:
  - traditional
  - city_brain
  - {name: half, extends: city_brain, connections: {one_tap_location: {share: 0.5}}}
domains: [emergency, traffic]
"""
    more += (
        town_traffic(2000)
        + """\
  signals: plans
  step_s: 30
events:
  - {at: "08:20", until: "08:40", connection_fails: live_traffic}
  - {at: "08:30", road_closes: Main Street}
  - {at: "08:10", until: "08:50", hospital_closes: other}
"""
    )
    path = write_scenario(tmp_path_factory.mktemp("scenario"), small_map_folder)
    text = path.read_text(encoding="utf-8").replace("warm_up_h: 0\n", "")
    path.write_text(text + more, encoding="utf-8")
    return path


def run_of(scenario: Path, reports: Path, *words: str, **options: object) -> Path:
    """Run in a process of its own, with a hash seed of its own, and return the run's folder."""
    done = call(scenario, *words, "--no-report", "--reports", reports, **options)
    assert done.returncode == 0, done.stderr
    return only_run(reports)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, scenario: Path) -> Path:
    return run_of(scenario, tmp_path_factory.mktemp("reports"), "--jobs", "1")


def tables_of(run: Path, brain: str, replication: int) -> dict[str, str]:
    path = run / "events" / brain / f"{replication:04d}" / "replication.json"
    tables: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["tables"]
    return tables


def test_a_second_run_gives_the_same_bytes(run, scenario, tmp_path):
    again = run_of(scenario, tmp_path, "--jobs", "1")
    assert again.name == run.name
    assert results_of(again) == results_of(run)


@pytest.mark.parametrize("jobs", [pytest.param("2", marks=pytest.mark.long), "3"])
def test_the_number_of_processes_does_not_matter(jobs, run, scenario, tmp_path):
    parallel = run_of(scenario, tmp_path, "--jobs", jobs)
    assert parallel.name == run.name
    assert results_of(parallel) == results_of(run)


@pytest.mark.parametrize("threads", [pytest.param("2", marks=pytest.mark.long), "3"])
def test_the_number_of_threads_does_not_matter(threads, run, scenario, tmp_path):
    threaded = run_of(scenario, tmp_path, "--jobs", "1", "--threads", threads)
    assert threaded.name == run.name
    assert results_of(threaded) == results_of(run)


@pytest.mark.long
def test_another_python_gives_the_same_bytes(run, scenario, tmp_path):
    """A result that only one version of Python gives could not be checked by others."""
    python = os.environ.get(OTHER_PYTHON)
    if not python:
        pytest.skip(f"{OTHER_PYTHON} names no other Python")
    versions = [
        subprocess.run(
            [program, "-c", "import sys; print(sys.version_info[:2])"], capture_output=True, check=True
        ).stdout
        for program in (python, sys.executable)
    ]
    assert versions[0] != versions[1], f"{OTHER_PYTHON} names the same version"
    other = run_of(scenario, tmp_path, "--jobs", "2", program=(python, str(ROOT / "run_scenario.py")))
    assert results_of(other) == results_of(run)


def test_every_brain_meets_the_same_day(run):
    """Otherwise the difference between two brains would be partly chance."""
    for replication in range(2):
        days = [tables_of(run, brain, replication) for brain in ("traditional", "city_brain", "half")]
        assert days[0] == days[1] == days[2]
        assert set(days[0]) >= {"emergency.calls", "roads.district_deviation", "roads.corridor_deviation"}


def test_every_day_and_every_seed_is_another(run, scenario, tmp_path):
    """Replications that were the same day would make every interval too narrow."""
    other = run_of(scenario, tmp_path, "seed=8", "--jobs", "1")
    assert other.name != run.name
    days = [tables_of(folder, "traditional", replication) for folder in (run, other) for replication in range(2)]
    for table in ("emergency.calls", "roads.district_deviation"):
        assert len({day[table] for day in days}) == len(days)
    assert results_of(other)["kpis.csv"] != results_of(run)["kpis.csv"]


def test_a_day_does_not_depend_on_how_many_there_are(run, scenario, tmp_path):
    """Replication 1 of 2 and of 3 is the same day, so that a planner may add days to what he has."""
    longer = run_of(scenario, tmp_path, "--reps", "3", "--jobs", "2")
    mine, more = results_of(run), results_of(longer)
    shared = [name for name in mine if name.startswith("events/")]
    assert shared
    assert {name: more[name] for name in shared} == {name: mine[name] for name in shared}
