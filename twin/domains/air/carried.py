"""The city's own older pollution on a grid: where sources lie in it, where it is looked at, how far the wind goes."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.air_mass import ALOFT, GROUND, INORGANIC, ORGANIC, AirMassSetting, Hour
from twin.atmosphere.carried_air import CarriedAir, Places, Way
from twin.atmosphere.grid import Grid
from twin.atmosphere.weather import Weather
from twin.domains.air.fresh import HOUR_S, SETTING
from twin.domains.air.kinds import SPECIES
from twin.domains.air.parameters import AirParameters
from twin.domains.air.receptors import Receptors
from twin.domains.air.sources import Sources
from twin.domains.air.tracers import CLEAN, FINE, GASES, TRACERS

Floats = NDArray[np.float64]

FINE_TRACERS: Final = np.isin(np.arange(TRACERS), [*range(TRACERS)[FINE], TRACERS + INORGANIC, TRACERS + ORGANIC])
"""What PM2.5 is the sum of, shape (tracers,)."""


def hour_of(weather: Weather, hour: int) -> Hour:
    """Return an hour of weather as the boxes take it."""
    return Hour(
        weather.wind_mps[hour], weather.mixing_height_m[hour], weather.humidity_percent[hour],
        weather.temperature_c[hour], weather.rain_mm[hour], int(weather.stability[hour]),
    )  # fmt: skip


def way_of(weather: Weather, hour: int, setting: AirMassSetting) -> Way:
    """Return how far the wind of an hour goes; plumes of an hour reach as far as in `twin.domains.air.transport`."""
    wind_mps = float(weather.wind_mps[hour])
    towards = np.radians(float(weather.wind_from_deg[hour]) + 180.0)
    return Way(
        float(np.sin(towards)), float(np.cos(towards)), max(wind_mps, SETTING.wind_floor_mps) * HOUR_S,
        setting.wind_factors[int(weather.stability[hour])] * wind_mps * HOUR_S,
    )  # fmt: skip


class CarriedGrid:
    """The grid over a city and what lies around it.

    Attributes
    ----------
    grid
        Over all receptors and a margin on each side.
    """

    def __init__(self, sources: Sources, receptors: Receptors, parameters: AirParameters) -> None:
        self._sources, self._receptors, self._mixing_m2ps = sources, receptors, parameters.carried_mixing_m2ps
        cell_m, margin_m = 1000 * parameters.carried_cell_km, 1000 * parameters.carried_margin_km
        seen = np.concatenate([receptors.station_xy_m, receptors.cells.centre])
        west, south = seen.min(axis=0) - margin_m
        columns, rows = np.ceil((seen.max(axis=0) + margin_m - (west, south)) / cell_m).astype(int).tolist()
        self.grid = Grid(float(west), float(south), cell_m, columns, rows)
        column, row = self.grid.column_and_row(sources.x_m, sources.y_m)
        self._inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        self._cell = np.where(self._inside, row * columns + column, 0)

    def air(self, setting: AirMassSetting, members: int = 1) -> CarriedAir:
        """Return air that holds nothing of the city's."""
        return CarriedAir(self.grid, setting, self._mixing_m2ps, members)

    def stations(self) -> Places:
        """Return the stations as places where all is wanted."""
        return self._places(np.empty((0, 2)))

    def stations_and_homes(self) -> Places:
        """Return the stations, and the cells where people live as places where fine particles are."""
        return self._places(self._receptors.cells.centre)

    def _places(self, homes: Floats) -> Places:
        (x, y), (home_x, home_y) = (np.ascontiguousarray(xy.T) for xy in (self._receptors.station_xy_m, homes))
        return Places(x, y, home_x, home_y, FINE_TRACERS)

    def given(self, gps: Floats, aloft: NDArray[np.bool_]) -> Floats:
        """Return emissions as the grid takes them; what is given off outside of it has left the city in an hour.

        Parameters
        ----------
        gps
            Shape (sources, species).
        aloft
            Whose plume ends above the mixed layer, shape (sources,).

        Returns
        -------
        array
            g/s, shape (tracers, layers, rows, columns).
        """
        grid, size = self.grid, 2 * self.grid.cells
        place = np.where(aloft, ALOFT, GROUND) * grid.cells + self._cell
        own = gps * self._inside[:, None]
        found = np.zeros((TRACERS, size))
        group = self._sources.group.astype(np.int64)
        found[:CLEAN] = np.bincount(group * size + place, own[:, 0], CLEAN * size).reshape(CLEAN, size)
        for tracer, name in GASES:
            found[tracer] = np.bincount(place, own[:, SPECIES.index(name)], size)
        return found.reshape(TRACERS, 2, grid.rows, grid.columns)

    def response(self, weather: Weather, hours: int, emits_h: int, setting: AirMassSetting) -> Floats:
        """Return what a gram a second of each source, older than an hour, gives the mean over the stations.

        Between two places it depends on nothing but how far they lie apart, so one source in the middle of a grid
        tells of all.

        Parameters
        ----------
        hours
            Over which the mean is taken, from the first of the weather on.
        emits_h
            In so many of them, from the first on, the source emits.

        Returns
        -------
        array
            µg/m³ for each g/s into each layer, shape (layers, species, sources).
        """
        around, middle = self._around()
        unit = np.zeros((2, len(SPECIES), TRACERS, 2, around.rows, around.columns))
        for layer in (GROUND, ALOFT):
            for species, tracer in enumerate((0, *(tracer for tracer, _ in GASES))):
                unit[layer, species, tracer, layer, middle[1], middle[0]] = 1.0
        unit = unit.reshape(-1, *unit.shape[2:])
        air = CarriedAir(around, setting, self._mixing_m2ps, len(unit))
        none, places = np.zeros_like(unit), Places(np.empty(0), np.empty(0), *around.centres(), FINE_TRACERS)
        total = np.zeros((len(unit), around.cells))
        for hour in range(1, hours):
            given = unit if hour <= emits_h else none
            total += air.hour(hour_of(weather, hour), way_of(weather, hour, setting), given, places)[1]
        return self._at_stations(total / hours, around)

    def _around(self) -> tuple[Grid, tuple[int, int]]:
        """Return a grid about one cell that is as wide as a source and a station can lie apart, and this cell."""
        stations, inside, cell_m = self._receptors.station_xy_m, self._inside, self.grid.cell_m
        columns, rows = (
            int(np.ceil(np.abs(stations[:, axis, None] - own[inside]).max(initial=0.0) / cell_m)) + 1
            for axis, own in enumerate((self._sources.x_m, self._sources.y_m))
        )
        west, south = -(columns + 0.5) * cell_m, -(rows + 0.5) * cell_m
        return Grid(west, south, cell_m, 2 * columns + 1, 2 * rows + 1), (columns, rows)

    def _at_stations(self, fields: Floats, around: Grid) -> Floats:
        """Return the mean over the stations of what one source gives around it, for each source's place."""
        found, inside = np.zeros((len(fields), len(self._sources))), self._inside
        cells = fields.reshape(len(fields), around.rows, around.columns)
        for x_m, y_m in self._receptors.station_xy_m:
            column = (x_m - self._sources.x_m[inside] - around.west_m) / around.cell_m - 0.5
            row = (y_m - self._sources.y_m[inside] - around.south_m) / around.cell_m - 0.5
            left, low = np.floor(column).astype(np.int64), np.floor(row).astype(np.int64)
            for b, up in enumerate((1.0 - (row - low), row - low)):
                for a, right in enumerate((1.0 - (column - left), column - left)):
                    found[:, inside] += cells[:, low + b, left + a] * (up * right)
        return (found / len(self._receptors.station_xy_m)).reshape(2, len(SPECIES), -1)
