"""What supplied tables are checked against, and the checks that look past a single cell."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.city.graph import RoadGraph
from twin.core.errors import TwinError
from twin.domains.emergency.supplied_columns import COLUMNS, FARTHEST_FROM_ROAD_M, ONE_OF, Kind
from twin.domains.emergency.supplied_reading import Problems, Raw

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

    from twin.city.map import CityMap

REMARK: Final = "_"


@dataclass(frozen=True, eq=False)
class TableContext:
    """What supplied tables are checked against.

    Attributes
    ----------
    start
        Local time of second 0, to which ``ring_at`` is reckoned.
    stations, hospitals, districts
        Ids that may be named; a categorical column's codes are positions in these.
    streets
        Names of roads.
    roads
        Whose nodes places must lie near.
    """

    start: datetime
    stations: tuple[str, ...]
    hospitals: tuple[str, ...]
    districts: tuple[str, ...]
    streets: tuple[str, ...]
    roads: RoadGraph

    @classmethod
    def of(cls, city_map: CityMap, start: datetime) -> TableContext:
        """Return the context that a map gives."""
        return cls(
            start=start,
            stations=tuple(place.id for place in city_map.stations),
            hospitals=tuple(place.id for place in city_map.hospitals),
            districts=tuple(district.id for district in city_map.districts),
            streets=tuple(name for name in city_map.roads.names if name),
            roads=city_map.roads,
        )

    @cached_property
    def _tree(self) -> cKDTree:
        from scipy.spatial import cKDTree

        return cKDTree(self.roads.node_xy_m)

    def distance_m(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return straight distances to the nearest road node, metres, shape (k,); infinite beyond the allowed one."""
        points = self.roads.to_plane_m(lon, lat)
        return np.asarray(self._tree.query(points, distance_upper_bound=FARTHEST_FROM_ROAD_M, workers=-1)[0])


def check_names(kind: Kind, raw: Raw, problems: Problems) -> None:
    """Find columns that are missing or not known."""
    known = [column.name for column in COLUMNS[kind]]
    needed = {column.name for column in COLUMNS[kind] if column.required}
    place: dict[str, object] = {"path": str(problems.path) if raw.lines is None else f"{problems.path}:1"}
    for name in known:
        if name in needed and name not in raw.columns:
            problems.add(TwinError("{path}:{column}: the column is missing; add it", column=name, **place))
    for pair in ONE_OF.get(kind, ()):
        if not set(pair) & raw.columns.keys():
            problems.add(
                TwinError(
                    "{path}: the column {one} or {other} is missing; add one of them",
                    one=pair[0],
                    other=pair[1],
                    **place,
                )
            )
    for name in raw.columns:
        if name in known or name.startswith(REMARK):
            continue
        near = difflib.get_close_matches(name, [one for one in known if one not in raw.columns], 1, 0.6)
        if near:
            problems.add(
                TwinError(
                    "{path}:{column}: there is no such column; did you mean {near}?", column=name, near=near[0], **place
                )
            )
        else:
            problems.add(
                TwinError(
                    "{path}:{column}: there is no such column; begin its name with _ where it is a remark",
                    column=name,
                    **place,
                )
            )


def check_pair(raw: Raw, pair: tuple[str, str], missing: dict[str, NDArray[np.bool_]], problems: Problems) -> None:
    """Find rows that fill none of two columns, or both."""
    one, other = pair
    if not set(pair) & raw.columns.keys():
        return
    for _, where in problems.rows(raw, _empty(raw, one) & _empty(raw, other), one):
        problems.add(
            TwinError(
                "{where}: neither {one} nor {other} has a value; fill one of them", where=where, one=one, other=other
            )
        )
    for _, where in problems.rows(raw, ~(missing[one] | missing[other]), one):
        problems.add(
            TwinError(
                "{where}: both {one} and {other} have a value; empty one of them", where=where, one=one, other=other
            )
        )


def _empty(raw: Raw, name: str) -> NDArray[np.bool_]:
    """Return where a column has no value at all; a wrong one, which is told of elsewhere, is a value."""
    cells = raw.columns.get(name)
    if cells is None:
        return np.ones(raw.count, dtype=np.bool_)
    series = cells.to_pandas()
    return np.asarray(series.isna() | (series == ""), dtype=np.bool_)


def check_places(
    raw: Raw, lon: NDArray[np.float64], lat: NDArray[np.float64], context: TableContext, problems: Problems
) -> None:
    """Find places that are farther from every road than may be."""
    known = np.isfinite(lon) & np.isfinite(lat)
    on_earth = known & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    far = on_earth.copy()
    far[on_earth] = np.isinf(context.distance_m(lon[on_earth], lat[on_earth]))
    swapped = far | (known & ~on_earth)
    swapped[swapped] = np.isfinite(context.distance_m(lat[swapped], lon[swapped]))
    for _, where in problems.rows(raw, swapped, "lon"):
        problems.add(TwinError("{where}: longitude and latitude seem to be swapped; swap the two columns", where=where))
    for row, where in problems.rows(raw, far & ~swapped, "lon"):
        problems.add(
            TwinError(
                "{where}: {lon:g}, {lat:g} is more than {km:g} km from every road of the map; correct the place, leave "
                "the row out, or use a map that reaches there",
                where=where,
                lon=float(lon[row]),
                lat=float(lat[row]),
                km=FARTHEST_FROM_ROAD_M / 1000,
            )
        )


def _check_stations(raw: Raw, frame: pd.DataFrame, problems: Problems) -> None:
    if not {"crews", "vehicles"} <= set(frame.columns):
        return
    many = (frame["crews"] > frame["vehicles"]).fillna(value=False).to_numpy(dtype=np.bool_)
    for row, where in problems.rows(raw, many, "crews"):
        problems.add(
            TwinError(
                "{where}: {crews} crews for {vehicles} vehicles; a crew on duty needs a vehicle",
                where=where,
                crews=int(frame["crews"][row]),
                vehicles=int(frame["vehicles"][row]),
            )
        )


def _check_vehicles(raw: Raw, frame: pd.DataFrame, problems: Problems) -> None:
    never = (frame["on_duty_from_h"] == frame["on_duty_until_h"]).to_numpy(dtype=np.bool_)
    for _, where in problems.rows(raw, never, "on_duty_until_h"):
        problems.add(
            TwinError(
                "{where}: duty ends when it begins; write 0 and 24 for the whole day, or leave both empty", where=where
            )
        )


def _check_speeds(raw: Raw, frame: pd.DataFrame, problems: Problems) -> None:
    if "hour" not in frame:
        return
    double = frame.duplicated(["edge_name", "road_class", "hour"]).to_numpy() & frame["hour"].notna().to_numpy()
    for _, where in problems.rows(raw, double, "hour"):
        problems.add(TwinError("{where}: this hour of this road stands there twice; leave one row out", where=where))


def check_rows(kind: Kind, raw: Raw, frame: pd.DataFrame, problems: Problems) -> None:
    """Find rows whose cells, each right alone, do not fit together."""
    if kind in ("stations", "extra_stations"):
        _check_stations(raw, frame, problems)
    elif kind == "vehicles":
        _check_vehicles(raw, frame, problems)
    elif kind == "speeds":
        _check_speeds(raw, frame, problems)
