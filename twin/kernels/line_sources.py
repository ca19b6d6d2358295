"""Roads as line sources: what straight stretches that emit evenly give at receptors.

A stretch is cut into elements that become longer with the distance from the receptor (as CALINE4 does, Benson 1984).
Across the wind an element is integrated by the normal distribution, with the spread taken where the receptor gets
most of it from: at the mean of the truncated normal distribution, so that errors are of second order in the element's
depth.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import arithmetic_kernel, arithmetic_part
from twin.kernels.gauss import PER_ROOT_TWO_PI, exponential, tail_and_bell
from twin.kernels.plume_columns import FAR_FROM_LID, images, spread_across, spread_vertical, vertical_share
from twin.kernels.plumes import (
    DEVIATIONS_SQUARED,
    TO_MICROGRAMS,
    Air,
    Floats,
    Shape,
    feels_lid_m,
    fill_depletion,
    left_after,
)

DEPTH_RATIO: Final = 1.3
"""An element's far end is at most so many times as far away as its near end."""
AT_THE_ROAD_M: Final = 20.0
"""Added to both distances in that ratio: at the road itself the traffic's own spread outweighs how it grows."""
NARROW: Final = 0.02
"""Elements that reach across the wind by less than this many spreads are taken as points there."""
TINY: Final = 1e-300


class Stretches(NamedTuple):
    """Straight stretches of road, shape (stretches,) each: both ends, metres east and north."""

    x1_m: Floats
    y1_m: Floats
    x2_m: Floats
    y2_m: Floats


@arithmetic_part
def _spread(x: float, shape: Shape) -> float:
    """Return the crosswind spread, the traffic's own included."""
    across = spread_across(x, shape.linear, shape.bend)
    return math.sqrt(across * across + shape.first_across)


@arithmetic_part
def element_across(near: float, far: float, left: float, right: float, shape: Shape) -> tuple[float, float]:
    """Return the share of an element's emission for each m2 of its plume's column, s/m2, and from how far it comes.

    Parameters
    ----------
    near, far
        Distances downwind of its two ends, m.
    left, right
        Distances across the wind of the same ends.

    Notes
    -----
    With e = y / sigma(x) along the element, the integral of phi(e) / sigma is one over e. Where sigma grows like x, e
    is linear in 1/x, and de is the limits' difference times (sigma near) (sigma far) / sigma^2: so the distribution
    between both limits is taken times sigma at the truncated distribution's mean.
    """
    spread_near, spread_far = _spread(near, shape), _spread(far, shape)
    low, high = left / spread_near, right / spread_far
    reach = high - low
    wide = abs(reach) > NARROW
    tail_low, bell_low = tail_and_bell(abs(low))
    tail_high, bell_high = tail_and_bell(abs(high))
    inside = (1.0 - tail_high if high > 0.0 else tail_high) - (1.0 - tail_low if low > 0.0 else tail_low)
    safe_reach = reach if wide else 1.0
    safe_inside = inside if abs(inside) > TINY else TINY
    part = ((bell_low - bell_high) / safe_inside - low) / safe_reach
    part = min(max(part, 0.0), 1.0) if wide else 0.5
    first, last = near + AT_THE_ROAD_M, far + AT_THE_ROAD_M
    x = first * last / (first * part + last * (1.0 - part)) - AT_THE_ROAD_M
    centre = 0.5 * (low + high)
    density = inside / safe_reach if wide else exponential(-0.5 * centre * centre) * PER_ROOT_TWO_PI
    return density * _spread(x, shape) / (spread_near * spread_far) * shape.per_wind, x


@arithmetic_part
def spread_up(x: float, shape: Shape) -> float:
    """Return the vertical spread, the traffic's own included."""
    vertical = spread_vertical(x, shape.up_linear, shape.up_bend, shape.up_power)
    return math.sqrt(vertical * vertical + shape.first_up)


@arithmetic_part
def element(near: float, far: float, left: float, right: float, height: float, shape: Shape) -> tuple[float, float]:
    """Return the share of an element's emission that 1 m3 holds, s/m3, and from how far it comes."""
    across, x = element_across(near, far, left, right, shape)
    return across * vertical_share(spread_up(x, shape), shape.base_m, height, shape.lid_m), x


