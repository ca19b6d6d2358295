"""Lives jobs on the machines of a Dask cluster, which read and write the same folder as this one.

Only the store's path, a cell's id and the number of a replication travel; what a cell is lies in the store. A worker
that would live it otherwise (other code, another map) refuses. A job of a worker that was lost is lived by another one.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from twin.core.collector import collecting_seldom
from twin.core.errors import ResultsError
from twin.experiment.cell_store import CellStore
from twin.experiment.cells import Cell, Job
from twin.experiment.workshops import Workshops, by_city

if TYPE_CHECKING:
    from twin.experiment.executors import Done, Tell

JOBS_A_THREAD: Final = 3
"""So many jobs a worker's thread are with the scheduler at a time: it need not know all, and nobody waits for it."""
_LOOK_EVERY_S: Final = 2.0
_GRACE_S: Final = 2.0
_FOLDER_LAG_S: Final = 30.0
"""A shared folder may show a new file some seconds late."""


@dataclass(frozen=True, slots=True)
class ClusterExecutor:
    """The workers of a Dask scheduler.

    Attributes
    ----------
    address
        Where the scheduler listens, as ``tcp://10.0.0.1:8786``.
    patience_s
        How long the cluster may have no worker before it is given up.
    connect_s
        How long the scheduler may take to answer at first.
    """

    address: str
    patience_s: float = 60.0
    connect_s: float = 10.0

    def run(self, jobs: Sequence[Job], store: CellStore, done: Done, tell: Tell, *, with_events: bool = False) -> None:
        """Live every job and put its result into the store; see `Executor.run`."""
        client = self._connect()
        with _unlogged():
            try:
                with client.as_current():
                    _Shift(self, client, store, done, with_events).live(jobs)
            finally:
                client.close()

    def _connect(self) -> Any:
        distributed = _distributed()
        gc.collect()  # a client that is gone ends its thread now: while another's begins, both wait for one lock
        problem = _why_no_answer(self.address, self.connect_s)
        if problem is None:
            try:
                return distributed.Client(self.address, set_as_default=False, timeout=self.connect_s)
            except (OSError, ValueError) as error:
                problem = str(error).strip() or type(error).__name__
        raise ResultsError(
            "--cluster {address}: no scheduler answers there ({problem}); start one with dask scheduler, and give "
            "the address that it prints",
            address=self.address, problem=problem,
        )  # fmt: skip


@contextmanager
def _unlogged() -> Iterator[None]:
    """Keep Dask's client from logging tracebacks of a scheduler that is gone, which is told in a sentence."""
    log = logging.getLogger("distributed.client")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)


def _distributed() -> Any:
    """Import the library, which is an extra."""
    try:
        return import_module("distributed")
    except ImportError:
        raise ResultsError(
            "--cluster needs dask.distributed; install the extra: pip install 'zhengzhou-twin[cluster]'"
        ) from None


def _why_no_answer(address: str, timeout_s: float) -> str | None:
    """Return why nobody of Dask answers at an address; None where somebody does.

    A client that finds nobody tells so by a traceback when it is forgotten, 20 s later; and at the port of another
    program, as of the scheduler's own page, it waits for ever. So one who may be left behind asks first.
    """
    connect, security = import_module("distributed.comm").connect, import_module("distributed.security").Security()
    found: list[str | None] = []

    async def ask() -> None:
        comm = await connect(address, timeout=timeout_s, **security.get_connection_args("client"))
        await comm.close()

    def note() -> None:
        try:
            asyncio.run(ask())
            found.append(None)
        except Exception as error:  # whatever a stranger's answer makes of Dask's reading
            found.append(str(error).strip() or type(error).__name__)

    asking = threading.Thread(target=note, daemon=True)
    asking.start()
    asking.join(timeout_s + _GRACE_S)
    return found[0] if found else "what listens there is no scheduler"


