"""Vehicles on the roads of a city: the link-transmission queue behind a few methods.

A `RoadTraffic` is built once a run; then calls to `advance` alternate with whatever changes the world: signals, closed
roads, other destinations, drivers who set out::

    times = triangular(length_m, lanes, speed_mps, 1800, 0.15, step_ms=2000)
    traffic = RoadTraffic(node_count, link_from, link_to, times)
    cars = traffic.add_vehicles(2)
    traffic.send_along(cars, [0, 3, 5], [4, 7, 2, 0, 1])
    arrived, time_ms = traffic.advance(3_600_000, cars, [0, 500], [12, 30])

Links, nodes and vehicles are positions. Times are whole milliseconds since the beginning.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.city.next_links import NextLinks, check_slots
from twin.city.road_view import RoadView, whole
from twin.kernels.link_transmission import (
    Arrivals,
    Departures,
    Rules,
    transmit,
)
from twin.kernels.road_network import NO_SIGNAL, SIGNAL, LinkTimes, Rows, build_road
from twin.kernels.vehicles import (
    ARRIVED,
    BOUND,
    ENTRY,
    MOST_EQUIVALENTS,
    PASSENGER_CAR,
    WHOLE,
    WORD_BITS,
    Vehicles,
    is_tracked,
    set_driving,
)

STEP_MS: Final = 2000
"""Length of a step: shorter free and wave times are raised to it."""
MOST_ASIDE: Final = 1000
"""No pocket at a link's end holds more vehicles."""
ORIGIN_PRIORITY_MS: Final = 2000
"""Who begins a trip merges like the traffic of one lane with 1,800 vehicles an hour."""
CHANGEABLE: Final = ("storage", "free_ms", "wave_ms", "headway_ms", "priority_ms")


