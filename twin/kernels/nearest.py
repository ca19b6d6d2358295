"""The few places that lie nearest to one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel


@kernel
def few_nearest(
    node_xy_m: NDArray[np.float64], nodes: NDArray[np.int32], at: int, may: NDArray[np.bool_],
    within_m: float, found: NDArray[np.int64],
) -> int:  # fmt: skip
    """Find the nodes nearest to one in a straight line, of equals the one that stands first.

    Parameters
    ----------
    node_xy_m
        Where all nodes lie in the plane, shape (n, 2).
    nodes, may
        Which are asked about, and which of these count; shape (k,).
    at
        The node in the middle.
    within_m
        Of those farther than this the nearest counts alone, and only where none is within.
    found
        Their positions in `nodes` are written here, the nearest first; as many as fit.

    Returns
    -------
    int
        How many are found.
    """
    x_m, y_m = node_xy_m[at, 0], node_xy_m[at, 1]
    away = np.full(len(found), np.inf)
    count = 0
    for place in range(len(nodes)):
        if not may[place]:
            continue
        east_m, north_m = node_xy_m[nodes[place], 0] - x_m, node_xy_m[nodes[place], 1] - y_m
        square = east_m * east_m + north_m * north_m
        if square >= away[len(found) - 1]:
            continue
        slot = min(count, len(found) - 1)
        while slot > 0 and away[slot - 1] > square:
            away[slot], found[slot] = away[slot - 1], found[slot - 1]
            slot -= 1
        away[slot], found[slot] = square, place
        count = min(count + 1, len(found))
    kept = min(count, 1)
    while kept < count and away[kept] <= within_m * within_m:
        kept += 1
    return kept
