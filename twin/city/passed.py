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
        The links at the second reading, of dtype `twin.kernels.readings.READING`.
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
        self._left, self._travel_ms = self._of(road.readings())

    def since_last(self) -> Passage:
        """Return what has passed since the last reading."""
        links = self._road.readings()
        left, travel_ms = self._of(links)
        passage = Passage(left - self._left, travel_ms - self._travel_ms, links)
        self._left, self._travel_ms = left, travel_ms
        return passage

    @staticmethod
    def _of(links: Rows) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        return links["left"].copy(), links["travel_ms"].copy()
