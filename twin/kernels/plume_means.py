"""Steady plumes as means over square areas, no farther than the wind of an hour."""

from __future__ import annotations

import math
from typing import Final

from twin.kernels.compile import arithmetic_kernel
from twin.kernels.plumes import DEVIATIONS_SQUARED, PER_RISE, TO_MICROGRAMS, Air, Floats, Stacks, plume_at, shape_of

HALF: Final = 0.5
AROUND: Final = 1.5
"""A source within so many sides of an area's middle stands in it, or in one of those around it."""


@arithmetic_kernel
def mean_plumes(
    out: Floats, x_m: Floats, y_m: Floats, side_m: float, within: Floats, around: Floats, height_m: float, air: Air,
    stacks: Stacks, hour: int, reach_m: float,
) -> None:  # fmt: skip
    """Write what 1 g/s gives as the mean over square areas, micrograms/m3, into shape (areas, sources).

    Parameters
    ----------
    x_m, y_m
        Middles of the areas.
    within, around
        Where places lie from an area's middle, the same east and north, so that so many squared are looked at: for
        sources within the area, and for those in the areas around it. For all others the middle serves.
    reach_m
        Nothing arrives farther downwind.
    """
    east, north = air.east[hour], air.north[hour]
    middle = within[:1] * 0.0
    half_diagonal = math.sqrt(HALF) * side_m
    for source in range(out.shape[1]):
        shape = shape_of(air, stacks, hour, source)
        lofted = shape.base_m + shape.rise_m >= shape.lid_m
        first = shape.first_across + (shape.rise_m * PER_RISE) ** 2
        for area in range(out.shape[0]):
            out[area, source] = 0.0
            from_x, from_y = x_m[area] - stacks.x_m[source], y_m[area] - stacks.y_m[source]
            x, y = from_x * east + from_y * north, from_y * east - from_x * north
            aside = max(abs(y) - half_diagonal, 0.0)
            widest = DEVIATIONS_SQUARED * ((shape.linear * (x + half_diagonal)) ** 2 + first)
            if lofted or x <= -half_diagonal or x > reach_m + half_diagonal or aside * aside > widest:
                continue
            apart = max(abs(from_x), abs(from_y))
            offsets = within if apart <= HALF * side_m else around if apart <= AROUND * side_m else middle
            total = 0.0
            for i in range(len(offsets)):
                for k in range(len(offsets)):
                    dx, dy = from_x + offsets[i], from_y + offsets[k]
                    x = dx * east + dy * north
                    if 0.0 < x <= reach_m:
                        total += plume_at(x, dy * east - dx * north, height_m, shape)
            out[area, source] = TO_MICROGRAMS * total / len(offsets) ** 2
