"""What sources that fill a cell of a grid give in an hour: homes and roads gathered into cells.

Near a cell what counts is how much of it lies straight upwind, and how near: near the ground a plume thins fast with
its way. So there the way upwind is integrated, the plume taken to be narrow beside the cell. Farther away a cell is
four clouds in the middles of its quarters, each a plume that begins with a width and a height of its own. Between cells
of one grid what counts is how far they lie apart, so a field is a convolution.
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
NEAR_A_PLACE, NEAR_A_CELL = 0.75, 2.5
"""A place, or the middle of another cell, is near within so many sides, east and north: the sharp edge that a narrow
plume gives a cell harms a single place sooner than a mean."""
STEPS: Final = 120
"""Steps of the way upwind, evenly spaced by the root of the distance."""


@dataclass(frozen=True, slots=True)
class AirOfHour:
    """The air of one hour; ``wind_mps`` at the height of the sources, towards ``east``, ``north``."""

    wind_mps: float
    east: float
    north: float
    stability: int
    lid_m: float


def cell_units(
    dx_m: Floats,
    dy_m: Floats,
    side_m: float,
    height_m: float,
    air: AirOfHour,
    reach_m: float,
    setting: Setting,
    *,
    mean: bool = False,
) -> Floats:
    """Return what 1 g/s of a cell gives at places so far east and north of its middle; µg/m³, shape of ``dx_m``.

    Parameters
    ----------
    height_m
        Of the cloud's middle; its spread at the source is that by 2.15.
    reach_m
        Nothing is counted farther downwind than this: it is older.
    mean
        What a cell of the same size there has on average, not its middle.
    """
    found = np.zeros(dx_m.shape)
    near = np.maximum(np.abs(dx_m), np.abs(dy_m)) <= (NEAR_A_CELL if mean else NEAR_A_PLACE) * side_m
    found[near] = _along_the_way(dx_m[near], dy_m[near], side_m, height_m, air, reach_m, setting, mean=mean)
    found[~near] = _four_clouds(dx_m[~near], dy_m[~near], side_m, height_m, air, reach_m, setting)
    return found


def _along_the_way(
    dx_m: Floats,
    dy_m: Floats,
    side_m: float,
    height_m: float,
    air: AirOfHour,
    reach_m: float,
    setting: Setting,
    *,
    mean: bool,
) -> Floats:
    """Return what a cell gives places that it is near to, shape (k,): the sum over distances upwind."""
    farthest_m = min(reach_m, np.sqrt(2) * (NEAR_A_CELL + 1) * side_m)
    root = np.sqrt(farthest_m) * (np.arange(STEPS) + 0.5) / STEPS
    x, step_m = root**2, 2 * root * np.sqrt(farthest_m) / STEPS
    density = np.ones((len(dx_m), STEPS))
    for apart, towards in ((dx_m, air.east), (dy_m, air.north)):
        sides = np.abs(apart[:, None] - x * towards) / side_m
        density *= (np.maximum(1 - sides, 0.0) if mean else sides < 0.5) / side_m
    column = _up(x, height_m, air, setting) * step_m / air.wind_mps
    return np.asarray(_MICROGRAMS * (density * column).sum(axis=1))


def _four_clouds(
    dx_m: Floats, dy_m: Floats, side_m: float, height_m: float, air: AirOfHour, reach_m: float, setting: Setting
) -> Floats:
    """Return what a cell gives places far from it, shape (k,)."""
    found = np.zeros(len(dx_m))
    quarter = side_m / 4
    for east in (-quarter, quarter):
        for north in (-quarter, quarter):
            x = (dx_m - east) * air.east + (dy_m - north) * air.north
            y = (dx_m - east) * air.north - (dy_m - north) * air.east
            reached = np.flatnonzero((x > 0) & (x <= reach_m))
            found[reached] += _plume(x[reached], y[reached], side_m / 2, height_m, air, setting) / 4
    return found


def _plume(x: Floats, y: Floats, side_m: float, height_m: float, air: AirOfHour, setting: Setting) -> Floats:
    """Return the concentration of a plume of 1 g/s that begins with the width of a cell, shape (k,)."""
    across = np.hypot(setting.spread.across.at(x, air.stability), side_m / 4.3)
    crosswind = np.exp(-0.5 * (y / across) ** 2) / (np.sqrt(2 * np.pi) * across * air.wind_mps)
    return np.asarray(_MICROGRAMS * crosswind * _up(x, height_m, air, setting))


def _up(x: Floats, height_m: float, air: AirOfHour, setting: Setting) -> Floats:
    """Return how much of a plume's column lies at the height of people, per metre, shape of ``x``."""
    vertical = np.hypot(setting.spread.vertical.at(x, air.stability), height_m / 2.15)
    lid = max(air.lid_m, 2 * height_m)
    images = sum(
        np.exp(-0.5 * ((RECEPTOR_M + sign * height_m + 2 * lid * image) / vertical) ** 2)
        for image in (-1, 0, 1)
        for sign in (-1, 1)
    )
    up = images / (np.sqrt(2 * np.pi) * vertical)
    return np.asarray(np.where(vertical > _WELL_MIXED * lid, 1 / lid, up))
