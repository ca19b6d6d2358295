"""Wall time and peak memory of the main job as a user runs it: ``python tests/bench/city_day.py [words of twin run]``.

Three runs from a warm cache, then one with an empty folder for machine code, as on a fresh machine. Memory is the sum
over all processes of the run, looked at five times a second: resident, which counts shared pages in each of them, and,
once a second, proportional, which shares them out.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
EVERY_S = 0.2
SELDOM = 5
"""Proportional sizes are asked for at every fifth look."""


@dataclass(frozen=True)
class Measured:
    """One run."""

    wall_s: float
    resident_mb: float
    proportional_mb: float
    said: str


def members(group: int) -> list[Path]:
    """Return the /proc folders of a process group."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            if int((folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[2]) == group:
                found.append(folder)
    return found


def resident_mb(folder: Path) -> float:
    """Return the resident size of a process."""
    with contextlib.suppress(OSError, ValueError):
        pages = int((folder / "statm").read_text(encoding="utf-8").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return 0.0


def proportional_mb(folder: Path) -> float:
    """Return the size of a process with shared pages shared out; asking takes the kernel some milliseconds."""
    with contextlib.suppress(OSError, ValueError):
        for line in (folder / "smaps_rollup").read_text(encoding="utf-8").splitlines():
            if line.startswith("Pss:"):
                return float(line.split()[1]) / 1024
    return 0.0


def measure(words: list[str], reports: Path, **environment: str) -> Measured:
    """Run the main job in processes of its own."""
    command = [sys.executable, str(ROOT / "run_scenario.py"), *words, "--reports", str(reports)]
    begun = time.perf_counter()
    child = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), **environment}, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    resident = proportional = 0.0
    looks = 0
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            _, error = child.communicate(timeout=EVERY_S)
            break
        folders = members(child.pid)
        resident = max(resident, sum(map(resident_mb, folders)))
        if looks % SELDOM == 0:
            proportional = max(proportional, sum(map(proportional_mb, folders)))
        looks += 1
    wall_s = time.perf_counter() - begun
    if child.returncode not in (0, 1):
        raise SystemExit(error)
    return Measured(wall_s, resident, proportional, error.strip().splitlines()[0] if error.strip() else "")


def main() -> None:
    """Print a line for each kind of run."""
    words = sys.argv[1:] or ["scenarios/city_day.yaml"]
    print(f"run_scenario.py {' '.join(words)}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        reports = Path(folder) / "reports"
        measure([*words, "replications=1"], reports)  # warms the caches
        warm = [measure(words, reports) for _ in range(3)]
        cold = measure(words, reports, NUMBA_CACHE_DIR=str(Path(folder) / "machine-code"))
    for name, runs in (("warm, median of 3", warm), ("first run ever", [cold])):
        print(
            f"{name:<18} {median(run.wall_s for run in runs):>6.1f} s"
            f"   resident {max(run.resident_mb for run in runs):>6.0f} MB"
            f"   proportional {max(run.proportional_mb for run in runs):>6.0f} MB   {runs[-1].said}"
        )


if __name__ == "__main__":
    main()
