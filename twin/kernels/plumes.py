"""Steady Gaussian plumes of many point sources: what each gives at each receptor in each hour."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import arithmetic_kernel, arithmetic_part
from twin.kernels.gauss import ROOT_TWO_PI, exponential
from twin.kernels.plume_columns import (
    FAR_FROM_LID,
    SERIES_FROM,
    cosines,
    images,
    images_of_lid,
    spread_across,
    spread_vertical,
    vertical_share,
)

Floats = NDArray[np.float64]

BLOCK: Final = 512
"""Receptors that are looked at together: what they need stays in the nearest cache."""
DEVIATIONS_SQUARED: Final = 60.0
"""Crosswind distances beyond 7.7 spreads are left out: what lies there is below 1e-13 of the plume's axis."""
TO_MICROGRAMS: Final = 1e6
NEAREST_M: Final = 1.0
"""Deposition begins here; nearer, a plume has no spread from which anything could settle."""

PER_RISE: Final = 1.0 / 3.5
"""Spread, both ways, that a rising plume gets from its own turbulence, for each metre of rise (Pasquill 1976)."""
FARTHEST_M: Final = 1e9


class Air(NamedTuple):
    """The hours' air, shape (hours,) each: sigma = linear x (1 + bend x)^(power/2), power being -2, -1, 0 or 1.

    Attributes
    ----------
    east, north
        Unit vector to where the wind blows.
    lid_m
        Height of the mixing lid.
    cross_linear, cross_bend
        Of the crosswind spread, whose power is -1.
    vertical_linear, vertical_bend, vertical_power
        Of the vertical spread.
    """

    east: Floats
    north: Floats
    lid_m: Floats
    cross_linear: Floats
    cross_bend: Floats
    vertical_linear: Floats
    vertical_bend: Floats
    vertical_power: Floats


class Stacks(NamedTuple):
    """Where sources are, shape (sources,), and how their plumes rise in each hour, shape (hours, sources).

    Attributes
    ----------
    x_m, y_m
        Positions.
    first_across_m, first_up_m
        Spread at the source, added as squares.
    wind_mps
        At the stack's height.
    base_m
        The stack's height, lowered by downwash.
    rise_m, rise_factor, rise_thirds
        The plume has risen by the smaller of ``rise_m`` and ``rise_factor`` x^(``rise_thirds``/3).
    """

    x_m: Floats
    y_m: Floats
    first_across_m: Floats
    first_up_m: Floats
    wind_mps: Floats
    base_m: Floats
    rise_m: Floats
    rise_factor: Floats
    rise_thirds: Floats


class Shape(NamedTuple):
    """One plume in one hour: all that its shares need besides the place.

    Attributes
    ----------
    per_wind
        1 over the wind at the stack's height.
    first_across, first_up
        Squares of the spread at the source.
    base_m, rise_m, rise_factor, rise_thirds
        As in `Stacks`.
    lid_m, linear, bend, up_linear, up_bend, up_power
        As in `Air`.
    """

    per_wind: float
    first_across: float
    first_up: float
    base_m: float
    rise_m: float
    rise_factor: float
    rise_thirds: float
    lid_m: float
    linear: float
    bend: float
    up_linear: float
    up_bend: float
    up_power: float


@arithmetic_part
def risen(x: float, rise: float, factor: float, thirds: float) -> float:
    """Return by how much a plume has risen after x metres."""
    root = x ** (1.0 / 3.0)
    return float(min(rise, factor * (root * root if thirds > 1.5 else root)))


@arithmetic_kernel
def shape_of(air: Air, stacks: Stacks, hour: int, source: int) -> Shape:
    """Return one plume in one hour."""
    return Shape(
        1.0 / stacks.wind_mps[hour, source], stacks.first_across_m[source] ** 2, stacks.first_up_m[source] ** 2,
        stacks.base_m[hour, source], stacks.rise_m[hour, source], stacks.rise_factor[hour, source],
        stacks.rise_thirds[hour, source], air.lid_m[hour], air.cross_linear[hour], air.cross_bend[hour],
        air.vertical_linear[hour], air.vertical_bend[hour], air.vertical_power[hour],
    )  # fmt: skip


@arithmetic_part
def column_at(x: float, height: float, shape: Shape) -> float:
    """Return how much of a plume's column lies at a height x metres downwind, per metre, at any stage of its rise."""
    rise = risen(x, shape.rise_m, shape.rise_factor, shape.rise_thirds)
    vertical = spread_vertical(x, shape.up_linear, shape.up_bend, shape.up_power)
    vertical = math.sqrt(vertical * vertical + shape.first_up + (rise * PER_RISE) ** 2)
    return vertical_share(vertical, shape.base_m + rise, height, shape.lid_m)


@arithmetic_part
def plume_at(x: float, y: float, height: float, shape: Shape) -> float:
    """Return the share of a source's emission that 1 m3 holds x metres downwind, s/m3, at any stage of its rise."""
    rise = risen(x, shape.rise_m, shape.rise_factor, shape.rise_thirds)
    across = spread_across(x, shape.linear, shape.bend)
    across = math.sqrt(across * across + shape.first_across + (rise * PER_RISE) ** 2)
    wide = exponential(-0.5 * (y / across) ** 2) / (ROOT_TWO_PI * across)
    share: float = wide * column_at(x, height, shape) * shape.per_wind
    return share


