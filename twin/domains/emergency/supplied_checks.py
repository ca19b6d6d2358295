"""What supplied tables are checked against, and the checks that look past a single cell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from twin.city.graph import RoadGraph
from twin.city.supplied_places import RoadNodes
from twin.core.errors import TwinError
from twin.core.supplied.reading import Problems, Raw
from twin.domains.emergency.supplied_columns import Kind

if TYPE_CHECKING:
    from twin.city.map import CityMap


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
    def nodes(self) -> RoadNodes:
        """What finds road nodes near places."""
        return RoadNodes(self.roads)


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
