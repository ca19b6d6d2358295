"""What is seen of the roads: the mean times on links, measured for all who want to know them.

Drivers learn of them as news (`twin.domains.traffic.ways`); the roads that all domains share take them over for
everybody who is not a vehicle in the queue, ambulances above all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twin.city.passed import Passed
from twin.city.road_traffic import RoadTraffic
from twin.city.traffic import milliseconds
from twin.core.clock import MS
from twin.domains.traffic.network import Network, driven_s

if TYPE_CHECKING:
    from twin.city.city import City
    from twin.city.conditions import RoadConditions


class Measured:
    """Mean times on links over intervals of one length.

    Parameters
    ----------
    road
        What is measured, from now on.
    interval_ms
        How long it is from one reading to the next.
    """

    def __init__(self, network: Network, road: RoadTraffic, interval_ms: int) -> None:
        self._storage, self._interval_ms = network.times.storage, interval_ms
        self._passed = Passed(road)

    def since_last(self) -> NDArray[np.float64]:
        """Return the mean time of those who left each link since the last reading, ms, shape (m,).

        A link that nobody left takes what it takes without traffic; if it is full, an interval longer. That is what
        is known of a jam by now, not how long those will stand in it: an ambulance gets past them, a driver who hears
        of it turns away.
        """
        count, travel_ms, links = self._passed.since_last()
        stands = links["on_link"] >= self._storage
        unmoved_ms = links["free_ms"] + np.where(stands, self._interval_ms, 0)
        return np.where(count > 0, travel_ms / np.maximum(count, 1), unmoved_ms)


class Watch:
    """Tells the roads of the city, at each interval's end, what their edges took.

    Parameters
    ----------
    roads
        Whom it tells; they are watched already.
    interval_ms
        A whole number of the road's steps.
    """

    def __init__(
        self, city: City, network: Network, road: RoadTraffic, roads: RoadConditions, interval_ms: int
    ) -> None:
        self._links, self._roads, self._interval_ms = network.links, roads, interval_ms
        self._measured = Measured(network, road, interval_ms)
        # the queue's own free time of a short link is that of a whole step
        self._too_long_ms = network.times.free_ms - MS * driven_s(network.links, network.signals, city)

    def measure(self) -> NDArray[np.int32]:
        """Return what has been seen since the last reading, ms on each edge of the road graph, shape (e,)."""
        link_ms = self._measured.since_last() - self._too_long_ms
        return milliseconds(self._links.on_edges(link_ms / MS))

    def look(self, now_ms: int) -> None:
        """Look at the roads if an interval ends now, in milliseconds of the run."""
        if now_ms % self._interval_ms == 0:
            self._roads.see(self.measure())
