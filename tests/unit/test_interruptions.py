"""A run that is broken off leaves whole replications or nothing, and --resume goes on from there."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from support.commands import call, only_run, remnants, results_of, start, write_scenario

from twin.cli import main
from twin.experiment import run
from twin.experiment.interrupts import interrupts_kept

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends Unix signals")

WAIT_S = 60.0


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Path:
    """Sixteen replications, a few seconds of work."""
    path = write_scenario(tmp_path_factory.mktemp("scenario"), small_map_folder)
    text = path.read_text(encoding="utf-8").replace("replications: 2", "replications: 8")
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, scenario: Path) -> dict[str, bytes]:
    """What the scenario leaves when nobody disturbs it."""
    reports = tmp_path_factory.mktemp("undisturbed")
    assert main([str(scenario), "--jobs", "1", "--no-report", "--reports", str(reports)]) == 0
    return results_of(only_run(reports))


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.005)


def finished_replications(reports: Path) -> list[Path]:
    found = (path.parent for path in reports.glob("tiny/.*.unfinished/events/*/*/replication.json"))
    return [folder for folder in found if not folder.name.startswith(".")]  # one that is not yet renamed is no result


def begun_and_writing(reports: Path) -> bool:
    """Whether at least two replications are finished and another is being written."""
    half_written = any(reports.glob("tiny/.*.unfinished/events/*/.*"))
    return half_written and len(finished_replications(reports)) >= 2


@contextlib.contextmanager
def running(scenario: Path, reports: Path, jobs: int) -> Iterator[subprocess.Popen[str]]:
    """Start the run, wait until it is in the middle of its work, and end whatever is left of it."""
    child = start(scenario, "--jobs", str(jobs), "--no-report", "--reports", reports)
    try:
        wait_for(lambda: begun_and_writing(reports) or child.poll() is not None, "the first replications")
        assert child.poll() is None, child.communicate()[1]
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.communicate(timeout=WAIT_S)


def living_members(group: int) -> list[int]:
    """Return the processes of a process group that have not ended."""
    members = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, pgrp = entry.read_text(encoding="utf-8").rpartition(")")[2].split()[:3]
            if int(pgrp) == group and state != "Z":
                members.append(int(entry.parent.name))
    return members


def workers_of(process: int) -> list[int]:
    """Return the worker processes of a running command: forked, so that they bear its own command line."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="utf-8").split()
    own, *commands = (Path(f"/proc/{pid}/cmdline").read_bytes() for pid in (process, *children))
    return [int(pid) for pid, command in zip(children, commands, strict=True) if command == own]


ALWAYS_THERE = {
    "calls", "vehicles", "trips", "hospitals", "walk_ins", "coverage", "fleet", "hospital_list", "station_list",
    "decisions.dispatch",
    "decisions.hospital", "decisions.green_channel",
}  # fmt: skip


def finished_ones_are_whole(reports: Path) -> None:
    folders = finished_replications(reports)
    assert folders
    for folder in folders:
        json.loads((folder / "replication.json").read_text(encoding="utf-8"))
        tables = list(folder.glob("*.parquet"))
        assert {path.stem.removeprefix("emergency.") for path in tables} >= ALWAYS_THERE
        for table in tables:
            pd.read_parquet(table)


def nothing_is_taken_for_finished(reports: Path) -> None:
    assert not [path for path in reports.glob("tiny/*") if not path.name.startswith(".")]


def resuming_gives_the_undisturbed_result(scenario: Path, reports: Path, undisturbed: dict[str, bytes]) -> None:
    kept = {path: (path / "replication.json").stat().st_mtime_ns for path in finished_replications(reports)}
    assert main([str(scenario), "--jobs", "1", "--no-report", "--reports", str(reports), "--resume"]) == 0
    run = only_run(reports)
    assert results_of(run) == undisturbed
    assert remnants(reports) == []
    for folder, age in kept.items():
        again = run / "events" / folder.parent.name / folder.name / "replication.json"
        assert again.stat().st_mtime_ns == age, "a finished replication was run again"


# -- Ctrl-C ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", [pytest.param(1, marks=pytest.mark.long), 2])
def test_ctrl_c_keeps_what_is_finished_and_resume_goes_on(jobs, scenario, undisturbed, tmp_path):
    with running(scenario, tmp_path, jobs) as child:
        os.killpg(child.pid, signal.SIGINT)
        out, error = child.communicate(timeout=WAIT_S)
    assert child.returncode == 130
    assert out == ""
    assert error.strip() == "interrupted; finished replications are kept, --resume goes on"
    assert len(remnants(tmp_path)) == 1, "only the folder that --resume goes on from is left"
    nothing_is_taken_for_finished(tmp_path)
    finished_ones_are_whole(tmp_path)
    assert living_members(child.pid) == []
    resuming_gives_the_undisturbed_result(scenario, tmp_path, undisturbed)


