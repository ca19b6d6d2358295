"""How fast the roads are: on an ordinary day by hour, and on this day as it is.

The time on an edge is its length at its speed, times what junctions add (``junction_time_factor``), times the delay.
The delay is ``1 + (index(hour) - 1) * share(class) * deviation``. On an ordinary day (what is known without
live traffic) the deviation is 1; on the day itself it is log-normal: for each district, hour by hour and for the whole
day, and for each named main road, hour by hour. It is drawn before anything else happens.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.city.graph import ROAD_CLASSES, RoadGraph
from twin.city.routing import UNREACHABLE_MS, Drive, Hierarchy, Route, TravelTimes, drive
from twin.city.section import RoadParameters
from twin.core.clock import DRAIN_LIMIT_S, HOUR_S, Clock
from twin.core.domain import WorldEvent
from twin.core.errors import MapError
from twin.core.streams import Streams

if TYPE_CHECKING:
    from twin.core.model import Twin

MAIN_CLASSES: Final = frozenset(
    ROAD_CLASSES.index(name)
    for name in (
        "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link",
        "tertiary", "tertiary_link",
    )
)  # fmt: skip
KEPT_METRICS: Final = 26


@dataclass(frozen=True, eq=False, slots=True)
class Trip:
    """A drive through the city as it is.

    Attributes
    ----------
    nodes
        Road nodes in driving order, shape (k + 1,).
    edges
        Edge positions, shape (k,).
    timing
        When the vehicle is at each node.
    length_m
        Whole length.
    through_closure
        Whether it passed a closed road because no open one leads to the target.
    """

    nodes: NDArray[np.int32]
    edges: NDArray[np.int32]
    timing: Drive
    length_m: float
    through_closure: bool

    @property
    def arrive_s(self) -> float:
        """When the vehicle is at the target, seconds since the scenario's start."""
        return float(self.timing.arrive_s[-1])


class OrdinaryTraffic:
    """Travel times of an ordinary day, for each local hour; kept for all replications of a process."""

    def __init__(self, roads: RoadGraph, hierarchy: Hierarchy, parameters: RoadParameters) -> None:
        self.roads = roads
        self.hierarchy = hierarchy
        self.parameters = parameters
        is_main = np.isin(roads.edge_class, list(MAIN_CLASSES))
        self.free_s = roads.edge_free_flow_s * parameters.junction_time_factor
        self.delay_share = np.where(is_main, 1.0, parameters.local_delay_share)
        self._kept: OrderedDict[float, TravelTimes] = OrderedDict()

    def delay_index(self, hour_of_day: int) -> float:
        """Return the main roads' travel time relative to free flow."""
        return self.parameters.delay_index_by_hour[hour_of_day]

    def times_at(self, hour_of_day: int) -> TravelTimes:
        """Return the travel times of an hour; hours with the same delay share one metric."""
        index = self.delay_index(hour_of_day)
        if index not in self._kept:
            edge_time_s = self.free_s * (1 + (index - 1) * self.delay_share)
            self._kept[index] = self.hierarchy.customise(_milliseconds(edge_time_s))
            if len(self._kept) > KEPT_METRICS:
                self._kept.popitem(last=False)
        return self._kept[index]


