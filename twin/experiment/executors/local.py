"""Lives jobs in processes of this machine, which share the city."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twin.experiment.cell_life import live_job
from twin.experiment.executors.processes import do_all
from twin.experiment.workshops import Workshops, by_city, variant_key

if TYPE_CHECKING:
    from twin.experiment.cell_store import CellStore
    from twin.experiment.cells import Job
    from twin.experiment.executors import Done, Tell
    from twin.scenario.load import Scenario


@dataclass(frozen=True, slots=True)
class LocalExecutor:
    """So many worker processes; 1 lives jobs in this process.

    Jobs of one city (map, supplied tables) share it and are one queue; cities come one by one.

    Attributes
    ----------
    processes
        Number of worker processes.
    threads
        Number of threads that each of them uses; pays where there are fewer jobs than cores.
    """

    processes: int = 1
    threads: int = 1

    def run(self, jobs: Sequence[Job], store: CellStore, done: Done, tell: Tell, *, with_events: bool = False) -> None:
        """Live every job and put its result into the store; see `Executor.run`."""
        for of_one_city in by_city(jobs):
            scenarios = list({variant_key(job.cell.scenario): job.cell.scenario for job in of_one_city}.values())
            work = _CellWork(Workshops(self.threads), scenarios, store, with_events)
            do_all(work, of_one_city, self.processes, done, tell)


@dataclass(frozen=True, slots=True)
class _CellWork:
    """The work of a study: each item is a job, whose result comes into the store."""

    workshops: Workshops
    scenarios: Sequence[Scenario]
    store: CellStore
    with_events: bool

    def prepare(self) -> None:
        for scenario in self.scenarios[::-1]:  # the first is then at hand
            self.workshops.of(scenario).prepare()

    def do(self, job: Job) -> None:
        live_job(self.workshops, job, self.store, with_events=self.with_events)

    def name_of(self, job: Job) -> str:
        return f"{job.cell.brain}/{job.replication:04d}"