@arithmetic_kernel
def stretch_at(
    x1: float, y1: float, x2: float, y2: float, height: float, shape: Shape, depleted: Floats, deposits: bool
) -> float:
    """Return the share of a stretch's emission that 1 m3 at a receptor holds, s/m3.

    Parameters
    ----------
    x1, y1, x2, y2
        How far downwind of both ends, and to which side, the receptor lies, m; what lies upwind of the stretch's part
        gets nothing of it.
    """
    if x1 > x2:
        x1, y1, x2, y2 = x2, y2, x1, y1
    if x2 <= 0.0:
        return 0.0
    whole = x2 - x1
    if x1 < 0.0:
        y1 += (y2 - y1) * (-x1 / whole)
        x1 = 0.0
    widest = DEVIATIONS_SQUARED * ((shape.linear * x2) ** 2 + shape.first_across)
    if y1 * y2 > 0.0 and min(y1 * y1, y2 * y2) > widest:
        return 0.0
    counted = (x2 - x1) / whole if whole > 0.0 else 1.0
    ratio = (x2 + AT_THE_ROAD_M) / (x1 + AT_THE_ROAD_M)
    if ratio <= DEPTH_RATIO:
        value, x = element(x1, x2, y1, y2, height, shape)
        return counted * (value * left_after(depleted, max(x, 1.0)) if deposits else value)
    count = math.ceil(math.log(ratio) / math.log(DEPTH_RATIO))
    grows = ratio ** (1.0 / count)
    total, near, left = 0.0, x1, y1
    for k in range(count):
        far = x2 if k == count - 1 else (near + AT_THE_ROAD_M) * grows - AT_THE_ROAD_M
        part = (far - near) / (x2 - x1) if x2 - x1 > 1e-9 else 1.0
        right = left + (y2 - y1) * part
        value, x = element(near, far, left, right, height, shape)
        if deposits:
            value *= left_after(depleted, max(x, 1.0))
        total += value * part * counted
        near, left = far, right
    return total


@arithmetic_kernel
def road_shape(air: Air, hour: int, wind: float, release: float, across: float, up: float) -> Shape:
    """Return the shape of all roads' plumes in an hour: no rise, and the spread that traffic makes."""
    return Shape(
        1.0 / wind, across**2, up**2, release, 0.0, 0.0, 1.0, air.lid_m[hour], air.cross_linear[hour],
        air.cross_bend[hour], air.vertical_linear[hour], air.vertical_bend[hour], air.vertical_power[hour],
    )  # fmt: skip


@arithmetic_kernel
def unit_stretches(
    out: Floats, x_m: Floats, y_m: Floats, height_m: Floats, air: Air, wind_mps: Floats, stretches: Stretches,
    release: tuple[float, float, float], deposition_mps: float, depleted: Floats, farthest_m: float,
) -> None:  # fmt: skip
    """Write what 1 g/s of each stretch gives at receptors, micrograms/m3, into shape (hours, receptors, stretches).

    ``release`` is the height, and the spread across the wind and upwards, that traffic gives its exhaust.
    """
    for hour in range(len(out)):
        east, north = air.east[hour], air.north[hour]
        shape = road_shape(air, hour, wind_mps[hour], release[0], release[1], release[2])
        if deposition_mps > 0.0:
            fill_depletion(depleted, shape, deposition_mps, farthest_m)
        for receptor in range(out.shape[1]):
            for k in range(out.shape[2]):
                east1, north1 = x_m[receptor] - stretches.x1_m[k], y_m[receptor] - stretches.y1_m[k]
                east2, north2 = x_m[receptor] - stretches.x2_m[k], y_m[receptor] - stretches.y2_m[k]
                value = stretch_at(
                    east1 * east + north1 * north, north1 * east - east1 * north, east2 * east + north2 * north,
                    north2 * east - east2 * north, height_m[receptor], shape, depleted, deposition_mps > 0.0,
                )  # fmt: skip
                out[hour, receptor, k] = value * TO_MICROGRAMS


@arithmetic_kernel
def near_elements(
    found: Floats, at: Floats, x: Floats, y: Floats, count: int, deep: float, wide: float, height: float, shape: Shape,
    free: bool,
) -> None:  # fmt: skip
    """Write the shares of one short stretch at ``count`` receptors not next to it, taken as one element.

    ``x`` and ``y`` are the receptors' distances from its middle, ``deep`` and ``wide`` half its reach along and across
    the wind; ``free`` says that none of them is so far away that the lid is felt.
    """
    if free:
        for i in range(count):
            across, from_x = element_across(max(x[i] - deep, 0.0), x[i] + deep, y[i] - wide, y[i] + wide, shape)
            found[i] = across * images(spread_up(from_x, shape), shape.base_m, height)
            at[i] = from_x
    else:
        for i in range(count):
            found[i], at[i] = element(max(x[i] - deep, 0.0), x[i] + deep, y[i] - wide, y[i] + wide, height, shape)


