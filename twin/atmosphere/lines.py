"""Roads as line sources: what a unit of emission on a road gives at a place, and fields of whole networks.

Near a road its stretches are reckoned one by one; far away all that is emitted in one cell of the grid is spread evenly
over that cell, and since the air is the same everywhere in an hour, one plume of a cell, moved about by a Fourier
transform, serves all cells.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.atmosphere.conditions import Conditions, Setting, air_of
from twin.atmosphere.grid import Grid
from twin.atmosphere.parameters import shipped
from twin.atmosphere.plumes import DEPLETION_ROWS, RECEPTOR_HEIGHT_M, checked_emission
from twin.atmosphere.wind_profile import MEASURED_AT_M, wind_at
from twin.kernels.line_sources import Stretches, add_near, road_shape, unit_stretches
from twin.kernels.plumes import TO_MICROGRAMS, Air, Shape, add_plume, fill_depletion

Floats = NDArray[np.float64]

NEAR_CELLS: Final = 3
"""Roads up to so many cells away are reckoned one by one."""
PARTS: Final = 3
"""A far cell is so many times so many small sources."""


@dataclass(frozen=True, eq=False)
class Roads:
    """Straight stretches of road, shape (stretches,) each; metres east and north of the map's centre.

    Attributes
    ----------
    x1_m, y1_m, x2_m, y2_m
        Both ends.
    release_m, first_across_m, first_up_m
        Height at which traffic leaves its exhaust, and the spread that it gives it: for cars, 1.7 times their height of
        1.53 m is stirred at once, released at half of that, spread by that over 2.15; across, two lanes and 3 m on both
        sides (US EPA, EPA-420-B-21-037, appendix J).
    """

    x1_m: Floats
    y1_m: Floats
    x2_m: Floats
    y2_m: Floats
    release_m: float = shipped("road_release_m")
    first_across_m: float = shipped("road_first_across_m")
    first_up_m: float = shipped("road_first_up_m")

    def __post_init__(self) -> None:
        stretches = len(self.x1_m)
        for name in ("x1_m", "y1_m", "x2_m", "y2_m"):
            column = np.ascontiguousarray(getattr(self, name), np.float64)
            if column.shape != (stretches,) or not np.all(np.isfinite(column)):
                raise ValueError(f"{name} needs one finite number for each of {stretches} stretches")
            object.__setattr__(self, name, column)
        if not (self.release_m >= 0.0 and self.first_across_m > 0.0 and self.first_up_m > 0.0):
            raise ValueError("roads need a release_m that is not negative, and spreads above 0")

    def __len__(self) -> int:
        return len(self.x1_m)

    @property
    def length_m(self) -> Floats:
        """Length of each stretch."""
        return np.hypot(self.x2_m - self.x1_m, self.y2_m - self.y1_m)

    @property
    def stretches(self) -> Stretches:
        """The columns, as the kernels need them."""
        return Stretches(self.x1_m, self.y1_m, self.x2_m, self.y2_m)

    def cut(self, longest_m: float) -> tuple[Roads, NDArray[np.int64], Floats]:
        """Cut the stretches into even pieces.

        Returns
        -------
        tuple
            The pieces, the stretch that each is of, and its share of the stretch.
        """
        count = np.maximum(np.ceil(self.length_m / longest_m).astype(np.int64), 1)
        of = np.repeat(np.arange(len(self)), count)
        share = 1.0 / count[of]
        begin = (np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)) * share
        x, y = (self.x2_m - self.x1_m)[of], (self.y2_m - self.y1_m)[of]
        ends = {
            "x1_m": self.x1_m[of] + begin * x,
            "y1_m": self.y1_m[of] + begin * y,
            "x2_m": self.x1_m[of] + (begin + share) * x,
            "y2_m": self.y1_m[of] + (begin + share) * y,
        }
        return replace(self, **ends), of, share


def road_wind(conditions: Conditions, setting: Setting) -> Floats:
    """Return the wind that carries exhaust, m/s, shape (hours,): that of 10 m."""
    return wind_at(conditions.wind_mps, MEASURED_AT_M, conditions.stability, setting.urban, setting.wind_floor_mps)


def road_contributions(
    roads: Roads,
    conditions: Conditions,
    x_m: ArrayLike,
    y_m: ArrayLike,
    height_m: ArrayLike = RECEPTOR_HEIGHT_M,
    setting: Setting | None = None,
) -> Floats:
    """Return what 1 g/s of each stretch gives at each receptor in each hour, micrograms/m3.

    Parameters
    ----------
    roads, conditions
        The stretches and the hours' air.
    x_m, y_m, height_m
        Of the receptors.
    setting
        How plumes are reckoned.

    Returns
    -------
    NDArray
        Shape (hours, receptors, stretches).
    """
    setting = setting or Setting()
    x, y = np.ascontiguousarray(x_m, np.float64), np.ascontiguousarray(y_m, np.float64)
    height = np.ascontiguousarray(np.broadcast_to(np.asarray(height_m, np.float64), x.shape))
    out = np.zeros((len(conditions), len(x), len(roads)))
    unit_stretches(
        out, x, y, height, air_of(conditions, setting), road_wind(conditions, setting), roads.stretches,
        (roads.release_m, roads.first_across_m, roads.first_up_m), setting.deposition_mps, np.zeros(DEPLETION_ROWS),
        _FARTHEST_M,
    )  # fmt: skip
    return out


_FARTHEST_M: Final = 200_000.0


def road_fields(
    roads: Roads,
    conditions: Conditions,
    emission_gps: ArrayLike,
    grid: Grid,
    height_m: float = RECEPTOR_HEIGHT_M,
    setting: Setting | None = None,
    near_cells: int = NEAR_CELLS,
) -> Floats:
    """Return the concentrations that roads give at the centres of a grid's cells.

    Parameters
    ----------
    roads, conditions, setting
        As for `road_contributions`.
    emission_gps
        Of each stretch, g/s, shape (hours, stretches) or (tracers, hours, stretches).
    grid
        The receptors; roads may lie outside of it.
    height_m
        Of the receptors.
    near_cells
        Roads up to so many cells away are reckoned one by one, those farther away as cells.

    Returns
    -------
    NDArray
        Micrograms/m3, shape (hours, cells), or (tracers, hours, cells).
    """
    setting = setting or Setting()
    emission = checked_emission(emission_gps, len(conditions), len(roads))
    if near_cells < 1:
        raise ValueError("near_cells must be at least 1")
    network = _Network(roads, grid, near_cells, height_m)
    air, wind = air_of(conditions, setting), road_wind(conditions, setting)
    tracers = emission[None] if emission.ndim == 2 else emission
    out = np.zeros((len(tracers), len(conditions), grid.rows, grid.columns))
    for hour in range(len(conditions)):
        given = tracers[:, hour, network.of] * network.share
        out[:, hour] = network.hour(given, air, hour, float(wind[hour]), setting.deposition_mps)
    return out.reshape(*emission.shape[:-1], grid.cells)


class _Network:
    """Roads cut into pieces that each lie in a cell, and what does not change from hour to hour."""

    def __init__(self, roads: Roads, grid: Grid, near_cells: int, height_m: float) -> None:
        self.pieces, self.of, self.share = roads.cut(grid.cell_m)
        middle_x = 0.5 * (self.pieces.x1_m + self.pieces.x2_m)
        middle_y = 0.5 * (self.pieces.y1_m + self.pieces.y2_m)
        self.grid, self.near, self.height_m = grid, near_cells, height_m
        self.column, self.row = grid.column_and_row(middle_x, middle_y)
        self.sources = grid.widened(middle_x, middle_y)
        source_column, source_row = self.sources.column_and_row(middle_x, middle_y)
        self.cell = source_row * self.sources.columns + source_column
        self.depleted = np.zeros(DEPLETION_ROWS)
        self._lay_offsets()

    def _lay_offsets(self) -> None:
        """Lay out how far receptors lie from a cell, in the order in which the Fourier transform goes round."""
        from scipy import fft

        grid, sources = self.grid, self.sources
        first_column = round((grid.west_m - sources.west_m) / grid.cell_m)
        first_row = round((grid.south_m - sources.south_m) / grid.cell_m)
        self.size = (
            fft.next_fast_len(sources.rows + grid.rows - 1, real=True),
            fft.next_fast_len(sources.columns + grid.columns - 1, real=True),
        )
        rows = _round_trip(self.size[0], first_row + grid.rows)
        columns = _round_trip(self.size[1], first_column + grid.columns)
        near = (np.abs(rows) <= self.near)[:, None] & (np.abs(columns) <= self.near)
        self.far = np.flatnonzero(~near)
        self.far_x: Floats = np.tile(columns, len(rows))[self.far] * np.float64(grid.cell_m)
        self.far_y: Floats = np.repeat(rows, len(columns))[self.far] * np.float64(grid.cell_m)
        self.block = (slice(first_row, first_row + grid.rows), slice(first_column, first_column + grid.columns))

    def hour(self, given: Floats, air: Air, hour: int, wind: float, deposition_mps: float) -> Floats:
        """Return one hour's concentrations, shape (tracers, rows, columns), from the pieces' emissions."""
        pieces, towards = self.pieces, (float(air.east[hour]), float(air.north[hour]))
        shape = road_shape(air, hour, wind, pieces.release_m, pieces.first_across_m, pieces.first_up_m)
        if deposition_mps > 0.0:
            fill_depletion(self.depleted, shape, deposition_mps, _FARTHEST_M)
        field = self._far_field(given, shape, towards, deposition_mps > 0.0)
        add_near(
            field, np.ascontiguousarray(given.T), self.column, self.row,
            (self.grid.west_m, self.grid.south_m, self.grid.cell_m), (self.grid.columns, self.grid.rows), self.near,
            self.height_m, towards, pieces.stretches, shape, self.depleted, deposition_mps > 0.0,
        )  # fmt: skip
        return field

    def _far_field(self, given: Floats, shape: Shape, towards: tuple[float, float], deposits: bool) -> Floats:
        """Return what cells give that are not near, shape (tracers, rows, columns)."""
        from scipy import fft

        unit = np.zeros(self.size[0] * self.size[1])
        unit[self.far] = self._plume_of_a_cell(shape, towards, deposits)
        transformed = fft.rfft2(unit.reshape(self.size))
        field = np.empty((len(given), self.grid.rows, self.grid.columns))
        for tracer, each in enumerate(given):
            emitted = np.bincount(self.cell, each, self.sources.cells).reshape(self.sources.rows, self.sources.columns)
            spread = fft.irfft2(fft.rfft2(emitted, self.size) * transformed, self.size)
            field[tracer] = np.maximum(spread[self.block], 0.0)
        return field

    def _plume_of_a_cell(self, shape: Shape, towards: tuple[float, float], deposits: bool) -> Floats:
        """Return what 1 g/s, spread evenly over a cell, gives at the far offsets."""
        part_m = self.grid.cell_m / PARTS
        shape = shape._replace(first_across=shape.first_across + part_m**2 / 12.0)
        unit = np.zeros((1, len(self.far)))
        places = part_m * (np.arange(PARTS) - (PARTS - 1) / 2.0)
        for x in places:
            for y in places:
                add_plume(
                    unit, np.array([TO_MICROGRAMS / PARTS**2]), self.far_x, self.far_y, self.height_m, float(x),
                    float(y), towards, shape, self.depleted, deposits,
                )  # fmt: skip
        found: Floats = unit[0]
        return found


def _round_trip(size: int, above: int) -> NDArray[np.int64]:
    """Return the offsets that a Fourier transform of a size keeps: 0 to ``above`` - 1, then the negative ones."""
    offsets = np.arange(size)
    return np.where(offsets < above, offsets, offsets - size)
