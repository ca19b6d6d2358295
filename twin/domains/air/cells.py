"""Square cells over a city: into which homes and roads are gathered, and by which exposure is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from twin.city.city import City


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells that hold something; k of them.

    Attributes
    ----------
    side_m
        Length of a side.
    centre
        Metres in the road graph's plane, shape (k, 2).
    key
        A number for the place of each in the endless grid, rising, shape (k,).
    """

    side_m: float
    centre: NDArray[np.float64]
    key: NDArray[np.int64]

    @classmethod
    def holding(cls, xy_m: NDArray[np.float64], side_m: float) -> Cells:
        """Return the cells that hold any of these places, shape (p, 2)."""
        key = np.unique(_keys(xy_m, side_m))
        column, row = key >> 32, (key & 0xFFFF_FFFF) - (1 << 31)
        return cls(side_m, (np.column_stack([column, row]) + 0.5) * side_m, key)

    def __len__(self) -> int:
        return len(self.key)

    def of(self, xy_m: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the cell of each place, -1 where none of these holds it, shape (p,)."""
        wanted = _keys(xy_m, self.side_m)
        place = np.minimum(np.searchsorted(self.key, wanted), len(self.key) - 1)
        return np.where(self.key[place] == wanted, place, -1)

    def summed(self, xy_m: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum of the weights of the places in each cell, shape (k,)."""
        cell = self.of(xy_m)
        held = cell >= 0
        return np.asarray(np.bincount(cell[held], weight[held], len(self)), np.float64)


def _keys(xy_m: NDArray[np.float64], side_m: float) -> NDArray[np.int64]:
    column, row = np.floor(xy_m / side_m).astype(np.int64).T
    return np.asarray((column << 32) + (row + (1 << 31)), np.int64)


def people_xy_m(city: City) -> NDArray[np.float64]:
    """Return where the cells of the population surface lie, metres, shape (p, 2)."""
    population = city.map.population
    return city.roads.to_plane_m(population.lon, population.lat)
