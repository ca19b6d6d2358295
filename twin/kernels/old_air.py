"""Old air: what puffs have become once they are wider than a grid's cells, in layers that move with the wind.

The grid moves with the air, by whole cells as seen from the ground and a rest that is kept, so that moving smears
nothing. Everything here is linear in mass, and what leaves is counted.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from twin.kernels.compile import arithmetic_kernel
from twin.kernels.gauss import share_between
from twin.kernels.plume_columns import spread_across, spread_vertical
from twin.kernels.plumes import TO_MICROGRAMS, Floats
from twin.kernels.puffs import Now, Puffs

MOST_CELLS: Final = 60
"""A puff is spread over three spreads to each side, but over no more cells than these."""
LEAST_SHARE: Final = 1e-6
"""A layer that would get less of a puff gets nothing; the others get the more."""


@arithmetic_kernel
def share_below_lid(bottom: float, top: float, height: float, spread: float, lid: float) -> float:
    """Return how much of a puff below its lid lies between two heights, ground and lid reflecting."""
    bottom, top = min(bottom, lid), min(top, lid)
    if spread > lid:
        return (top - bottom) / lid
    total = 0.0
    for centre in (height, -height, 2.0 * lid - height, height - 2.0 * lid, 2.0 * lid + height, -2.0 * lid - height):
        total += share_between((bottom - centre) / spread, (top - centre) / spread)
    return total


@arithmetic_kernel
def layer_shares(shares: Floats, tops_m: Floats, height: float, spread: float, lid: float) -> None:
    """Write how much of a puff lies in each layer, sum 1; what is above its lid stays there, if need be in the last."""
    total, bottom = 0.0, 0.0
    for layer in range(len(tops_m)):
        top = tops_m[layer]
        if height < lid:
            share = share_below_lid(bottom, top, height, spread, lid)
        else:
            low, high = max(bottom, lid), max(top, lid)
            share = share_between((low - height) / spread, (high - height) / spread)
            share += share_between((low + height - 2.0 * lid) / spread, (high + height - 2.0 * lid) / spread)
        shares[layer] = share if share > LEAST_SHARE else 0.0
        total += shares[layer]
        bottom = top
    above = 1.0 - total if height >= lid and total < 1.0 - LEAST_SHARE * len(tops_m) else 0.0
    shares[len(tops_m) - 1] += above
    for layer in range(len(tops_m)):
        shares[layer] /= total + above


@arithmetic_kernel
def bell_weights(weights: Floats, centre: float, spread: float) -> int:
    """Write the weights of a bell curve at whole numbers around a place, which sum to 1; return the first number.

    As many count on either side, wherever between two numbers the place lies.
    """
    reach = (len(weights) - 1) // 2
    first = math.floor(centre + 0.5) - reach
    total = 0.0
    for k in range(len(weights)):
        away = abs(first + k - centre)
        weights[k] = math.exp(-0.5 * (away / spread) ** 2) if away < reach - 0.4 else 0.0
        total += weights[k]
    for k in range(len(weights)):
        weights[k] /= total
    return first


@arithmetic_kernel
def spread_over_cells(
    mass_g: Floats, given_g: Floats, part: float, shares: Floats, x: float, y: float, spread: float, left_g: Floats,
    weights_x: Floats, weights_y: Floats,
) -> None:  # fmt: skip
    """Spread a part of masses over cells, shape (tracers, layers, rows, columns); place and spread in cells."""
    tracers, layers, rows, columns = mass_g.shape
    first_column = bell_weights(weights_x, x, spread)
    first_row = bell_weights(weights_y, y, spread)
    begin, end = max(0, -first_column), min(len(weights_x), columns - first_column)
    inside = 0.0
    for b in range(max(0, -first_row), min(len(weights_y), rows - first_row)):
        inside_row = 0.0
        for a in range(begin, end):
            inside_row += weights_x[a]
        inside += weights_y[b] * inside_row
        for tracer in range(tracers):
            for layer in range(layers):
                given = part * given_g[tracer] * shares[layer] * weights_y[b]
                if given > 0.0:
                    row = mass_g[tracer, layer, first_row + b]
                    for a in range(begin, end):
                        row[first_column + a] += given * weights_x[a]
    for tracer in range(tracers):
        left_g[tracer] += part * given_g[tracer] * max(1.0 - inside, 0.0)


@arithmetic_kernel
def hand_over(
    puffs: Puffs, count: int, now: Now, wide_m: float, old_s: float, grid: tuple[float, float, float], mass_g: Floats,
    tops_m: Floats, left_g: Floats,
) -> int:  # fmt: skip
    """Put puffs that are wide or old into the grid; return how many are left, moved to the first rows.

    What was given off in a step lies along the wind: it is spread over that length in several parts.
    """
    shares, kept = np.empty(len(tops_m)), 0
    weights_x, weights_y = np.empty(2 * MOST_CELLS + 1), np.empty(2 * MOST_CELLS + 1)
    height_before, spread_before, lid_before = -1.0, -1.0, -1.0
    for i in range(count):
        across = spread_across(puffs.across_after_m[i], now.linear, now.bend)
        across = math.sqrt(across * across + puffs.first_across[i])
        if across < wide_m and puffs.age_s[i] < old_s:
            if kept < i:
                for column in (
                    puffs.x_m, puffs.y_m, puffs.across_after_m, puffs.up_after_m, puffs.first_across, puffs.first_up,
                    puffs.height_m, puffs.wind_height_m, puffs.lid_m, puffs.age_s,
                ):  # fmt: skip
                    column[kept] = column[i]
                puffs.mass_g[kept] = puffs.mass_g[i]
            kept += 1
            continue
        up = spread_vertical(puffs.up_after_m[i], now.up_linear, now.up_bend, now.up_power)
        height, spread, lid = puffs.height_m[i], math.sqrt(up * up + puffs.first_up[i]), puffs.lid_m[i]
        if height != height_before or spread != spread_before or lid != lid_before:
            layer_shares(shares, tops_m, height, spread, lid)
            height_before, spread_before, lid_before = height, spread, lid
        length = now.wind_mps * (puffs.wind_height_m[i] / 10.0) ** now.wind_power * now.step_s
        parts = max(1, math.ceil(length / max(grid[2], 1.5 * across)))
        cells = max(across / grid[2], 0.4)
        taken = 2 * min(math.ceil(3.0 * cells + 0.5), MOST_CELLS) + 1
        weight_x, weight_y = weights_x[:taken], weights_y[:taken]
        for part in range(parts):
            back = ((part + 0.5) / parts - 0.5) * length
            x = (puffs.x_m[i] + back * now.east - grid[0]) / grid[2] - 0.5
            y = (puffs.y_m[i] + back * now.north - grid[1]) / grid[2] - 0.5
            spread_over_cells(
                mass_g, puffs.mass_g[i], 1.0 / parts, shares, x, y, cells, left_g, weight_x, weight_y
            )  # fmt: skip
    return kept


@arithmetic_kernel
def shift_cells(mass_g: Floats, east: int, north: int, left_g: Floats) -> None:
    """Move everything by whole cells; what moves out is counted."""
    tracers, layers, rows, columns = mass_g.shape
    for tracer in range(tracers):
        for layer in range(layers):
            if not np.any(mass_g[tracer, layer] > 0.0):
                continue
            moved = np.zeros((rows, columns))
            for row in range(rows):
                for column in range(columns):
                    mass = mass_g[tracer, layer, row, column]
                    if 0 <= row + north < rows and 0 <= column + east < columns:
                        moved[row + north, column + east] = mass
                    else:
                        left_g[tracer] += mass
            mass_g[tracer, layer] = moved


@arithmetic_kernel
def mix_along_rows(spread: Floats, cells: Floats, weights: Floats) -> float:
    """Write cells spread over their neighbours in the same row; return what leaves."""
    rows, columns = cells.shape
    gone = 0.0
    for row in range(rows):
        for column in range(columns):
            spread[row, column] = weights[0] * cells[row, column]
        for away in range(1, min(len(weights), columns)):
            for column in range(columns - away):
                spread[row, column] += weights[away] * cells[row, column + away]
            for column in range(columns - away):
                spread[row, column + away] += weights[away] * cells[row, column]
        for away in range(1, len(weights)):
            for column in range(min(away, columns)):
                gone += weights[away] * (cells[row, column] + cells[row, columns - 1 - column])
    return gone


@arithmetic_kernel
def mix_along_columns(spread: Floats, cells: Floats, weights: Floats) -> float:
    """Write cells spread over their neighbours in the same column; return what leaves."""
    rows, columns = cells.shape
    gone = 0.0
    for row in range(rows):
        for column in range(columns):
            spread[row, column] = weights[0] * cells[row, column]
        for away in range(1, len(weights)):
            for other in (row - away, row + away):
                if 0 <= other < rows:
                    for column in range(columns):
                        spread[row, column] += weights[away] * cells[other, column]
                else:
                    for column in range(columns):
                        gone += weights[away] * cells[row, column]
    return gone


@arithmetic_kernel
def mix_sideways(mass_g: Floats, weights: Floats, left_g: Floats) -> None:
    """Spread every cell over its neighbours, first along rows, then along columns; what leaves is counted.

    ``weights`` are the shares that stay and that go one, two... cells to either side.
    """
    tracers, layers, rows, columns = mass_g.shape
    spread = np.empty((rows, columns))
    for tracer in range(tracers):
        for layer in range(layers):
            cells = mass_g[tracer, layer]
            if np.any(cells > 0.0):
                left_g[tracer] += mix_along_rows(spread, cells, weights)
                left_g[tracer] += mix_along_columns(cells, spread, weights)


@arithmetic_kernel
def mix_column_row(layers_now: Floats, before: Floats, mixing: Floats) -> float:
    """Mix one row of columns, shape (layers, columns); return what settles on the ground."""
    layers, columns = before.shape
    settled = 0.0
    for layer in range(layers):
        for column in range(columns):
            layers_now[layer, column] = mixing[layer, 0] * before[0, column]
        for other in range(1, layers):
            for column in range(columns):
                layers_now[layer, column] += mixing[layer, other] * before[other, column]
        settled += mixing[layers, layer] * before[layer].sum()
    return settled


@arithmetic_kernel
def mix_upwards(mass_g: Floats, mixing: Floats, deposited_g: Floats) -> None:
    """Mix between layers and with the ground.

    Parameters
    ----------
    mixing
        Which share of a layer (column) goes to another, or in the last row to the ground, of each tracer, shape
        (tracers, layers + 1, layers); columns sum to 1.
    """
    tracers, layers, rows, columns = mass_g.shape
    before = np.empty((layers, columns))
    for tracer in range(tracers):
        if not np.any(mass_g[tracer] > 0.0):
            continue
        for row in range(rows):
            before[:] = mass_g[tracer, :, row]
            deposited_g[tracer] += mix_column_row(mass_g[tracer, :, row], before, mixing[tracer])


@arithmetic_kernel
def add_old_air(
    out: Floats, mass_g: Floats, x_m: Floats, y_m: Floats, grid: tuple[float, float, float], depth_m: float, part: float
) -> None:
    """Add what the lowest layer gives to places, in between its cells' centres by their distance."""
    tracers, _, rows, columns = mass_g.shape
    scale = TO_MICROGRAMS * part / (grid[2] * grid[2] * depth_m)
    for k in range(len(x_m)):
        x, y = (x_m[k] - grid[0]) / grid[2] - 0.5, (y_m[k] - grid[1]) / grid[2] - 0.5
        column, row = math.floor(x), math.floor(y)
        for b in range(2):
            for a in range(2):
                if 0 <= row + b < rows and 0 <= column + a < columns:
                    weight = (x - column if a else 1.0 - (x - column)) * (y - row if b else 1.0 - (y - row))
                    for tracer in range(tracers):
                        out[tracer, k] += scale * weight * mass_g[tracer, 0, row + b, column + a]
