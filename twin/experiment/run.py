"""Runs every brain on the same days, in one process or several, and stores the results."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.city.places import read_districts
from twin.core.domain import RunWarning
from twin.core.errors import ResultsError
from twin.experiment.executors.processes import do_all
from twin.experiment.files import is_alive, told_if_unwritable
from twin.experiment.memory import give_back_large_arrays
from twin.experiment.provenance import identity, peak_memory_mb, run_id, surroundings
from twin.experiment.tasks import SUMMARY, Task, Workshop, clear_remnants, is_finished, run_task

if TYPE_CHECKING:
    from twin.scenario.load import Scenario


_TRIES = 20
"""So many times a lock that holds no process is looked at again."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run, none of which changes the result.

    Attributes
    ----------
    reports
        Folder under which ``<scenario>/<run id>/`` is made.
    jobs
        Number of worker processes; 1 runs in this one.
    threads
        Number of threads that each run uses; pays where there are fewer runs than cores.
    resume
        Go on from the finished replications of a run that was broken off, and reuse a finished run.
    """

    reports: Path
    jobs: int = 1
    resume: bool = False
    threads: int = 1


def run(
    scenario: Scenario,
    options: RunOptions,
    progress: Callable[[int, int], None] = lambda done, of: None,
    warn: Callable[[RunWarning], None] = lambda warning: None,
) -> Path:
    """Run a scenario and return the folder of its results (without the report).

    Parameters
    ----------
    progress
        Called with the number of finished replications and of all.
    warn
        Called before anything is lived with what a planner should know; the manifest keeps it too.

    Raises
    ------
    TwinError
        For anything that the user can mend; finished replications are kept for ``resume``.
    """
    give_back_large_arrays()
    whole = identity(scenario)
    final = options.reports / scenario.path.stem / run_id(whole)
    unfinished = final.with_name(f".{final.name}.unfinished")
    with told_if_unwritable(options.reports):
        if options.resume and (final / "manifest.json").is_file():
            _retell(final, scenario)
            progress(1, 1)
            return final
        unfinished.mkdir(parents=True, exist_ok=True)
        with _alone(unfinished) as become:
            if not options.resume:
                shutil.rmtree(unfinished / "events", ignore_errors=True)
            lived = _live_tasks(Workshop(scenario, options.threads), unfinished, options, progress, warn)
            manifest = {"run_id": final.name, "identity": whole, **_told(scenario), **lived}
            _store(unfinished, scenario, manifest)
            become(final)
    return final


def _live_tasks(
    workshop: Workshop,
    folder: Path,
    options: RunOptions,
    progress: Callable[[int, int], None],
    warn: Callable[[RunWarning], None],
) -> dict[str, Any]:
    """Live what is not finished yet; return what the manifest says of it."""
    begun, map_folder = time.perf_counter(), workshop.scenario.map_folder
    warned = workshop.warnings(max(options.jobs, options.threads))  # nobody lives yet
    ready_s = time.perf_counter() - begun
    for warning in warned:
        warn(warning)
    with _tidy(folder):
        _run_tasks(workshop, folder, options, progress, warn)
    workers = min(options.jobs, len(workshop.scenario.brains) * workshop.scenario.replications)
    memory_mb = peak_memory_mb(workers)  # before others are asked, who may be processes of their own
    return {
        "map_folder": str(map_folder.resolve()),
        "districts": [district.id for district in read_districts(map_folder / "districts.geojson")],
        "warnings": [{"sentence": one.sentence, "values": dict(one.values)} for one in warned],
        **surroundings(),
        "jobs": options.jobs,
        "wall_s": round(time.perf_counter() - begun, 3),
        "ready_s": round(ready_s, 3),  # of it before anything was lived, however many replications there are
        "peak_memory_mb": memory_mb,
    }


@contextmanager
def _tidy(folder: Path) -> Iterator[None]:
    """Remove half-written replications, of a process that was killed before and of one that is ended now."""
    clear_remnants(folder)
    try:
        yield
    finally:
        clear_remnants(folder)


def _told(scenario: Scenario) -> dict[str, Any]:
    """Return what the manifest keeps of a scenario; its title and its bounds do not determine the run's id."""
    path = scenario.path
    return {
        "scenario": scenario.resolved(),
        "scenario_text": scenario.text,
        "scenario_path": path.name if path.is_absolute() else path.as_posix(),
    }


