"""Finds the tables of a JEMSS city in a folder and checks that they fit together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.city.importing.jemss_tables import JemssTable, read_tables, table_names
from twin.core.errors import MapError

REQUIRED: Final = ("map", "nodes", "arcs", "stations", "hospitals", "ambulances")
OPTIONAL: Final = ("calls", "travelModes", "demandRasters")
PRIORITIES: Final = ("highPriority", "medPriority", "lowPriority")
NO_HOSPITAL: Final = -1
"""Stands in a call's hospitalIndex where JEMSS chooses the nearest."""

Tables = dict[str, JemssTable]


@dataclass(frozen=True, eq=False)
class Roads:
    """Nodes and directed arcs; times in days by travel mode, shape (modes, arcs), distances NaN where not given."""

    node_x: NDArray[np.float64]
    node_y: NDArray[np.float64]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    distance_km: NDArray[np.float64]
    time_days: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Calls:
    """Calls, shape (n,): times in days, hospital as a position or -1."""

    index: NDArray[np.int64]
    priority: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    ring_days: NDArray[np.float64]
    dispatch_delay_days: NDArray[np.float64]
    scene_days: NDArray[np.float64]
    handover_days: NDArray[np.float64]
    transport: NDArray[np.bool_]
    hospital: NDArray[np.int64]


