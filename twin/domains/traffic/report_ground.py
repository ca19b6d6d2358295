"""What the traffic sections of the report share: links, the cut-out of their maps, rings and districts of nodes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.maps import Frame, frame_around, hexagon_middle, hexagon_of
from twin.charts.section import StoredRun
from twin.domains.traffic.measures import RINGS

if TYPE_CHECKING:
    from twin.city.map import CityMap

OUTSIDE: Final = len(RINGS) - 1
_MARGIN_M: Final = 1500.0
_WIDTHS_M: Final = (250.0, 500.0, 1000.0, 1500.0, 2000.0, 3000.0, 5000.0)
_MOST_CELLS: Final = 900
"""Areas of maps are made so large that no more than these lie in the frame."""


@dataclass(frozen=True, eq=False)
class Ground:
    """The roads and places that the sections tell of.

    Attributes
    ----------
    links
        The table ``traffic.link_list``; row is number.
    city
        The map, or None where it is not there any more.
    """

    links: pd.DataFrame
    city: CityMap | None

    @classmethod
    def of(cls, run: StoredRun) -> Ground:
        """Return the ground of a run; all its brains and days have the same."""
        return cls(run.events("traffic.link_list", run.brains[0], 0), run.city)

    @cached_property
    def node_ring(self) -> NDArray[np.int8]:
        """Between which rings each road node lies, positions in `RINGS`; a bend's is that of the nearest junction.

        Without a map, nodes at which no link ends have -1.
        """
        ring = self.links["ring"].to_numpy()
        begin = self.links["from_node"].to_numpy()
        count = max(int(begin.max(initial=0)), int(self.links["to_node"].max())) + 1 if len(begin) else 1
        count = max(count, self.city.roads.node_count if self.city else 0)
        found = np.full(count, -1, np.int8)
        found[begin] = ring
        if self.city is not None and len(begin):
            from scipy.spatial import cKDTree

            known, missing = np.flatnonzero(found >= 0), np.flatnonzero(found < 0)
            xy_m = self.city.roads.node_xy_m
            found[missing] = found[known[cKDTree(xy_m[known]).query(xy_m[missing])[1]]]
        return found

    @cached_property
    def frame(self) -> Frame | None:
        """The cut-out of the maps: what lies within the outermost ring road, or all where there is none."""
        if self.city is None or self.links.empty:
            return None
        inside = self.node_ring < OUTSIDE
        xy_m = self.city.roads.node_xy_m
        chosen = xy_m[inside] if inside.any() else xy_m
        return frame_around(self.city, chosen, _MARGIN_M, "roads-map")

    def inside_rings(self, ring: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Say which of some links lie within the outermost ring road; all where the map has none."""
        inside: NDArray[np.bool_] = ring < OUTSIDE
        return inside if inside.any() else ~inside

    @cached_property
    def cell_width_m(self) -> float:
        """Width of the areas of maps."""
        frame = self.frame
        if frame is None:
            return _WIDTHS_M[-1]
        area = (frame.east_m - frame.west_m) * (frame.north_m - frame.south_m)
        return next((w for w in _WIDTHS_M if area / (w * w * 3**0.5 / 2) <= _MOST_CELLS), _WIDTHS_M[-1])

    @cached_property
    def cells(self) -> Cells | None:
        """The areas of the maps."""
        frame, city = self.frame, self.city
        if frame is None or city is None:
            return None
        places, cell = np.unique(hexagon_of(city.roads.node_xy_m, self.cell_width_m), axis=0, return_inverse=True)
        middle_m = hexagon_middle(places, self.cell_width_m)
        inside = (
            (middle_m[:, 0] > frame.west_m) & (middle_m[:, 0] < frame.east_m)
            & (middle_m[:, 1] > frame.south_m) & (middle_m[:, 1] < frame.north_m)
        )  # fmt: skip
        return Cells(cell.ravel(), middle_m, inside)


@dataclass(frozen=True, eq=False)
class Cells:
    """Areas: which one each road node lies in, their middles in the roads' plane, and whether the frame holds them."""

    of_node: NDArray[np.int64]
    middle_m: NDArray[np.float64]
    inside: NDArray[np.bool_]
