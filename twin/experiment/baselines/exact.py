"""The exact part of a baseline: the same code gives the same events, to the last bit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from twin.core.errors import ResultsError
from twin.experiment.baselines.fingerprints import Fingerprint, TableDifference, difference, fingerprint_of_file
from twin.experiment.files import scratch
from twin.experiment.provenance import identity

if TYPE_CHECKING:
    from twin.scenario.scenario import Scenario

REPLICATIONS: Final = 2
Progress = Callable[[int, int], None]
Tables = dict[tuple[str, int, str], Fingerprint]
"""Fingerprints by brain, replication and table."""


@dataclass(frozen=True, slots=True)
class RecordedEvents:
    """What ``exact.json`` holds: fingerprints, of which seed, how many replications, and what made them."""

    seed: int
    replications: int
    surroundings: Mapping[str, Any]
    tables: Tables


def read_exact(content: Mapping[str, Any]) -> RecordedEvents:
    """Return what ``exact.json`` holds; raises KeyError, TypeError or ValueError where it is damaged."""
    tables = {
        (brain, int(replication), table): Fingerprint(int(row["rows"]), dict(row["columns"]), str(row["buckets"]))
        for brain, replications in content["tables"].items()
        for replication, each in replications.items()
        for table, row in each.items()
    }
    days = int(content["replications"])
    brains = [brain["name"] for brain in content["scenario"]["brains"]]
    if days < 1 or {key[:2] for key in tables} != {(brain, day) for brain in brains for day in range(days)}:
        raise ValueError("tables are not those of each brain and replication")
    return RecordedEvents(int(content["scenario"]["seed"]), days, dict(content["identity"]), tables)


@dataclass(frozen=True, slots=True)
class ExactCheck:
    """What differs from the recorded events.

    Attributes
    ----------
    differences
        Every table that differs, by brain, replication and table.
    tables
        How many tables were compared.
    code_differs
        What determines a result besides the scenario and is not as it was recorded: ``code``, ``map``, ``libraries``,
        ``policies``, ``supplied``. Where there is any, differences are to be expected.
    """

    differences: Mapping[tuple[str, int, str], TableDifference]
    tables: int
    code_differs: tuple[str, ...]


def record_exact(scenario: Scenario, replications: int, reports: Path, jobs: int, progress: Progress) -> dict[str, Any]:
    """Live the first replications and return what ``exact.json`` keeps of them."""
    nested: dict[str, dict[str, dict[str, Any]]] = {}
    for (brain, replication, table), found in _lived(scenario, replications, reports, jobs, progress).items():
        nested.setdefault(brain, {}).setdefault(str(replication), {})[table] = found.plain()
    return {"replications": replications, "identity": _surroundings(scenario), "tables": nested}


def check_exact(
    scenario: Scenario, recorded: RecordedEvents, reports: Path, jobs: int, progress: Progress
) -> ExactCheck:
    """Live the recorded replications again and count what differs.

    Raises
    ------
    ResultsError
        Where the scenario's seed is not the recorded one.
    """
    if scenario.seed != recorded.seed:
        raise ResultsError(
            "{path}: the exact baseline is of seed {recorded}, the scenario has {seed}; leave the seed as it is, or "
            "check the statistics alone with --statistics",
            path=str(scenario.path), recorded=recorded.seed, seed=scenario.seed,
        )  # fmt: skip
    before, now = recorded.tables, _lived(scenario, recorded.replications, reports, jobs, progress)
    compared = {key: difference(before.get(key), now.get(key)) for key in {**before, **now}}
    surroundings = _surroundings(scenario)
    return ExactCheck(
        {key: found for key, found in sorted(compared.items()) if found is not None},
        len(compared),
        tuple(key for key, value in surroundings.items() if recorded.surroundings.get(key) != value),
    )


def _surroundings(scenario: Scenario) -> dict[str, Any]:
    return {key: value for key, value in identity(scenario).items() if key != "scenario"}


def _lived(scenario: Scenario, replications: int, reports: Path, jobs: int, progress: Progress) -> Tables:
    from twin.experiment.cell_store import CellStore
    from twin.experiment.cells import cells_of, jobs_of
    from twin.experiment.executors.local import LocalExecutor
    from twin.experiment.live import live

    wanted = jobs_of(cells_of(scenario), replications)
    with scratch(reports) as place:
        store = CellStore(place)
        live(wanted, store, LocalExecutor(jobs), progress, with_events=True)
        return {
            (job.cell.brain, job.replication, path.stem): fingerprint_of_file(path)
            for job in wanted
            for path in sorted(store.events_folder(job).glob("*.parquet"))
        }
