"""The city as domains use it: the map, its routing hierarchy, ordinary traffic, and where people live."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from twin.city.graph import EARTH_RADIUS_M
from twin.city.map import CityMap
from twin.city.nearest import nearest_nodes
from twin.city.places import Hospital, Station
from twin.city.routing import Hierarchy, Places
from twin.city.section import RoadParameters
from twin.city.traffic import OrdinaryTraffic
from twin.core.errors import MapError

if TYPE_CHECKING:
    import pandas as pd

CELL_M: Final = 500.0
Shared = TypeVar("Shared")


class City:
    """What all replications of a process share; nothing in it changes during a run.

    Attributes
    ----------
    threads
        How many threads one run may use; results are the same.
    """

    def __init__(
        self,
        city_map: CityMap,
        road_parameters: RoadParameters,
        speeds: pd.DataFrame | None = None,
        *,
        threads: int = 1,
    ) -> None:
        self.map = city_map
        self.threads = threads
        self.roads = city_map.roads
        self.hierarchy = Hierarchy.of(city_map.roads)
        self.ordinary = OrdinaryTraffic(city_map.roads, self.hierarchy, road_parameters, speeds)
        self._speeds = speeds
        self._kept_cell_ms: dict[int, NDArray[np.int32]] = {}
        self._shared: dict[Hashable, Any] = {}

    def for_others(self, road_parameters: RoadParameters) -> City:
        """Return this city without what was derived from it for one scenario: for another with parameters of its own.

        The map and the hierarchy of its roads are the same; ordinary traffic is, where the roads' parameters are.
        """
        other = copy(self)
        other._shared = {}
        if road_parameters != self.ordinary.parameters:
            other.ordinary = OrdinaryTraffic(self.roads, self.hierarchy, road_parameters, self._speeds)
            other._kept_cell_ms = {}
        return other

    def with_threads(self, threads: int) -> City:
        """Return this city, with what domains derive from it, for work that so many threads share."""
        other = copy(self)
        other.threads = threads
        return other

    def shared(self, name: Hashable, make: Callable[[], Shared]) -> Shared:
        """Return what a domain derives from the city for all replications; made when first asked for."""
        if name not in self._shared:
            self._shared[name] = make()
        found: Shared = self._shared[name]
        return found

    @cached_property
    def stations(self) -> Places:
        """Road nodes of the emergency stations, in the map's order."""
        return self._places(self.map.stations)

    @cached_property
    def hospitals(self) -> Places:
        """Road nodes of the hospitals, in the map's order."""
        return self._places(self.map.hospitals)

    def _places(self, places: Sequence[Station] | Sequence[Hospital]) -> Places:
        lon, lat = np.array([[place.lon, place.lat] for place in places]).reshape(-1, 2).T
        return self.hierarchy.places(nearest_nodes(self.roads, lon, lat))

    @cached_property
    def residents_served(self) -> float:
        """Residents of the districts that the city's 120 centre serves."""
        return float(self._served_residents.sum())

    @property
    def _served_residents(self) -> NDArray[np.float64]:
        """Residents of each cell of the population surface, 0 where it is not served."""
        served = {district.id for district in self.map.districts if district.served}
        population = self.map.population
        return np.where([name in served for name in population.district], population.residents, 0.0)

    @cached_property
    def _home_shares(self) -> NDArray[np.float64]:
        """Cumulative shares of the residents whom the city's 120 centre serves, by cell of the population surface."""
        weight = self._served_residents
        if weight.sum() <= 0:
            raise MapError(
                "{path}: nobody lives in a served district; set served to true in districts.geojson",
                path=str(self.map.folder),
            )
        shares: NDArray[np.float64] = np.cumsum(weight) / weight.sum()
        return shares

    @cached_property
    def _served_cells(self) -> NDArray[np.int64]:
        return np.flatnonzero(self._served_residents > 0)

    @cached_property
    def demand_share(self) -> NDArray[np.float32]:
        """Share of the served residents who live in each inhabited served cell, shape (cells,)."""
        weight = self._served_residents[self._served_cells]
        share: NDArray[np.float32] = (weight / max(weight.sum(), 1e-300)).astype(np.float32)
        return share

    @cached_property
    def cell_district(self) -> NDArray[np.int8]:
        """Position of the district of each of these cells among the road graph's, -1 where it is not there."""
        code = {name: number for number, name in enumerate(self.roads.districts)}
        names = [self.map.population.district[cell] for cell in self._served_cells.tolist()]
        return np.array([code.get(name, -1) for name in names], np.int8)

    def station_to_cell_ms(self, hour_of_day: int) -> NDArray[np.int32]:
        """Return the times of an ordinary day from each station to each of these cells, shape (stations, cells)."""
        if hour_of_day not in self._kept_cell_ms:
            population, cells = self.map.population, self._served_cells
            nodes = nearest_nodes(self.roads, population.lon[cells], population.lat[cells])
            times = self.ordinary.times_at(hour_of_day)
            to_cells = [times.times_from_places(self.stations, node) for node in nodes.tolist()]
            found = np.array(to_cells, np.int32).reshape(len(cells), len(self.stations.nodes))
            self._kept_cell_ms[hour_of_day] = np.ascontiguousarray(found.T)
        return self._kept_cell_ms[hour_of_day]

    def draw_homes(self, generator: np.random.Generator, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Draw places where people are: residents by cell, evenly within the cell; degrees, shapes (count,)."""
        uniform = generator.random((3, count))
        cell = np.searchsorted(self._home_shares, uniform[0], side="right")
        lon, lat = self.map.population.lon[cell], self.map.population.lat[cell]
        return self.moved(lon, lat, (uniform[1] - 0.5) * CELL_M, (uniform[2] - 0.5) * CELL_M)

    @staticmethod
    def moved(
        lon: NDArray[np.float64], lat: NDArray[np.float64], east_m: NDArray[np.float64], north_m: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the places that lie so many metres east and north; degrees."""
        degree_m = np.radians(1.0) * EARTH_RADIUS_M
        return lon + east_m / (degree_m * np.cos(np.radians(lat))), lat + north_m / degree_m

    def nearest_nodes(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the road node nearest to each place, shape (k,)."""
        return nearest_nodes(self.roads, lon, lat).astype(np.int64)

    def straight_line_m(self, nodes: NDArray[np.integer], node: int) -> NDArray[np.float64]:
        """Return straight distances from nodes to one node, metres, shape (k,)."""
        difference = self.roads.node_xy_m[nodes] - self.roads.node_xy_m[node]
        distance_m: NDArray[np.float64] = np.hypot(difference[:, 0], difference[:, 1])
        return distance_m
