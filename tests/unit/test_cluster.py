"""A cluster lives the same days to the last bit, whoever of it is killed meanwhile."""

from __future__ import annotations

import socketserver
import sys
import threading
import time
from pathlib import Path

import pytest
from support.commands import call, start, write_scenario
from support.jobs import bits_of, lived_undisturbed

from twin.commands.options import executor_for
from twin.core.errors import PolicyError, ResultsError
from twin.experiment.cell_store import CellStore
from twin.experiment.cells import Job, cells_of, jobs_of
from twin.experiment.executors.cluster import ClusterExecutor
from twin.experiment.executors.local import LocalExecutor
from twin.experiment.live import live
from twin.scenario.load import load_scenario

DAYS = 6
NOBODY = "tcp://127.0.0.1:9"


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> list[Job]:
    scenario = load_scenario(write_scenario(tmp_path_factory.mktemp("scenario"), small_map_folder))
    return jobs_of(cells_of(scenario), DAYS)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, jobs: list[Job]) -> list[dict[str, object]]:
    return lived_undisturbed(tmp_path_factory.mktemp("undisturbed"), jobs)


def needs_distributed() -> None:
    pytest.importorskip("distributed", reason="dask.distributed (extra: cluster) is not installed")


def test_a_worker_killed_in_the_middle_loses_nothing_and_changes_no_bit(jobs, undisturbed, tmp_path):
    needs_distributed()
    from support.clusters import cluster

    store, ages = CellStore(tmp_path / "cells"), {}
    with cluster(tmp_path / "cluster", workers=2) as running:

        def kill_one(done: int, of: int) -> None:
            if done == 4:
                ages.update({path: path.stat().st_mtime_ns for path in store.root.glob("*/[0-9]*.json")})
                running.workers[0].kill()

        assert live(jobs, store, ClusterExecutor(running.address), kill_one) == len(jobs)
        assert running.workers[0].wait() == -9
    assert bits_of(store, jobs) == undisturbed
    assert len(ages) >= 4
    assert {path: path.stat().st_mtime_ns for path in ages} == ages, "a finished replication was lived again"


def test_a_cluster_that_goes_away_is_told_and_what_is_finished_stays(jobs, undisturbed, tmp_path):
    needs_distributed()
    from support.clusters import cluster

    store = CellStore(tmp_path / "cells")
    with cluster(tmp_path / "cluster", workers=1) as running:

        def end_scheduler(done: int, of: int) -> None:
            if done == 3:
                running.scheduler.kill()

        with pytest.raises(
            ResultsError, match=f"--cluster {running.address}: went away .*finished replications are kept"
        ):
            live(jobs, store, ClusterExecutor(running.address), end_scheduler)
    missing = store.missing_jobs(jobs)
    assert 0 < len(missing) <= len(jobs) - 3
    assert live(jobs, store, LocalExecutor(1)) == len(missing), "another executor goes on from there"
    assert bits_of(store, jobs) == undisturbed


def test_a_scheduler_that_is_killed_is_told_in_one_line(small_map_folder, tmp_path):
    needs_distributed()
    from support.clusters import cluster

    scenario, reports = write_scenario(tmp_path, small_map_folder), tmp_path / "reports"
    with cluster(tmp_path / "cluster", workers=1) as running:
        words = ("compare", scenario, "--reps", "400", "--no-report", "--reports", reports)
        study = start(*words, "--cluster", running.address)
        try:
            deadline = time.monotonic() + 60
            while not list(reports.glob("cells/*/0*.json")) and study.poll() is None and time.monotonic() < deadline:
                time.sleep(0.01)
            running.scheduler.kill()
            out, error = study.communicate(timeout=60)
        finally:
            study.kill()
    assert (study.returncode, out) == (2, "")
    (line,) = error.splitlines()
    assert line.startswith(f"--cluster {running.address}: went away")


