"""Puffs: what sources give off in a few minutes, carried by the hours' winds, growing, and settling on the ground.

A puff passes a receptor along a straight path in each step; the time that it spends there is integrated exactly along
the wind, with the spread that it has where it passes. In steady wind the steps' integrals join into the steady plume,
however long a step is.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import arithmetic_kernel, arithmetic_part
from twin.kernels.gauss import PER_ROOT_TWO_PI, exponential, share_between
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
from twin.kernels.plumes import TO_MICROGRAMS, Floats

DEVIATIONS: Final = 4.0
"""Beyond so many spreads a puff is not felt: 3.2e-5 of it lie there on either side."""
STILL: Final = 0.02
"""A puff that moves by less than this share of its spread is taken to stand still."""
FARTHEST_M: Final = 1e6
"""Spread grows no more after this distance."""
PARTS: Final = 8
"""In so many parts of a step, longer and longer, it is reckoned how much of a puff touches the ground."""
BLOCK: Final = 512


class Puffs(NamedTuple):
    """Puffs in the air; the first ``count`` rows of each column are in use.

    Attributes
    ----------
    x_m, y_m
        Centres, metres east and north.
    mass_g
        Of each tracer, shape (room, tracers).
    across_after_m, up_after_m
        How far a plume of today's class must have come to be as wide, and as deep.
    first_across, first_up
        Squares of the spread that does not come from that distance.
    height_m
        Of the centre; a puff rises at once.
    wind_height_m
        At which the wind carries it.
    lid_m
        The highest mixing lid since its release.
    age_s
        Since its release.
    """

    x_m: Floats
    y_m: Floats
    mass_g: Floats
    across_after_m: Floats
    up_after_m: Floats
    first_across: Floats
    first_up: Floats
    height_m: Floats
    wind_height_m: Floats
    lid_m: Floats
    age_s: Floats


class Now(NamedTuple):
    """The air of one hour: as `twin.kernels.plumes.Air`, numbers; the wind's power law; and what a step lasts."""

    east: float
    north: float
    wind_mps: float
    wind_floor_mps: float
    wind_power: float
    lid_m: float
    linear: float
    bend: float
    up_linear: float
    up_bend: float
    up_power: float
    step_s: float


class Seen(NamedTuple):
    """Receptors: a grid's cell centres, and other places; one height for all.

    Attributes
    ----------
    west_m, south_m, cell_m, columns, rows
        Of the grid.
    x_m, y_m
        Of the other places.
    height_m
        Above ground.
    """

    west_m: float
    south_m: float
    cell_m: float
    columns: int
    rows: int
    x_m: Floats
    y_m: Floats
    height_m: float


@arithmetic_kernel
def distance_across(spread: float, linear: float, bend: float) -> float:
    """Return after which distance a plume has a crosswind spread."""
    square = spread * spread
    return min(
        (square * bend + math.sqrt((square * bend) ** 2 + 4.0 * linear**2 * square)) / (2.0 * linear**2), FARTHEST_M
    )


@arithmetic_kernel
def distance_up(spread: float, linear: float, bend: float, power: float) -> float:
    """Return after which distance a plume has a vertical spread, `FARTHEST_M` where it never has."""
    if spread >= spread_vertical(FARTHEST_M, linear, bend, power):
        return FARTHEST_M
    low, high = 0.0, 1.0
    while spread_vertical(high, linear, bend, power) < spread:
        low, high = high, 2.0 * high
    for _ in range(50):
        middle = 0.5 * (low + high)
        if spread_vertical(middle, linear, bend, power) < spread:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@arithmetic_kernel
def change_air(puffs: Puffs, count: int, before: Now, now: Now) -> None:
    """Have puffs grow on from where they are as a plume of the new hour's class does; lift their lids."""
    same = before.linear == now.linear and before.up_linear == now.up_linear and before.up_power == now.up_power
    for i in range(count):
        puffs.lid_m[i] = max(puffs.lid_m[i], now.lid_m)
        if same:
            continue
        across = spread_across(puffs.across_after_m[i], before.linear, before.bend)
        puffs.across_after_m[i] = distance_across(across, now.linear, now.bend)
        up = spread_vertical(puffs.up_after_m[i], before.up_linear, before.up_bend, before.up_power)
        after = distance_up(up, now.up_linear, now.up_bend, now.up_power)
        gained = spread_vertical(after, now.up_linear, now.up_bend, now.up_power)
        puffs.up_after_m[i] = after
        puffs.first_up[i] += max(up * up - gained * gained, 0.0)