class _Shift:
    """The jobs of one call that are with the cluster."""

    def __init__(self, cluster: ClusterExecutor, client: Any, store: CellStore, done: Done, with_events: bool) -> None:
        self._cluster, self._client, self._store = cluster, client, store
        self._done, self._with_events = done, with_events
        self._pending: dict[Any, Job] = {}
        self._threads, self._looked, self._alone_s = 0, time.monotonic(), 0.0

    def live(self, jobs: Sequence[Job]) -> None:
        """Live all jobs, a few of which are with the scheduler at a time."""
        waiting = deque(job for of_one_city in by_city(jobs) for job in of_one_city)
        while waiting or self._pending:
            with self._told_when_gone():
                if not self._threads or time.monotonic() - self._looked > _LOOK_EVERY_S:
                    self._look()
                room = JOBS_A_THREAD * max(1, self._threads) - len(self._pending)
                for _ in range(min(room, len(waiting))):
                    self._hand_in(waiting.popleft())
                finished = self._wait()
            for future in finished:
                self._take(future, self._pending.pop(future))

    def _wait(self) -> list[Any]:
        """Wait until jobs are done, for a while; return them."""
        try:
            found = _distributed().wait(list(self._pending), timeout=_LOOK_EVERY_S, return_when="FIRST_COMPLETED")
        except TimeoutError:
            return []
        return list(found.done)

    @contextmanager
    def _told_when_gone(self) -> Iterator[None]:
        """Say that the cluster is gone, whatever a broken connection raises; no job's own error comes up in here."""
        try:
            yield
        except ResultsError:
            raise
        except (Exception, asyncio.CancelledError) as error:
            raise ResultsError(
                "--cluster {address}: went away ({problem}); finished replications are kept: run this again when it is "
                "back",
                address=self._cluster.address, problem=type(error).__name__,
            ) from None  # fmt: skip

    def _look(self) -> None:
        """See how many threads the workers have; raises when nobody has been there for too long."""
        self._threads = sum(self._client.nthreads().values())
        now = time.monotonic()
        since_s, self._looked = min(now - self._looked, 2 * _LOOK_EVERY_S), now  # we may have been suspended
        self._alone_s = 0.0 if self._threads else self._alone_s + since_s
        if self._alone_s > self._cluster.patience_s:
            raise ResultsError(
                "--cluster {address}: has had no worker for {seconds:.0f} s; start some with dask worker {address}, "
                "and run this again: finished replications are kept",
                address=self._cluster.address, seconds=self._cluster.patience_s,
            )  # fmt: skip

    def _hand_in(self, job: Job) -> None:
        root, cell = str(self._store.root.resolve()), job.cell.id
        key = f"{cell}-{job.replication:04d}-{time.monotonic_ns()}"
        future = self._client.submit(
            live_there, root, cell, job.replication, self._with_events, key=key, pure=False
        )  # fmt: skip
        self._pending[future] = job

    def _take(self, future: Any, job: Job) -> None:
        """Take what came of a job."""
        with self._told_when_gone():
            error = future.exception()
        if isinstance(error, _distributed().KilledWorker):
            raise ResultsError(
                "{name}: {count} worker processes were killed there (out of memory?); give each worker more memory or "
                "fewer threads, and run this again: finished replications are kept",
                name=f"{job.cell.brain}/{job.replication:04d}", count=error.allowed_failures + 1,
            )  # fmt: skip
        if error is not None:
            raise error
        self._wait_for_file(job)
        self._done(job)

    def _wait_for_file(self, job: Job) -> None:
        begun = time.monotonic()
        while not self._store.path(job).is_file():
            if time.monotonic() - begun > _FOLDER_LAG_S:
                raise ResultsError(
                    "{path}: a worker has written this, but it is not to be seen here; let --reports be a folder that "
                    "all machines share under one path",
                    path=str(self._store.path(job)),
                )  # fmt: skip
            time.sleep(0.1)


# -- in a worker -------------------------------------------------------------------------------------------------------

_one_at_a_time = threading.Lock()


def live_there(root: str, cell_id: str, replication: int, with_events: bool) -> None:
    """Live a job of a described cell in this process; a worker with several threads lives one job at a time."""
    from twin.experiment.cell_life import live_job

    with _one_at_a_time, collecting_seldom():
        live_job(_workshops(), Job(_cell(root, cell_id), replication), CellStore(Path(root)), with_events=with_events)


@lru_cache(maxsize=256)
def _cell(root: str, cell_id: str) -> Cell:
    """Return a described cell; what its days share is made ready, and the collector kept off it.

    It would else go through the city, and all that Dask holds, after each day: as long again as a day of 120 takes.
    """
    from twin.experiment.memory import give_back_memory

    cell = CellStore(Path(root)).read_cell(cell_id)
    _workshops().of(cell.scenario).prepare()
    gc.unfreeze()  # what an earlier cell has left
    give_back_memory()
    gc.freeze()
    return cell


@cache
def _workshops() -> Workshops:
    from twin.experiment.memory import give_back_large_arrays

    give_back_large_arrays()
    return Workshops()