def test_what_a_policy_does_wrong_on_a_worker_is_told_here(small_map_folder, tmp_path):
    needs_distributed()
    from support.clusters import cluster

    (tmp_path / "mine.py").write_text("def broken(view):\n    raise ValueError('no idea')\n", encoding="utf-8")
    brains = "brains: [{name: mine, extends: city_brain, decisions: {dispatch: 'mine.py:broken'}}]\n"
    jobs = jobs_of(cells_of(load_scenario(write_scenario(tmp_path, small_map_folder, brains))), 1)
    store = CellStore(tmp_path / "cells")
    with cluster(tmp_path / "cluster", workers=1) as running, pytest.raises(PolicyError, match="no idea"):
        live(jobs, store, ClusterExecutor(running.address))
    assert store.missing_jobs(jobs) == jobs


def test_a_day_that_kills_its_workers_is_named_and_the_others_stay(small_map_folder, tmp_path):
    """As one that needs more memory than any worker has; the scheduler gives it to so many workers, here to one."""
    needs_distributed()
    from support.clusters import cluster

    rule = "import os, signal\ndef deadly(view):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    (tmp_path / "mine.py").write_text(rule, encoding="utf-8")
    brains = "brains: [traditional, {name: mine, extends: city_brain, decisions: {dispatch: 'mine.py:deadly'}}]\n"
    scenario = load_scenario(write_scenario(tmp_path, small_map_folder, brains))
    store, jobs = CellStore(tmp_path / "cells"), jobs_of(cells_of(scenario), 1)
    once = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with cluster(tmp_path / "cluster", workers=1, **once) as running:
        live(jobs[:1], store, ClusterExecutor(running.address))
        with pytest.raises(ResultsError, match="mine/0000: 1 worker processes were killed there"):
            live(jobs, store, ClusterExecutor(running.address))
    assert store.missing_jobs(jobs) == jobs[1:]


def test_a_cluster_without_workers_is_given_up(jobs, tmp_path):
    needs_distributed()
    from support.clusters import cluster

    store = CellStore(tmp_path / "cells")
    with cluster(tmp_path / "cluster", workers=0) as running, pytest.raises(ResultsError, match="no worker for 0 s"):
        live(jobs, store, ClusterExecutor(running.address, patience_s=0.2))
    assert store.missing_jobs(jobs) == jobs


@pytest.mark.parametrize("address", [NOBODY, "nowhere", "tcp://no such host:8786"])
def test_a_scheduler_that_does_not_answer_is_told(address, jobs, tmp_path):
    needs_distributed()
    with pytest.raises(ResultsError, match=r"no scheduler answers there .*dask scheduler"):
        live(jobs[:1], CellStore(tmp_path / "cells"), ClusterExecutor(address, connect_s=0.5))


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.0 400 Bad request\r\n\r\n"], ids=["silence", "a page"])
def test_the_port_of_another_program_is_told_and_not_waited_at(answer, jobs, tmp_path):
    """As that of the scheduler's own page, 8787."""
    needs_distributed()

    class Answer(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1)
            self.request.sendall(answer)
            over.wait(60)

    over = threading.Event()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"tcp://127.0.0.1:{server.server_address[1]}"
        try:
            with pytest.raises(ResultsError, match=f"--cluster {address}: no scheduler answers there"):
                live(jobs[:1], CellStore(tmp_path / "cells"), ClusterExecutor(address, connect_s=0.5))
        finally:
            over.set()
            server.shutdown()


def test_an_address_that_is_none_is_told_at_once_and_without_a_traceback(small_map_folder, tmp_path):
    """A client of Dask that found nobody told so once more when the program ended, 20 s later."""
    needs_distributed()
    scenario = write_scenario(tmp_path, small_map_folder)
    done = call("compare", scenario, "--reps", "2", "--reports", tmp_path / "reports", "--cluster", "127.0.0.1")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("--cluster 127.0.0.1: no scheduler answers there (missing port number")


def test_without_the_library_its_extra_is_named(jobs, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ResultsError, match=r"zhengzhou-twin\[cluster\]"):
        live(jobs[:1], CellStore(tmp_path / "cells"), ClusterExecutor(NOBODY))


def test_jobs_and_a_cluster_exclude_each_other():
    assert executor_for(3, None) == LocalExecutor(3)
    assert executor_for(None, NOBODY) == ClusterExecutor(NOBODY)
    with pytest.raises(ResultsError, match="exclude each other"):
        executor_for(2, NOBODY)