@arithmetic_kernel
def touching_ground(puffs: Puffs, i: int, grows: float, now: Now) -> float:
    """Return how much of a puff's column lies at the ground, per metre, in the mean of a step."""
    total, before = 0.0, 0.0
    for part in range(1, PARTS + 1):
        until = (part / PARTS) ** 2
        after = puffs.up_after_m[i] + 0.5 * (before + until) * grows
        up = spread_vertical(after, now.up_linear, now.up_bend, now.up_power)
        up = math.sqrt(up * up + puffs.first_up[i])
        total += (until - before) * vertical_share(up, puffs.height_m[i], 0.0, puffs.lid_m[i])
        before = until
    return total


@arithmetic_part
def passed(
    along: float,
    aside: float,
    path: float,
    grows: float,
    across_after: float,
    up_after: float,
    first_across: float,
    first_up: float,
    now: Now,
) -> tuple[float, float]:
    """Return the mean share of a puff's column above 1 m2 of a place, 1/m2, while it passes, and its vertical spread.

    Parameters
    ----------
    along, aside
        Of the place from the path's beginning, along and across the wind.
    path, grows
        How far the puff moves, and how far it grows as if it moved.
    """
    still = path < STILL * math.sqrt(first_across + (now.linear * across_after) ** 2 + 1.0)
    safe_path = 1.0 if still else path
    part = 0.5 if still else min(max(along / safe_path, -1.0), 2.0)
    across = spread_across(max(across_after + part * grows, 1.0), now.linear, now.bend)
    across = math.sqrt(across * across + first_across)
    begin, end = along / across, (along - path) / across
    middle = 0.5 * (begin + end)
    standing = exponential(-0.5 * middle * middle) * PER_ROOT_TWO_PI / across
    moving = share_between(end, begin) / safe_path
    wide = exponential(-0.5 * (aside / across) ** 2) * PER_ROOT_TWO_PI / across
    up = spread_vertical(max(up_after + part * grows, 1.0), now.up_linear, now.up_bend, now.up_power)
    return (standing if still else moving) * wide, math.sqrt(up * up + first_up)


@arithmetic_kernel
def shares_of_puff(
    found: Floats, along: Floats, aside: Floats, count: int, height: float, puffs: Puffs, i: int, path: float,
    grows: float, now: Now,
) -> None:  # fmt: skip
    """Write the share of a puff that 1 m3 at places holds in the mean of a step, 1/m3."""
    across_after, up_after = puffs.across_after_m[i], puffs.up_after_m[i]
    first_across, first_up = puffs.first_across[i], puffs.first_up[i]
    release, lid = puffs.height_m[i], puffs.lid_m[i]
    deepest = spread_vertical(up_after + 2.0 * grows, now.up_linear, now.up_bend, now.up_power)
    if release + height <= FAR_FROM_LID * lid and deepest**2 + first_up < (SERIES_FROM * lid) ** 2:
        for k in range(count):
            share, up = passed(along[k], aside[k], path, grows, across_after, up_after, first_across, first_up, now)
            found[k] = share * images(up, release, height)
        return
    first, first_of_height = math.cos(math.pi * release / lid), math.cos(math.pi * height / lid)
    for k in range(count):
        share, up = passed(along[k], aside[k], path, grows, across_after, up_after, first_across, first_up, now)
        few = images(up, release, height) + images_of_lid(up, release, height, lid)
        many = cosines(up, lid, first, first_of_height)
        found[k] = share * (many if up >= SERIES_FROM * lid else few)


