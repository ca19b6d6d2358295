"""Stored results of a run: written whole, read by the report, the command line and notebooks."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyarrow.parquet import read_metadata

from twin.core.errors import ResultsError
from twin.core.kpis import Kpi
from twin.experiment.catalogue import catalogue_of
from twin.experiment.compare import Comparison, Over, compare_cases, compare_days
from twin.experiment.files import write_text
from twin.experiment.tasks import SUMMARY, TIMES, Task, compute_kpis, folder_of, load_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twin.core.brain import AskingTime
    from twin.core.clock import Clock
    from twin.scenario.load import Scenario

KPI_COLUMNS = ("brain", "replication", "kpi", "value", "unit", "count")


def write_kpis(folder: Path, scenario: Scenario) -> None:
    """Gather the replications' KPIs into ``kpis.csv`` and ``kpis.json``."""
    rows = []
    for brain, setting in enumerate(scenario.brains):
        for replication in range(scenario.replications):
            summary = json.loads((folder_of(folder, scenario, Task(replication, brain)) / SUMMARY).read_text("utf-8"))
            rows += [
                {"brain": setting.name, "replication": replication, "kpi": row["name"], "value": row["value"],
                 "unit": row["unit"], "count": row["count"]}
                for row in summary["kpis"]
            ]  # fmt: skip
    _write_kpi_files(folder, rows)


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write ``manifest.json``, whose presence says that the run is finished."""
    write_text(folder / "manifest.json", json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True) + "\n")


def _write_kpi_files(folder: Path, rows: list[dict[str, Any]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, KPI_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(folder / "kpis.csv", text.getvalue())
    nested: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        by_kpi = nested.setdefault(row["brain"], {})
        entry = by_kpi.setdefault(row["kpi"], {"unit": row["unit"], "by_replication": {}})
        entry["by_replication"][str(row["replication"])] = row["value"]
    for by_kpi in nested.values():
        for entry in by_kpi.values():
            values = list(entry["by_replication"].values())
            entry["mean"] = sum(values) / len(values)
    write_text(folder / "kpis.json", json.dumps(nested, indent=1, sort_keys=True) + "\n")


def _read_events(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    try:
        return pd.read_parquet(path, columns=None if columns is None else list(columns))
    except (OSError, ValueError) as error:
        raise ResultsError("{path}: cannot be read: {problem}", path=str(path), problem=str(error)) from None


class _Cases:
    """A domain's cases, found by the members of their groupings; each grouping is gone through once."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self._rows: dict[str, dict[str, NDArray[np.intp]]] = {}

    def of(self, column: str, kpi: Kpi) -> pd.Series:
        """Return what there is of a measure over all cases, or over those of the KPI's member."""
        values: pd.Series = self._frame[column]
        if kpi.member is not None:
            having = [rows for grouping in kpi.family.groups if kpi.member in (rows := self._rows_of(grouping))]
            found = [rows[kpi.member] for rows in having] or [np.empty(0, np.intp)]
            values = values.iloc[found[0] if len(found) == 1 else np.unique(np.concatenate(found))]
        return values.dropna()

    def _rows_of(self, grouping: str) -> dict[str, NDArray[np.intp]]:
        """Return the rows of each member, in their order."""
        if grouping not in self._rows:
            code, members = pd.factorize(self._frame[grouping])
            order = np.argsort(code, kind="stable")
            ends = np.searchsorted(code[order], np.arange(-1, len(members)), side="right")
            by_member = np.split(order, ends[:-1])[1:]
            self._rows[grouping] = dict(zip(members, by_member, strict=True))
        return self._rows[grouping]


