"""Places in supplied tables: which road node is nearest, and whether any is near."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.city.graph import RoadGraph
from twin.core.errors import TwinError
from twin.core.supplied.reading import Problems, Raw

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

FARTHEST_FROM_ROAD_M: Final = 2_000.0
"""A place farther from every road node than this is an error: it lies off the map, or its numbers are swapped."""
TOO_FAR: Final = -1


@lru_cache(maxsize=4)
def _tree(roads: RoadGraph) -> cKDTree:
    from scipy.spatial import cKDTree

    return cKDTree(roads.node_xy_m)


def nearest_road_nodes(roads: RoadGraph, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return the nearest road node in a straight line, `TOO_FAR` beyond `FARTHEST_FROM_ROAD_M`; shape (k,)."""
    points = roads.to_plane_m(lon, lat)
    node = np.asarray(_tree(roads).query(points, distance_upper_bound=FARTHEST_FROM_ROAD_M, workers=-1)[1])
    return np.where(node == roads.node_count, TOO_FAR, node).astype(np.int32)


def check_places(
    raw: Raw,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    roads: RoadGraph,
    problems: Problems,
    column: str = "lon",
) -> NDArray[np.int32]:
    """Find places that are farther from every road than may be; those that are not known are passed over.

    Parameters
    ----------
    lon, lat
        Degrees, NaN where not known, shape (n,).
    column
        Where problems are said to be.

    Returns
    -------
    NDArray
        The nearest road node of each place, `TOO_FAR` where there is none or the place is not known; shape (n,).
    """
    known = np.isfinite(lon) & np.isfinite(lat)
    on_earth = known & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    nearest = np.full(len(lon), TOO_FAR, np.int32)
    nearest[on_earth] = nearest_road_nodes(roads, lon[on_earth], lat[on_earth])
    far = on_earth & (nearest == TOO_FAR)
    swapped = far | (known & ~on_earth)
    swapped[swapped] = nearest_road_nodes(roads, lat[swapped], lon[swapped]) != TOO_FAR
    for _, where in problems.rows(raw, swapped, column):
        problems.add(TwinError("{where}: longitude and latitude seem to be swapped; swap the two columns", where=where))
    for row, where in problems.rows(raw, far & ~swapped, column):
        problems.add(
            TwinError(
                "{where}: {lon:g}, {lat:g} is more than {km:g} km from every road of the map; correct the place, leave "
                "the row out, or use a map that reaches there",
                where=where,
                lon=float(lon[row]),
                lat=float(lat[row]),
                km=FARTHEST_FROM_ROAD_M / 1000,
            )
        )
    return nearest
