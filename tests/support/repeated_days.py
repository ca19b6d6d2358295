"""Drivers who live the same day again and again on the road, and of whom some change their way each day.

Method of successive averages on routes: on day k every k-th driver (drawn) takes what was the fastest way for his
departure yesterday, by the mean times of links in intervals; nobody knows today. It is how a dynamic model is brought
to an equilibrium in the tests; the twin itself has drivers of habit and informed ones.
"""

from __future__ import annotations

import dataclasses
import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.city.flow_network import FlowNetwork, OdMatrix
from twin.city.passed import Passed
from twin.city.road_traffic import RoadTraffic
from twin.kernels.road_network import LinkTimes

STEP_MS = 1000
ENTRANCE_PRIORITY_MS = 2000
"""Who begins a trip merges like the traffic of one lane."""


@dataclass(frozen=True, eq=False)
class Drivers:
    """Who drives when: positions of nodes and milliseconds, shapes (v,), in the order of departure."""

    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    depart_ms: NDArray[np.int64]


def drivers_of(demand: OdMatrix, share: float, hours: float, seed: int = 1) -> Drivers:
    """Return whole drivers of a share of an hourly demand, each pair's evenly over the time from a random beginning.

    Each pair's number is rounded by chance so that its mean is exact.
    """
    generator = np.random.default_rng(seed)
    exact = demand.trips_per_h * share * hours
    count = np.floor(exact + generator.random(len(exact))).astype(int)
    pair = np.repeat(np.arange(len(count)), count)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    depart_ms = ((within + generator.random(len(count))[pair]) / count[pair] * hours * 3_600_000).astype(np.int64)
    order = np.argsort(depart_ms, kind="stable")
    return Drivers(demand.origin[pair][order], demand.destination[pair][order], depart_ms[order])


@dataclass(frozen=True, eq=False)
class Day:
    """What a day was like: d drivers, m links, i intervals.

    Attributes
    ----------
    trip_ms
        From departure to arrival, without the step of the entrance, shape (d,).
    least_ms
        What the fastest way would have taken at the mean link times of this day, shape (d,).
    entered
        Vehicles that used each link of the network, shape (m,).
    link_ms
        What who enters each link in the middle of an interval needs on it, entrances among them,
        shape (i, links).
    """

    trip_ms: NDArray[np.int64]
    least_ms: NDArray[np.float64]
    entered: NDArray[np.int64]
    link_ms: NDArray[np.float64]

    @property
    def gap(self) -> float:
        """How much of all time nobody had to spend, had he known the day: 0 in equilibrium."""
        return float((self.trip_ms - self.least_ms).sum() / self.trip_ms.sum())


def times_by_entry(
    count: NDArray[np.int32], spent_ms: NDArray[np.int64], free_ms: NDArray[np.int32], interval_ms: int
) -> NDArray[np.float64]:
    """Return the times on links of who enters them in the middle of each interval, shape (i, m).

    Who left in an interval came, on the mean, his time earlier; between such moments times are taken to change evenly.

    Parameters
    ----------
    count, spent_ms
        Vehicles that left in each interval, and the sum of their times, shape (i, m).
    """
    middle_ms = interval_ms * (np.arange(len(count)) + 0.5)
    found = np.empty(count.shape)
    for link in range(count.shape[1]):
        known = np.flatnonzero(count[:, link])
        found[:, link] = free_ms[link]
        if len(known):
            mean_ms = spent_ms[known, link] / count[known, link]
            found[:, link] = np.interp(middle_ms, middle_ms[known] - mean_ms, mean_ms)
    return found


def with_entrances(net: FlowNetwork, times: LinkTimes) -> tuple[FlowNetwork, LinkTimes]:
    """Return the network with a link into each node on which who begins a trip waits: the wait is then a link's time.

    Entrance i begins at node n + i and is link m + i; it takes a step, holds everybody, and lets through all who come.
    Who waits there waits behind all who came before, whatever way they will take.
    """
    nodes = np.arange(net.node_count, dtype=np.int32)
    count = len(nodes)

    def then(values: NDArray[Any], rest: Any) -> NDArray[Any]:
        return np.concatenate([values, np.broadcast_to(rest, count).astype(values.dtype)])

    wider = dataclasses.replace(
        net, node_name=(*net.node_name, *(f"into {name}" for name in net.node_name)), delay=None,
        link_from=then(net.link_from, nodes + count), link_to=then(net.link_to, nodes), length_m=then(net.length_m, 0),
        free_flow_s=then(net.free_flow_s, 0), capacity_per_h=then(net.capacity_per_h, 36_000), lanes=then(net.lanes, 1),
        speed_kmh=then(net.speed_kmh, 0),
    )  # fmt: skip
    ample = (STEP_MS, STEP_MS, 100, 100_000)
    return wider, LinkTimes(*(then(values, rest) for values, rest in zip(times, ample, strict=True)))