@arithmetic_part
def rise_ends_m(shape: Shape) -> float:
    """Return the distance from which a plume rises no more."""
    if shape.rise_m <= 0.0:
        return 0.0
    return float((shape.rise_m / shape.rise_factor) ** (3.0 / shape.rise_thirds))


@arithmetic_kernel
def feels_lid_m(shape: Shape) -> float:
    """Return the distance from which the vertical spread exceeds `SERIES_FROM` of the lid's height."""
    wanted = (SERIES_FROM * shape.lid_m) ** 2 - shape.first_up - (shape.rise_m * PER_RISE) ** 2
    if wanted <= 0.0:
        return 0.0
    wanted = math.sqrt(wanted)
    low, high = 0.0, 1.0
    while spread_vertical(high, shape.up_linear, shape.up_bend, shape.up_power) < wanted:
        low, high = high, 2.0 * high
        if high > FARTHEST_M:
            return high
    for _ in range(60):
        middle = 0.5 * (low + high)
        if spread_vertical(middle, shape.up_linear, shape.up_bend, shape.up_power) < wanted:
            low = middle
        else:
            high = middle
    return high


@arithmetic_part
def left_after(depleted: Floats, x: float) -> float:
    """Return the share that is still in the air after x metres, from a table at equal steps of the fourth root of x.

    ``depleted`` holds the step, then minus the logarithm of the share at each step from `NEAREST_M` on.
    """
    place = min(max((math.sqrt(math.sqrt(x)) - 1.0) / depleted[0], 0.0), len(depleted) - 2.000001)
    row = int(place)
    part = place - row
    return exponential(-((1.0 - part) * depleted[1 + row] + part * depleted[2 + row]))


@arithmetic_kernel
def fill_depletion(depleted: Floats, shape: Shape, deposition_mps: float, farthest_m: float) -> None:
    """Fill the table that `left_after` reads: the air at ground gives off its pollutant at the deposition's speed."""
    steps = len(depleted) - 2
    step = (max(farthest_m, 2.0 * NEAREST_M) ** 0.25 - 1.0) / steps
    depleted[0] = step
    before, total = 0.0, 0.0
    for row in range(steps + 1):
        root = 1.0 + row * step
        now = deposition_mps * shape.per_wind * column_at(root**4, 0.0, shape) * 4.0 * root**3
        if row > 0:
            total += 0.5 * (before + now) * step
        depleted[1 + row] = total
        before = now


@arithmetic_kernel
def unit_plumes(
    out: Floats, x_m: Floats, y_m: Floats, height_m: Floats, air: Air, stacks: Stacks, deposition_mps: float,
    depleted: Floats, farthest_m: float,
) -> None:  # fmt: skip
    """Write what 1 g/s of each source gives at each receptor, micrograms/m3, into shape (hours, receptors, sources)."""
    hours, receptors, sources = out.shape
    for hour in range(hours):
        for source in range(sources):
            shape = shape_of(air, stacks, hour, source)
            if shape.base_m + shape.rise_m >= shape.lid_m:
                continue
            if deposition_mps > 0.0:
                fill_depletion(depleted, shape, deposition_mps, farthest_m)
            for receptor in range(receptors):
                east, north = x_m[receptor] - stacks.x_m[source], y_m[receptor] - stacks.y_m[source]
                x = east * air.east[hour] + north * air.north[hour]
                if x <= 0.0:
                    continue
                y = north * air.east[hour] - east * air.north[hour]
                value = TO_MICROGRAMS * plume_at(x, y, height_m[receptor], shape)
                if deposition_mps > 0.0:
                    value *= left_after(depleted, x)
                out[hour, receptor, source] = value


@arithmetic_kernel
def near_shares(found: Floats, x: Floats, y: Floats, count: int, height: float, shape: Shape) -> None:
    """Write the shares at ``count`` receptors, s/m3, where the plume rises no more and no lid is felt."""
    release, buoyant = shape.base_m + shape.rise_m, (shape.rise_m * PER_RISE) ** 2
    first_across, first_up = shape.first_across + buoyant, shape.first_up + buoyant
    scale = shape.per_wind / ROOT_TWO_PI
    if release + height <= FAR_FROM_LID * shape.lid_m:
        for i in range(count):
            across = spread_across(x[i], shape.linear, shape.bend)
            vertical = spread_vertical(x[i], shape.up_linear, shape.up_bend, shape.up_power)
            across = across * across + first_across
            vertical = math.sqrt(vertical * vertical + first_up)
            wide = scale * exponential(-0.5 * y[i] * y[i] / across) / math.sqrt(across)
            found[i] = wide * images(vertical, release, height)
    else:
        for i in range(count):
            across = spread_across(x[i], shape.linear, shape.bend)
            vertical = spread_vertical(x[i], shape.up_linear, shape.up_bend, shape.up_power)
            across = across * across + first_across
            vertical = math.sqrt(vertical * vertical + first_up)
            wide = scale * exponential(-0.5 * y[i] * y[i] / across) / math.sqrt(across)
            all_images = images(vertical, release, height) + images_of_lid(vertical, release, height, shape.lid_m)
            found[i] = wide * all_images


