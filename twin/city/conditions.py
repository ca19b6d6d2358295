"""The roads of one replication: their travel times from hour to hour, closures, and drives through them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.city.routing import UNREACHABLE_MS, Drive, Route, TravelTimes, drive_known
from twin.city.traffic import DayTraffic, OrdinaryTraffic, draw_deviations, milliseconds
from twin.core.clock import HOUR_S, Clock
from twin.core.domain import WorldEvent
from twin.core.errors import MapError
from twin.core.streams import Streams

if TYPE_CHECKING:
    from twin.core.model import Twin

HOURS_AHEAD: Final = 3
"""A drive is timed with the speeds of this many hours at first, and with more where it takes longer."""


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


class RoadConditions:
    """The roads of one replication.

    Parameters
    ----------
    ordinary
        What is known of an ordinary day.

    Notes
    -----
    Hours are local ones, counted from that in which the run begins (warm-up included).
    """

    def __init__(self, ordinary: OrdinaryTraffic, clock: Clock, streams: Streams) -> None:
        self.ordinary = ordinary
        self.roads = ordinary.roads
        self.clock = clock
        self.tables = draw_deviations(ordinary, clock, streams)
        self._day = DayTraffic(ordinary, clock, self.tables)
        self._begins_s = self._day.begins_s
        shape = (len(self._begins_s), self.roads.edge_count)
        self._open_ms: NDArray[np.int32] = np.empty(shape, dtype=np.int32)  # rows are filled when asked for
        self._filled: set[int] = set()
        self._slow_factor = 1.0
        self._closed: dict[int, int] = {}
        self._live: TravelTimes | None = None
        self._live_key: tuple[int, int] = (-1, -1)  # the hour (-1 for all without delay) and the version
        self._version = 0

    def _hour(self, time_s: float) -> int:
        return min(int((time_s - self._begins_s[0]) // HOUR_S), len(self._begins_s) - 1)

    def _open_times_ms(self, first: int, count: int) -> NDArray[np.int32]:
        """Return milliseconds on each edge without closures, shape (hours, m); fewer hours at the run's end."""
        hours = range(first, min(first + count, len(self._begins_s)))
        for hour in hours if not self._filled.issuperset(hours) else ():
            if hour not in self._filled:
                self._open_ms[hour] = milliseconds(self._day.edge_times_s(hour) * np.float32(self._slow_factor))
                self._filled.add(hour)
        return self._open_ms[hours.start : hours.stop]

    def ordinary_times(self, time_s: float) -> TravelTimes:
        """Return what an ordinary day leads one to expect at this hour."""
        return self.ordinary.times_at(self.clock.hour_of_day(time_s))

    def live_times(self, time_s: float) -> TravelTimes:
        """Return the travel times as they are now (closures included)."""
        hour = self._hour(time_s)
        key = (-1 if self._day.is_free(hour) else hour, self._version)
        if self._live is None or key != self._live_key:
            times_ms = self._open_times_ms(hour, 1)[0].copy()
            times_ms[list(self._closed)] = UNREACHABLE_MS
            self._live = self.ordinary.hierarchy.customise(times_ms)
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
        if route is not None and self._closed:
            closed = np.flatnonzero(self.is_closed(route.edges))
            if len(closed):
                route = self._round(route, int(closed[0]), target, depart_s)
        if route is None:
            route = self.ordinary_times(depart_s).route(source, target)
            if route is None:
                raise MapError(
                    "node {source} cannot be left for node {target}; build the map again", source=source, target=target
                )
        timing = self._time(route, depart_s, factor)
        through = bool(self._closed) and bool(self.is_closed(route.edges).any())
        length_m = float(self.roads.edge_length_m[route.edges].sum(dtype=np.float64))
        return Trip(route.nodes, route.edges, timing, length_m, through)

    def _time(self, route: Route, depart_s: float, factor: float) -> Drive:
        """Say when a vehicle on this route is where."""
        first, count = self._hour(depart_s), HOURS_AHEAD
        while True:
            times_ms = self._open_times_ms(first, count)
            begins_s = self._begins_s[first : first + len(times_ms)]
            timing = drive_known(route.edges, depart_s, begins_s, times_ms, factor)
            if len(times_ms) < count or timing.arrive_s[-1] < begins_s[-1] + HOUR_S:
                return timing
            count *= 2

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
            self._filled.clear()
        self._version += 1
