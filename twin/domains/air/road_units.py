"""What roads give at the stations in an hour: streets nearby as lines, all others as clouds."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.conditions import Conditions
from twin.atmosphere.lines import road_contributions
from twin.atmosphere.plumes import PointSources
from twin.domains.air.fresh import RECEPTOR_M, SETTING, fresh_units
from twin.domains.air.road_patches import STREETS_WITHIN_M, RoadPatches

Floats = NDArray[np.float64]

ACROSS: Final = 4.3
"""A cloud as wide as a patch begins with this part of its width as standard deviation (ISC3, volume sources)."""


class RoadUnits:
    """Knows which streets are near which station.

    Parameters
    ----------
    station_xy_m
        Metres, shape (stations, 2).
    clouds
        The patches as plumes that begin as wide as they are.
    """

    def __init__(self, patches: RoadPatches, station_xy_m: Floats, clouds: PointSources) -> None:
        self._place, self._clouds = station_xy_m, clouds
        middle = patches.middle[: len(patches.streets)]
        self._near: list[NDArray[np.int64]] = []
        self._lines = []
        for station in station_xy_m:
            near = np.flatnonzero(np.hypot(*(middle - station).T) <= STREETS_WITHIN_M)
            streets = patches.streets
            ends = {name: getattr(streets, name)[near] for name in ("x1_m", "y1_m", "x2_m", "y2_m")}
            self._near.append(near)
            self._lines.append(replace(streets, **ends))

    def at_stations(self, conditions: Conditions) -> Floats:
        """Return what 1 g/s of each patch gives at each station; µg/m³, shape (hours, stations, patches)."""
        units = fresh_units(self._clouds, conditions, self._place)
        for station, (near, lines) in enumerate(zip(self._near, self._lines, strict=True)):
            if len(near):
                x, y = self._place[station]
                given = road_contributions(lines, conditions, np.array([x]), np.array([y]), RECEPTOR_M, SETTING)
                units[:, station, near] = given[:, 0]
        return units