@arithmetic_kernel
def far_shares(found: Floats, x: Floats, y: Floats, count: int, height: float, shape: Shape) -> None:
    """Write the shares at ``count`` receptors, s/m3, where the plume feels its lid."""
    release, buoyant = shape.base_m + shape.rise_m, (shape.rise_m * PER_RISE) ** 2
    first_across, first_up = shape.first_across + buoyant, shape.first_up + buoyant
    scale, lid = shape.per_wind / ROOT_TWO_PI, shape.lid_m
    first, first_of_height = math.cos(math.pi * release / lid), math.cos(math.pi * height / lid)
    for i in range(count):
        across = spread_across(x[i], shape.linear, shape.bend)
        vertical = spread_vertical(x[i], shape.up_linear, shape.up_bend, shape.up_power)
        across = across * across + first_across
        vertical = math.sqrt(vertical * vertical + first_up)
        wide = scale * exponential(-0.5 * y[i] * y[i] / across) / math.sqrt(across)
        found[i] = wide * cosines(vertical, lid, first, first_of_height)


@arithmetic_kernel
def add_shares(
    field: Floats, given: Floats, found: Floats, x: Floats, place: NDArray[np.int64], count: int, depleted: Floats,
    deposits: bool,
) -> None:  # fmt: skip
    """Add to each tracer's field of one hour what ``count`` receptors get of its emission, micrograms/s."""
    if deposits:
        for i in range(count):
            found[i] *= left_after(depleted, x[i])
    for tracer in range(len(given)):
        if given[tracer] > 0.0:
            for i in range(count):
                field[tracer, place[i]] += given[tracer] * found[i]


@arithmetic_kernel
def add_plume(
    field: Floats, given: Floats, x_m: Floats, y_m: Floats, height: float, from_x: float, from_y: float,
    towards: tuple[float, float], shape: Shape, depleted: Floats, deposits: bool,
) -> None:  # fmt: skip
    """Add one plume to the fields of one hour, shape (tracers, receptors)."""
    near_x, near_y, near_place = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK, np.int64)
    far_x, far_y, far_place = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK, np.int64)
    found, rising_x, rising_place = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK, np.int64)
    rises_until, free_until = rise_ends_m(shape), feels_lid_m(shape)
    widest = DEVIATIONS_SQUARED * shape.linear**2
    widest_at_once = DEVIATIONS_SQUARED * (shape.first_across + (shape.rise_m * PER_RISE) ** 2)
    for begin in range(0, len(x_m), BLOCK):
        near, far, rising = 0, 0, 0
        for receptor in range(begin, min(begin + BLOCK, len(x_m))):
            east, north = x_m[receptor] - from_x, y_m[receptor] - from_y
            x = east * towards[0] + north * towards[1]
            y = north * towards[0] - east * towards[1]
            if x <= 0.0 or y * y > widest * x * x + widest_at_once:
                continue
            if x < rises_until:
                rising_x[rising], rising_place[rising] = x, receptor
                found[rising] = plume_at(x, y, height, shape)
                rising += 1
            elif x < free_until:
                near_x[near], near_y[near], near_place[near] = x, y, receptor
                near += 1
            else:
                far_x[far], far_y[far], far_place[far] = x, y, receptor
                far += 1
        add_shares(field, given, found, rising_x, rising_place, rising, depleted, deposits)
        near_shares(found, near_x, near_y, near, height, shape)
        add_shares(field, given, found, near_x, near_place, near, depleted, deposits)
        far_shares(found, far_x, far_y, far, height, shape)
        add_shares(field, given, found, far_x, far_place, far, depleted, deposits)


@arithmetic_kernel
def add_plumes(
    field: Floats, x_m: Floats, y_m: Floats, height: float, air: Air, stacks: Stacks, emission: Floats,
    deposition_mps: float, depleted: Floats, farthest_m: float,
) -> None:  # fmt: skip
    """Add all plumes to fields of shape (hours, tracers, receptors); emissions, g/s, of (hours, sources, tracers)."""
    for hour in range(len(field)):
        towards = (air.east[hour], air.north[hour])
        for source in range(len(stacks.x_m)):
            given = emission[hour, source] * TO_MICROGRAMS
            shape = shape_of(air, stacks, hour, source)
            if not np.any(given > 0.0) or shape.base_m + shape.rise_m >= shape.lid_m:
                continue
            if deposition_mps > 0.0:
                fill_depletion(depleted, shape, deposition_mps, farthest_m)
            add_plume(
                field[hour], given, x_m, y_m, height, stacks.x_m[source], stacks.y_m[source], towards, shape, depleted,
                deposition_mps > 0.0,
            )  # fmt: skip
