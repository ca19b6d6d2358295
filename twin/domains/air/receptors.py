"""Where concentrations are reckoned: the stations, and cells by which people are exposed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.domains.air.cells import Cells, people_xy_m
from twin.domains.air.parameters import AirParameters

if TYPE_CHECKING:
    from twin.city.city import City

ON_MAP_M: Final = 5_000.0
"""A station farther from every road of the map than this stands elsewhere."""
PLACES_ELSEWHERE: Final = 9


@dataclass(frozen=True, eq=False)
class Receptors:
    """Stations and cells with people.

    Attributes
    ----------
    station_xy_m, station_lon, station_lat, station_name
        Of s stations.
    cells
        Cells of ``grid_km`` where people live.
    residents
        Of each cell.
    """

    station_xy_m: NDArray[np.float64]
    station_lon: NDArray[np.float64]
    station_lat: NDArray[np.float64]
    station_name: tuple[str, ...]
    cells: Cells
    residents: NDArray[np.float64]

    @property
    def stations(self) -> int:
        """How many stations there are."""
        return len(self.station_name)

    @classmethod
    def of(cls, city: City, parameters: AirParameters) -> Receptors:
        """Return the receptors of a city."""
        lon, lat, names = _stations(city, parameters)
        xy_m, residents = people_xy_m(city), city.map.population.residents
        cells = Cells.holding(xy_m[residents > 0], 1000 * parameters.grid_km)
        return cls(city.roads.to_plane_m(lon, lat), lon, lat, names, cells, cells.summed(xy_m, residents))


def _stations(
    city: City, parameters: AirParameters
) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[str, ...]]:
    """Return the stations that stand on the map; where none does, places spread over the residents."""
    from scipy.spatial import cKDTree

    lon = np.array([station.lon for station in parameters.stations])
    lat = np.array([station.lat for station in parameters.stations])
    far_m, _ = cKDTree(city.roads.node_xy_m).query(city.roads.to_plane_m(lon, lat))
    here = np.flatnonzero(far_m <= ON_MAP_M)
    if len(here):
        return lon[here], lat[here], tuple(parameters.stations[place].name for place in here.tolist())
    population = city.map.population
    order = np.argsort(population.lon, kind="stable")
    total = np.cumsum(population.residents[order])
    wanted = (np.arange(PLACES_ELSEWHERE) + 0.5) / PLACES_ELSEWHERE * total[-1]
    chosen = np.unique(order[np.searchsorted(total, wanted)])
    return population.lon[chosen], population.lat[chosen], tuple(f"{place + 1}" for place in range(len(chosen)))
