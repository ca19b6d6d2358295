"""Who lives jobs: processes of this machine, or a cluster. Whoever does, the results are the same to the last bit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from twin.experiment.cell_store import CellStore
    from twin.experiment.cells import Job

MOST_DEATHS = 3
"""A job during which so many workers were killed is not tried again."""

Done = Callable[["Job"], None]
Tell = Callable[[str, dict[str, object]], None]
"""Takes a sentence and its values that a user should read now, as that a worker was killed."""


class Executor(Protocol):
    """Lives jobs, each in a process that lives one at a time."""

    def run(self, jobs: Sequence[Job], store: CellStore, done: Done, tell: Tell, *, with_events: bool = False) -> None:
        """Live every job and put its result into the store.

        Parameters
        ----------
        done
            Called in the caller's process when a job's result is in the store.
        with_events
            Keep the events of each job, too.

        Raises
        ------
        TwinError
            For the first job that cannot be lived; results that are in the store stay there.
        """
