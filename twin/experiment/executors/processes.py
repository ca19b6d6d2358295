"""Worker processes that share one list of items; one that is killed loses nothing but the item it was at.

On Linux they are forked from this process once everything is read that they share, so that they begin at once and
share its memory. No thread of ours runs by then, and those of NumPy and Arrow make themselves anew after a fork.
Elsewhere they are spawned, and read it themselves.
"""

from __future__ import annotations

import gc
import math
import os
import signal
import sys
import threading
import time
import traceback
import warnings
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

from twin.core.collector import collecting_seldom
from twin.core.errors import ResultsError
from twin.experiment.executors import MOST_DEATHS, Tell
from twin.experiment.interrupts import interrupts_kept
from twin.experiment.memory import give_back_memory

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

Item = TypeVar("Item")
ItemIn = TypeVar("ItemIn", contravariant=True)


LAST: Final = 4
"""So many items for each worker are the last ones."""


class Work(Protocol[ItemIn]):
    """What is done with each item."""

    def prepare(self) -> None:
        """Make ready what all items share."""

    def do(self, item: ItemIn, /) -> None:
        """Do one item."""

    def name_of(self, item: ItemIn, /) -> str:
        """Return how an error calls an item; those whose names are alike up to a stroke take about as long."""


def do_all(
    work: Work[Item], items: Sequence[Item], processes: int, done: Callable[[Item], None], tell: Tell = lambda *_: None
) -> None:
    """Do every item, in this process or in so many others.

    Parameters
    ----------
    done
        Called in this process after each item.
    tell
        Takes what a user should read: that a worker was killed.

    Raises
    ------
    ResultsError
        When workers were killed at one item again and again; whatever else `Work.do` raises is raised here.
    """
    if not items:
        return
    if min(processes, len(items)) > 1:
        with interrupts_kept() as raise_if_lost, _settled(work if _forks() else None):
            _Crew(work, items, tell).do(min(processes, len(items)), done, raise_if_lost)
        return
    with interrupts_kept() as raise_if_lost, _settled(work):
        for item in items:
            work.do(item)
            raise_if_lost()
            done(item)


def _forks() -> bool:
    return sys.platform == "linux"


@contextmanager
def _settled(work: Work[Any] | None) -> Iterator[None]:
    """Make ready what all items share, and keep the collector off it: it is collected after each of them.

    It would otherwise go through all of it each time, and write to every page that forked workers share, and so copy
    it.
    """
    with collecting_seldom():  # which workers that are forked inherit
        if work is not None:
            work.prepare()
            give_back_memory()  # what making ready needed, so that no worker inherits it
            gc.freeze()
        try:
            yield
        finally:
            gc.unfreeze()


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    place: int | None = None  # of the item that it is at
    since_s: float = 0.0


