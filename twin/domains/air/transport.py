"""What each source gives at stations and where people live in an hour: fresh pollution, not older than an hour.

A plume is steady within the hour and reaches as far as the wind of an hour; what has gone farther is part of the air
of the city (`twin.atmosphere.carried_air`), so nothing counts twice. All of it depends on weather and places alone.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.area_plumes import AirOfHour, cell_units
from twin.atmosphere.conditions import Conditions
from twin.atmosphere.plumes import stacks_in
from twin.atmosphere.weather import Weather
from twin.atmosphere.wind_profile import wind_at
from twin.domains.air.cell_means import cell_means
from twin.domains.air.fresh import HOUR_S, SETTING, conditions_of, fresh_units, point_sources, some_hours
from twin.domains.air.kinds import KINDS
from twin.domains.air.receptors import Receptors
from twin.domains.air.road_patches import RoadPatches
from twin.domains.air.road_units import RoadUnits
from twin.domains.air.sources import Sources

Floats = NDArray[np.float64]

CELL_KINDS: Final = ("home_coal", "home_biomass", "roads")
"""What fills cells where people live is reckoned; all else is a point. Stations see roads by patches."""
MOST_PAIRS: Final = 2_000_000
"""Units of so many pairs of receptor and source are in memory at once."""


class Transport:
    """Carries what sources emit to the receptors.

    Parameters
    ----------
    sources
        Those of `CELL_KINDS` lie in cells of ``side_m``.
    patches
        The sources that are roads.
    city_nights
        Whether the city keeps its nights from being stable.
    """

    def __init__(
        self, sources: Sources, receptors: Receptors, side_m: float, patches: RoadPatches, *, city_nights: bool
    ) -> None:
        self._city_nights = city_nights
        self._sources, self._receptors, self._side_m = sources, receptors, side_m
        in_cells = np.isin(sources.kind, [KINDS.index(kind) for kind in CELL_KINDS])
        self.points = np.flatnonzero(~in_cells)
        self._cells = {kind: rows for kind in CELL_KINDS if len(rows := sources.of_kind(kind))}
        self._stacks = point_sources(sources, self.points)
        roads = sources.of_kind("roads")
        self._road_units = RoadUnits(patches, receptors.station_xy_m, point_sources(sources, roads))
        self._grid = _FieldGrid(sources, np.flatnonzero(in_cells), receptors, side_m) if in_cells.any() else None

    def station_units(self, weather: Weather) -> NDArray[np.float32]:
        """Return what 1 g/s of each source gives at each station; µg/m³, shape (hours, stations, sources)."""
        place = self._receptors.station_xy_m
        found = np.zeros((weather.hours, len(place), len(self._sources)), np.float32)
        conditions = self._conditions(weather)
        at_once = max(1, MOST_PAIRS // max(1, len(place) * len(self.points)))
        for first in range(0, weather.hours, at_once):
            some = some_hours(conditions, slice(first, first + at_once))
            found[first : first + at_once][:, :, self.points] = fresh_units(self._stacks, some, place)
            if "roads" in self._cells:
                found[first : first + at_once][:, :, self._cells["roads"]] = self._road_units.at_stations(some)
        for hour in range(weather.hours):
            for kind, rows in self._cells.items():
                if kind == "roads":
                    continue
                dx = place[:, 0, None] - self._sources.x_m[rows]
                dy = place[:, 1, None] - self._sources.y_m[rows]
                found[hour][:, rows] = self._cell_units(kind, dx, dy, conditions, hour)
        return found

    def exposure_units(self, weather: Weather, hour: int) -> Floats:
        """Return what 1 g/s of each point source gives where people live in an hour, a mean a cell; (cells, points)."""
        one = some_hours(self._conditions(weather), slice(hour, hour + 1))
        return cell_means(self._stacks, one, self._receptors.cells)

    def exposure_of_cells(self, weather: Weather, hour: int, gps: Floats) -> Floats:
        """Return what sources that fill cells give where people live in an hour.

        Parameters
        ----------
        gps
            Emission of all sources, shape (sources,).

        Returns
        -------
        array
            µg/m³, shape (cells of the receptors,).
        """
        if self._grid is None:
            return np.zeros(len(self._receptors.cells))
        conditions = self._conditions(weather)
        field = np.zeros(self._grid.shape)
        for kind, rows in self._cells.items():
            kernel = self._cell_units(kind, self._grid.dx_m, self._grid.dy_m, conditions, hour, mean=True)
            field += self._grid.convolved(rows, gps[rows], kernel)
        return self._grid.where_people_live(field)

    def aloft(self, weather: Weather) -> NDArray[np.bool_]:
        """Say which plumes end above the mixed layer in which hour, shape (hours, sources)."""
        conditions = self._conditions(weather)
        stacks = stacks_in(self._stacks, conditions, SETTING)
        above = np.zeros((weather.hours, len(self._sources)), np.bool_)
        above[:, self.points] = stacks.base_m + stacks.rise_m >= conditions.mixing_height_m[:, None]
        return above

    def _conditions(self, weather: Weather) -> Conditions:
        return conditions_of(weather, city_nights=self._city_nights)

    def _cell_units(
        self, kind: str, dx_m: Floats, dy_m: Floats, conditions: Conditions, hour: int, *, mean: bool = False
    ) -> Floats:
        height_m = float(self._sources.stack_m[self._cells[kind][0]])
        stability = int(conditions.stability[hour])
        wind = float(wind_at(conditions.wind_mps[hour], height_m, stability, SETTING.urban, SETTING.wind_floor_mps))
        east, north = conditions.towards
        air = AirOfHour(wind, east[hour], north[hour], stability, float(conditions.mixing_height_m[hour]))
        return cell_units(dx_m, dy_m, self._side_m, height_m, air, wind * HOUR_S, SETTING, mean=mean)


class _FieldGrid:
    """The grid that sources' cells lie in, as a rectangle, for convolutions.

    Attributes
    ----------
    shape
        Columns and rows.
    dx_m, dy_m
        How far cells can lie apart, from the least to the greatest, shape twice that less one.
    """

    def __init__(self, sources: Sources, rows: NDArray[np.int64], receptors: Receptors, side_m: float) -> None:
        own = np.floor(np.column_stack([sources.x_m[rows], sources.y_m[rows]]) / side_m).astype(np.int64)
        low, high = own.min(axis=0), own.max(axis=0)
        self.shape = (int(high[0] - low[0] + 1), int(high[1] - low[1] + 1))
        columns, lines = self.shape
        self.dx_m, self.dy_m = np.meshgrid(
            side_m * np.arange(1 - columns, columns), side_m * np.arange(1 - lines, lines), indexing="ij"
        )
        self._place = np.full(len(sources), -1, np.int64)
        self._place[rows] = (own[:, 0] - low[0]) * lines + own[:, 1] - low[1]
        self._padded = (3 * columns - 2, 3 * lines - 2)
        centre = (np.indices(self.shape).reshape(2, -1).T + low + 0.5) * side_m
        self._held_by = receptors.cells.of(centre)
        self._count = np.bincount(self._held_by[self._held_by >= 0], minlength=len(receptors.cells))

    def convolved(self, rows: NDArray[np.int64], gps: Floats, kernel: Floats) -> Floats:
        """Return the field of emissions by a kernel of `dx_m`, `dy_m`."""
        given = np.bincount(self._place[rows], gps, self.shape[0] * self.shape[1]).reshape(self.shape)
        whole = np.fft.irfft2(
            np.fft.rfft2(given, self._padded) * np.fft.rfft2(kernel, self._padded), self._padded
        )  # fmt: skip
        columns, lines = self.shape
        field = whole[columns - 1 : 2 * columns - 1, lines - 1 : 2 * lines - 1]
        return np.asarray(np.maximum(field, 0.0))

    def where_people_live(self, field: Floats) -> Floats:
        """Return the mean of a field in each cell of the receptors; 0 where the grid does not reach."""
        held = self._held_by >= 0
        total = np.bincount(self._held_by[held], field.ravel()[held], len(self._count))
        return np.asarray(total / np.maximum(self._count, 1))
