"""Tables that a user supplies in place of what the twin would draw or what the map holds: CSV or Parquet.

What the columns are stands in `twin.domains.emergency.supplied_columns`. Everything wrong with a table is told at once,
each with file, line (row number in Parquet), column and remedy. A column whose name begins with ``_`` is a remark and
is not looked at.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from twin.city.places import Hospital, Station
from twin.city.supplied_places import check_places
from twin.core.domain import Supply
from twin.core.errors import TwinError
from twin.core.supplied.columns import Column
from twin.core.supplied.reading import Problems, Raw, TableError
from twin.core.supplied.table import open_table, read_columns
from twin.domains.emergency.supplied_checks import TableContext, check_rows
from twin.domains.emergency.supplied_columns import COLUMNS, KINDS, ONE_OF, Kind, columns_as_markdown

if TYPE_CHECKING:
    from datetime import datetime

    from twin.city.map import CityMap
    from twin.domains.emergency.parameters import EmergencyParameters

__all__ = [
    "COLUMNS", "KINDS", "Column", "Kind", "SuppliedTables", "TableContext", "TableError", "columns_as_markdown",
    "read_supplied", "read_tables", "to_hospitals", "to_stations",
]  # fmt: skip

_ORDER: Final[tuple[Kind, ...]] = ("stations", "extra_stations", "hospitals", "vehicles", "calls", "speeds")
"""Places first: the others refer to them."""
_REFERS_TO: Final[dict[Kind, tuple[Kind, ...]]] = {"vehicles": ("stations", "extra_stations"), "calls": ("hospitals",)}


@dataclass(frozen=True, eq=False)
class SuppliedTables:
    """The tables of a scenario; None where it names none."""

    calls: pd.DataFrame | None = None
    vehicles: pd.DataFrame | None = None
    stations: pd.DataFrame | None = None
    extra_stations: pd.DataFrame | None = None
    hospitals: pd.DataFrame | None = None
    speeds: pd.DataFrame | None = None


def read_supplied(kind: Kind, path: Path, context: TableContext) -> pd.DataFrame:
    """Read and check one table.

    Returns
    -------
    pandas.DataFrame
        One column for each of ``COLUMNS[kind]``, whether the file has it or not: numbers float64 with NaN, whole
        numbers Int64, words categorical, texts str with "" where empty, yes and no boolean. Calls are in order of
        ringing, and have ``ring_s`` only.

    Raises
    ------
    TableError
        With all problems found.
    """
    raw, problems = open_table(path, COLUMNS[kind], ONE_OF.get(kind, ()))
    frame = _read_columns(kind, raw, context, problems)
    problems.stop_if_any()
    return _in_order(kind, frame)


def read_tables(paths: Mapping[Kind, Path], context: TableContext) -> SuppliedTables:
    """Read and check all tables of a scenario; vehicles and calls may name supplied stations and hospitals.

    A table that refers to one with problems is not read, for its names could not be told right from wrong.

    Raises
    ------
    TableError
        With all problems of all tables.
    """
    found: dict[str, pd.DataFrame] = {}
    problems: list[TwinError] = []
    failed: set[Kind] = set()
    for kind in (kind for kind in _ORDER if kind in paths):
        if failed & set(_REFERS_TO.get(kind, ())):
            continue
        try:
            found[kind] = read_supplied(kind, paths[kind], context)
        except TableError as error:
            problems += error.problems
            failed.add(kind)
            continue
        if kind == "extra_stations":
            problems += _already_there(paths[kind], found[kind], context)
        context = _with_places(kind, found[kind], context)
    if problems:
        raise TableError.of(problems)
    return SuppliedTables(**found)


def supply(section: EmergencyParameters, folder: Path, city_map: CityMap, start: datetime) -> Supply:
    """Read the tables that a scenario names; see `twin.core.domain.SupplyFunction`."""
    named = {kind: path for kind in KINDS if (path := getattr(section.tables, kind)) is not None}
    if not named:
        return Supply(city_map)
    found = read_tables(
        {kind: folder / path for kind, path in named.items()}, TableContext.of(city_map, start)
    )  # fmt: skip
    stations = city_map.stations if found.stations is None else to_stations(found.stations)
    if found.extra_stations is not None:
        stations += to_stations(found.extra_stations)
    hospitals = city_map.hospitals if found.hospitals is None else to_hospitals(found.hospitals)
    changed = dataclasses.replace(city_map, stations=stations, hospitals=hospitals)
    return Supply(changed, found.speeds, found)


def _with_places(kind: Kind, frame: pd.DataFrame, context: TableContext) -> TableContext:
    if kind == "stations":
        return dataclasses.replace(context, stations=tuple(frame["id"]))
    if kind == "extra_stations":
        return dataclasses.replace(context, stations=tuple(dict.fromkeys((*context.stations, *frame["id"]))))
    return dataclasses.replace(context, hospitals=tuple(frame["id"])) if kind == "hospitals" else context


def _already_there(path: Path, frame: pd.DataFrame, context: TableContext) -> list[TwinError]:
    return [
        TwinError(
            "{path}: the station {id!r} is there already; give the added one another id, or supply stations, which "
            "replaces all",
            path=str(path),
            id=name,
        )
        for name in frame["id"]
        if name in context.stations
    ]


def _read_columns(kind: Kind, raw: Raw, context: TableContext, problems: Problems) -> pd.DataFrame:
    among = {
        "stations": context.stations, "hospitals": context.hospitals, "districts": context.districts,
        "streets": context.streets,
    }  # fmt: skip
    values, missing = read_columns(COLUMNS[kind], ONE_OF.get(kind, ()), among, raw, problems)
    if {"lon", "lat"} <= values.keys():
        check_places(raw, values["lon"].to_numpy(), values["lat"].to_numpy(), context.roads, problems)
    frame = pd.DataFrame(values)
    check_rows(kind, raw, frame, problems)
    if kind == "calls":
        begin = np.datetime64(context.start.replace(tzinfo=None), "us")
        since_s = (frame.pop("ring_at").to_numpy() - begin) / np.timedelta64(1, "s")
        frame["ring_s"] = np.where(missing["ring_s"], since_s, frame["ring_s"])
    return frame


def _in_order(kind: Kind, frame: pd.DataFrame) -> pd.DataFrame:
    """Sort calls by ringing and name those that have no name."""
    if kind != "calls":
        return frame
    frame = frame.sort_values("ring_s", kind="stable", ignore_index=True)
    nameless = (frame["call"] == "").to_numpy()
    frame.loc[nameless, "call"] = [str(row) for row in np.flatnonzero(nameless)]
    return frame


def to_stations(frame: pd.DataFrame) -> tuple[Station, ...]:
    """Return supplied stations as a map holds them."""
    return tuple(Station(**row) for row in _records(frame))


def to_hospitals(frame: pd.DataFrame) -> tuple[Hospital, ...]:
    """Return supplied hospitals as a map holds them."""
    return tuple(Hospital(**row) for row in _records(frame))


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as plain Python values by column."""
    columns = {str(name): frame[name].tolist() for name in frame.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
