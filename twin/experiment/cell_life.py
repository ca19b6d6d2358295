"""One job lived: builds the twin, lets it live, puts what came of it into the store."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from twin.experiment.cell_store import MEASURED
from twin.experiment.files import folder_beside, told_if_unwritable
from twin.experiment.memory import forget_peak, peak_mb
from twin.experiment.tasks import Task, live_task

if TYPE_CHECKING:
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
    with told_if_unwritable(store.root):
        if not with_events:
            store.put(job, _live(workshop, job, Recorder(packed=True)))
            return
        with folder_beside(store.events_folder(job)) as folder:
            result = _live(workshop, job, Recorder(folder))
        store.put(job, result)


def _live(workshop: Workshop, job: Job, recorder: Recorder) -> dict[str, Any]:
    """Live a job; return its result (see `CellStore.result`)."""
    forget_peak()
    begun, used = time.perf_counter(), time.process_time()
    lived = live_task(workshop, Task(job.replication, 0), recorder)
    return {
        "replication": job.replication,
        "kpis": {row.name: {"value": row.value, "unit": row.unit, "count": row.count} for row in lived.kpis},
        **lived.told,
        MEASURED: {
            "seconds": round(time.perf_counter() - begun, 4),
            "processor_s": round(time.process_time() - used, 4),
            "peak_mb": peak_mb(),
            "decisions": lived.times,
        },
    }
