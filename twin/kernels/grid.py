"""Points in the cells of a grid, for finding the nearest of many."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel

POINTS_A_CELL: Final = 2.0
"""In the mean: with fewer, more empty cells are looked into; with more, more points."""
_ROUNDING: Final = 1 - 1e-9
"""A point within rounding of a cell's edge may stand in the next cell."""


class Grid(NamedTuple):
    """Points by cell, n points.

    Attributes
    ----------
    xy_m
        Where the points lie, shape (n, 2).
    low_xy_m
        The grid's corner, shape (2,).
    cell_m
        Side of a cell.
    rows, columns
        Number of cells along y and x.
    first, point
        The points of a cell are ``point[first[cell]:first[cell + 1]]``, row by row; shapes (cells + 1,) and (n,).
    """

    xy_m: NDArray[np.float64]
    low_xy_m: NDArray[np.float64]
    cell_m: float
    rows: int
    columns: int
    first: NDArray[np.int32]
    point: NDArray[np.int32]


def sort_into_grid(xy_m: NDArray[np.float64]) -> Grid:
    """Sort at least one point, shape (n, 2), into cells of a size that suits their number."""
    low_xy_m = xy_m.min(axis=0)
    extent_m = xy_m.max(axis=0) - low_xy_m
    fair_m = float(np.sqrt(extent_m.prod() * POINTS_A_CELL / len(xy_m)))
    cell_m = max(fair_m, float(extent_m.max()) / len(xy_m)) or 1.0
    columns, rows = (int(length_m // cell_m) + 1 for length_m in extent_m.tolist())
    place = np.minimum((xy_m - low_xy_m) // cell_m, [columns - 1, rows - 1]).astype(np.int64)
    cell = place[:, 1] * columns + place[:, 0]
    point = np.argsort(cell, kind="stable").astype(np.int32)
    first = np.searchsorted(cell[point], np.arange(rows * columns + 1)).astype(np.int32)
    return Grid(np.array(xy_m), low_xy_m, cell_m, rows, columns, first, point)


@kernel
def nearest_in_grid(grid: Grid, asked_xy_m: NDArray[np.float64], nearest: NDArray[np.int32]) -> None:
    """Write the point nearest to each place in a straight line, the lowest of equally near ones.

    Cells are looked into in squares around a place's own, until no farther cell can hold a point as near.

    Parameters
    ----------
    asked_xy_m
        The places, finite, shape (k, 2); they may lie outside the grid.
    nearest
        Written, shape (k,).
    """
    rows, columns = grid.rows, grid.columns
    for asked in range(len(asked_xy_m)):
        x_m, y_m = asked_xy_m[asked, 0], asked_xy_m[asked, 1]
        own_column = int(min(max((x_m - grid.low_xy_m[0]) // grid.cell_m, 0.0), columns - 1.0))
        own_row = int(min(max((y_m - grid.low_xy_m[1]) // grid.cell_m, 0.0), rows - 1.0))
        best, best_m, away = -1, np.inf, 0
        while away <= max(rows, columns) and not best_m < (away - 1) * grid.cell_m * _ROUNDING:
            for row in range(max(own_row - away, 0), min(own_row + away, rows - 1) + 1):
                step = 1 if abs(row - own_row) == away else max(2 * away, 1)  # a whole side, or its two ends
                for column in range(own_column - away, own_column + away + 1, step):
                    if not 0 <= column < columns:
                        continue
                    cell = row * columns + column
                    for slot in range(grid.first[cell], grid.first[cell + 1]):
                        point = grid.point[slot]
                        east_m, north_m = grid.xy_m[point, 0] - x_m, grid.xy_m[point, 1] - y_m
                        away_m = np.sqrt(east_m * east_m + north_m * north_m)
                        if away_m < best_m or (away_m == best_m and point < best):
                            best, best_m = point, away_m
            away += 1
        nearest[asked] = best