class RepeatedDays:
    """A network, entered as `with_entrances` has it, whose drivers live the same day again and again."""

    def __init__(self, net: FlowNetwork, times: LinkTimes, drivers: Drivers, interval_ms: int, seed: int = 1) -> None:
        self._entrance = np.int32(net.node_count)
        self.drivers = dataclasses.replace(drivers, origin=drivers.origin + self._entrance)
        self._links = net.link_count
        self.net, self.times = with_entrances(net, times)
        self.interval_ms = interval_ms
        self._priority_ms = np.maximum(self.times.headway_ms, 1)
        self._priority_ms[net.link_count :] = ENTRANCE_PRIORITY_MS
        self._generator = np.random.default_rng(seed)
        self.out = [np.flatnonzero(self.net.link_from == node).tolist() for node in range(self.net.node_count)]
        self.head = self.net.link_to.tolist()
        free_ms = self.times.free_ms.astype(float)[None]
        self.routes: list[list[int]] = [[] for _ in drivers.origin]
        self._choose(free_ms, np.ones(len(drivers.origin), np.bool_))

    def live(self, days: int) -> list[Day]:
        """Let so many days pass, and return what each was like."""
        found = []
        for number in range(1, days + 1):
            day = self._live_day()
            found.append(day)
            if number < days:
                self._choose(day.link_ms, self._generator.random(len(self.routes)) < 1 / (number + 1))
        return found

    def _live_day(self) -> Day:
        net, drivers = self.net, self.drivers
        road = RoadTraffic(
            net.node_count, net.link_from, net.link_to, self.times, step_ms=STEP_MS, priority_ms=self._priority_ms
        )
        who = road.add_vehicles(len(self.routes))
        first = np.cumsum([0, *(len(route) for route in self.routes)])
        road.send_along(who, first, np.concatenate(self.routes))
        arrive_ms, passed = np.full(len(who), -1, np.int64), Passed(road)
        count, spent_ms = [], []
        set_out = 0
        while set_out < len(who) or road.driving_count:
            until_ms = road.now_ms + self.interval_ms
            ends = int(np.searchsorted(drivers.depart_ms, until_ms))
            arrived, at_ms = road.advance(until_ms, who[set_out:ends], drivers.depart_ms[set_out:ends])
            arrive_ms[arrived], set_out = at_ms, ends
            for kept, values in zip((count, spent_ms), passed.since_last()[:2], strict=True):
                kept.append(values)
        table = times_by_entry(np.array(count), np.array(spent_ms), self.times.free_ms, self.interval_ms)
        trip_ms = arrive_ms - drivers.depart_ms - STEP_MS
        least_ms = self._least(table)[self._which()] - STEP_MS
        return Day(trip_ms, least_ms, road.of_links("entered")[: self._links].astype(np.int64), table)

    def _keys(self) -> NDArray[np.int64]:
        """Return for each driver the number of his origin, interval of departure and destination."""
        interval = self.drivers.depart_ms // self.interval_ms
        nodes = self.net.node_count
        return (interval * nodes + self.drivers.origin) * nodes + self.drivers.destination

    def _asked(self) -> list[tuple[int, int, int]]:
        """Return origin, destination and time, the middle of an interval, of all kinds of drivers."""
        found = []
        for key in np.unique(self._keys()).tolist():
            rest, destination = divmod(key, self.net.node_count)
            interval, origin = divmod(rest, self.net.node_count)
            found.append((origin, destination, interval * self.interval_ms + self.interval_ms // 2))
        return found

    def _which(self) -> NDArray[np.int64]:
        return np.unique(self._keys(), return_inverse=True)[1]

    def _least(self, link_ms: NDArray[np.float64]) -> NDArray[np.float64]:
        ways = Ways(self, link_ms)
        return np.array([ways.of(origin, at_ms)[0][destination] for origin, destination, at_ms in self._asked()])

    def _choose(self, link_ms: NDArray[np.float64], chosen: NDArray[np.bool_]) -> None:
        """Give these drivers the fastest way under the times of links by interval of entry."""
        which, asked, ways = self._which(), self._asked(), Ways(self, link_ms)
        for kind in np.unique(which[chosen]).tolist():
            origin, destination, at_ms = asked[kind]
            way, node, by = [], destination, ways.of(origin, at_ms)[1]
            while node != origin:
                way.append(by[node])
                node = int(self.net.link_from[by[node]])
            for driver in np.flatnonzero(chosen & (which == kind)).tolist():
                self.routes[driver] = way[::-1]


class Ways:
    """The fastest ways from origins at times, each searched for once."""

    def __init__(self, days: RepeatedDays, link_ms: NDArray[np.float64]) -> None:
        self._days, self._table = days, link_ms.tolist()
        self._known: dict[tuple[int, int], tuple[list[float], list[int]]] = {}

    def of(self, origin: int, at_ms: int) -> tuple[list[float], list[int]]:
        """Return the least times to all nodes, and the link by which each is reached (Dijkstra, in time)."""
        if (origin, at_ms) not in self._known:
            self._known[origin, at_ms] = self._search(origin, at_ms)
        return self._known[origin, at_ms]

    def _search(self, origin: int, at_ms: int) -> tuple[list[float], list[int]]:
        days, last = self._days, len(self._table) - 1
        reached, by = [np.inf] * days.net.node_count, [-1] * days.net.node_count
        reached[origin] = 0.0
        heap = [(0.0, origin)]
        while heap:
            time_ms, node = heapq.heappop(heap)
            if time_ms > reached[node]:
                continue
            times = self._table[min(int((at_ms + time_ms) // days.interval_ms), last)]
            for link in days.out[node]:
                head, arrives = days.head[link], time_ms + times[link]
                if arrives < reached[head]:
                    reached[head], by[head] = arrives, link
                    heapq.heappush(heap, (arrives, head))
        return reached, by