class RoadConditions:
    """The roads of one replication.

    Parameters
    ----------
    ordinary
        What is known of an ordinary day.

    Notes
    -----
    Periods are hours counted from the run's beginning (warm-up included).
    """

    def __init__(self, ordinary: OrdinaryTraffic, clock: Clock, streams: Streams) -> None:
        self.ordinary = ordinary
        self.roads = ordinary.roads
        self.clock = clock
        self.first_s = -np.ceil(clock.warm_up_s / HOUR_S) * HOUR_S
        count = int(np.ceil((clock.duration_s + DRAIN_LIMIT_S - self.first_s) / HOUR_S))
        self.period_starts_s: NDArray[np.float64] = self.first_s + HOUR_S * np.arange(count)
        self.tables = self._draw(streams)
        self._slow_factor = 1.0
        self._closed: dict[int, int] = {}
        self._live: TravelTimes | None = None
        self._live_key: tuple[int, int] = (-1, -1)
        self._version = 0
        self._base_s = self._edge_times_s()
        self.edge_time_ms: NDArray[np.int32] = _milliseconds(self._base_s)

    def _draw(self, streams: Streams) -> dict[str, pd.DataFrame]:
        """Draw the deviations of every district and main road, as columns over periods."""
        parameters, periods = self.ordinary.parameters, len(self.period_starts_s)
        days = np.array([self.clock.at(start_s).toordinal() for start_s in self.period_starts_s])
        district = {}
        for name in ("outside", *self.roads.districts):
            by_day = streams("roads", "day", name).standard_normal(days[-1] - days[0] + 1)[days - days[0]]
            by_hour = streams("roads", "hour", name).standard_normal(periods)
            district[name] = np.exp(parameters.day_to_day_sigma * by_day + parameters.hour_to_hour_sigma * by_hour)
        is_main = np.isin(self.roads.edge_class, list(MAIN_CLASSES))
        main_codes = np.unique(self.roads.edge_name[is_main & (self.roads.edge_name > 0)])
        corridor = {}
        for name in (self.roads.names[code] for code in main_codes):
            by_hour = streams("roads", "corridor", name).standard_normal(periods)
            corridor[name] = np.exp(parameters.corridor_sigma * by_hour)
        index = {"begins_s": self.period_starts_s}
        return {
            "roads.district_deviation": pd.DataFrame({**index, **district}),
            "roads.corridor_deviation": pd.DataFrame({**index, **corridor}),
        }

    def _edge_times_s(self) -> NDArray[np.float32]:
        """Return seconds on each edge in each period, shape (periods, m)."""
        roads, ordinary = self.roads, self.ordinary
        district = self.tables["roads.district_deviation"].drop(columns="begins_s").to_numpy(dtype=np.float32)
        corridor_frame = self.tables["roads.corridor_deviation"].drop(columns="begins_s")
        column_of_name = np.zeros(len(roads.names), dtype=np.int64)
        position = {name: column + 1 for column, name in enumerate(corridor_frame.columns)}
        for code, name in enumerate(roads.names):
            column_of_name[code] = position.get(name, 0)
        corridor = np.column_stack(
            [np.ones(len(corridor_frame), np.float32), corridor_frame.to_numpy(dtype=np.float32)]
        )
        edge_district = roads.node_district[roads.edge_to].astype(np.int64) + 1
        is_main = np.isin(roads.edge_class, list(MAIN_CLASSES))
        edge_corridor = np.where(is_main, column_of_name[roads.edge_name], 0)
        free_s = ordinary.free_s.astype(np.float32)
        share = ordinary.delay_share.astype(np.float32)
        times_s = np.empty((len(self.period_starts_s), roads.edge_count), dtype=np.float32)
        for period, start_s in enumerate(self.period_starts_s):
            excess = np.float32(ordinary.delay_index(self.clock.hour_of_day(start_s)) - 1)
            deviation = district[period, edge_district] * corridor[period, edge_corridor]
            times_s[period] = free_s * (1 + excess * share * deviation)
        return times_s

    def _period(self, time_s: float) -> int:
        return min(int((time_s - self.first_s) // HOUR_S), len(self.period_starts_s) - 1)

    def ordinary_times(self, time_s: float) -> TravelTimes:
        """Return what an ordinary day leads one to expect at this hour."""
        return self.ordinary.times_at(self.clock.hour_of_day(time_s))

    def live_times(self, time_s: float) -> TravelTimes:
        """Return the travel times as they are now (closures included)."""
        key = (self._period(time_s), self._version)
        if self._live is None or key != self._live_key:
            self._live = self.ordinary.hierarchy.customise(self.edge_time_ms[key[0]])
            self._live_key = key
        return self._live

    def trip(self, source: int, target: int, depart_s: float, factor: float, *, informed: bool) -> Trip:
        """Drive from node to node.

        Parameters
        ----------
        factor
            What the vehicle's travel times are of the traffic's (lights and siren).
        informed
            Whether the driver takes the fastest route of the moment, or that of an ordinary day. He who is not
            informed and comes to a closed road learns of it there, and goes on by the fastest open route.
        """
        known = self.live_times(depart_s) if informed else self.ordinary_times(depart_s)
        route = known.route(source, target)
        if route is not None:
            closed = np.flatnonzero(self.is_closed(route.edges))
            if len(closed):
                route = self._round(route, int(closed[0]), target, depart_s)
        if route is None:
            route = self.ordinary_times(depart_s).route(source, target)
            if route is None:
                raise MapError(
                    "node {source} cannot be left for node {target}; build the map again", source=source, target=target
                )
            times_ms, through = _milliseconds(self._base_s * np.float32(self._slow_factor)), True
        else:
            times_ms, through = self.edge_time_ms, False
        timing = drive(route.edges, depart_s, self.period_starts_s, times_ms, factor)
        length_m = float(self.roads.edge_length_m[route.edges].sum(dtype=np.float64))
        return Trip(route.nodes, route.edges, timing, length_m, through)

    def _round(self, route: Route, edge_count: int, target: int, depart_s: float) -> Route | None:
        """Follow a route as far as its first closed edge, then the fastest open one; None where there is none."""
        turn = int(route.nodes[edge_count])
        rest = self.live_times(depart_s).route(turn, target)
        if rest is None:
            return None
        return Route(
            np.concatenate([route.edges[:edge_count], rest.edges]),
            np.concatenate([route.nodes[:edge_count], rest.nodes]),
            route.time_ms,
        )

    def is_closed(self, edges: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Say for each edge whether nobody can enter it now."""
        if not self._closed:
            return np.zeros(len(edges), dtype=np.bool_)
        closed = np.fromiter(self._closed, dtype=np.int64, count=len(self._closed))
        return np.isin(edges, closed)

    def on_event(self, twin: Twin, event: WorldEvent, begins: bool) -> None:
        """Close or open a road, or slow all traffic; drives that have begun keep the times they began with."""
        if event.kind == "road_closes":
            code = self.roads.names.index(str(event.value))
            for edge in np.flatnonzero(self.roads.edge_name == code).tolist():
                depth = self._closed.get(edge, 0) + (1 if begins else -1)
                if depth:
                    self._closed[edge] = depth
                else:
                    del self._closed[edge]
        elif event.kind == "traffic_slows":
            self._slow_factor *= float(event.value) if begins else 1 / float(event.value)
        self.edge_time_ms = _milliseconds(self._base_s * np.float32(self._slow_factor))
        if self._closed:
            self.edge_time_ms[:, list(self._closed)] = UNREACHABLE_MS
        self._version += 1


def _milliseconds(seconds: NDArray[np.floating]) -> NDArray[np.int32]:
    """Round seconds to whole milliseconds, at least 1."""
    whole: NDArray[np.floating] = np.maximum(np.rint(seconds * 1000), 1)
    return whole.astype(np.int32)