@arithmetic_kernel
def add_to_places(
    out: Floats, given: Floats, seen: Seen, puffs: Puffs, i: int, path: float, grows: float, now: Now,
    found: Floats, along: Floats, aside: Floats, place: NDArray[np.int64],
) -> None:  # fmt: skip
    """Add what a puff gives in one step to the places that it may reach: cells row by row, then the other places."""
    widest = spread_across(puffs.across_after_m[i] + grows, now.linear, now.bend)
    reach = DEVIATIONS * math.sqrt(widest * widest + puffs.first_across[i])
    from_x, from_y = puffs.x_m[i], puffs.y_m[i]
    to_x, to_y = from_x + now.east * path, from_y + now.north * path
    first_column = max(math.ceil((min(from_x, to_x) - reach - seen.west_m) / seen.cell_m - 0.5), 0)
    last_column = min(math.floor((max(from_x, to_x) + reach - seen.west_m) / seen.cell_m - 0.5), seen.columns - 1)
    first_row = max(math.ceil((min(from_y, to_y) - reach - seen.south_m) / seen.cell_m - 0.5), 0)
    last_row = min(math.floor((max(from_y, to_y) + reach - seen.south_m) / seen.cell_m - 0.5), seen.rows - 1)
    width, cells = max(last_column - first_column + 1, 0), seen.columns * seen.rows
    inside = width * max(last_row - first_row + 1, 0)
    count = 0
    for k in range(inside + len(seen.x_m)):
        if k < inside:
            row, column = first_row + k // width, first_column + k % width
            east = seen.west_m + seen.cell_m * (column + 0.5) - from_x
            north = seen.south_m + seen.cell_m * (row + 0.5) - from_y
            where = row * seen.columns + column
        else:
            where = cells + k - inside
            east, north = seen.x_m[k - inside] - from_x, seen.y_m[k - inside] - from_y
        x, y = east * now.east + north * now.north, north * now.east - east * now.north
        if abs(y) <= reach and x >= -reach and x <= path + reach:
            along[count], aside[count], place[count] = x, y, where
            count += 1
        if count == BLOCK or (k == inside + len(seen.x_m) - 1 and count > 0):
            shares_of_puff(found, along, aside, count, seen.height_m, puffs, i, path, grows, now)
            for tracer in range(len(given)):
                for j in range(count):
                    out[tracer, place[j]] += given[tracer] * found[j]
            count = 0


@arithmetic_kernel
def step_puffs(
    puffs: Puffs, count: int, fresh_from: int, now: Now, deposition_mps: Floats, part_of_hour: float, seen: Seen,
    out: Floats, deposited_g: Floats,
) -> None:  # fmt: skip
    """Move puffs by one step; add what they give to places, micrograms/m3 in the hour's mean, and to the ground.

    Parameters
    ----------
    fresh_from
        From this row on puffs are released in this step: in its middle, in the mean.
    part_of_hour
        The share of the hour that the step takes.
    out
        Shape (tracers, cells and other places).
    deposited_g
        What has settled of each tracer, shape (tracers,).
    """
    tracers = len(deposited_g)
    found, along, aside, place = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK, np.int64)
    given = np.empty(tracers)
    for i in range(count):
        lasts = 0.5 * now.step_s if i >= fresh_from else now.step_s
        profile = (puffs.wind_height_m[i] / 10.0) ** now.wind_power
        path = now.wind_mps * profile * lasts
        grows = max(now.wind_mps, now.wind_floor_mps) * profile * lasts
        touches = touching_ground(puffs, i, grows, now)
        for tracer in range(tracers):
            rate = deposition_mps[tracer] * touches * lasts
            before = puffs.mass_g[i, tracer]
            after = before * math.exp(-rate)
            mean = 0.5 * (before + after) if rate < 1e-6 else (before - after) / rate
            given[tracer] = TO_MICROGRAMS * part_of_hour * (lasts / now.step_s) * mean
            deposited_g[tracer] += before - after
            puffs.mass_g[i, tracer] = after
        if puffs.height_m[i] < puffs.lid_m[i]:
            add_to_places(out, given, seen, puffs, i, path, grows, now, found, along, aside, place)
        puffs.x_m[i] += now.east * path
        puffs.y_m[i] += now.north * path
        puffs.across_after_m[i] = min(puffs.across_after_m[i] + grows, FARTHEST_M)
        puffs.up_after_m[i] = min(puffs.up_after_m[i] + grows, FARTHEST_M)
        puffs.age_s[i] += lasts
