"""Worker processes do every item; one that is killed loses nothing but the item it was at, which is done again."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from twin.core.errors import PolicyError, ResultsError
from twin.experiment.executors import MOST_DEATHS
from twin.experiment.executors.processes import _Crew, do_all

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the work defined here is known to forked workers alone"
)


class UnpicklableError(Exception):
    """An error as some libraries make them: it cannot be built from what it was given."""

    def __init__(self, place: int, reason: str) -> None:
        super().__init__(f"{place}: {reason}")


@dataclass(frozen=True)
class Notes:
    """Writes a line for each item that is begun; some items end badly."""

    folder: Path
    kills: tuple[str, ...] = ()
    """Items that kill their worker each time."""
    kills_once: tuple[str, ...] = ()
    raises: tuple[str, ...] = ()

    def prepare(self) -> None:
        """Count how often all is made ready."""
        self._note("prepared")

    def do(self, item: str) -> None:
        """Note the item and who does it."""
        first = not (self.folder / item).exists()
        self._note(item)
        if item in self.kills or (first and item in self.kills_once):
            os.kill(os.getpid(), signal.SIGKILL)
        if item in self.raises:
            raise UnpicklableError(3, "no idea") if item == "strange" else PolicyError("{who} is wrong", who=item)

    def name_of(self, item: str) -> str:
        """Name an item in an error."""
        return f"item {item}"

    def _note(self, name: str) -> None:
        with (self.folder / name).open("a", encoding="utf-8") as file:
            file.write(f"{os.getpid()}\n")

    def done_by(self, item: str) -> list[int]:
        """Return the processes that have begun an item."""
        path = self.folder / item
        return [int(line) for line in path.read_text(encoding="utf-8").split()] if path.exists() else []


ITEMS = [f"item{number}" for number in range(12)]


@pytest.mark.parametrize("processes", [1, 2, 5, 30])
def test_every_item_is_done_once_by_as_many_processes_as_wanted(processes, tmp_path):
    work, done = Notes(tmp_path), []
    do_all(work, ITEMS, processes, done.append)
    assert sorted(done) == sorted(ITEMS)
    assert all(len(work.done_by(item)) == 1 for item in ITEMS)
    processes_used = {work.done_by(item)[0] for item in ITEMS}
    assert len(processes_used) <= min(processes, len(ITEMS))
    assert (os.getpid() in processes_used) == (processes == 1)
    assert work.done_by("prepared") == [os.getpid()], "what all share is made ready once, before workers are forked"


def test_a_single_item_needs_no_process_and_none_needs_nothing(tmp_path):
    work = Notes(tmp_path)
    do_all(work, [], 4, lambda item: None)
    assert work.done_by("prepared") == []
    do_all(work, ["only"], 4, lambda item: None)
    assert work.done_by("only") == [os.getpid()]


def test_an_item_whose_worker_was_killed_is_done_again_and_the_others_once(tmp_path):
    work, done, told = Notes(tmp_path, kills_once=("item2", "item3", "item11")), [], []
    do_all(work, ITEMS, 2, done.append, lambda sentence, values: told.append(sentence.format(**values)))
    assert sorted(done) == sorted(ITEMS)
    assert {item: len(work.done_by(item)) for item in ITEMS} == {
        item: 2 if item in work.kills_once else 1 for item in ITEMS
    }
    assert sorted(told) == [
        f"item {item}: a worker process was killed (out of memory?); it is run again"
        for item in sorted(work.kills_once)
    ]


def test_an_item_that_kills_its_worker_each_time_is_named(tmp_path):
    work, done = Notes(tmp_path, kills=("item4",)), []
    with pytest.raises(ResultsError, match="item item4: 3 worker processes were killed there"):
        do_all(work, ITEMS, 2, done.append)
    assert len(work.done_by("item4")) == MOST_DEATHS
    assert "item4" not in done


@pytest.mark.parametrize("processes", [1, 2])
def test_an_error_comes_out_as_it_was_raised_and_ends_the_workers(processes, tmp_path):
    work = Notes(tmp_path, raises=("item5",))
    with pytest.raises(PolicyError, match="item5 is wrong"):
        do_all(work, ITEMS, processes, lambda item: None)
    workers = {pid for item in ITEMS for pid in work.done_by(item)} - {os.getpid()}
    for process in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_an_error_that_cannot_cross_processes_is_told_in_words(tmp_path):
    work = Notes(tmp_path, raises=("strange",))
    with pytest.raises(RuntimeError, match="UnpicklableError: 3: no idea"):
        do_all(work, ["strange", *ITEMS], 2, lambda item: None)


def test_of_the_last_items_those_that_take_longest_are_done_first(tmp_path: Path) -> None:
    """So that no worker waits for the rest of a long one; others, and those of unknown kinds, are done in order."""
    items = [f"{kind}/{number}" for number in range(10) for kind in ("short", "long")]
    crew = _Crew(Notes(tmp_path), items, lambda *_: None)
    crew._took_s = {"item short": 0.4, "item long": 0.6}
    taken = [items[crew._take(2)] for _ in items]
    assert taken[:12] == items[:12]
    assert taken[12:] == [item for kind in ("long", "short") for item in items[12:] if item.startswith(kind)]
    crew = _Crew(Notes(tmp_path), items[:5], lambda *_: None)
    crew._took_s = {"item long": 0.6}
    assert [items[crew._take(2)] for _ in range(5)] == ["short/0", "short/1", "short/2", "long/0", "long/1"]
