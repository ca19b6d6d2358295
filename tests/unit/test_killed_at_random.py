"""Whenever a run or a study is killed, what is finished stands and is never lived again; the end is the same."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.commands import ROOT, call, environment, only_run, remnants, results_of, start, write_scenario
from support.jobs import bits_of, lived_undisturbed

from twin.cli import main
from twin.experiment.cell_store import CellStore
from twin.experiment.cells import Job, cells_of, jobs_of
from twin.experiment.executors.local import LocalExecutor
from twin.experiment.live import live
from twin.scenario.load import load_scenario

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends Unix signals")

WAIT_S = 240.0
DAYS = {2: 8, 10: 20}
"""So many days, each of two brains, leave something to live after so many kills."""
KILLS = [2, pytest.param(10, marks=pytest.mark.study)]
STUDY = (sys.executable, "-m", "support.study")
TESTS = environment(PYTHONPATH=os.pathsep.join([str(ROOT), str(ROOT / "tests")]))


@pytest.fixture(scope="module", params=KILLS)
def kills(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path, kills: int) -> Path:
    path = write_scenario(tmp_path_factory.mktemp("scenario"), small_map_folder)
    text = path.read_text(encoding="utf-8").replace("replications: 2", f"replications: {DAYS[kills]}")
    path.write_text(text.replace("duration_h: 1", "duration_h: 0.5"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def jobs(scenario: Path, kills: int) -> list[Job]:
    return jobs_of(cells_of(load_scenario(scenario)), DAYS[kills])


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, jobs: list[Job]) -> list[dict[str, object]]:
    return lived_undisturbed(tmp_path_factory.mktemp("undisturbed"), jobs)


def kill_at_random(
    begin: Callable[[], subprocess.Popen[str]], finished: Callable[[], dict[str, int]], dice: random.Random
) -> None:
    """Start, wait until at least one more job is finished, and some time more; kill the whole process group."""
    before = finished()
    child = begin()
    deadline = time.monotonic() + WAIT_S
    while child.poll() is None and len(finished()) == len(before) and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(dice.uniform(0.0, 0.2))
    still_at_it = child.poll() is None
    os.killpg(child.pid, signal.SIGKILL)
    assert still_at_it, child.communicate(timeout=WAIT_S)
    child.communicate(timeout=WAIT_S)
    after = finished()
    assert len(after) > len(before)
    assert before.items() <= after.items(), "a finished replication was lived again"


# -- a study -----------------------------------------------------------------------------------------------------------


def stored(reports: Path) -> dict[str, int]:
    """Return the age of each result that is there; each must be whole."""
    paths = list(reports.glob("cells/*/[0-9]*.json"))
    for path in paths:
        json.loads(path.read_text(encoding="utf-8"))
    return {f"{path.parent.name}/{path.name}": path.stat().st_mtime_ns for path in paths}


def test_a_study_killed_at_random_moments_ends_like_an_undisturbed_one(kills, scenario, jobs, undisturbed, tmp_path):
    words = (scenario, tmp_path, str(DAYS[kills]), "2")
    for number in range(kills):
        kill_at_random(lambda: start(*words, program=STUDY, env=TESTS), lambda: stored(tmp_path), random.Random(number))
    before = stored(tmp_path)
    done = call(*words, program=STUDY, env=TESTS, timeout=WAIT_S)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{len(jobs) - len(before)}\n", "")
    assert before.items() <= stored(tmp_path).items()
    assert bits_of(CellStore(tmp_path / "cells"), jobs) == undisturbed
    assert remnants(tmp_path) == []


# -- a run -------------------------------------------------------------------------------------------------------------


def stored_in_run(reports: Path) -> dict[str, int]:
    """Return the age of each replication that is there; each must be whole."""
    found = reports.glob("tiny/*/events/*/[0-9]*/replication.json")
    return {"/".join(path.parts[-3:]): path.stat().st_mtime_ns for path in found if json.loads(path.read_bytes())}


@pytest.fixture(scope="module")
def undisturbed_run(tmp_path_factory: pytest.TempPathFactory, scenario: Path) -> dict[str, bytes]:
    reports = tmp_path_factory.mktemp("undisturbed_run")
    assert main([str(scenario), "--jobs", "1", "--no-report", "--reports", str(reports)]) == 0
    return results_of(only_run(reports))


def test_a_run_killed_at_random_moments_ends_like_an_undisturbed_one(kills, scenario, undisturbed_run, tmp_path):
    words = (scenario, "--jobs", "2", "--no-report", "--reports", tmp_path, "--resume")
    for number in range(kills):
        kill_at_random(lambda: start(*words), lambda: stored_in_run(tmp_path), random.Random(number))
    before = stored_in_run(tmp_path)
    done = call(*words, timeout=WAIT_S)
    assert done.returncode == 0, done.stderr
    assert before.items() <= stored_in_run(tmp_path).items()
    assert results_of(only_run(tmp_path)) == undisturbed_run
    assert remnants(tmp_path) == []


# -- a full disk -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("processes", ["1", "2"])
def test_where_files_may_not_grow_a_study_says_so_and_leaves_nothing_half_written(processes, scenario, tmp_path):
    """A limit on the size of files fails as a full disk does; what a cell is takes less than a result."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = call(scenario, tmp_path, "2", processes, program=STUDY, env=TESTS, preexec_fn=limit)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{tmp_path / 'cells'}: results cannot be written (File too large)" in done.stderr
    assert "make room, or choose another place with --reports" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert stored(tmp_path) == {}
    assert remnants(tmp_path) == []


def test_a_full_disk_keeps_what_is_finished_and_the_study_goes_on_where_there_is_room(
    kills, scenario, jobs, undisturbed, tmp_path
):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if not (mount and umount):
        pytest.skip("there is no mount program here")
    words = [mount, "-t", "tmpfs", "-o", "size=200k", "tmpfs", disk]
    mounted = subprocess.run(words, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.strip()}")
    try:
        done = call(scenario, disk, str(DAYS[kills]), "2", program=STUDY, env=TESTS)
        assert (done.returncode, done.stdout) == (2, "")
        assert "No space left on device" in done.stderr
        assert 0 < len(stored(disk)) < len(jobs)
        assert remnants(disk) == []
        shutil.copytree(disk / "cells", tmp_path / "roomy")
    finally:
        subprocess.run([umount, disk], check=True)
    store = CellStore(tmp_path / "roomy")
    missing = store.missing_jobs(jobs)
    assert live(jobs, store, LocalExecutor(1)) == len(missing) < len(jobs)
    assert bits_of(store, jobs) == undisturbed
