"""Two processes at one run: one lives it, the other is told so, and neither spoils what the other has written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from twin.experiment import run
from twin.experiment.run import RunningError

RACE = """\
import os, sys, time
from pathlib import Path
from twin.core.errors import TwinError
from twin.experiment.run import _take
folder = Path(sys.argv[1])
print("ready", flush=True)
for number in range(40):
    sys.stdin.readline()
    try:
        _take(folder / f"{number}.pid")
        print("mine", flush=True)
    except TwinError:
        print("another's", flush=True)
"""


def test_of_many_who_begin_at_once_one_has_the_lock(tmp_path: Path) -> None:
    words = [sys.executable, "-c", RACE, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    racers = [subprocess.Popen(words, text=True, bufsize=1, **pipes) for _ in range(3)]  # type: ignore[call-overload]
    try:
        assert [racer.stdout.readline().strip() for racer in racers] == ["ready"] * 3
        for _ in range(40):
            for racer in racers:
                racer.stdin.write("\n")
            answers = sorted(racer.stdout.readline().strip() for racer in racers)
            assert answers == ["another's", "another's", "mine"]
    finally:
        for racer in racers:
            racer.kill()
            racer.communicate()


def test_the_lock_is_held_until_the_folder_is_the_finished_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the run that was there before is removed, another could else begin in the folder that is renamed next."""
    unfinished, final, seen = tmp_path / ".a.unfinished", tmp_path / "a", []
    (final / "events").mkdir(parents=True)
    unfinished.mkdir()
    remove = run.shutil.rmtree

    def remove_slowly(folder: Path) -> None:
        seen.append((unfinished / "running.pid").read_text(encoding="utf-8"))
        remove(folder)

    monkeypatch.setattr(run.shutil, "rmtree", remove_slowly)
    with run._alone(unfinished) as become:
        (unfinished / "manifest.json").touch()
        become(final)
        unfinished.mkdir()  # another process begins at once
        (unfinished / "running.pid").write_text("1", encoding="utf-8")
    assert seen == [str(os.getpid())]
    assert [path.name for path in final.iterdir()] == ["manifest.json"]
    assert (unfinished / "running.pid").read_text(encoding="utf-8") == "1", "the lock of another was taken away"


def test_a_lock_of_a_process_that_is_no_more_is_taken_over_and_that_of_another_is_not(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    lock = tmp_path / "running.pid"
    lock.write_text(str(ended.pid), encoding="utf-8")
    run._take(lock)
    assert lock.read_text(encoding="utf-8") == str(os.getpid())
    lock.write_text(str(os.getppid()), encoding="utf-8")
    with pytest.raises(RunningError, match=f"process {os.getppid()} is running this scenario now"):
        run._take(lock)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_a_process_that_has_ended_and_that_nobody_waits_for_holds_no_lock(tmp_path: Path) -> None:
    """As in a container without an init process, where it would hold it for ever."""
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and stays
        os.kill(ended.pid, 0)
        lock = tmp_path / "running.pid"
        lock.write_text(str(ended.pid), encoding="utf-8")
        run._take(lock)
        assert lock.read_text(encoding="utf-8") == str(os.getpid())


def test_a_lock_that_is_being_written_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is empty for a moment; one that stays so is of a process that was killed just then."""
    lock = tmp_path / "running.pid"
    lock.touch()
    looks = []

    def look_later(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            lock.write_text(str(os.getppid()), encoding="utf-8")

    monkeypatch.setattr(run.time, "sleep", look_later)
    with pytest.raises(RunningError):
        run._take(lock)
    assert len(looks) == 3
    lock.write_text("", encoding="utf-8")
    looks[:] = [0.0] * 9  # nobody writes any more
    run._take(lock)
    assert lock.read_text(encoding="utf-8") == str(os.getpid())
