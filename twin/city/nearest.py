"""The road node nearest to a place."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.city.graph import RoadGraph
from twin.kernels.grid import Grid, nearest_in_grid, sort_into_grid


class NearestPoint:
    """Finds the point nearest to a place in a straight line; the lowest of equally near ones.

    Answers as SciPy's k-d tree does, which takes a fifth of a second to import (with linear algebra and all).

    Parameters
    ----------
    xy_m
        At least one point in a plane, shape (n, 2).
    """

    def __init__(self, xy_m: NDArray[np.float64]) -> None:
        self._grid: Grid = sort_into_grid(xy_m)

    def to(self, xy_m: NDArray[np.float64]) -> NDArray[np.int32]:
        """Return the position of the point nearest to each of these places of the plane, shape (k, 2).

        Raises
        ------
        ValueError
            If a place is nowhere (infinite, or no number).
        """
        if not np.isfinite(xy_m).all():
            raise ValueError("places must be finite")
        nearest = np.empty(len(xy_m), np.int32)
        nearest_in_grid(self._grid, np.array(xy_m, np.float64, order="C"), nearest)
        return nearest


def nearest_nodes(graph: RoadGraph, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.int32]:
    """Return the node nearest to each point in a straight line; the lowest of equally near ones.

    Parameters
    ----------
    lon, lat
        Degrees, shape (k,).
    """
    points = graph.to_plane_m(np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float)))
    return _of_nodes(graph).to(points)


@lru_cache(maxsize=4)
def _of_nodes(graph: RoadGraph) -> NearestPoint:
    return NearestPoint(graph.node_xy_m)