class RoadTraffic(RoadView):
    """Lets vehicles drive. n nodes, m links, v vehicles; what can be seen of them is in `RoadView`.

    Parameters
    ----------
    node_count
        n.
    link_from, link_to
        Nodes that each link joins, shape (m,).
    times
        From `twin.kernels.road_network.triangular`, or of one's own.
    step_ms
        Length of the steps; no free or wave time is shorter.
    priority_ms
        Shares at merges are in proportion to its inverse, shape (m,); without it, to capacities.
    link_signal
        Position in `signals` of what stands at each link's end, -1 where nothing does, shape (m,).
    signals
        Cycle, start of a green, and its length, ms, shape (any, 3). See `set_signals`.
    slack
        Vehicles that may enter a link ahead of its headways; see `twin.kernels.link_transmission.Rules`.
    pocket
        Vehicles that can stand aside at each link's end while others get past, shape (m,) or one number.
    unjam_ms
        Who has waited so long for a place on a full link is put beside the road; 0: never.
    patience_ms
        Who has stood about so long before a full link takes another; 0: never. See `twin.kernels.held_up`.
    tracked_share
        Of so many vehicles every entry to a link is kept for `take_entries`; it changes nothing else.

    Attributes
    ----------
    moved, aside
        Moves from link to link, onto the road and off it; vehicles put beside the road.

    Raises
    ------
    ValueError
        If the links do not fit together.
    """

    def __init__(
        self,
        node_count: int,
        link_from: ArrayLike,
        link_to: ArrayLike,
        times: LinkTimes,
        *,
        step_ms: int = STEP_MS,
        priority_ms: ArrayLike | None = None,
        link_signal: ArrayLike | None = None,
        signals: ArrayLike = (),
        slack: int = 0,
        pocket: ArrayLike = 0,
        unjam_ms: int = 0,
        patience_ms: int = 0,
        tracked_share: float = 0.0,
    ) -> None:
        ends = whole(link_from), whole(link_to)
        if step_ms < 1 or min(times.free_ms.min(initial=step_ms), times.wave_ms.min(initial=step_ms)) < step_ms:
            raise ValueError(f"no free or wave time may be shorter than the step, {step_ms} ms")
        table = np.asarray(signals, np.int32).reshape(-1, 3)
        _check_signals(table)
        stands = np.full(len(ends[0]), NO_SIGNAL, np.int32) if link_signal is None else whole(link_signal)
        if stands.size and not (stands.min() >= NO_SIGNAL and stands.max() < len(table)):
            raise ValueError(f"signals of links must lie within -1..{len(table) - 1}")
        priority = times.headway_ms if priority_ms is None else whole(priority_ms)
        if priority.size and priority.min() < 1:
            raise ValueError("priority_ms must be at least 1")
        rows = np.zeros(len(table), SIGNAL)
        aside = np.broadcast_to(whole(pocket), ends[0].shape)
        if aside.size and not 0 <= aside.min() <= aside.max() <= MOST_ASIDE:
            raise ValueError(f"a pocket holds 0 to {MOST_ASIDE} vehicles")
        self._road, self._row = build_road(node_count, *ends, times, priority, stands, rows, aside)
        self._link = np.argsort(self._row).astype(np.int32)
        no_way = NextLinks(1, node_count).words
        self._vehicles = Vehicles(
            np.empty(0, BOUND), np.full(1, ARRIVED, np.int32), no_way,
            round(tracked_share * WHOLE), np.empty(0, ENTRY), np.zeros(1, np.int64),
        )  # fmt: skip
        self._entries: list[Rows] = []
        self._tracked_count = 0
        self._driving = np.zeros(0, np.bool_)
        self._rules = Rules(step_ms, ORIGIN_PRIORITY_MS, slack, unjam_ms, patience_ms)
        self.set_signals(table)
        self.now_ms = self.moved = self.aside = self.driving_count = 0
        self._changed = True
        self.out_first, self.out_link = self._road.out_first, self._link[self._road.out_link]

    def add_vehicles(self, count: int, equivalents: ArrayLike = 1.0) -> NDArray[np.int32]:
        """Return the positions of so many more vehicles, which stand beside the road until sent and departed.

        Parameters
        ----------
        equivalents
            Passenger cars that each counts as where a link's flow is limited, to a tenth, shape (count,) or a number.
            On a link each takes the room of one.

        Raises
        ------
        ValueError
            If one is below 0.1 or above 25.5.
        """
        tenths = np.rint(PASSENGER_CAR * np.broadcast_to(np.asarray(equivalents, np.float64), count))
        if count and not (tenths.min() >= 1 and tenths.max() <= MOST_EQUIVALENTS):
            raise ValueError("passenger-car equivalents must lie within 0.1..25.5")
        before = len(self._driving)
        more = np.zeros(count, BOUND)
        more["equivalents"] = tenths
        self._vehicles = self._vehicles._replace(bound=np.concatenate([self._vehicles.bound, more]))
        self._driving = np.concatenate([self._driving, np.zeros(count, np.bool_)])
        return np.arange(before, before + count, dtype=np.int32)

    def send_along(self, vehicles: ArrayLike, route_first: ArrayLike, route_link: ArrayLike) -> None:
        """Give vehicles beside the road routes: vehicle i gets ``route_link[route_first[i]:route_first[i + 1]]``.

        Raises
        ------
        ValueError
            If one drives, or a route is empty or broken.
        """
        who, first, link = whole(vehicles), whole(route_first), whole(route_link)
        if len(first) != len(who) + 1 or first[0] != 0 or first[-1] != len(link) or (np.diff(first) < 1).any():
            raise ValueError("route_first must rise from 0 to the number of links, by one link or more a vehicle")
        if len(link) and not (link.min() >= 0 and link.max() < len(self._row)):
            raise ValueError("no such link on a route")
        row = self._row[link]
        joined = self._road.links["to_node"][row[:-1]] == self._road.links["from_node"][row[1:]]
        joined[first[1:-1] - 1] = True
        if not joined.all():
            raise ValueError(f"link {link[int(np.argmin(joined)) + 1]} does not begin where the route's last one ends")
        if self._driving[who].any():
            raise ValueError("who drives can not be given another route, only a destination")
        known = len(self._vehicles.route)
        ended = np.insert(row, first[1:], ARRIVED).astype(np.int32)
        self._vehicles.bound["heading"][who] = known + first[:-1] + np.arange(len(who))
        self._vehicles = self._vehicles._replace(route=np.concatenate([self._vehicles.route, ended]))

    def send_to(self, vehicles: ArrayLike, destinations: ArrayLike) -> None:
        """Give vehicles destinations of the table of next links; those who drive turn at the next node."""
        rows = whole(destinations)
        if rows.size and not (rows.min() >= 0 and rows.max() >> WORD_BITS < len(self._vehicles.next_slots)):
            raise ValueError("no such destination in the table of next links")
        who = whole(vehicles)
        self._vehicles.bound["heading"][who] = ~rows
        self._changed |= bool(self._driving[who].any())

    def ways_have_changed(self) -> None:
        """Note that the table of next links was written to, so that who waits for a way looks again."""
        self._changed = True

    def set_next_links(self, table: NextLinks) -> None:
        """Set which way leads from each node to each destination.

        Not copied: who writes to it later says so by `ways_have_changed`.

        Raises
        ------
        ValueError
            If it is of another road, or has fewer destinations than the one in use.
        """
        check_slots(self.out_first)
        known = self._vehicles.next_slots.shape
        if table.words.shape[1] != known[1] or len(table.words) < known[0]:
            raise ValueError(f"the table must be of {known[1]} nodes, and of {known[0]} rows of destinations or more")
        self._vehicles = self._vehicles._replace(next_slots=table.words)
        self._changed = True

    def advance(
        self, until_ms: int, vehicles: ArrayLike = (), time_ms: ArrayLike = (), nodes: ArrayLike | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Let the road live until `until_ms`, and return who arrived and when, in the order of time and vehicle.

        Parameters
        ----------
        until_ms
            A whole number of steps from now.
        vehicles, time_ms, nodes
            Who sets out in that time, when and where, each of shape (any,); without `nodes`, all have routes.

        Raises
        ------
        ValueError
            If a time lies outside, or a vehicle drives already, or one without a route has no node.
        """
        if until_ms < self.now_ms or (until_ms - self.now_ms) % self._rules.step_ms:
            raise ValueError(f"until_ms must be {self.now_ms} plus whole steps of {self._rules.step_ms} ms")
        departures = self._departures(whole(vehicles), whole(time_ms), nodes, until_ms)
        self.driving_count += len(departures.vehicle)
        room = self.driving_count
        arrivals = Arrivals(np.empty(room, np.int32), np.empty(room, np.int32), np.zeros(1, np.int64))
        self._tracked_count += self._tracked_among(departures.vehicle)
        self._make_room_for_entries(until_ms)
        moved, aside = transmit(
            self._road, self._vehicles, departures, arrivals, self._rules, self.now_ms, until_ms, self._changed
        )  # fmt: skip
        self._changed = False
        if self._vehicles.entered[0]:
            self._entries.append(self._vehicles.entries[: self._vehicles.entered[0]].copy())
        self.now_ms, self.moved, self.aside = until_ms, self.moved + moved, self.aside + aside
        count = int(arrivals.number[0])
        key = np.sort(arrivals.time_ms[:count].astype(np.int64) << 32 | arrivals.vehicle[:count])
        arrived = (key & 0xFFFFFFFF).astype(np.int32)
        self._driving[arrived] = False
        self._tracked_count -= self._tracked_among(arrived)
        self.driving_count -= count
        return arrived, (key >> 32).astype(np.int32)

    def _tracked_among(self, vehicles: NDArray[np.int32]) -> int:
        below = self._vehicles.tracked_below
        return int(np.count_nonzero(is_tracked(vehicles.astype(np.int64), below))) if below else 0

    def _make_room_for_entries(self, until_ms: int) -> None:
        """Make room to note whose ways are tracked: nobody enters two links within a step."""
        steps = (until_ms - self.now_ms) // self._rules.step_ms
        self._vehicles.entered[0] = 0
        if len(self._vehicles.entries) < self._tracked_count * (steps + 1):
            room = np.empty(2 * self._tracked_count * (steps + 1), ENTRY)
            self._vehicles = self._vehicles._replace(entries=room)

    def take_entries(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        """Return, once, which tracked vehicle has entered which link when, in the order of vehicle and time."""
        entries = np.concatenate([np.empty(0, ENTRY), *self._entries])
        self._entries.clear()
        entries = entries[np.lexsort((entries["time_ms"], entries["vehicle"]))]
        return entries["vehicle"].copy(), self._link[entries["row"]], entries["time_ms"].copy()

    def _departures(
        self, who: NDArray[np.int32], when: NDArray[np.int32], nodes: ArrayLike | None, until_ms: int
    ) -> Departures:
        if who.shape != when.shape:
            raise ValueError("vehicles and time_ms must be equally many")
        if len(who) and not (self.now_ms <= when.min() and when.max() < until_ms):
            raise ValueError(f"departures must lie within {self.now_ms}..{until_ms - 1} ms")
        heading = self._vehicles.bound["heading"][who]
        if nodes is not None:
            where = whole(nodes)
            if where.shape != who.shape or (len(who) and not 0 <= where.min() <= where.max() < len(self._road.wake_ms)):
                raise ValueError("nodes must be as many as vehicles, and exist")
        elif (heading < 0).any():
            raise ValueError("vehicles without a route need nodes to depart from")
        else:
            where = self._road.links["from_node"][np.maximum(self._vehicles.route[heading], 0)]
        on_route = heading >= 0
        begins = self._vehicles.route[heading[on_route]]
        if (begins < 0).any() or (self._road.links["from_node"][begins] != where[on_route]).any():
            raise ValueError("a vehicle must depart where its route begins")
        if not set_driving(self._driving, who):
            raise ValueError("a vehicle can not depart that drives already")
        order = np.argsort(when, kind="stable")
        return Departures(who[order], when[order], where[order].astype(np.int32))

    def set_signals(self, signals: ArrayLike) -> None:
        """Set cycle, start of a green and length of green of every signal, ms, shape (any, 3).

        A green as long as the cycle is always green, one of 0 always red.
        """
        table = np.asarray(signals, np.int32).reshape(-1, 3)
        _check_signals(table)
        if len(table) != len(self._road.signals):
            raise ValueError(f"there are {len(self._road.signals)} signals, not {len(table)}")
        for name, column in zip(SIGNAL.names or (), table.T, strict=True):
            self._road.signals[name] = column
        self._changed = True

    def set_links(self, links: ArrayLike, **values: ArrayLike) -> None:
        """Change what links let through from now on: `storage` (0 closes), `free_ms`, `wave_ms`, `headway_ms`.

        Who is on a link when it changes drives it as when he entered it.

        Raises
        ------
        ValueError
            If a value is out of bounds.
        """
        rows = self._row[whole(links)]
        for name, given in values.items():
            value = np.broadcast_to(whole(given), rows.shape)
            least = {"free_ms": self._rules.step_ms, "wave_ms": self._rules.step_ms, "storage": 0}.get(name, 1)
            if name not in CHANGEABLE or (value < least).any():
                raise ValueError(f"{name} is not one of {CHANGEABLE}, or below {least}")
            if name == "storage" and (value > self._road.links["slot_count"][rows]).any():
                raise ValueError("a link can not hold more than it was built for")
            self._road.links[name][rows] = value
        self._changed = True


def _check_signals(table: NDArray[np.int32]) -> None:
    """Raise ValueError where a signal is none."""
    cycle_ms, _start_ms, green_ms = table.T
    if ((cycle_ms < 1) | (green_ms < 0) | (green_ms > cycle_ms)).any():
        raise ValueError("a signal's cycle must be positive, and its green within 0..cycle")
