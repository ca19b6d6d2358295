"""What drivers who are not informed think that the roads are like at an hour of an ordinary day.

On a map with a table of usual delays that is what its drivers have lived on days before; elsewhere it is the city's
ordinary traffic. Nobody knows it exactly: drivers to different destinations err differently (Daganzo and Sheffi 1977,
"On stochastic models of traffic assignment", Transportation Science 11), so that not all who come along choose the same
of two ways that are nearly alike. As there, the variance of a stretch is the sum of those of its parts, so that it does
not matter into how many links the map cuts a street: a short link is known less well than a long one. Errors follow the
gamma distribution, whose sums are of its own kind and which is never below 0 (Nielsen 2000, "A stochastic transit
assignment model considering differences in passengers utility functions", Transportation Research Part B 34).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.city.traffic import milliseconds
from twin.city.usual_delays import read_usual_delays
from twin.core.clock import MS
from twin.core.streams import Streams
from twin.kernels.lanes import DESTINATIONS

if TYPE_CHECKING:
    from twin.city.city import City
    from twin.domains.traffic.network import Network

M_A_KM: Final = 1000
OPINIONS: Final = 8
"""So many different opinions of the roads are held, each by every eighth group of destinations."""
OPINIONS_OF: Final = Streams(0, 0)
"""What drivers are used to belongs to the city, not to the day: all seeds and replications have the same."""


class Habits:
    """Travel times on links by which habitual ways are chosen; m links, p points.

    Parameters
    ----------
    sigma
        Standard deviation of what drivers take the time on a kilometre for, relative to that time.
    """

    def __init__(self, city: City, network: Network, sigma: float) -> None:
        self._city, self._network, self._sigma = city, network, sigma
        self._delays = city.shared("roads.usual_delays", lambda: read_usual_delays(city.map.folder, city.roads))

    def usual_ms(self, hour_of_day: int) -> NDArray[np.int32]:
        """Return what links usually take in an hour of the day, ms, shape (m,)."""
        if self._delays is None or self._city.ordinary.is_supplied(hour_of_day):
            return self._network.usual_times_ms(self._city, hour_of_day)
        by_edge = self._delays.at(hour_of_day)
        links = self._network.links
        factor = np.zeros(len(links.length_m))
        np.add.at(factor, links.edge_link, links.edge_share * by_edge)
        return milliseconds(factor * self._network.times.free_ms / MS)

    def opinions(self, hour_of_day: int) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
        """Yield what drivers take links' times for, ms, shape (m,), and to which groups of `DESTINATIONS`."""
        usual_ms = self.usual_ms(hour_of_day)
        groups = np.arange(-(-len(self._network.point_junction) // DESTINATIONS), dtype=np.int32)
        if not self._sigma:
            yield usual_ms, groups
            return
        shape = self._network.links.length_m / M_A_KM / self._sigma**2
        for number in range(OPINIONS):
            taken_for = OPINIONS_OF("traffic", "habits", str(number)).standard_gamma(shape) / shape
            yield milliseconds(usual_ms * taken_for / MS), groups[number::OPINIONS]
