"""Lives what is missing. All that compares, attributes, sweeps or tunes asks here, and so can be resumed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count
from typing import TYPE_CHECKING

from twin.experiment.executors import Tell
from twin.experiment.files import told_if_unwritable
from twin.experiment.memory import give_back_large_arrays

if TYPE_CHECKING:
    from twin.experiment.cell_store import CellStore
    from twin.experiment.cells import Job
    from twin.experiment.executors import Executor


def live(
    jobs: Iterable[Job],
    store: CellStore,
    executor: Executor,
    progress: Callable[[int, int], None] = lambda done, of: None,
    tell: Tell = lambda sentence, values: None,
    *,
    with_events: bool = False,
) -> int:
    """Live those jobs whose results are not in the store; return how many that were.

    Parameters
    ----------
    progress
        Called with the number of jobs whose results are there and of all.
    tell
        Takes sentences that a user should read meanwhile, with their values.
    with_events
        Keep the events of each job, too; a job without its events is lived again.

    Raises
    ------
    TwinError
        For anything that the user can mend; what is in the store stays, and the next call goes on from there.
    """
    give_back_large_arrays()
    wanted = list(dict.fromkeys(jobs))
    with told_if_unwritable(store.root):
        missing = store.missing_jobs(wanted, with_events=with_events)
        done = count(len(wanted) - len(missing))
        progress(next(done), len(wanted))
        if not missing:
            return 0
        store.clear_remnants()
        for cell in dict.fromkeys(job.cell for job in missing):
            store.describe(cell)
        executor.run(missing, store, lambda job: progress(next(done), len(wanted)), tell, with_events=with_events)
    return len(missing)
