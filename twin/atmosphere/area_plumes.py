"""What sources that fill a cell of a grid give in an hour: homes and roads gathered into cells.

A cell is four clouds in the middles of its quarters, each a plume that begins with a width and a height of its own, so
that a place within the cell gets what lies upwind of it. Between cells of one grid what counts is how far they lie
apart, so a field is a convolution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.conditions import Setting

Floats = NDArray[np.float64]

_MICROGRAMS: Final = 1e6
_WELL_MIXED: Final = 0.8
"""Beyond a vertical spread of so much of the lid's height, a plume is taken to be mixed up to it."""
RECEPTOR_M: Final = 1.5


@dataclass(frozen=True, slots=True)
class AirOfHour:
    """The air of one hour; ``wind_mps`` at the height of the sources, towards ``east``, ``north``."""

    wind_mps: float
    east: float
    north: float
    stability: int
    lid_m: float


def cell_units(
    dx_m: Floats, dy_m: Floats, side_m: float, height_m: float, air: AirOfHour, reach_m: float, setting: Setting
) -> Floats:
    """Return what 1 g/s of a cell gives at places so far east and north of its middle; µg/m³, shape of ``dx_m``.

    Parameters
    ----------
    height_m
        Of the cloud's middle; its spread at the source is that by 2.15.
    reach_m
        Nothing is counted farther downwind than this: it is older.
    """
    found = np.zeros(dx_m.shape)
    quarter = side_m / 4
    for east in (-quarter, quarter):
        for north in (-quarter, quarter):
            x = (dx_m - east) * air.east + (dy_m - north) * air.north
            y = (dx_m - east) * air.north - (dy_m - north) * air.east
            near = np.flatnonzero((x.ravel() > 0) & (x.ravel() <= reach_m))
            found.ravel()[near] += _plume(x.ravel()[near], y.ravel()[near], side_m / 2, height_m, air, setting) / 4
    return found


def _plume(x: Floats, y: Floats, side_m: float, height_m: float, air: AirOfHour, setting: Setting) -> Floats:
    """Return the concentration of a plume of 1 g/s that begins with the width of a cell, shape (k,)."""
    curves = setting.spread
    across = np.hypot(curves.across.at(x, air.stability), side_m / 4.3)
    vertical = np.hypot(curves.vertical.at(x, air.stability), height_m / 2.15)
    crosswind = np.exp(-0.5 * (y / across) ** 2) / (np.sqrt(2 * np.pi) * across * air.wind_mps)
    lid = max(air.lid_m, 2 * height_m)
    images = sum(
        np.exp(-0.5 * ((RECEPTOR_M + sign * height_m + 2 * lid * image) / vertical) ** 2)
        for image in (-1, 0, 1)
        for sign in (-1, 1)
    )
    up = images / (np.sqrt(2 * np.pi) * vertical)
    return np.asarray(_MICROGRAMS * crosswind * np.where(vertical > _WELL_MIXED * lid, 1 / lid, up))