def _retell(folder: Path, scenario: Scenario) -> None:
    """Put the scenario as it is now into a finished run that is used again: its bounds may have changed."""
    from twin.experiment.store import Results, write_manifest

    manifest = Results(folder).manifest
    if {**manifest, **_told(scenario)} != manifest:
        write_manifest(folder, {**manifest, **_told(scenario)})


def _store(folder: Path, scenario: Scenario, manifest: dict[str, Any]) -> None:
    from twin.experiment.store import write_kpis, write_manifest

    write_kpis(folder, scenario)
    write_manifest(folder, manifest)


class RunningError(ResultsError):
    """Another process is at the same run."""


@contextmanager
def _alone(folder: Path) -> Iterator[Callable[[Path], None]]:
    """Hold a lock so that two processes do not write one run; hand over what makes the folder the finished run."""
    lock, moved = folder / "running.pid", False
    _take(lock)

    def become(final: Path) -> None:
        nonlocal moved
        if final.exists():
            shutil.rmtree(final)
        lock.unlink()
        folder.replace(final)
        moved = True

    try:
        yield become
    finally:
        if not moved:  # else what is there by now is another's
            _leave(folder, lock)


def _take(lock: Path) -> None:
    """Write the lock, unless a living process has; of several who try at once one has it."""
    for _ in range(_TRIES):
        with suppress(FileExistsError), lock.open("x", encoding="utf-8") as file:
            file.write(str(os.getpid()))
            return
        owner = _owner(lock)
        if owner is None:  # it is being written or given back
            time.sleep(0.05)
            continue
        if owner != os.getpid() and is_alive(owner):
            raise RunningError(
                "{path}: process {owner} is running this scenario now; wait for it, or remove {lock} if it is not",
                path=str(lock.parent), owner=owner, lock=str(lock),
            )  # fmt: skip
        lock.unlink(missing_ok=True)
    lock.write_text(str(os.getpid()), encoding="utf-8")  # whoever began to write it was killed


def _owner(lock: Path) -> int | None:
    try:
        return int(lock.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def _leave(folder: Path, lock: Path) -> None:
    """Give the lock back, and keep nothing that --resume could not go on from."""
    lock.unlink(missing_ok=True)
    if not any(folder.glob(f"events/*/*/{SUMMARY}")):
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            folder.parent.rmdir()


@dataclass(frozen=True, slots=True)
class _Replications:
    """The work of a run: each item is a task, whose events come into the run's folder."""

    workshop: Workshop
    root: Path

    def prepare(self) -> None:
        self.workshop.prepare()

    def do(self, task: Task) -> None:
        if not is_finished(self.root, self.workshop.scenario, task):  # by a worker that was killed right after
            run_task(self.workshop, task, self.root)

    def name_of(self, task: Task) -> str:
        return f"{self.workshop.scenario.brains[task.brain].name}/{task.replication:04d}"


def _run_tasks(
    workshop: Workshop,
    root: Path,
    options: RunOptions,
    progress: Callable[[int, int], None],
    warn: Callable[[RunWarning], None],
) -> None:
    scenario = workshop.scenario
    tasks = [
        Task(replication, brain)
        for replication in range(scenario.replications)
        for brain in range(len(scenario.brains))
    ]
    left = [task for task in tasks if not is_finished(root, scenario, task)]
    done = count(len(tasks) - len(left))
    progress(next(done), len(tasks))
    do_all(
        _Replications(workshop, root),
        left,
        options.jobs,
        lambda task: progress(next(done), len(tasks)),
        lambda sentence, values: warn(RunWarning(sentence, values)),
    )
