"""Where roads emit: single streets near a station, small cells around it, the cells of the grid everywhere else.

Each edge of the road graph lies in one patch, so that nothing counts twice; both directions of a street are one patch.
A station sees its streets as lines (`twin.domains.air.road_units`), and all other patches as clouds as wide as they.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.lines import Roads
from twin.domains.air.cells import Cells

if TYPE_CHECKING:
    from twin.city.city import City

Floats = NDArray[np.float64]

STREETS_WITHIN_M: Final = 1000.0
"""Streets whose middle is so near to a station are patches of their own."""
SMALL_CELLS_WITHIN: Final = 2.5
"""Cells whose centre is within so many of their sides of a station are divided."""
DIVIDED_BY: Final = 4
"""A divided cell has so many small ones a side."""


@dataclass(frozen=True, eq=False)
class RoadPatches:
    """The p patches: streets first, then small cells, then cells.

    Attributes
    ----------
    of_edge
        Patch of each edge of the road graph, shape (edges,).
    x_m, y_m, side_m
        Middle of each patch, and how wide it is: a street as wide as long; shape (p,).
    streets
        The streets as lines.
    """

    of_edge: NDArray[np.int64]
    x_m: Floats
    y_m: Floats
    side_m: Floats
    streets: Roads

    def __len__(self) -> int:
        return len(self.side_m)

    @property
    def middle(self) -> Floats:
        """Metres, shape (p, 2)."""
        return np.column_stack([self.x_m, self.y_m])

    @classmethod
    def of(cls, city: City, station_xy_m: Floats, side_m: float) -> RoadPatches:
        """Gather the roads of a city.

        Parameters
        ----------
        station_xy_m
            Metres, shape (stations, 2).
        side_m
            Of the cells.
        """
        middles = edge_middles_m(city)
        cells = Cells.holding(middles, side_m)
        divided = _nearest_m(cells.centre, station_xy_m) <= SMALL_CELLS_WITHIN * side_m
        street = _nearest_m(middles, station_xy_m) <= STREETS_WITHIN_M
        small = ~street & divided[cells.of(middles)]
        of_edge = np.empty(len(middles), np.int64)
        streets, of_edge[street] = _streets(city, street)
        count = len(streets)
        centres = [np.column_stack([streets.x1_m + streets.x2_m, streets.y1_m + streets.y2_m]) / 2]
        sides = [streets.length_m]
        for own, side in ((small, side_m / DIVIDED_BY), (~street & ~small, side_m)):
            if own.any():
                held = Cells.holding(middles[own], side)
                of_edge[own] = count + held.of(middles[own])
                count += len(held)
                centres.append(held.centre)
                sides.append(np.full(len(held), side))
        x_m, y_m = np.concatenate(centres).T
        return cls(of_edge, np.ascontiguousarray(x_m), np.ascontiguousarray(y_m), np.concatenate(sides), streets)


def edge_middles_m(city: City) -> Floats:
    """Return the middle of each edge's ends, metres, shape (edges, 2)."""
    roads = city.roads
    return np.asarray((roads.node_xy_m[roads.edge_from] + roads.node_xy_m[roads.edge_to]) / 2)


def _streets(city: City, chosen: NDArray[np.bool_]) -> tuple[Roads, NDArray[np.int64]]:
    """Return the streets of some edges, and the street of each of these edges."""
    roads = city.roads
    ends = np.sort(np.column_stack([roads.edge_from[chosen], roads.edge_to[chosen]]).astype(np.int64), axis=1)
    key, of = np.unique(ends[:, 0] * roads.node_count + ends[:, 1], return_inverse=True)
    begin, end = roads.node_xy_m[key // roads.node_count], roads.node_xy_m[key % roads.node_count]
    return Roads(begin[:, 0], begin[:, 1], end[:, 0], end[:, 1]), of.ravel()


def _nearest_m(places: Floats, station_xy_m: Floats) -> Floats:
    """Return how far the nearest station is from each place, shape (places,)."""
    from scipy.spatial import cKDTree

    return np.asarray(cKDTree(station_xy_m).query(places)[0], np.float64)
