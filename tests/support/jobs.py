"""Jobs of a study that tests live, and what of their results must be equal to the last bit."""

from __future__ import annotations

from pathlib import Path

from twin.experiment.cell_store import MEASURED, CellStore
from twin.experiment.cells import Job
from twin.experiment.executors.local import LocalExecutor
from twin.experiment.live import live


def bits_of(store: CellStore, jobs: list[Job]) -> list[dict[str, object]]:
    """Return the results of jobs without what was measured."""
    results = [store.result(job) for job in jobs]
    return [{key: value for key, value in result.items() if key != MEASURED} for result in results]


def lived_undisturbed(folder: Path, jobs: list[Job]) -> list[dict[str, object]]:
    """Return the results of jobs that one process has lived and nobody has killed."""
    store = CellStore(folder)
    live(jobs, store, LocalExecutor(1))
    return bits_of(store, jobs)
