"""What roads emit in an hour, by patch: from the volumes that the traffic domain lives, or those of an ordinary day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.city.graph import ROAD_CLASSES
from twin.city.rings import ring_of_nodes
from twin.domains.air.parameters import AirParameters
from twin.domains.air.road_emissions import VEHICLES, grams_per_km
from twin.domains.air.road_patches import RoadPatches

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from twin.city.city import City
    from twin.city.road_volumes import RoadVolumes

Floats = NDArray[np.float64]

HOUR_S: Final = 3600.0
MAIN_CLASSES: Final = ("motorway", "trunk", "primary", "secondary", "tertiary")
LORRY_TRIP_KM: Final = 25.0
"""What a lorry drives on a trip through the city; assumed."""
ODD_EVEN_SHARE: Final = 0.5
"""Half of the cars have a barred plate."""


@dataclass(frozen=True, slots=True)
class RoadRule:
    """Shares of vehicles that do not drive: cars everywhere, and lorries where ``inside`` a patch lies in the ring."""

    cars: float = 0.0
    lorries_inside: float = 0.0


FREE: Final = RoadRule()


def rule_of(restriction: str, parameters: AirParameters) -> RoadRule:
    """Return what a restriction takes from the roads."""
    lorries = parameters.lorry_rule_share if restriction != "none" else 0.0
    cars = ODD_EVEN_SHARE * parameters.odd_even_complies if restriction == "odd_even" else 0.0
    return RoadRule(cars, lorries)


class RoadEmissions:
    """Reckons what the patches emit.

    Attributes
    ----------
    patches
        Through which roads run.
    inside
        Share of each patch's roads that lies inside the ring, shape (patches,).
    vehicle_km
        Of an ordinary day, all roads.
    """

    def __init__(self, city: City, patches: RoadPatches, parameters: AirParameters) -> None:
        self.patches, self._parameters = patches, parameters
        roads = city.roads
        rings = parameters.inside_ring_streets
        inside = (ring_of_nodes(roads, rings) < len(rings))[roads.edge_from]
        self._edge_m = roads.edge_length_m.astype(np.float64)
        total_m = self._by_patch(self._edge_m)
        self.inside = self._by_patch(self._edge_m * inside) / np.maximum(total_m, 1e-6)
        self._edge_km = self._ordinary_km(city)
        self._ordinary_kmh = np.unique(roads.edge_speed_kmh.astype(np.float64), return_inverse=True)  # few differ
        self.vehicle_km = float(self._edge_km.sum())
        self._patch_km = self._by_patch(self._edge_km)
        shares = parameters.kind_shares
        self._shares = np.array([getattr(shares, vehicle) for vehicle in VEHICLES])
        self._kept: dict[int, Floats] = {}
        self._lived: tuple[NDArray[np.int32], csr_array] | None = None

    def _by_patch(self, of_edge: Floats) -> Floats:
        return np.asarray(np.bincount(self.patches.of_edge, of_edge, len(self.patches)), np.float64)

    def _ordinary_km(self, city: City) -> Floats:
        """Return the vehicle-km of each edge on an ordinary day."""
        roads, given = city.roads, self._parameters.ordinary_vehicles_a_lane
        of_class = np.array([
            getattr(given, name.removesuffix("_link") if name.removesuffix("_link") in MAIN_CLASSES else "minor")
            for name in ROAD_CLASSES
        ])  # fmt: skip
        vehicles = of_class[roads.edge_class] * roads.edge_lanes
        return np.asarray(vehicles * self._edge_m / 1000)

    def ordinary(self, hour_of_day: int) -> Floats:
        """Return what an ordinary day's hour emits without any rule; g/s, shape (vehicles, patches, species)."""
        if hour_of_day not in self._kept:
            weight = np.array(self._parameters.ordinary_by_hour)
            share = weight[hour_of_day] / weight.sum()
            kmh, of_edge = self._ordinary_kmh
            grams = self._grams_per_km(kmh * self._parameters.ordinary_speed_share[hour_of_day])[of_edge]
            self._kept[hour_of_day] = self._emitted(self._edges, self._edge_km * share, grams)
        return self._kept[hour_of_day]

    def lived(self, volumes: RoadVolumes) -> Floats:
        """Return what lived roads have emitted in the hour; g/s, shape (vehicles, patches, species)."""
        vehicle_km = volumes.vehicle_km * self._parameters.lived_factor
        return self._emitted(self._links(volumes.edge_link), vehicle_km, self._grams_per_km(volumes.speed_kmh))

    @cached_property
    def _edges(self) -> csr_array:
        """In which patches the edges lie; see `_in_patches`."""
        edges = len(self.patches.of_edge)
        return _in_patches(self.patches.of_edge, np.arange(edges), np.ones(edges), len(self.patches))

    def _links(self, edge_link: NDArray[np.int32]) -> csr_array:
        """Return in which patches the links of lived roads lie; they are the same in every hour."""
        if self._lived is None or self._lived[0] is not edge_link:
            self._lived = (edge_link, _links_in_patches(self.patches, edge_link, self._edge_m))
        return self._lived[1]

    def _grams_per_km(self, kmh: Floats) -> Floats:
        return grams_per_km(kmh, self._parameters, self._parameters.fitted_factors.traffic)

    def _emitted(self, in_patches: csr_array, vehicle_km: Floats, grams: Floats) -> Floats:
        """Return emissions by patch from what each link has carried, and the grams a km on it, which are used up."""
        grams *= (vehicle_km[:, None] * self._shares)[:, :, None]
        by_patch = (in_patches @ grams.reshape(len(vehicle_km), -1)).reshape(len(self.patches), *grams.shape[1:])
        return np.ascontiguousarray(by_patch.transpose(1, 0, 2) / HOUR_S)

    def _gone(self, rule: RoadRule) -> Floats:
        """Return the share of each kind of vehicle that a rule takes from each patch, shape (vehicles, patches)."""
        gone = np.zeros((len(VEHICLES), len(self.patches)))
        gone[VEHICLES.index("lorry")] = rule.lorries_inside * self.inside
        for vehicle in ("car_petrol", "car_diesel"):
            gone[VEHICLES.index(vehicle)] = rule.cars
        return gone

    def unthinned(self, emission: Floats, rule: RoadRule) -> Floats:
        """Return what lived roads, which a rule has thinned, would have emitted without it.

        A lived road does not tell its vehicles apart: what is left on it is taken for the share of the whole that the
        rule leaves.
        """
        left = 1 - self._shares @ self._gone(rule)
        return np.asarray(emission / left[:, None])

    def under(self, emission: Floats, rule: RoadRule) -> Floats:
        """Return what all vehicles together emit under a rule; g/s, shape (patches, species).

        Parameters
        ----------
        emission
            By vehicle without any rule, as `ordinary` returns it.
        """
        return np.asarray((emission * (1 - self._gone(rule))[:, :, None]).sum(axis=0))

    def trips_spared(self, rule: RoadRule, scale: float) -> float:
        """Return how many trips a rule suppresses or sends round in a day; ``scale`` is the city's, 1 for Zhengzhou."""
        given = self._parameters
        cars = given.cars * scale * rule.cars * given.trips_a_car
        lorry_km = self.vehicle_km * given.kind_shares.lorry
        inside_km = lorry_km * float((self.inside * self._patch_km).sum() / max(self._patch_km.sum(), 1e-9))
        return cars + rule.lorries_inside * inside_km / LORRY_TRIP_KM


def _in_patches(patch: NDArray[np.int64], link: NDArray[np.int64], share: Floats, patches: int) -> csr_array:
    """Return what takes amounts on links to patches: parts of links, each with its share; shape (patches, links)."""
    from scipy.sparse import csr_array

    return csr_array((share, (patch, link)), shape=(patches, int(link.max(initial=-1)) + 1))


def _links_in_patches(patches: RoadPatches, edge_link: NDArray[np.int32], edge_m: Floats) -> csr_array:
    """Cut links at the borders of patches; a link's edges emit in proportion to their lengths; see `_in_patches`."""
    links = int(edge_link.max(initial=-1)) + 1
    key, part = np.unique(edge_link.astype(np.int64) * len(patches) + patches.of_edge, return_inverse=True)
    link = key // len(patches)
    whole_m = np.bincount(edge_link, edge_m, links)
    share = np.bincount(part.ravel(), edge_m, len(key)) / np.maximum(whole_m[link], 1e-6)
    return _in_patches(key % len(patches), link, share, len(patches))
