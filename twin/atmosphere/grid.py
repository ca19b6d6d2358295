"""A grid of square cells over the city; receptors stand at the cells' centres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Grid:
    """Square cells, row by row from the south, in each row from the west.

    Attributes
    ----------
    west_m, south_m
        Corner, metres east and north of the map's centre.
    cell_m
        Side of a cell.
    columns, rows
        How many there are.
    """

    west_m: float
    south_m: float
    cell_m: float
    columns: int
    rows: int

    def __post_init__(self) -> None:
        if not self.cell_m > 0.0 or self.columns < 1 or self.rows < 1:
            raise ValueError("a grid needs cells: cell_m above 0, columns and rows of at least 1")

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return self.columns * self.rows

    def centres(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the centres' coordinates, shape (cells,) each."""
        x = self.west_m + self.cell_m * (np.arange(self.columns) + 0.5)
        y = self.south_m + self.cell_m * (np.arange(self.rows) + 0.5)
        return np.tile(x, self.rows), np.repeat(y, self.columns)

    def column_and_row(
        self, x_m: NDArray[np.float64], y_m: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the column and row of places, which lie outside of the grid where there is no such cell."""
        column = np.floor((x_m - self.west_m) / self.cell_m).astype(np.int64)
        row = np.floor((y_m - self.south_m) / self.cell_m).astype(np.int64)
        return column, row

    def widened(self, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> Grid:
        """Return a grid of the same cells, with as many more on each side as places outside of this one need."""
        if not len(x_m):
            return self
        column, row = self.column_and_row(x_m, y_m)
        west, south = min(int(column.min()), 0), min(int(row.min()), 0)
        return Grid(
            west_m=self.west_m + west * self.cell_m,
            south_m=self.south_m + south * self.cell_m,
            cell_m=self.cell_m,
            columns=max(int(column.max()) + 1, self.columns) - west,
            rows=max(int(row.max()) + 1, self.rows) - south,
        )
