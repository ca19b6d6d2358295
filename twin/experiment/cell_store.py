"""Results of cells: a folder a cell, a file a replication. What is there is whole, and is never lived again."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from twin.core.errors import ResultsError
from twin.experiment.cells import Cell, Job, cell_of
from twin.experiment.files import is_abandoned, remove, write_text

if TYPE_CHECKING:
    import pandas as pd

CELLS: Final = "cells"
"""The store's folder below that of reports."""
DESCRIPTION: Final = "cell.json"
MEASURED: Final = "measured"
"""The key of a result below which stands what differs from one run to the next: time and memory."""
KEYS: Final = frozenset({"replication", "kpis", "tables", "events", "replaced_answers", MEASURED})


class CellStore:
    """The results of cells below a folder, which several processes and machines may write to at once.

    A result is written beside and renamed. Two who live the same job write the same but for what they measured.

    Parameters
    ----------
    root
        ``<reports>/cells`` as a rule; made when the first result is written.
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def folder(self, cell: Cell) -> Path:
        """Return where the results of a cell are."""
        return self.root / cell.id

    def path(self, job: Job) -> Path:
        """Return the file of a job's result."""
        return self.folder(job.cell) / f"{job.replication:04d}.json"

    def events_folder(self, job: Job) -> Path:
        """Return where a job's events are, if they were asked for."""
        return self.folder(job.cell) / f"{job.replication:04d}"

    # -- what is there ---------------------------------------------------------------------------------------------

    def has(self, job: Job, *, with_events: bool = False) -> bool:
        """Say whether a job's result is there, and its events, if asked."""
        return self.path(job).is_file() and (not with_events or self.events_folder(job).is_dir())

    def finished(self, cell: Cell, *, with_events: bool = False) -> set[int]:
        """Return the numbers of a cell's finished replications: of those alone whose events are kept, if asked."""
        try:
            names = {entry.name for entry in os.scandir(self.folder(cell))}
        except (FileNotFoundError, NotADirectoryError):
            return set()
        numbers = {int(name[:-5]) for name in names if name.endswith(".json") and name[:-5].isdecimal()}
        return {number for number in numbers if f"{number:04d}" in names} if with_events else numbers

    def missing(self, cell: Cell, replications: int | Iterable[int], *, with_events: bool = False) -> list[int]:
        """Return which of these replications (so many from 0 on, or the ones given) are still to be lived."""
        numbers = range(replications) if isinstance(replications, int) else replications
        there = self.finished(cell, with_events=with_events)
        return [number for number in numbers if number not in there]

    def missing_jobs(self, jobs: Iterable[Job], *, with_events: bool = False) -> list[Job]:
        """Return the jobs that are still to be lived, each once, in their order."""
        wanted = dict.fromkeys(jobs)
        there = {cell: self.finished(cell, with_events=with_events) for cell in dict.fromkeys(j.cell for j in wanted)}
        return [job for job in wanted if job.replication not in there[job.cell]]

    def result(self, job: Job) -> dict[str, Any]:
        """Return all that was stored of a job.

        Its keys: ``kpis`` (value, unit and count by name), ``tables`` (hashes of the exogenous tables by name),
        ``events`` (rows and fingerprint by event table), ``replaced_answers``, and ``measured`` (``seconds``,
        ``processor_s``, ``peak_mb``, ``decisions``: count, total and longest seconds by decision).

        Raises
        ------
        ResultsError
            When it is missing or cannot be read.
        """
        path = self.path(job)
        try:
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if not (isinstance(found, dict) and found.keys() >= KEYS):
                raise ValueError(f"it lacks one of {', '.join(sorted(KEYS))}")
        except FileNotFoundError:
            raise ResultsError(
                "{path}: replication {replication} of {brain} has not been lived",
                path=str(path), replication=job.replication, brain=job.cell.brain,
            ) from None  # fmt: skip
        except (OSError, ValueError) as error:
            raise ResultsError(
                "{path}: cannot be read ({problem}); remove the file, and what is missing is lived again",
                path=str(path), problem=str(error),
            ) from None  # fmt: skip
        return found

    def kpis(self, cell: Cell, replications: int | Sequence[int]) -> pd.DataFrame:
        """Return the KPIs of these replications: a row each, indexed by ``replication``, a column a KPI.

        A KPI that a day does not have (nobody fell ill of it) is missing (NaN) there.
        """
        import pandas as pd

        numbers = range(replications) if isinstance(replications, int) else replications
        results = [self.result(Job(cell, number))["kpis"] for number in numbers]
        names = dict.fromkeys(name for result in results for name in result)
        rows = [{name: result[name]["value"] for name in result} for result in results]
        index = pd.Index(list(numbers), name="replication")
        return pd.DataFrame(rows, index=index, columns=list(names), dtype=float)

    def units(self, cell: Cell) -> dict[str, str]:
        """Return the unit of each KPI that any finished replication of a cell has."""
        found: dict[str, str] = {}
        for number in sorted(self.finished(cell)):
            for name, kpi in self.result(Job(cell, number))["kpis"].items():
                found.setdefault(name, kpi["unit"])
        return found

    # -- writing -----------------------------------------------------------------------------------------------------

    def put(self, job: Job, result: Mapping[str, Any]) -> None:
        """Store a job's result, whole or not at all."""
        path = self.path(job)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, json.dumps(result, separators=(",", ":"), ensure_ascii=False))

    def describe(self, cell: Cell) -> None:
        """Write down what a cell is, so that another process or machine can live it knowing the folder alone."""
        scenario = cell.scenario
        plain = {
            "scenario": scenario.resolved(),
            "path": str(scenario.path.resolve()),
            "map_folder": str(scenario.map_folder.resolve()),
        }
        text = json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        path = self.folder(cell) / DESCRIPTION
        if not path.is_file() or path.read_bytes() != text.encode():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, text)

    def read_cell(self, cell_id: str) -> Cell:
        """Return a cell that was described here.

        Raises
        ------
        ResultsError
            When code, map, policies, tables or libraries are others here, so that the results would not be the same.
        """
        from twin.scenario.stored import scenario_from_resolved

        path = self.root / cell_id / DESCRIPTION
        try:
            plain = json.loads(path.read_text(encoding="utf-8"))
            resolved, given, map_folder = (plain[key] for key in ("scenario", "path", "map_folder"))
            scenario = replace(scenario_from_resolved(resolved, given), map_folder=Path(map_folder))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:  # also what other code has written
            problem = f"{type(error).__name__}: {error}"
            raise ResultsError("{path}: cannot be read: {problem}", path=str(path), problem=problem) from None
        cell = cell_of(scenario, scenario.brains[0].name)
        if cell.id != cell_id:
            raise ResultsError(
                "{path}: {host} would live it otherwise: its code, map, policy files, tables or libraries are not "
                "those of who asks; install the same version of everything there",
                path=str(path), host=socket.gethostname(),
            )  # fmt: skip
        return cell

    def clear_remnants(self) -> None:
        """Remove what processes of this machine that were killed have left half-written; results stay."""
        for path in self.root.glob("*/.*"):
            if is_abandoned(path):
                remove(path)
