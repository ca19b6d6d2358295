"""A Dask scheduler and workers on this machine, each a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from support.commands import ROOT, environment

WAIT_S = 60.0


@dataclass
class Cluster:
    """A scheduler with its workers."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)


def _start(log: Path, *words: str, **more: str) -> subprocess.Popen[bytes]:
    with log.open("wb") as stream:
        return subprocess.Popen(
            [sys.executable, "-m", *words], cwd=ROOT, env=environment(**more), stdout=stream, stderr=subprocess.STDOUT
        )


def _address(file: Path, log: Path) -> str:
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        try:
            address: str = json.loads(file.read_text(encoding="utf-8"))["address"]
        except (OSError, ValueError):
            time.sleep(0.05)
        else:
            return address
    raise AssertionError(f"the scheduler has not begun: {log.read_text(encoding='utf-8')}")


@contextmanager
def cluster(folder: Path, workers: int, **more: str) -> Iterator[Cluster]:
    """Start a scheduler and so many workers of one thread, with more in their environment; end them all."""
    folder.mkdir(parents=True, exist_ok=True)
    file, log = folder / "scheduler.json", folder / "scheduler.log"
    at_home = ("--host", "127.0.0.1", "--no-dashboard")
    scheduler = _start(
        log, "distributed.cli.dask_scheduler", "--port", "0", "--scheduler-file", str(file), *at_home, **more
    )  # fmt: skip
    running = Cluster("", scheduler)
    try:
        running.address = _address(file, log)
        running.workers = [
            _start(
                folder / f"worker{number}.log", "distributed.cli.dask_worker", running.address, "--no-nanny",
                "--nthreads", "1", "--memory-limit", "0", "--local-directory", str(folder), *at_home,
                **more,
            )
            for number in range(workers)
        ]  # fmt: skip
        yield running
    finally:
        for process in (*running.workers, scheduler):
            process.kill()
            process.wait()
