"""What a comparison costs beyond living its days: ``python tests/bench/comparison.py [days] [processes]``.

Two brains on twenty days of scenarios/emergency_days.yaml. First the whole comparison in a process of its own, from
reading the scenario to the last result in the store: how busy the cores are kept while days are lived, and in all. Then
the same days one by one in this process, in turn bare (the twin built and lived, its KPIs computed) and through the
cell store: processor time, which others on the machine disturb less than they do the clock.
"""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from twin.core.collector import collecting_seldom  # noqa: E402
from twin.experiment.cell_life import live_job  # noqa: E402
from twin.experiment.cell_store import MEASURED, CellStore  # noqa: E402
from twin.experiment.cells import Job, cells_of, jobs_of  # noqa: E402
from twin.experiment.executors.local import LocalExecutor  # noqa: E402
from twin.experiment.live import live  # noqa: E402
from twin.experiment.tasks import Task, compute_kpis  # noqa: E402
from twin.experiment.workshops import Workshops  # noqa: E402
from twin.scenario.load import load_scenario  # noqa: E402

SCENARIO = ROOT / "scenarios" / "emergency_days.yaml"
Times = dict[str, float]


def processor_s(who: int) -> float:
    """Return the processor time of this process, or of its finished children, user's and system's."""
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def whole_comparison(days: int, processes: int) -> None:
    """Live all days; print when the first and the last result came and what the processor was used for."""
    begun = time.perf_counter()
    seen: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        jobs, store = jobs_of(cells_of(load_scenario(SCENARIO)), days), CellStore(Path(folder) / "cells")
        live(jobs, store, LocalExecutor(processes), lambda done, of: seen.append(time.perf_counter()))
        measured = [store.result(job)[MEASURED] for job in jobs]
    told = {
        "wall_s": time.perf_counter() - begun,
        "begin_s": min(seen[1 : 1 + processes]) - begun - measured[0]["seconds"],
        "workers_s": processor_s(resource.RUSAGE_CHILDREN),
        "own_s": processor_s(resource.RUSAGE_SELF),
        "lived_s": sum(each["processor_s"] for each in measured),
        "at_jobs_s": sum(each["seconds"] for each in measured),
    }
    sys.stdout.write(json.dumps(told))


class NoFingerprint:
    """Stands in for the fingerprint of a table where a day is lived bare."""

    rows, text = 0, ""

    def __init__(self, schema: object) -> None: ...

    def add(self, table: object) -> None:
        """Do nothing."""


def bare_s(workshops: Workshops, job: Job) -> float:
    """Live a day with nothing around it; return its processor time."""
    from twin.core import recorder as recorders  # pandas and Arrow come with it: not what a comparison begins with

    with_fingerprint, recorders.TableFingerprint = recorders.TableFingerprint, NoFingerprint  # type: ignore[misc, assignment]
    begun = time.process_time()
    workshop, recorder = workshops.of(job.cell.scenario), recorders.Recorder()
    workshop.twin(Task(job.replication, 0), recorder).run()
    compute_kpis(workshop.scenario, recorder.stored())
    used = time.process_time() - begun
    recorders.TableFingerprint = with_fingerprint  # type: ignore[misc]
    return used


def stored_s(workshops: Workshops, job: Job, store: CellStore) -> float:
    """Live a day as a study does; return its processor time."""
    begun = time.process_time()
    live_job(workshops, job, store)
    return time.process_time() - begun


def day_by_day(days: int) -> list[tuple[float, float]]:
    """Return the processor time of each job, bare and stored, each first in turn."""
    jobs, workshops, pairs = jobs_of(cells_of(load_scenario(SCENARIO)), days), Workshops(), []
    workshops.of(jobs[0].cell.scenario).prepare()
    with tempfile.TemporaryDirectory() as folder:
        store = CellStore(Path(folder) / "cells")
        live([Job(job.cell, days) for job in jobs[:2]], store, LocalExecutor(1))  # whatever is done once
        gc.collect()
        gc.freeze()  # as before workers are forked
        for number, job in enumerate(jobs):
            if number % 2:
                stored = stored_s(workshops, job, store)
                bare = bare_s(workshops, job)
            else:
                bare = bare_s(workshops, job)
                stored = stored_s(workshops, job, store)
            pairs.append((bare, stored))
    return pairs


def main(days: int, processes: int) -> None:
    """Measure and print."""
    words = [sys.executable, __file__, "--whole", str(days), str(processes)]
    begun = time.perf_counter()
    whole = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    wall_s = time.perf_counter() - begun
    living_s = whole["wall_s"] - whole["begin_s"]
    print(f"{2 * days} jobs, {processes} processes: {wall_s:.1f} s in all, {living_s:.1f} s of them living")
    print(f"  workers at a job            {100 * whole['at_jobs_s'] / processes / living_s:5.1f} % of the time")
    print(f"  cores in use while living   {100 * whole['workers_s'] / processes / living_s:5.1f} %")
    in_all = (whole["workers_s"] + whole["own_s"]) / processes / wall_s
    print(f"  cores in use in all         {100 * in_all:5.1f} %")
    beyond = whole["workers_s"] / whole["lived_s"] - 1
    print(f"  workers beyond their jobs   {100 * beyond:5.1f} % (fork, queue, storing)")
    pairs = day_by_day(days)
    bare, stored = (sum(column) for column in zip(*pairs, strict=True))
    print(
        f"a job: bare {1000 * bare / len(pairs):.0f} ms, stored {1000 * stored / len(pairs):.0f} ms of processor time"
    )
    each = median(stored / bare - 1 for bare, stored in pairs)
    print(f"  overhead {100 * (stored / bare - 1):.1f} % in sum, {100 * each:.1f} % in the median of pairs")


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    if "--whole" in sys.argv:
        with collecting_seldom():  # as the command line does
            whole_comparison(*numbers)
    else:
        main(*(numbers + [20, 2][len(numbers) :]))
