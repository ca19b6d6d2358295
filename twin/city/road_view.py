"""What can be seen of the vehicles on a city's roads, without changing anything."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.city.next_links import slots_at
from twin.kernels.readings import READING, count_queues, read_links
from twin.kernels.road_network import LINK, NOBODY, Road, Rows
from twin.kernels.vehicles import NO_WAY_SLOT, WORD_BITS, Vehicles


def whole(values: ArrayLike) -> NDArray[np.int32]:
    """Return a contiguous, writable array of its own: another kind would be compiled for anew."""
    given = np.asarray(values)
    if given.size and given.dtype.kind not in "iu":
        raise TypeError(f"positions and milliseconds must be whole numbers, not {given.dtype}")
    return np.array(given, np.int32, order="C", ndmin=1)


class RoadView:
    """Who drives where, to be looked at; see `twin.city.road_traffic.RoadTraffic`, which lets them drive.

    Attributes
    ----------
    now_ms
        Up to when the road has lived.
    driving_count
        How many vehicles drive or wait to enter the road.
    out_first, out_link
        Links out of node ``v`` in the order of their slots: ``out_link[out_first[v]:out_first[v + 1]]``.
    """

    now_ms: int
    driving_count: int
    out_first: NDArray[np.int32]
    out_link: NDArray[np.int32]
    _road: Road
    _row: NDArray[np.int32]
    _link: NDArray[np.int32]
    _vehicles: Vehicles
    _driving: NDArray[np.bool_]

    def way(self, node: int, destination: int) -> NDArray[np.int32]:
        """Return the links that the table of next links leads over from a node to a destination, shape (any,).

        It ends where the table knows no way.
        """
        links = []
        while (slot := int(slots_at(self._vehicles.next_slots, destination, node))) < NO_WAY_SLOT:
            link = int(self.out_link[self.out_first[node] + slot])
            links.append(link)
            node = int(self._road.links["to_node"][self._row[link]])
        return np.array(links, np.int32)

    @property
    def turned_away(self) -> int:
        """How often somebody has taken another link than he wanted because that was full."""
        return int(self._road.turned_away[0])

    def is_driving(self, vehicle: int) -> bool:
        """Say whether a vehicle drives or waits to enter the road."""
        return bool(self._driving[vehicle])

    def rows_in_use(self) -> NDArray[np.int32]:
        """Return the rows of the table of next links that somebody who drives heads for, rising."""
        heading = self._vehicles.bound["heading"][self._driving]
        return np.unique(~heading[heading < 0] >> WORD_BITS).astype(np.int32)

    def of_links(self, name: str) -> NDArray[Any]:
        """Return a field of `twin.kernels.road_network.LINK` for every link, shape (m,).

        ``entered``, ``left`` and ``travel_ms`` (from entry to exit, summed over those who left) count from the
        beginning: differences between two calls are an interval's flows and mean times.
        """
        if name not in (LINK.names or ()):
            raise ValueError(f"{name} is no field of a link")
        return np.asarray(self._road.links[name][self._row])

    def readings(self) -> Rows:
        """Return what each link is like now, of dtype `twin.kernels.readings.READING`, shape (m,)."""
        found = np.empty(len(self._row), READING)
        read_links(self._road, self._link, found)
        return found

    def on_links(self) -> NDArray[np.int32]:
        """Return how many vehicles are on each link, shape (m,)."""
        return np.asarray(self.readings()["on_link"])

    def queues(self) -> NDArray[np.int32]:
        """Return how many vehicles have driven each link and wait at its end, shape (m,)."""
        found = np.empty(len(self._row), np.int32)
        count_queues(self._road, self.now_ms, found)
        return found[self._row]

    def waiting(self) -> int:
        """Return how many vehicles wait to enter the road."""
        return int(self.driving_count - self.on_links().sum())

    def locked(self, for_ms: int) -> NDArray[np.int32]:
        """Return the links that are full and whose first vehicle could have left `for_ms` ago, but has not."""
        row_full = self._road.links["entered"] - self._road.links["left"] >= np.maximum(self._road.links["storage"], 1)
        stuck = row_full & (self._road.ready_ms <= self.now_ms - for_ms)
        return np.sort(self._link[stuck])

    def coming_to(self, links: ArrayLike, nodes: ArrayLike) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return who drives on these links or waits to enter the road at these nodes, and which node each comes to."""
        rows = self._row[whole(links)]
        first, count = self._road.links["slot_first"][rows], self._road.links["slot_count"][rows]
        slot = np.repeat(first - np.cumsum(count) + count, count) + np.arange(int(count.sum()))
        vehicle = self._road.slots["vehicle"][slot]
        there = vehicle != NOBODY
        who, where = vehicle[there].tolist(), np.repeat(self._road.links["to_node"][rows], count)[there].tolist()
        chosen = whole(nodes)
        for node in chosen[self._road.origin_head[chosen] != NOBODY].tolist():
            waits = int(self._road.origin_head[node])
            while waits != NOBODY:
                who.append(waits)
                where.append(node)
                waits = int(self._vehicles.bound["behind"][waits])
        return np.array(who, np.int32), np.array(where, np.int32)

    def ready_since_ms(self, links: ArrayLike) -> NDArray[np.int32]:
        """Return since when the first vehicle of each link could have left it, shape (any,)."""
        return np.asarray(self._road.ready_ms[self._row[whole(links)]])

    def waits_for(self, links: ArrayLike) -> NDArray[np.int32]:
        """Return the link that the first vehicle of each of these links wants to enter, -1 where none; shape (any,)."""
        link = self._road.links[self._row[whole(links)]]
        first = self._road.slots["vehicle"][link["slot_first"] + link["head"]]
        onto = self.next_link(np.maximum(first, 0), link["to_node"])
        return np.where(first == NOBODY, np.int32(-1), onto)

    def next_link(self, vehicles: ArrayLike, nodes: ArrayLike) -> NDArray[np.int32]:
        """Return the link that each vehicle would enter from a node, -1 where none; shape of `vehicles`."""
        who, node = whole(vehicles), whole(nodes)
        if not len(who):
            return who
        heading = self._vehicles.bound["heading"][who]
        destination = np.where(heading < 0, ~heading, 0)
        slot = slots_at(self._vehicles.next_slots, destination, node)
        last = max(len(self.out_link) - 1, 0)
        by_table = np.where(slot < NO_WAY_SLOT, self.out_link[np.minimum(self.out_first[node] + slot, last)], -1)
        if not len(self._vehicles.route):
            return np.asarray(by_table, np.int32)
        row = self._vehicles.route[np.maximum(heading, 0)]
        by_route = np.where(row >= 0, self._link[np.maximum(row, 0)], -1)
        return np.where(heading < 0, by_table, by_route).astype(np.int32)
