"""What has passed the links of a road from one reading to the next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.city.road_traffic import RoadTraffic
from twin.kernels.road_network import Rows


class Passage(NamedTuple):
    """What has passed each link between two readings; shapes (m,).

    Attributes
    ----------
    left, spent_ms
        How many left it, and the sum of their milliseconds on it.
    links
        The links at the second reading, of dtype `twin.kernels.link_transmission.READING`.
    """

    left: NDArray[np.int32]
    spent_ms: NDArray[np.int64]
    links: Rows


class Passed:
    """Who has left each link from one reading to the next; several may read at their own times.

    Parameters
    ----------
    road
        What is read, from now on.
    """

    def __init__(self, road: RoadTraffic) -> None:
        self._road = road
        self._last = road.readings()

    def since_last(self) -> Passage:
        """Return what has passed since the last reading."""
        last, self._last = self._last, self._road.readings()
        left, travel_ms = (self._last[name] - last[name] for name in ("left", "travel_ms"))
        return Passage(left, travel_ms, self._last)
