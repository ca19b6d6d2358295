"""The roads of one replication: their travel times from hour to hour, closures, and drives through them.

Their times are those drawn for the day, known beforehand; or, once somebody watches the roads (a domain whose vehicles
fill them), those last seen, which nobody knows beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.city.driving import Drive, drive_known
from twin.city.happenings import edges_of, effect_of
from twin.city.routing import UNREACHABLE_MS, Route, TravelTimes
from twin.city.traffic import DayTraffic, OrdinaryTraffic, draw_deviations
from twin.city.watched import WatchedRoads
from twin.city.ways_to import WaysTo
from twin.core.clock import HOUR_S, Clock
from twin.core.domain import WorldEvent
from twin.core.errors import MapError
from twin.core.streams import Streams
from twin.kernels.compile import direct
from twin.kernels.driving import sum_over
from twin.kernels.lanes import LANES
from twin.kernels.outward import Times, given_times

if TYPE_CHECKING:
    import simpy

    from twin.core.model import Twin

HOURS_AHEAD: Final = 3
"""A drive is timed with the speeds of this many hours at first, and with more where it takes longer."""
WINDOW_HOURS: Final = 24 + HOURS_AHEAD
"""Edge times of so many hours are kept."""
WAYS_KEPT: Final = 32
"""The ways to so many places are kept, for who asks whom to send there asks for the way soon after."""
SEEN: Final = -2
"""In place of an hour: the times last seen."""

_sum_over = direct(sum_over)


@dataclass(frozen=True, eq=False, slots=True)
class Trip:
    """A drive through the city as it is.

    Attributes
    ----------
    source
        The first road node.
    edges
        Edge positions in driving order, shape (k,).
    timing
        When the vehicle is at each node; changes under way where the roads are watched.
    factor
        What its times are of the traffic's.
    length_m, free_s
        Whole length, and how long it would take without delay.
    through_closure
        Whether it passed a closed road because no open one leads to the target.
    """

    source: int
    edges: NDArray[np.int32]
    timing: Drive
    factor: float
    length_m: float
    free_s: float
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
        self._first_s, self._last_hour = float(self._begins_s[0]), len(self._begins_s) - 1
        self._window_ms = np.empty((0, self.roads.edge_count), np.int32)  # a row an hour, filled when asked for
        self._window_first = 0
        self._filled: set[int] = set()
        self._slow_factor = 1.0
        self._closed: dict[int, int] = {}
        self._live: dict[int, TravelTimes] = {}  # by hour, those of `_key`
        self._ways: dict[tuple[int, int], WaysTo] = {}  # by hour and target
        self._outward: tuple[int, Times] | None = None  # of an hour, with what is closed
        self._watched: WatchedRoads | None = None

    def _hour(self, time_s: float) -> int:
        return min(int((time_s - self._first_s) // HOUR_S), self._last_hour)

    def _open_times_ms(self, first: int, count: int) -> NDArray[np.int32]:
        """Return milliseconds on each edge without closures, shape (hours, m); fewer hours at the run's end."""
        last = min(first + count, len(self._begins_s))
        begin = self._window_first
        if not begin <= first <= last <= begin + len(self._window_ms):
            begin = self._window_first = first
            self._window_ms = np.empty((max(WINDOW_HOURS, count), self.roads.edge_count), np.int32)
            self._filled.clear()
        for hour in range(first, last):
            if hour not in self._filled:
                self._day.write_times(hour, self._slow_factor, self._window_ms[hour - begin])
                self._filled.add(hour)
        return self._window_ms[first - begin : last - begin]

    def watch(self, env: simpy.Environment, edge_time_ms: NDArray[np.int32]) -> None:
        """Take travel times from what is seen of the roads from now on; see `see`."""
        self._watched = WatchedRoads(env, edge_time_ms)
        self._forget()

    def see(self, edge_time_ms: NDArray[np.int32]) -> None:
        """Take over what is seen of watched roads now; it holds until the next look, for drives under way as well.

        Parameters
        ----------
        edge_time_ms
            Milliseconds on each edge, shape (m,); closures need not be in it. Not copied.
        """
        if self._watched is None:
            raise RuntimeError("roads that nobody watches are not seen")
        self._watched.see(edge_time_ms)
        self._forget()

    def spare(self, trip: Trip, spared_ms: NDArray[np.int32], least_ms: NDArray[np.int32]) -> None:
        """Spare a drive a part of the traffic's time on watched roads; see `WatchedRoads.spare`."""
        if self._watched is not None:
            self._watched.spare(trip.timing, spared_ms, least_ms)

    @property
    def next_look(self) -> simpy.Event | None:
        """What happens when watched roads are looked at again, and drives take another time; None: nobody watches."""
        return None if self._watched is None else self._watched.next_look

    def ordinary_times(self, time_s: float) -> TravelTimes:
        """Return what an ordinary day leads one to expect at this hour."""
        return self.ordinary.times_at(self.clock.hour_of_day(time_s))

    def live_times(self, time_s: float) -> TravelTimes:
        """Return the travel times as they are now (closures included).

        Those of the next hours are made in the same sweep; they hold for as long as no event changes the roads.
        """
        if self._watched is not None:
            return self._seen_times(self._watched)
        hour = self._hour(time_s)
        key = self._key(hour)
        if key not in self._live:
            hour_of: dict[int, int] = {}  # the first hour of each key
            for ahead in range(hour, len(self._begins_s)):
                hour_of.setdefault(self._key(ahead), ahead)
                if len(hour_of) == LANES:
                    break
            self._open_times_ms(hour, max(hour_of.values()) - hour + 1)
            times_ms = np.array([self._open_times_ms(ahead, 1)[0] for ahead in hour_of.values()])
            times_ms[:, list(self._closed)] = UNREACHABLE_MS
            self._live = dict(zip(hour_of, self.ordinary.hierarchy.customise_each(times_ms), strict=True))
        return self._live[key]

    def _seen_times(self, watched: WatchedRoads) -> TravelTimes:
        if SEEN not in self._live:
            times_ms = watched.edge_time_ms.copy()
            times_ms[list(self._closed)] = UNREACHABLE_MS
            self._live = {SEEN: self.ordinary.hierarchy.customise(times_ms)}
        return self._live[SEEN]

    def _key(self, hour: int) -> int:
        """Return -1 for an hour without delay, so that all of them share their times, or the hour."""
        return -1 if self._day.is_free(hour) else hour

    def ways_to(self, target: int, time_s: float) -> WaysTo:
        """Return the ways to a node as they are now (closures included): for questions about what lies near it.

        A few such questions an hour take less than what `live_times` makes for the whole city.
        """
        hour = SEEN if self._watched is not None else self._key(self._hour(time_s))
        found = self._ways.pop((hour, target), None)
        if found is None:
            times = self._times_outward(hour, time_s)
            found = WaysTo(self.ordinary.edges_into, self.roads.edge_to, times, target)
            if len(self._ways) == WAYS_KEPT:
                del self._ways[next(iter(self._ways))]
        self._ways[hour, target] = found
        return found

    def _times_outward(self, hour: int, time_s: float) -> Times:
        """Return the times as they are now; kept until the hour or the roads change."""
        if self._outward is None or self._outward[0] != hour:
            into = self.ordinary.edges_into
            if self._watched is None:
                times = self._day.times_outward(self._hour(time_s), self._slow_factor)
            else:
                times = given_times(into, self._watched.edge_time_ms)
            if self._closed:
                times.time_ms[np.isin(into.edge, list(self._closed))] = UNREACHABLE_MS
            self._outward = hour, times
        return self._outward[1]

    def trip(
        self, source: int, target: int, depart_s: float, factor: float, *, informed: bool, near: bool = False
    ) -> Trip:
        """Drive from node to node.

        Parameters
        ----------
        factor
            What the vehicle's travel times are of the traffic's (lights and siren).
        informed
            Whether the driver takes the fastest route of the moment, or that of an ordinary day. He who is not
            informed and comes to a closed road learns of it there, and goes on by the fastest open route.
        near
            Whether an informed driver's way is looked for by `ways_to`.
        """
        if informed and near:
            route = self.ways_to(target, depart_s).route(source)
        else:
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
        length_m, free_s = self.extent_of(route.edges)
        return Trip(source, route.edges, timing, factor, length_m, free_s, through)

    def extent_of(self, edges: NDArray[np.int32]) -> tuple[float, float]:
        """Return the length of these edges in metres and the seconds to drive them without delay."""
        return _sum_over(edges, self.ordinary.length_m, self.ordinary.free_s)

    def node_after(self, trip: Trip, edge_count: int) -> int:
        """Return the node that a vehicle is at with so many edges of its trip behind it."""
        return int(self.roads.edge_to[trip.edges[edge_count - 1]]) if edge_count else trip.source

    def _time(self, route: Route, depart_s: float, factor: float) -> Drive:
        """Say when a vehicle on this route is where."""
        if self._watched is not None:
            return self._watched.drive(route.edges, depart_s, factor)
        first, count = self._hour(depart_s), HOURS_AHEAD
        while True:
            begins_s = self._begins_s[first : first + count]
            if self._filled.issuperset(range(first, first + len(begins_s))):
                timing = drive_known(route.edges, depart_s, begins_s, self._open_times_ms(first, count), factor)
            else:  # what is not made for all roads anyway is reckoned for this way alone
                times_ms = self._day.times_on(route.edges, range(first, first + len(begins_s)), self._slow_factor)
                place = np.arange(len(route.edges), dtype=np.int32)
                timing = drive_known(place, depart_s, begins_s, times_ms, factor)
            if len(begins_s) < count or timing.arrive_s[-1] < begins_s[-1] + HOUR_S:
                return timing
            count *= 2

    def _round(self, route: Route, edge_count: int, target: int, depart_s: float) -> Route | None:
        """Follow a route as far as its first closed edge, then the fastest open one; None where there is none."""
        turn = int(self.roads.edge_to[route.edges[edge_count - 1]]) if edge_count else route.source
        rest = self.live_times(depart_s).route(turn, target)
        if rest is None:
            return None
        edges = np.concatenate([route.edges[:edge_count], rest.edges])
        return Route(edges, route.source, self.roads.edge_to, route.time_ms)

    def is_closed(self, edges: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Say for each edge whether nobody can enter it now."""
        if not self._closed:
            return np.zeros(len(edges), dtype=np.bool_)
        closed = np.fromiter(self._closed, dtype=np.int64, count=len(self._closed))
        return np.isin(edges, closed)

    def on_event(self, twin: Twin, event: WorldEvent, begins: bool) -> None:
        """Close or open a road, or slow all traffic; drives that have begun keep the times they began with.

        On watched roads, slow traffic is what is seen, and does not come on top.
        """
        if event.kind == "road_closes":
            for edge in edges_of(self.roads, event).tolist():
                depth = self._closed.get(edge, 0) + (1 if begins else -1)
                if depth:
                    self._closed[edge] = depth
                else:
                    del self._closed[edge]
        else:
            factor, _ = effect_of(event, self.ordinary.parameters)
            self._slow_factor *= factor if begins else 1 / factor
            self._filled.clear()
        self._forget()

    def _forget(self) -> None:
        """Forget what was made of times that hold no longer."""
        self._live.clear()
        self._ways.clear()
        self._outward = None