def test_ctrl_c_before_anything_is_finished_leaves_nothing(scenario, tmp_path):
    child = start(scenario, "--jobs", "2", "--no-report", "--reports", tmp_path)
    wait_for(lambda: len(workers_of(child.pid)) == 2, "the workers")
    os.killpg(child.pid, signal.SIGINT)
    out, error = child.communicate(timeout=WAIT_S)
    assert (child.returncode, out) == (130, "")
    assert "Traceback" not in error
    assert not finished_replications(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def usual_ctrl_c() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt_this_process() -> None:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(WAIT_S)


@pytest.mark.usefixtures("usual_ctrl_c")
def test_ctrl_c_in_a_library_that_forgets_errors_still_ends_the_run(scenario, tmp_path, monkeypatch, capsys):
    live = run.run_task

    def live_and_forget(*task: object) -> None:
        live(*task)
        with contextlib.suppress(KeyboardInterrupt):
            interrupt_this_process()

    monkeypatch.setattr(run, "run_task", live_and_forget)
    assert main([str(scenario), "--jobs", "1", "--no-report", "--reports", str(tmp_path)]) == 130
    assert capsys.readouterr().err.strip() == "interrupted; finished replications are kept, --resume goes on"
    assert len(finished_replications(tmp_path)) == 1


@pytest.mark.usefixtures("usual_ctrl_c")
def test_ctrl_c_in_a_finaliser_is_neither_lost_nor_told_as_an_error(capsys):
    class Finalised:
        def __del__(self) -> None:
            interrupt_this_process()

    with interrupts_kept() as raise_if_lost:
        raise_if_lost()
        Finalised()
        with pytest.raises(KeyboardInterrupt):
            raise_if_lost()
    assert capsys.readouterr().err == ""
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


# -- kill -9 -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", [pytest.param(1, marks=pytest.mark.long), 2])
def test_after_a_power_cut_resume_goes_on(jobs, scenario, undisturbed, tmp_path):
    with running(scenario, tmp_path, jobs) as child:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate(timeout=WAIT_S)
    nothing_is_taken_for_finished(tmp_path)
    finished_ones_are_whole(tmp_path)
    resuming_gives_the_undisturbed_result(scenario, tmp_path, undisturbed)


def test_workers_end_with_a_parent_that_is_killed(scenario, tmp_path):
    """They would wait for work for ever, and hold the memory of the city."""
    with running(scenario, tmp_path, 2) as child:
        assert len(living_members(child.pid)) >= 3
        os.kill(child.pid, signal.SIGKILL)
        wait_for(lambda: not living_members(child.pid), "the workers' end")


@pytest.mark.parametrize("killed", [1, 2])
def test_what_a_killed_worker_was_at_is_run_again_and_nothing_else_is_lost(killed, scenario, undisturbed, tmp_path):
    """As when the machine runs out of memory, or somebody ends a process."""
    with running(scenario, tmp_path, 2) as child:
        before = {path: (path / "replication.json").stat().st_mtime_ns for path in finished_replications(tmp_path)}
        for worker in workers_of(child.pid)[:killed]:
            os.kill(worker, signal.SIGKILL)
        _, error = child.communicate(timeout=WAIT_S)
    assert child.returncode == 0, error
    told = [
        line for line in error.splitlines() if "a worker process was killed (out of memory?); it is run again" in line
    ]
    assert len(told) == len(error.splitlines()) == killed
    run = only_run(tmp_path)
    assert results_of(run) == undisturbed
    assert remnants(tmp_path) == []
    for folder, age in before.items():
        kept = run / "events" / folder.parent.name / folder.name / "replication.json"
        assert kept.stat().st_mtime_ns == age, "a finished replication was run again"
    assert living_members(child.pid) == []


def test_two_processes_do_not_write_one_run(scenario, tmp_path):
    with running(scenario, tmp_path, 1) as child:
        os.kill(child.pid, signal.SIGSTOP)
        other = call(scenario, "--jobs", "1", "--no-report", "--reports", tmp_path, "--resume")
        assert other.returncode == 2
        assert f"process {child.pid} is running this scenario now" in other.stderr


# -- a full disk -------------------------------------------------------------------------------------------------------


def full_disk_is_told(done: subprocess.CompletedProcess[str], reports: Path) -> None:
    assert (done.returncode, done.stdout) == (2, "")
    assert str(reports) in done.stderr
    assert "make room, or choose another place with --reports" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    nothing_is_taken_for_finished(reports)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_where_files_may_not_grow_the_run_says_so(jobs, scenario, tmp_path):
    """A limit on the size of files fails as a full disk does, wherever tests may run."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

    done = call(scenario, "--jobs", jobs, "--no-report", "--reports", tmp_path, preexec_fn=limit)
    full_disk_is_told(done, tmp_path)
    assert "File too large" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if not (mount and umount):
        pytest.skip("there is no mount program here")
    done = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=400k", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run([umount, folder], check=True)


@pytest.mark.parametrize("jobs", [pytest.param("1", marks=pytest.mark.long), "2"])
def test_a_full_disk_is_told_and_resume_goes_on_where_there_is_room(jobs, scenario, undisturbed, small_disk, tmp_path):
    done = call(scenario, "--jobs", jobs, "--no-report", "--reports", small_disk)
    full_disk_is_told(done, small_disk)
    assert "No space left on device" in done.stderr
    assert len(remnants(small_disk)) == 1
    finished_ones_are_whole(small_disk)
    roomy = tmp_path / "roomy"
    shutil.copytree(small_disk, roomy)
    resuming_gives_the_undisturbed_result(scenario, roomy, undisturbed)
