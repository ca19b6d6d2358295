"""Tables of next links by groups of destinations, written when somebody needs them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.city.next_links import FastestWays, NextLinks
from twin.city.road_traffic import RoadTraffic
from twin.domains.traffic.network import Network
from twin.kernels.lanes import DESTINATIONS

Groups = NDArray[np.int32]


class News:
    """What the informed know of the ways to the points of a network; g groups of `DESTINATIONS` points each.

    News is told to a group at once where somebody drives to it; a group to which nobody drives is told the same when
    somebody sets out there, so that nobody sees a difference.

    Parameters
    ----------
    table
        Where the ways are written, from row `first_row` on.
    threads
        How many share the work.
    """

    def __init__(self, network: Network, road: RoadTraffic, table: NextLinks, first_row: int, threads: int) -> None:
        self._network, self._road, self._table = network, road, table
        self._first_row, self._threads = first_row, threads
        self._number = 0
        groups = -(-len(network.point_junction) // DESTINATIONS)
        self._untold = np.full(groups, -1, np.int32)  # number of the news, or -1
        self._times_ms: dict[int, NDArray[np.int32]] = {}
        self._ways: dict[int, FastestWays] = {}

    def learn(self, groups: Groups, link_time_ms: NDArray[np.int32]) -> None:
        """Let these times on the links be news for some groups, which rise."""
        self._number += 1
        self._untold[groups] = self._number
        self._times_ms[self._number] = link_time_ms
        for number in set(self._times_ms) - set(self._untold.tolist()):
            del self._times_ms[number]
            self._ways.pop(number, None)
        row = self._road.rows_in_use() - self._first_row
        self.tell(row[(row >= 0) & (row < len(self._untold))])

    def tell(self, groups: Groups) -> None:
        """Write the ways to those of these groups that have not been told the last news."""
        untold = groups[self._untold[groups] >= 0]
        if not len(untold):
            return
        untold = np.unique(untold)
        for number in np.unique(self._untold[untold]).tolist():
            own = untold[self._untold[untold] == number]
            if number not in self._ways:
                self._ways[number] = self._network.search.under(self._times_ms[number])
            self.write(self._ways[number], own, own + self._first_row)
            self._untold[own] = -1

    def write(self, ways: FastestWays, groups: Groups, rows: Groups) -> None:
        """Write the ways to some groups, which rise, into rows of the table."""
        points = np.add.outer(groups * DESTINATIONS, np.arange(DESTINATIONS)).ravel()
        points = points[points < len(self._network.point_junction)]  # only the last group can lack some
        self._table.write(ways, self._network.point_junction[points], rows, threads=self._threads)
        self._road.ways_have_changed()