class _Frames(Mapping[str, pd.DataFrame]):
    """Event tables that are read when they are first asked for."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = {path.stem: path for path in paths}
        self._read: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._read:
            self._read[name] = _read_events(self._paths[name])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


class Results:
    """A finished run.

    Parameters
    ----------
    folder
        ``reports/<scenario>/<run id>``.

    Raises
    ------
    ResultsError
        When it is not the folder of a finished run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._compared: dict[tuple[str, str], list[Comparison]] = {}
        path = self.folder / "manifest.json"
        if not path.is_file():
            raise ResultsError(
                "{path}: is not the folder of a finished run (reports/<scenario>/<run id>)", path=str(folder)
            )
        try:
            self.manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ResultsError("{path}: cannot be read: {problem}", path=str(path), problem=str(error)) from None

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as it was run."""
        from twin.scenario.stored import scenario_from_resolved

        scenario = scenario_from_resolved(self.manifest["scenario"], self.manifest["scenario_path"])
        used = Path(self.manifest["map_folder"])
        return replace(scenario, map_folder=used) if used.is_dir() else scenario

    @property
    def clock(self) -> Clock:
        """The calendar of the run."""
        return self.scenario.clock

    @property
    def brains(self) -> tuple[str, ...]:
        """Names of the brains, in the scenario's order."""
        return tuple(brain.name for brain in self.scenario.brains)

    @cached_property
    def kpis(self) -> pd.DataFrame:
        """One row a brain, replication and KPI: brain, replication, kpi, value, unit, count."""
        return pd.read_csv(self.folder / "kpis.csv")

    def summary(self, brain: str, replication: int) -> dict[str, Any]:
        """Return what one replication wrote about itself: hashes of its tables, replaced answers, KPIs."""
        path = self._events_folder(brain, replication) / SUMMARY
        summary: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return summary

    def answer_times(self, brain: str) -> dict[str, AskingTime]:
        """Return what a brain's rules took to answer over all replications, by decision; nothing of older runs."""
        from twin.core.brain import AskingTime

        found: dict[str, AskingTime] = {}
        for replication in range(self.scenario.replications):
            path = self._events_folder(brain, replication) / TIMES
            if path.is_file():
                for decision, times in json.loads(path.read_text(encoding="utf-8")).items():
                    found.setdefault(decision, AskingTime()).add_all(AskingTime(**times))
        return found

    def _events_folder(self, brain: str, replication: int) -> Path:
        if brain not in self.brains or not 0 <= replication < self.scenario.replications:
            raise ResultsError(
                "{path}: has no replication {replication} of {brain}; there are {count} of {brains}",
                path=str(self.folder),
                replication=replication,
                brain=brain,
                count=self.scenario.replications,
                brains=", ".join(self.brains),
            )
        return folder_of(self.folder, self.scenario, Task(replication, self.brains.index(brain)))

    def event_frames(self, brain: str, replication: int) -> Mapping[str, pd.DataFrame]:
        """Return every event table of one replication but for the decisions and the ways of vehicles.

        Each is read when it is first asked for, and kept as long as the mapping.
        """
        folder = self._events_folder(brain, replication)
        left_out = (".decisions.", ".tracks.")
        paths = [path for path in sorted(folder.glob("*.parquet")) if not any(word in path.name for word in left_out)]
        if not paths:
            raise ResultsError("{path}: the events are missing; run the scenario again", path=str(folder))
        return _Frames(paths)

    def events(self, table: str, brain: str | None = None, replication: int | None = None) -> pd.DataFrame:
        """Return an event table, of all brains and replications or of one, with columns brain and replication."""
        frames = [
            self.event_table(table, name, number).assign(brain=name, replication=number)
            for name in (self.brains if brain is None else (brain,))
            for number in (range(self.scenario.replications) if replication is None else (replication,))
        ]
        return pd.concat(frames, ignore_index=True)

    def event_table(
        self, table: str, brain: str, replication: int, columns: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Return an event table of one replication as it was written, or these columns of it."""
        return _read_events(self._table_path(table, brain, replication), columns)

    def _table_path(self, table: str, brain: str, replication: int) -> Path:
        path = self._events_folder(brain, replication) / f"{table}.parquet"
        if not path.is_file():
            known = sorted(other.stem for other in path.parent.glob("*.parquet"))
            raise ResultsError(
                "{path}: there is no such table; there are {known}", path=str(path), known=", ".join(known)
            )
        return path

    def row_count(self, table: str, brain: str, replication: int) -> int:
        """Return how many rows an event table of one replication has, without reading them."""
        return int(read_metadata(self._table_path(table, brain, replication)).num_rows)

    def observations(self, domain: str, brain: str, replication: int) -> pd.DataFrame:
        """Return a domain's measures, one row a case, from the recorded events."""
        from twin.domains import DESCRIPTIONS

        function = load_object(DESCRIPTIONS[domain].observations)
        frame: pd.DataFrame = function(self.event_frames(brain, replication), self.clock)
        return frame

    def catalogue(self) -> dict[str, Kpi]:
        """Return every KPI that the run's domains may have, by name."""
        return catalogue_of(self.scenario.domains, self.manifest["districts"])

    def compare(self, baseline: str, other: str) -> list[Comparison]:
        """Compare two brains in every KPI that both have: over the days, or over the cases of a single day.

        Raises
        ------
        ResultsError
            Where the run has no such brain.
        """
        for brain in (baseline, other):
            self._events_folder(brain, 0)
        if (baseline, other) not in self._compared:
            single = self.scenario.replications == 1
            compare = self._compare_cases if single else self._compare_days
            self._compared[baseline, other] = compare(baseline, other)
        return list(self._compared[baseline, other])

    def _compare_days(self, baseline: str, other: str) -> list[Comparison]:
        catalogue = self.catalogue()
        frame = self.kpis
        rows = []
        by_brain = {
            brain: frame[frame["brain"] == brain].set_index("replication").groupby("kpi", sort=False)["value"]
            for brain in (baseline, other)
        }
        tables = {brain: {str(name): values for name, values in groups} for brain, groups in by_brain.items()}
        for name, values in tables[baseline].items():
            if name in tables[other] and name in catalogue:
                family = catalogue[name].family
                row = compare_days(name, family.unit, family.better, values, tables[other][name])
                if row is not None:
                    rows.append(row)
        return rows

    def _compare_cases(self, baseline: str, other: str) -> list[Comparison]:
        from twin.domains import DESCRIPTIONS

        rows = []
        for domain in self.scenario.domains:
            over: Over = "days_in_a_row" if DESCRIPTIONS[domain].cases_are_days else "cases"
            cases = {brain: _Cases(self.observations(domain, brain, 0)) for brain in (baseline, other)}
            for name, kpi in self.catalogue().items():
                column = kpi.family.column
                if not name.startswith(domain + ".") or not column or kpi.statistic not in (None, "mean"):
                    continue
                before, after = (cases[brain].of(column, kpi) for brain in (baseline, other))
                row = compare_cases(name, kpi.family.unit, kpi.family.better, before, after, over)
                if row is not None:
                    rows.append(row)
        return rows

    def recompute_kpis(self) -> bool:
        """Compute the KPIs again from the recorded events and store them; say whether anything changed."""
        rows = []
        for brain in self.brains:
            for replication in range(self.scenario.replications):
                frames = self.event_frames(brain, replication)
                try:
                    values = compute_kpis(self.scenario, frames)
                except KeyError as error:
                    raise ResultsError(
                        "{path}: the table or column {name} is missing; run the scenario again",
                        path=str(self._events_folder(brain, replication)),
                        name=str(error.args[0]),
                    ) from None
                rows += [
                    {"brain": brain, "replication": replication, "kpi": row.name, "value": row.value, "unit": row.unit,
                     "count": row.count}
                    for row in values
                ]  # fmt: skip
        before = (self.folder / "kpis.csv").read_bytes()
        _write_kpi_files(self.folder, rows)
        self.__dict__.pop("kpis", None)
        self._compared.clear()
        return before != (self.folder / "kpis.csv").read_bytes()
