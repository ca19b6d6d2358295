"""The city's own older pollution on a grid: which cell each source lies in, where it is looked at, how far wind goes."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.air_mass import ALOFT, GROUND, INORGANIC, ORGANIC, AirMassSetting
from twin.atmosphere.carried_air import CarriedAir, Places, Way
from twin.atmosphere.grid import Grid
from twin.atmosphere.weather import Weather
from twin.domains.air.kinds import SPECIES
from twin.domains.air.parameters import AirParameters
from twin.domains.air.receptors import Receptors
from twin.domains.air.sources import Sources
from twin.domains.air.tracers import CLEAN, FINE, GASES, TRACERS
from twin.domains.air.transport import HOUR_S, SETTING

Floats = NDArray[np.float64]

FINE_TRACERS: Final = np.isin(np.arange(TRACERS), [*range(TRACERS)[FINE], TRACERS + INORGANIC, TRACERS + ORGANIC])
"""What PM2.5 is the sum of, shape (tracers,)."""


def way_of(weather: Weather, hour: int, setting: AirMassSetting) -> Way:
    """Return how far the wind of an hour goes; plumes of an hour reach as far as in `twin.domains.air.transport`."""
    wind_mps = float(weather.wind_mps[hour])
    towards = np.radians(float(weather.wind_from_deg[hour]) + 180.0)
    return Way(
        float(np.sin(towards)), float(np.cos(towards)), max(wind_mps, SETTING.wind_floor_mps) * HOUR_S,
        setting.wind_factor * wind_mps * HOUR_S,
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
        inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        self._cell = np.where(inside, row * columns + column, -1)

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
        stations = self._receptors.station_xy_m
        columns = [np.ascontiguousarray(xy[:, axis]) for xy in (stations, homes) for axis in (0, 1)]
        return Places(*columns, FINE_TRACERS)

    def given(self, gps: Floats, aloft: NDArray[np.bool_]) -> Floats:
        """Return emissions as the grid takes them; those outside of it are none of the city's.

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
        grid, sources = self.grid, self._sources
        found = np.zeros((TRACERS, 2, grid.cells))
        inside = self._cell >= 0
        place = np.where(aloft, ALOFT, GROUND) * grid.cells + self._cell
        for group in range(CLEAN):
            own = inside & (sources.group == group)
            found[group] = np.bincount(place[own], gps[own, 0], 2 * grid.cells).reshape(2, -1)
        for tracer, name in GASES:
            gas = gps[inside, SPECIES.index(name)]
            found[tracer] = np.bincount(place[inside], gas, 2 * grid.cells).reshape(2, -1)
        return found.reshape(TRACERS, 2, grid.rows, grid.columns)
