"""One job lived: builds the twin, lets it live, puts what came of it into the store."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from twin.core.errors import ResultsError
from twin.experiment.cell_store import MEASURED
from twin.experiment.files import beside, remove
from twin.experiment.memory import forget_peak, give_back_memory, peak_mb
from twin.experiment.tasks import Task, compute_kpis, live_twin

if TYPE_CHECKING:
    from pathlib import Path

    from twin.core.recorder import Recorder
    from twin.experiment.cell_store import CellStore
    from twin.experiment.cells import Job
    from twin.experiment.tasks import Workshop
    from twin.experiment.workshops import Workshops


def live_job(workshops: Workshops, job: Job, store: CellStore, *, with_events: bool = False) -> None:
    """Live a job unless its result is there; it appears in the store whole or not at all.

    Who lived a job may have been lost after he had stored it; then it comes again.

    Raises
    ------
    ResultsError
        When it cannot be written.
    """
    from twin.core.recorder import Recorder

    if store.has(job, with_events=with_events):
        return
    workshop = workshops.of(job.cell.scenario)
    try:
        if not with_events:
            store.put(job, _live(workshop, job, Recorder(packed=True)))
            return
        with _folder_beside(store.events_folder(job)) as folder:
            result = _live(workshop, job, Recorder(folder))
        store.put(job, result)
    except OSError as error:
        raise ResultsError(
            "{path}: results cannot be written ({problem}); make room, or choose another place with --reports",
            path=str(store.root),
            problem=error.strerror or str(error),
        ) from None


@contextmanager
def _folder_beside(final: Path) -> Iterator[Path]:
    """Offer a folder that becomes ``final`` when all has gone well."""
    temporary = beside(final)
    remove(temporary)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        remove(final)
        temporary.replace(final)
    finally:
        remove(temporary)


def _live(workshop: Workshop, job: Job, recorder: Recorder) -> dict[str, Any]:
    """Live a job; return its result (see `CellStore.result`)."""
    forget_peak()
    begun, used = time.perf_counter(), time.process_time()
    try:
        twin = workshop.twin(Task(job.replication, 0), recorder)
        lived = live_twin(twin)
        times = {name: asdict(asked) for name, asked in sorted(twin.brain.times.items())}
        del twin
        give_back_memory()  # the twin is gone but for its cycles: its tables and roads make room for the KPIs
        kpis = {
            row.name: {"value": row.value, "unit": row.unit, "count": row.count}
            for row in compute_kpis(workshop.scenario, recorder.stored())
        }
    finally:
        recorder.abandon()
    return {
        "replication": job.replication,
        "kpis": kpis,
        "events": recorder.fingerprints(),
        **lived,
        MEASURED: {
            "seconds": round(time.perf_counter() - begun, 4),
            "processor_s": round(time.process_time() - used, 4),
            "peak_mb": peak_mb(),
            "decisions": times,
        },
    }
