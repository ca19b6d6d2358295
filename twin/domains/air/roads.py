"""What roads emit in an hour, by cell: from the volumes that the traffic domain lives, or those of an ordinary day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.city.graph import ROAD_CLASSES
from twin.city.rings import ring_of_nodes
from twin.domains.air.cells import Cells
from twin.domains.air.kinds import SPECIES
from twin.domains.air.other_sources import edge_middles_m
from twin.domains.air.parameters import AirParameters
from twin.domains.air.road_emissions import VEHICLES, grams_per_km

if TYPE_CHECKING:
    from twin.city.city import City
    from twin.city.road_volumes import RoadVolumes

HOUR_S: Final = 3600.0
MAIN_CLASSES: Final = ("motorway", "trunk", "primary", "secondary", "tertiary")
LORRY_TRIP_KM: Final = 25.0
"""What a lorry drives on a trip through the city; assumed."""
ODD_EVEN_SHARE: Final = 0.5
"""Half of the cars have a barred plate."""


@dataclass(frozen=True, slots=True)
class RoadRule:
    """Shares of vehicles that do not drive: cars everywhere, and lorries where ``inside`` a cell lies in the ring."""

    cars: float = 0.0
    lorries_inside: float = 0.0


FREE: Final = RoadRule()


def rule_of(restriction: str, parameters: AirParameters) -> RoadRule:
    """Return what a restriction takes from the roads."""
    lorries = parameters.lorry_rule_share if restriction != "none" else 0.0
    cars = ODD_EVEN_SHARE * parameters.odd_even_complies if restriction == "odd_even" else 0.0
    return RoadRule(cars, lorries)


class RoadEmissions:
    """Reckons what the cells emit.

    Attributes
    ----------
    cells
        Through which roads run.
    inside
        Share of each cell's roads that lies inside the ring, shape (cells,).
    vehicle_km
        Of an ordinary day, all roads.
    """

    def __init__(self, city: City, cells: Cells, parameters: AirParameters) -> None:
        self.cells, self._parameters = cells, parameters
        roads = city.roads
        self._edge_cell = cells.of(edge_middles_m(city))
        rings = parameters.inside_ring_streets
        self._node_inside = ring_of_nodes(roads, rings) < len(rings)
        inside = self._node_inside[roads.edge_from]
        length_km = roads.edge_length_m.astype(np.float64) / 1000
        total = np.bincount(self._edge_cell, length_km, len(cells))
        self.inside = np.bincount(self._edge_cell, length_km * inside, len(cells)) / np.maximum(total, 1e-9)
        self._edge_km = self._ordinary_km(city)
        self._edge_kmh = roads.edge_speed_kmh.astype(np.float64)
        self.vehicle_km = float(self._edge_km.sum())
        self._cell_km = np.bincount(self._edge_cell, self._edge_km, len(cells))
        shares = parameters.kind_shares
        self._shares = np.array([getattr(shares, vehicle) for vehicle in VEHICLES])
        self._kept: dict[int, NDArray[np.float64]] = {}

    def _ordinary_km(self, city: City) -> NDArray[np.float64]:
        """Return the vehicle-km of each edge on an ordinary day."""
        roads, given = city.roads, self._parameters.ordinary_vehicles_a_lane
        of_class = np.array([
            getattr(given, name.removesuffix("_link") if name.removesuffix("_link") in MAIN_CLASSES else "minor")
            for name in ROAD_CLASSES
        ])  # fmt: skip
        vehicles = of_class[roads.edge_class] * roads.edge_lanes
        return np.asarray(vehicles * roads.edge_length_m.astype(np.float64) / 1000)

    def ordinary(self, hour_of_day: int) -> NDArray[np.float64]:
        """Return what an ordinary day's hour emits without any rule; g/s, shape (vehicles, cells, species)."""
        if hour_of_day not in self._kept:
            weight = np.array(self._parameters.ordinary_by_hour)
            share = weight[hour_of_day] / weight.sum()
            kmh = self._edge_kmh * self._parameters.ordinary_speed_share[hour_of_day]
            self._kept[hour_of_day] = self._by_cell(self._edge_cell, self._edge_km * share, kmh)
        return self._kept[hour_of_day]

    def lived(self, volumes: RoadVolumes) -> NDArray[np.float64]:
        """Return what lived roads have emitted in the hour; g/s, shape (vehicles, cells, species)."""
        cell = self.cells.of(np.column_stack([volumes.x_m, volumes.y_m]))
        known = cell >= 0
        vehicle_km = volumes.vehicle_km[known] * self._parameters.lived_factor
        return self._by_cell(cell[known], vehicle_km, volumes.speed_kmh[known])

    def _by_cell(
        self, cell: NDArray[np.int64], vehicle_km: NDArray[np.float64], kmh: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        grams = grams_per_km(np.asarray(kmh), self._parameters, self._parameters.fitted_factors.traffic)
        found = np.empty((len(VEHICLES), len(self.cells), len(SPECIES)))
        for vehicle, share in enumerate(self._shares.tolist()):
            for species in range(len(SPECIES)):
                weight = vehicle_km * share * grams[:, vehicle, species]
                found[vehicle, :, species] = np.bincount(cell, weight, len(self.cells)) / HOUR_S
        return found

    def unthinned(self, emission: NDArray[np.float64], rule: RoadRule) -> NDArray[np.float64]:
        """Return what lived roads, on which cars are thinned by a rule, would have emitted without it."""
        whole = emission.copy()
        for vehicle in ("car_petrol", "car_diesel"):
            whole[VEHICLES.index(vehicle)] /= 1 - rule.cars
        return whole

    def under(self, emission: NDArray[np.float64], rule: RoadRule) -> NDArray[np.float64]:
        """Return what all vehicles together emit under a rule; g/s, shape (cells, species).

        Parameters
        ----------
        emission
            By vehicle without any rule, as `ordinary` returns it.
        """
        keep = np.ones((len(VEHICLES), len(self.cells)))
        keep[VEHICLES.index("lorry")] = 1 - rule.lorries_inside * self.inside
        for vehicle in ("car_petrol", "car_diesel"):
            keep[VEHICLES.index(vehicle)] = 1 - rule.cars
        return np.asarray((emission * keep[:, :, None]).sum(axis=0))

    def trips_spared(self, rule: RoadRule, scale: float) -> float:
        """Return how many trips a rule suppresses or sends round in a day; ``scale`` is the city's, 1 for Zhengzhou."""
        given = self._parameters
        cars = given.cars * scale * rule.cars * given.trips_a_car
        lorry_km = self.vehicle_km * given.kind_shares.lorry
        inside_km = lorry_km * float((self.inside * self._cell_km).sum() / max(self._cell_km.sum(), 1e-9))
        return cars + rule.lorries_inside * inside_km / LORRY_TRIP_KM