class _Crew(Generic[Item]):
    """The workers of one call of `do_all`."""

    def __init__(self, work: Work[Item], items: Sequence[Item], tell: Tell) -> None:
        self._work, self._items, self._tell = work, items, tell
        self._waiting = deque(range(len(items)))
        self._deaths: Counter[int] = Counter()
        self._workers: list[_Worker] = []
        self._took_s: dict[str, float] = {}  # the last item of a kind

    def do(self, processes: int, done: Callable[[Item], None], raise_if_lost: Callable[[], None]) -> None:
        """Do all items; when something goes wrong the workers are ended at once."""
        try:
            while self._waiting or any(worker.place is not None for worker in self._workers):
                self._hire(processes)
                for worker in self._heard():
                    place = self._answer(worker)
                    if place is not None:
                        done(self._items[place])
                raise_if_lost()
            for worker in self._workers:
                worker.pipe.send(None)
        except BaseException:
            for worker in self._workers:
                worker.process.terminate()
            raise
        finally:
            for worker in self._workers:
                worker.process.join()
                worker.pipe.close()

    def _hire(self, processes: int) -> None:
        """Give each free worker an item, and start as many as are lacking."""
        free = [worker for worker in self._workers if worker.place is None]
        lacking = min(processes - len(self._workers), len(self._waiting) - len(free))
        if lacking > 0:
            with _interrupts_later():
                free += [self._start() for _ in range(lacking)]
        for worker in free:
            if self._waiting:
                worker.place, worker.since_s = self._take(processes), time.perf_counter()
                with suppress(BrokenPipeError, ConnectionResetError):  # it is dead, which is heard of in a moment
                    worker.pipe.send(worker.place)

    def _take(self, processes: int) -> int:
        """Take an item off the queue: in their order, but of the last what takes longest, so that all end together.

        The rest of a long item is else what all other workers wait for (Graham 1969, "Bounds on multiprocessing timing
        anomalies", SIAM Journal on Applied Mathematics 17).
        """
        if len(self._waiting) > LAST * processes:
            return self._waiting.popleft()
        chosen = max(self._waiting, key=lambda place: self._took_s.get(self._kind(place), math.inf))
        self._waiting.remove(chosen)
        return chosen

    def _kind(self, place: int) -> str:
        return self._work.name_of(self._items[place]).partition("/")[0]

    def _start(self) -> _Worker:
        context: Any = get_context("fork" if _forks() else "spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_be_a_worker, args=(self._work, self._items, theirs))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 on fork beside threads: see above
            process.start()
        theirs.close()  # so that the worker's end is closed when it dies
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _heard(self) -> list[_Worker]:
        """Wait until workers have something to say, or have died."""
        ready = connection.wait([worker.pipe for worker in self._workers])
        return [worker for worker in self._workers if worker.pipe in ready]

    def _answer(self, worker: _Worker) -> int | None:
        """Hear a worker; return the place of the item that it has done, None where it has died."""
        try:
            error: BaseException | None = worker.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return None
        if error is not None:
            raise error
        place, worker.place = worker.place, None
        if place is not None:
            self._took_s[self._kind(place)] = time.perf_counter() - worker.since_s
        return place

    def _bury(self, worker: _Worker) -> None:
        """Put the item of a dead worker first in the queue again."""
        worker.process.join()
        worker.pipe.close()
        self._workers.remove(worker)
        if worker.place is None:
            return
        name = self._work.name_of(self._items[worker.place])
        self._deaths[worker.place] += 1
        if self._deaths[worker.place] >= MOST_DEATHS:
            raise ResultsError(
                "{name}: {count} worker processes were killed there (out of memory?); run this again with "
                "fewer --jobs: finished replications are kept (by twin run: with --resume)",
                name=name, count=MOST_DEATHS,
            )  # fmt: skip
        self._waiting.appendleft(worker.place)
        self._tell("{name}: a worker process was killed (out of memory?); it is run again", {"name": name})


@contextmanager
def _interrupts_later() -> Iterator[None]:
    """Hold Ctrl-C back while workers are started, which would die of it with a traceback each; it comes right after."""
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, frame: came.append(number))  # for other threads' sake
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # workers inherit it
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
    if came and callable(handler):
        handler(signal.SIGINT, None)


# -- in a worker -------------------------------------------------------------------------------------------------------


def _be_a_worker(work: Work[Item], items: Sequence[Item], pipe: Connection) -> None:
    """Do the items whose places come, until None comes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if not _forks():
        work.prepare()
    with collecting_seldom(), suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the parent is no more
        while (place := pipe.recv()) is not None:
            pipe.send(_error_of(work, items[place]))


def _error_of(work: Work[Item], item: Item) -> BaseException | None:
    """Do an item; return what was raised."""
    try:
        work.do(item)
    except BaseException as error:
        return _carried(error)
    return None


def _end_with_parent() -> None:
    """End this worker when the parent is killed; it would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _carried(error: BaseException) -> BaseException:
    """Return an error as it can cross process borders, with a note of where it was raised."""
    import pickle

    where = "".join(traceback.format_exception(error))
    error.add_note(f"in a worker process:\n{where}")
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # a library's error may be made in any way
        return RuntimeError(where)
    return error
