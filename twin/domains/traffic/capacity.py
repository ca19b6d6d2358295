"""How much of their capacity links have left, where several causes take some of it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from twin.city.road_traffic import RoadTraffic


class Capacity:
    """What is left of the capacity of m links: the product over causes of what each leaves.

    Who limits a link through this undoes nothing that another cause has done to it.

    Parameters
    ----------
    headway_ms
        Of each link where nothing limits it, shape (m,).
    """

    def __init__(self, road: RoadTraffic, headway_ms: NDArray[np.int32]) -> None:
        self._road, self._headway_ms = road, headway_ms
        self._left: dict[str, dict[int, float]] = {}

    def limit(self, cause: str, links: NDArray[np.int32], left: NDArray[np.float64]) -> None:
        """Let a cause leave these shares (above 0, at most 1; 1: it no longer limits) of links, each named once.

        Raises
        ------
        ValueError
            If a share is none: a link is closed by its storage, not by its capacity.
        """
        if ((left <= 0) | (left > 1)).any():
            raise ValueError("a share of the capacity must be above 0, and at most 1")
        if not len(links):
            return
        of_cause = self._left.setdefault(cause, {})
        for link, share in zip(links.tolist(), left.tolist(), strict=True):
            of_cause[link] = share
            if share == 1:
                del of_cause[link]
        together = np.ones(len(links))
        for name in sorted(self._left):
            known = self._left[name]
            together *= np.array([known.get(link, 1.0) for link in links.tolist()])
        self._road.set_links(links, headway_ms=np.rint(self._headway_ms[links] / together).astype(np.int32))
