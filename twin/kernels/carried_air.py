"""Adding what cells give off to a grid that moves with the wind."""

from __future__ import annotations

import math

import numpy as np

from twin.kernels.compile import arithmetic_kernel
from twin.kernels.plumes import Floats


@arithmetic_kernel
def add_moved(mass_g: Floats, given_g: Floats, part: float, east: float, north: float, left_g: Floats) -> None:
    """Add a part of cells to a grid, moved by so many cells; what comes to lie outside is counted.

    Parameters
    ----------
    mass_g, given_g
        Shape (tracers, layers, rows, columns).
    east, north
        Cells, not whole: each is shared by the four that it comes to lie over.
    """
    tracers, layers, rows, columns = mass_g.shape
    by_columns, by_rows = math.floor(east), math.floor(north)
    for tracer in range(tracers):
        for layer in range(layers):
            given = given_g[tracer, layer]
            if not np.any(given > 0.0):
                continue
            inside = 0.0
            for b in range(2):
                for a in range(2):
                    share = part * (east - by_columns if a else 1.0 - (east - by_columns))
                    share *= north - by_rows if b else 1.0 - (north - by_rows)
                    right, up = by_columns + a, by_rows + b
                    first, last = max(0, -right), min(columns, columns - right)
                    for row in range(max(0, -up), min(rows, rows - up)):
                        for column in range(first, last):
                            moved = share * given[row, column]
                            mass_g[tracer, layer, row + up, column + right] += moved
                            inside += moved
            left_g[tracer] += max(part * given.sum() - inside, 0.0)