class JemssCity:
    """A city folder of JEMSS; each part is read when it is first asked for.

    Parameters
    ----------
    folder
        Its CSV files may lie in folders of their own and have any names: they are known by the tables in them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = _find(folder)
        self._read: dict[Path, Tables] = {}

    def tables(self, marker: str) -> Tables:
        """Return the tables of the file that holds the table ``marker``."""
        path = self.files[marker]
        if path not in self._read:
            self._read[path] = read_tables(path)
        return self._read[path]

    def table(self, marker: str, name: str | None = None) -> JemssTable:
        """Return a table, by default the marker itself; raises MapError where it is missing or has no rows."""
        tables, name = self.tables(marker), name or marker
        if name not in tables:
            raise MapError(
                "{path}: has no table {table}; add it, as JEMSS writes it", path=str(self.files[marker]), table=name
            )
        if not len(tables[name]):
            raise MapError(
                "{path}:{line}: the table {table} has no rows; it needs at least one",
                path=str(self.files[marker]),
                line=tables[name].header_line,
                table=name,
            )
        return tables[name]

    @cached_property
    def nodes(self) -> JemssTable:
        """The table of nodes, its index checked."""
        return self._indexed("nodes")

    @cached_property
    def stations(self) -> JemssTable:
        """The table of stations, its index checked."""
        return self._indexed("stations")

    @cached_property
    def hospitals(self) -> JemssTable:
        """The table of hospitals, its index checked."""
        return self._indexed("hospitals")

    def _indexed(self, name: str) -> JemssTable:
        table = self.table(name)
        table.check_index()
        return table

    @cached_property
    def roads(self) -> Roads:
        """Nodes and arcs; an undirected arc becomes two."""
        arcs = self._indexed("arcs")
        form, modes = self._arc_form()
        begin, end = arcs.positions("fromNode", self.nodes), arcs.positions("toNode", self.nodes)
        times = [arcs.numbers(f"mode_{mode}", low=0.0) for mode in range(1, modes + 1)]
        for mode, time in enumerate(times, start=1):
            zero = np.flatnonzero(time == 0)
            if len(zero):
                raise MapError(
                    "{path}:{line}: column {column}: a travel time of 0; write days greater than 0",
                    path=str(arcs.path),
                    line=arcs.lines[int(zero[0])],
                    column=f"mode_{mode}",
                )
        given = "distance" in arcs.columns and not all(cell in ("", "NaN") for cell in arcs.columns["distance"])
        distance_km = arcs.numbers("distance", low=0.0) if given else np.full(len(arcs), np.nan)
        time_days = np.array(times)
        if form == "undirected":
            begin, end = np.concatenate([begin, end]), np.concatenate([end, begin])
            distance_km, time_days = np.tile(distance_km, 2), np.tile(time_days, 2)
        return Roads(self.nodes.numbers("x"), self.nodes.numbers("y"), begin, end, distance_km, time_days)

    def _arc_form(self) -> tuple[str, int]:
        """Return whether arcs lead both ways, and how many travel modes they have times for."""
        table = self.table("arcs", "miscData")
        form, modes = table.texts("arcForm")[0], int(table.whole("numModes")[0])
        if form not in ("directed", "undirected") or modes < 1:
            raise MapError(
                "{path}:{line}: arcForm must be directed or undirected, and numModes at least 1",
                path=str(table.path),
                line=table.lines[0],
            )
        return form, modes

    @cached_property
    def ambulances_at(self) -> NDArray[np.int64]:
        """How many ambulances each station has, shape (stations,)."""
        station = self._indexed("ambulances").positions("stationIndex", self.stations)
        return np.bincount(station, minlength=len(self.stations))

    @cached_property
    def calls(self) -> Calls | None:
        """The calls where the folder has any."""
        if "calls" not in self.files:
            return None
        table, start = self._indexed("calls"), self.table("calls", "miscData").numbers("startTime")[0]
        names = table.columns
        transport = "transport" if "transport" in names else "transfer"  # the older name
        handover = "handoverDuration" if "handoverDuration" in names or transport == "transport" else "transferDuration"
        taken = np.isin(np.array([cell.lower() for cell in table.texts(transport)]), ["1", "1.0", "true"])
        return Calls(
            index=table.whole("index"),
            priority=_priorities(table),
            x=table.numbers("x"),
            y=table.numbers("y"),
            ring_days=table.numbers("arrivalTime", low=start) - start,
            dispatch_delay_days=table.numbers("dispatchDelay", low=0.0),
            scene_days=table.numbers("onSceneDuration", low=0.0),
            handover_days=table.numbers(handover, low=0.0),
            transport=taken,
            hospital=table.positions("hospitalIndex", self.hospitals, none=NO_HOSPITAL),
        )

    @cached_property
    def modes(self) -> tuple[int, int]:
        """Positions of the travel modes of urgent and of ordinary driving at the beginning."""
        count = len(self.roads.time_days)
        if "travelModes" not in self.files:
            return 0, count - 1
        sets = self.table("travelModes", "travelSets")
        first = int(self.table("travelModes", "travelSetsTiming").whole("travelSetIndex")[0])
        numbers = zip(
            sets.whole("travelSetIndex").tolist(),
            sets.texts("priority"),
            sets.positions("travelModeIndex", self.table("travelModes")).tolist(),
            strict=True,
        )
        by_priority = {priority: min(mode, count - 1) for number, priority, mode in numbers if number == first}
        known = [by_priority[name] for name in PRIORITIES if name in by_priority]
        return (known[0], known[-1]) if known else (0, count - 1)

    @cached_property
    def calls_per_day(self) -> float:
        """Calls a day by the demand of the beginning, 0 where the folder does not say."""
        if "demandRasters" not in self.files:
            return 0.0
        modes = self.table("demandRasters", "demandModes")
        rates = modes.numbers("arrivalRate", low=0.0)
        first = int(self.table("demandRasters", "demandSetsTiming").whole("setIndex")[0])
        sets = self.table("demandRasters", "demandSets")
        listed = dict(zip(sets.whole("setIndex").tolist(), sets.texts("modeIndices"), strict=True)).get(first, "")
        used = [int(word) - 1 for word in re.findall(r"\d+", listed)]
        return float(sum(rates[number] for number in used if 0 <= number < len(rates)))

    @property
    def later_sets(self) -> int:
        """How many changes of travel or demand by time of day there are after the beginning."""
        timings = (("travelModes", "travelSetsTiming"), ("demandRasters", "demandSetsTiming"))
        return sum(len(self.table(*names)) - 1 for names in timings if names[0] in self.files)

    @cached_property
    def raster(self) -> Path | None:
        """The raster of the demand where its file is there; ``$jemssDir`` is looked for above the folder."""
        if "demandRasters" not in self.files:
            return None
        name = self.table("demandRasters").texts("rasterFilename")[0]
        if name.startswith("$jemssDir"):
            inner = name.removeprefix("$jemssDir").lstrip("/\\")
            candidates = [parent / inner for parent in self.folder.resolve().parents]
        else:
            candidates = [self.files["demandRasters"].parent / name]
        return next((path for path in candidates if path.is_file()), None)


def _priorities(table: JemssTable) -> NDArray[np.int64]:
    priority = table.whole("priority")
    wrong = np.flatnonzero((priority < 1) | (priority > len(PRIORITIES)))
    if len(wrong):
        raise MapError(
            "{path}:{line}: column priority: {text} is not 1 (high), 2 (medium) or 3 (low)",
            path=str(table.path),
            line=table.lines[int(wrong[0])],
            text=table.texts("priority")[int(wrong[0])],
        )
    return priority


def _find(folder: Path) -> dict[str, Path]:
    """Return the file that holds each table; raises MapError where one is missing or two are as good."""
    if not folder.is_dir():
        raise MapError("{path}: there is no such folder; give the folder of a JEMSS city", path=str(folder))
    holders: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*.csv")):
        for name in table_names(path) & {*REQUIRED, *OPTIONAL}:
            holders.setdefault(name, []).append(path)
    missing = [name for name in REQUIRED if name not in holders]
    if missing:
        packed = next((path for path in sorted(folder.rglob("*.zip")) if path.stem == "roads"), None)
        if packed is not None and {"nodes", "arcs"} & set(missing):
            raise MapError(
                "{path}: holds the roads packed; unpack it where it lies, and import again", path=str(packed)
            )
        raise MapError(
            "{path}: no CSV file in it has the table {missing}; give the folder that holds a JEMSS city's input "
            "(map, nodes, arcs, stations, hospitals, ambulances; calls, travel and demand where there are any)",
            path=str(folder),
            missing=", ".join(missing),
        )
    return {name: _only(folder, name, paths) for name, paths in holders.items()}


def _only(folder: Path, name: str, paths: list[Path]) -> Path:
    depth = min(len(path.parts) for path in paths)
    nearest = [path for path in paths if len(path.parts) == depth]
    named = [path for path in nearest if path.stem == name] or nearest
    if len(named) > 1:
        raise MapError(
            "{path}: several files have the table {table}: {files}; give a folder in which there is one",
            path=str(folder),
            table=name,
            files=", ".join(path.relative_to(folder).as_posix() for path in named[:5]),
        )
    return named[0]