class Window(NamedTuple):
    """Room for the cells around one stretch: distances downwind and aside of its middle, and the cells."""

    x: Floats
    y: Floats
    row: NDArray[np.int64]
    column: NDArray[np.int64]


@arithmetic_kernel
def look_around(
    window: Window, middle: tuple[float, float], half: tuple[float, float], cell: tuple[int, int],
    grid: tuple[float, float, float], size: tuple[int, int], near: int, towards: tuple[float, float], shape: Shape,
) -> tuple[int, int]:  # fmt: skip
    """Fill the window with the near cells that a stretch may reach; return how many there are of two kinds.

    Those that do not touch the stretch's cell come first; those that do are filled in from the end.
    """
    widest, at_once = DEVIATIONS_SQUARED * shape.linear**2, DEVIATIONS_SQUARED * shape.first_across
    apart, touching, last = 0, 0, len(window.x) - 1
    for row in range(max(cell[1] - near, 0), min(cell[1] + near + 1, size[1])):
        north = grid[1] + grid[2] * (row + 0.5) - middle[1]
        for column in range(max(cell[0] - near, 0), min(cell[0] + near + 1, size[0])):
            east = grid[0] + grid[2] * (column + 0.5) - middle[0]
            x, y = east * towards[0] + north * towards[1], north * towards[0] - east * towards[1]
            beyond, farthest = max(abs(y) - abs(half[1]), 0.0), x + half[0]
            if farthest <= 0.0 or beyond * beyond > widest * farthest * farthest + at_once:
                continue
            touches = abs(row - cell[1]) <= 1 and abs(column - cell[0]) <= 1
            place = last - touching if touches else apart
            window.x[place], window.y[place], window.row[place], window.column[place] = x, y, row, column
            if touches:
                touching += 1
            else:
                apart += 1
    return apart, touching


@arithmetic_kernel
def add_near(
    field: Floats, emission: Floats, column: NDArray[np.int64], row: NDArray[np.int64],
    grid: tuple[float, float, float], size: tuple[int, int], near: int, height: float, towards: tuple[float, float],
    stretches: Stretches, shape: Shape, depleted: Floats, deposits: bool,
) -> None:  # fmt: skip
    """Add short stretches to the cells near them, in the fields of one hour, shape (tracers, rows, columns).

    Parameters
    ----------
    emission
        Of each stretch and tracer, g/s, shape (stretches, tracers).
    column, row
        Of the cells of the stretches' middles.
    grid, size
        West and south corner and side of a cell; columns and rows.
    near
        How many cells away, in rows or columns, counts as near; cells that touch are reckoned in many elements.
    """
    most = (2 * near + 1) ** 2
    window = Window(np.empty(most), np.empty(most), np.empty(most, np.int64), np.empty(most, np.int64))
    found, at = np.empty(most), np.empty(most)
    free = 1.5 * (near + 1) * grid[2] < feels_lid_m(shape) and shape.base_m + height <= FAR_FROM_LID * shape.lid_m
    for k in range(len(column)):
        if not np.any(emission[k] > 0.0):
            continue
        x1, y1, x2, y2 = stretches.x1_m[k], stretches.y1_m[k], stretches.x2_m[k], stretches.y2_m[k]
        deep = 0.5 * ((x2 - x1) * towards[0] + (y2 - y1) * towards[1])
        wide = 0.5 * ((y2 - y1) * towards[0] - (x2 - x1) * towards[1])
        if deep < 0.0:
            deep, wide = -deep, -wide
        apart, touching = look_around(
            window, (0.5 * (x1 + x2), 0.5 * (y1 + y2)), (deep, wide), (column[k], row[k]), grid, size, near, towards,
            shape,
        )  # fmt: skip
        near_elements(found, at, window.x, window.y, apart, deep, wide, height, shape, free)
        if deposits:
            for i in range(apart):
                found[i] *= left_after(depleted, max(at[i], 1.0))
        for i in range(most - touching, most):
            x, y = window.x[i], window.y[i]
            found[i] = stretch_at(x - deep, y - wide, x + deep, y + wide, height, shape, depleted, deposits)
        for tracer in range(len(field)):
            given = TO_MICROGRAMS * emission[k, tracer]
            for i in range(apart):
                field[tracer, window.row[i], window.column[i]] += given * found[i]
            for i in range(most - touching, most):
                field[tracer, window.row[i], window.column[i]] += given * found[i]
