"""Between which ring roads a place lies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.city.graph import RoadGraph

ON_THE_RING_M: Final = 1e-3
"""Who is outside by less than that is on the ring, and so within it."""


def ring_of_nodes(roads: RoadGraph, rings: Sequence[Sequence[str]]) -> NDArray[np.int8]:
    """Return how many rings each road node lies outside of, shape (n,): 0 within the first, ``len(rings)`` beyond all.

    Parameters
    ----------
    rings
        The names of the streets that each ring road consists of, from the innermost ring outwards. A ring encloses the
        convex hull of its streets; one that the map has not, or whose streets have fewer than three ends, encloses
        nothing.
    """
    within = np.zeros(roads.node_count, np.bool_)
    count = np.zeros(roads.node_count, np.int8)
    for streets in rings:
        within = within | _inside(roads, streets)
        count += ~within
    return count


def _inside(roads: RoadGraph, streets: Sequence[str]) -> NDArray[np.bool_]:
    from scipy.spatial import ConvexHull, QhullError

    codes = [code for code, name in enumerate(roads.names) if name in streets]
    edges = np.flatnonzero(np.isin(roads.edge_name, codes))
    ends = np.union1d(roads.edge_from[edges], roads.edge_to[edges])
    try:
        hull = ConvexHull(roads.node_xy_m[ends])
    except (QhullError, ValueError):  # fewer than three places, or all in a line
        return np.zeros(roads.node_count, np.bool_)
    inside = np.ones(roads.node_count, np.bool_)
    for across_x, across_y, offset in hull.equations.tolist():
        inside &= roads.node_xy_m @ (across_x, across_y) + offset <= ON_THE_RING_M
    return inside
