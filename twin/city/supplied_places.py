"""Checks that the places of a supplied table lie on the map."""

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


@lru_cache(maxsize=4)
def _tree(roads: RoadGraph) -> cKDTree:
    from scipy.spatial import cKDTree

    return cKDTree(roads.node_xy_m)


def distance_m(roads: RoadGraph, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return straight distances to the nearest road node, metres, shape (k,); infinite beyond the allowed one."""
    points = roads.to_plane_m(lon, lat)
    return np.asarray(_tree(roads).query(points, distance_upper_bound=FARTHEST_FROM_ROAD_M, workers=-1)[0])


def check_places(
    raw: Raw, lon: NDArray[np.float64], lat: NDArray[np.float64], roads: RoadGraph, problems: Problems
) -> None:
    """Find places that are farther from every road than may be."""
    known = np.isfinite(lon) & np.isfinite(lat)
    on_earth = known & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    far = on_earth.copy()
    far[on_earth] = np.isinf(distance_m(roads, lon[on_earth], lat[on_earth]))
    swapped = far | (known & ~on_earth)
    swapped[swapped] = np.isfinite(distance_m(roads, lat[swapped], lon[swapped]))
    for _, where in problems.rows(raw, swapped, "lon"):
        problems.add(TwinError("{where}: longitude and latitude seem to be swapped; swap the two columns", where=where))
    for row, where in problems.rows(raw, far & ~swapped, "lon"):
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
