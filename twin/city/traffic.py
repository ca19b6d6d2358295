"""How fast the roads are: on an ordinary day by hour, and on this day as it is.

The time on an edge is its length at its speed, times what junctions add (``junction_time_factor``), times the delay.
The delay is ``1 + (index(hour) - 1) * share(class) * deviation``. On an ordinary day (what is known without live
traffic) the deviation is 1; on the day itself it is log-normal: for each district, hour by hour and for the whole day,
and for each named main road, hour by hour. It is drawn before anything else happens.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.city.graph import ROAD_CLASSES, RoadGraph
from twin.city.routing import Hierarchy, TravelTimes
from twin.city.section import RoadParameters
from twin.core.clock import DRAIN_LIMIT_S, HOUR_S, Clock
from twin.core.streams import Streams
from twin.kernels.delays import delayed_times
from twin.kernels.lanes import LANES
from twin.kernels.outward import NOT_RECKONED, EdgesInto, Times, edges_into

MAIN_CLASSES: Final = frozenset(
    ROAD_CLASSES.index(name)
    for name in (
        "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link",
        "tertiary", "tertiary_link",
    )
)  # fmt: skip
HOURS_A_DAY: Final = 24
DISTRICTS: Final = "roads.district_deviation"
CORRIDORS: Final = "roads.corridor_deviation"


class TimeParts:
    """What edges' travel times are made of: ``free_s``, and times a factor ``delayed_s``; seconds, shapes (m,)."""

    def __init__(self, free_s: NDArray[np.float64], delayed_s: NDArray[np.float64]) -> None:
        self.free_s = free_s
        self.delayed_s = delayed_s
        self._in_order: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None

    @cached_property
    def for_kernels(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Both parts in single precision."""
        return self.free_s.astype(np.float32), self.delayed_s.astype(np.float32)

    def in_order(self, edges: EdgesInto) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return both in single precision, by the node that edges lead to; kept, so always ask with the same edges."""
        if self._in_order is None:
            free_s, delayed_s = self.for_kernels
            self._in_order = free_s[edges.edge], delayed_s[edges.edge]
        return self._in_order


class OrdinaryTraffic:
    """Travel times of an ordinary day, for each local hour; kept for all replications of a process.

    Parameters
    ----------
    speeds
        Speeds by hour in place of ours: columns ``edge_name`` (a street's name, missing where the row is for a class),
        ``road_class``, ``hour`` and one of ``speed_kmh`` and ``delay_index``. Later rows win, streets over classes.
    """

    def __init__(
        self,
        roads: RoadGraph,
        hierarchy: Hierarchy,
        parameters: RoadParameters,
        speeds: pd.DataFrame | None = None,
    ) -> None:
        self.roads = roads
        self.hierarchy = hierarchy
        self.parameters = parameters
        self.free_s: NDArray[np.float64] = (roads.edge_free_flow_s * parameters.junction_time_factor).astype(np.float64)
        self.length_m: NDArray[np.float32] = np.array(roads.edge_length_m)
        share = np.where(self.is_main(), 1.0, parameters.local_delay_share)
        self._usual = TimeParts(self.free_s, self.free_s * share)
        self._kept: dict[tuple[float, int], TravelTimes] = {}
        self._supplied: dict[int, TimeParts] = {}
        if speeds is not None:
            for hour, times_s in supplied_times_s(roads, self.free_s, speeds).items():
                self._supplied[hour] = self._laid_over(hour, times_s)

    def _laid_over(self, hour_of_day: int, times_s: NDArray[np.float64]) -> TimeParts:
        """Return the parts of an hour some of whose times are supplied (the others are NaN)."""
        told = ~np.isnan(times_s)
        free_s = np.where(told, np.fmin(self.free_s, times_s), self.free_s)
        delayed_s = np.where(told, times_s - free_s, (self.delay_index(hour_of_day) - 1) * self._usual.delayed_s)
        return TimeParts(free_s, delayed_s)

    @cached_property
    def edges_into(self) -> EdgesInto:
        """The roads' edges by the node that they lead to."""
        return edges_into(self.roads.node_count, self.roads.edge_from, self.roads.edge_to)

    def delay_index(self, hour_of_day: int) -> float:
        """Return the main roads' travel time relative to free flow."""
        return self.parameters.delay_index_by_hour[hour_of_day]

    def parts_at(self, hour_of_day: int) -> tuple[TimeParts, float]:
        """Return what the times of an hour are made of, and the factor of the delayed part on an ordinary day."""
        if hour_of_day in self._supplied:
            return self._supplied[hour_of_day], 1.0
        return self._usual, self.delay_index(hour_of_day) - 1

    def _key_of(self, hour_of_day: int) -> tuple[float, int]:
        """Return what hours with the same times have in common."""
        return self.delay_index(hour_of_day), hour_of_day if hour_of_day in self._supplied else -1

    def is_supplied(self, hour_of_day: int) -> bool:
        """Say whether a table of one's own gives speeds in this hour."""
        return hour_of_day in self._supplied

    def times_at(self, hour_of_day: int) -> TravelTimes:
        """Return the travel times of an hour; hours with the same delay share one metric.

        Those of the hours that follow, which are sure to be asked for next, are made in the same sweep.
        """
        wanted = self._key_of(hour_of_day)
        if wanted not in self._kept:
            hours: dict[tuple[float, int], int] = {}
            for later in range(HOURS_A_DAY):
                hour = (hour_of_day + later) % HOURS_A_DAY
                hours.setdefault(self._key_of(hour), hour)
            missing = [key for key in hours if key not in self._kept][:LANES]
            edge_time_ms = []
            for key in missing:
                parts, factor = self.parts_at(hours[key])
                edge_time_ms.append(milliseconds(parts.free_s + factor * parts.delayed_s))
            self._kept.update(zip(missing, self.hierarchy.customise_each(np.array(edge_time_ms)), strict=True))
        return self._kept[wanted]

    def is_main(self) -> NDArray[np.bool_]:
        """Say for each edge whether it is a main road, shape (m,)."""
        return np.isin(self.roads.edge_class, list(MAIN_CLASSES))


def hours_of(clock: Clock) -> NDArray[np.float64]:
    """Return when each local hour of a run begins, from the warm-up to the last that may be lived, seconds."""
    first_s = -clock.warm_up_s - clock.second_of_day(-clock.warm_up_s) % HOUR_S
    count = int(np.ceil((clock.duration_s + DRAIN_LIMIT_S - first_s) / HOUR_S))
    starts_s: NDArray[np.float64] = (first_s + HOUR_S * np.arange(count)).astype(np.float64)
    return starts_s


def draw_deviations(ordinary: OrdinaryTraffic, clock: Clock, streams: Streams) -> dict[str, pd.DataFrame]:
    """Draw how the day's delay differs from an ordinary day's: one row an hour, one column a district or main road."""
    parameters, roads = ordinary.parameters, ordinary.roads
    begins_s = hours_of(clock)
    days = np.array([clock.at(start_s).toordinal() for start_s in begins_s])
    district = {}
    for name in ("outside", *roads.districts):
        by_day = streams("roads", "day", name).standard_normal(days[-1] - days[0] + 1)[days - days[0]]
        by_hour = streams("roads", "hour", name).standard_normal(len(begins_s))
        district[name] = np.exp(parameters.day_to_day_sigma * by_day + parameters.hour_to_hour_sigma * by_hour)
    corridor = {}
    for code in np.unique(roads.edge_name[ordinary.is_main() & (roads.edge_name > 0)]):
        by_hour = streams("roads", "corridor", roads.names[code]).standard_normal(len(begins_s))
        corridor[roads.names[code]] = np.exp(parameters.corridor_sigma * by_hour)
    return {
        DISTRICTS: pd.DataFrame({"begins_s": begins_s, **district}),
        CORRIDORS: pd.DataFrame({"begins_s": begins_s, **corridor}),
    }


class DayTraffic:
    """Travel times of the day itself, for each hour; an hour's are computed when they are first asked for."""

    def __init__(self, ordinary: OrdinaryTraffic, clock: Clock, tables: dict[str, pd.DataFrame]) -> None:
        roads = ordinary.roads
        self.begins_s = np.array(tables[DISTRICTS]["begins_s"], np.float64)  # copies: kernels take one kind of array
        self._hours = [clock.hour_of_day(start_s) for start_s in self.begins_s]
        self._ordinary = ordinary
        self._district = np.array(tables[DISTRICTS].drop(columns="begins_s"), np.float32, order="C")
        corridors = tables[CORRIDORS].drop(columns="begins_s")
        self._corridor = np.ones((len(corridors), 1 + len(corridors.columns)), np.float32)
        self._corridor[:, 1:] = corridors
        column = {str(name): number for number, name in enumerate(corridors.columns, start=1)}
        column_of_name = np.array([column.get(name, 0) for name in roads.names])
        self._edge_district = roads.node_district[roads.edge_to].astype(np.int32) + np.int32(1)
        self._edge_corridor = np.where(ordinary.is_main(), column_of_name[roads.edge_name], 0).astype(np.int32)
        into = ordinary.edges_into
        self._in_order = self._edge_district[into.edge], self._edge_corridor[into.edge]

    def is_free(self, hour: int) -> bool:
        """Say whether nothing is delayed in this hour, so that all such hours have the same times."""
        return self._ordinary.parts_at(self._hours[hour])[1] == 0

    def write_times(self, hour: int, slow_factor: float, time_ms: NDArray[np.int32]) -> None:
        """Write milliseconds on each edge in the hour of this number into ``time_ms``, shape (m,)."""
        parts, factor = self._ordinary.parts_at(self._hours[hour])
        delayed_times(
            *parts.for_kernels, self._edge_district, self._edge_corridor, np.float32(factor),
            self._district[hour], self._corridor[hour], np.float32(slow_factor), time_ms,
        )  # fmt: skip

    def times_on(self, edges: NDArray[np.int32], hours: range, slow_factor: float) -> NDArray[np.int32]:
        """Return milliseconds on a few edges in these hours, shape (hours, edges)."""
        time_ms = np.empty((len(hours), len(edges)), np.int32)
        district, corridor = self._edge_district[edges], self._edge_corridor[edges]
        for row, hour in enumerate(hours):
            parts, factor = self._ordinary.parts_at(self._hours[hour])
            free_s, delayed_s = parts.for_kernels
            delayed_times(
                free_s[edges], delayed_s[edges], district, corridor, np.float32(factor), self._district[hour],
                self._corridor[hour], np.float32(slow_factor), time_ms[row],
            )  # fmt: skip
        return time_ms

    def times_outward(self, hour: int, slow_factor: float) -> Times:
        """Return the times of an hour for a search that reckons those it meets."""
        parts, factor = self._ordinary.parts_at(self._hours[hour])
        into = self._ordinary.edges_into
        return Times(
            np.full(len(into.edge), NOT_RECKONED, np.int32), *parts.in_order(into), *self._in_order,
            np.array([factor, slow_factor], np.float32), self._district[hour], self._corridor[hour],
        )  # fmt: skip


def milliseconds(seconds: NDArray[np.floating]) -> NDArray[np.int32]:
    """Round seconds to whole milliseconds, at least 1."""
    whole: NDArray[np.floating] = np.rint(seconds * 1000)
    np.maximum(whole, 1, out=whole)
    return whole.astype(np.int32)


def supplied_times_s(
    roads: RoadGraph, free_s: NDArray[np.float64], speeds: pd.DataFrame
) -> dict[int, NDArray[np.float64]]:
    """Return the travel times that supplied speeds give, by hour, NaN where they say nothing; seconds, shape (m,)."""
    found: dict[int, NDArray[np.float64]] = {}
    by_class_first = speeds.assign(_street=speeds["edge_name"].notna()).sort_values("_street", kind="stable")
    rows: Iterator[Any] = by_class_first.itertuples(index=False)
    for row in rows:
        if pd.notna(row.edge_name):
            edges = roads.edge_name == roads.names.index(str(row.edge_name))
        else:
            edges = roads.edge_class == ROAD_CLASSES.index(str(row.road_class))
        times_s = found.setdefault(int(row.hour), np.full(roads.edge_count, np.nan))
        if pd.notna(row.speed_kmh):
            times_s[edges] = roads.edge_length_m[edges].astype(np.float64) / (float(row.speed_kmh) / 3.6)
        else:
            times_s[edges] = free_s[edges] * float(row.delay_index)
    return found
