"""Choosing places: a zone by the gravity model of the purpose, then a place in it by its attraction."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.domains.traffic.gravity import WITHIN_ZONE, Gravity, fit
from twin.domains.traffic.land_use import LandUse, land_use
from twin.domains.traffic.parameters import DESTINATIONS, TrafficParameters

if TYPE_CHECKING:
    from twin.city.city import City

Uniform = NDArray[np.float32] | NDArray[np.float64]
Places = NDArray[np.int32]

LEAST_ZONE_M: Final = 100.0
ONE_BELOW: Final = float(np.nextafter(1.0, 0.0))


@dataclass(frozen=True, eq=False)
class PlaceChoice:
    """Draws places within zones in proportion to a weight; shapes (p,) and (z,)."""

    cumulative: NDArray[np.float64]
    zone_begins: NDArray[np.float64]
    zone_weight: NDArray[np.float64]
    place_bounds: NDArray[np.int64]

    @classmethod
    def of(cls, land: LandUse, weight: NDArray[np.float64]) -> PlaceChoice:
        """Prepare the draw; the weight is at least 0."""
        cumulative = np.cumsum(weight)
        bounds = np.searchsorted(land.zone, np.arange(land.zone_count + 1)).astype(np.int64)
        begins = np.concatenate([[0.0], cumulative])[bounds]
        return cls(cumulative, begins[:-1], np.diff(begins), bounds)

    def anywhere(self, uniform: Uniform) -> Places:
        """Draw places in the whole city; shape of `uniform`."""
        wanted = uniform.astype(np.float64) * self.cumulative[-1]
        found = np.searchsorted(self.cumulative, wanted, side="right")
        return np.asarray(np.minimum(found, int(self.cumulative.searchsorted(self.cumulative[-1]))), np.int32)

    def within(self, zone: NDArray[np.integer], uniform: Uniform) -> Places:
        """Draw a place in each of these zones, whose weight is above 0; shape of `zone`."""
        wanted = self.zone_begins[zone] + uniform * self.zone_weight[zone]
        found = np.searchsorted(self.cumulative, wanted, side="right")
        return np.asarray(np.clip(found, self.place_bounds[zone], self.place_bounds[zone + 1] - 1), np.int32)


@dataclass(frozen=True, eq=False)
class Destinations:
    """Where the city's cars go: fitted once for a city and its parameters, the same for every replication.

    Attributes
    ----------
    homes
        Where cars are kept.
    models
        A fitted gravity model for each of `DESTINATIONS`; a trip is one way from home.
    zone_km
        Distances between zones on the road, shape (z, z).
    gate_xy_m
        Plane coordinates of the gates, shape (g, 2).
    """

    land: LandUse
    circuity: float
    homes: PlaceChoice
    places: dict[str, PlaceChoice]
    models: dict[str, Gravity]
    zone_km: NDArray[np.float64]
    gate_xy_m: NDArray[np.float64]

    @classmethod
    def of(cls, city: City, parameters: TrafficParameters) -> Destinations:
        """Fit the models; raises MapError where the map cannot have the wanted distances."""
        land = land_use(city, parameters)
        zone_km = zone_distances_km(land, parameters.circuity)
        origins = land.by_zone(land.residents)
        origins /= origins.sum()
        wanted_km: dict[str, float] = parameters.mean_trip_km.model_dump()

        def fitted(purpose: str) -> Gravity:
            attracted = land.by_zone(land.attraction[purpose])
            attracted /= attracted.sum()
            return fit(zone_km, origins, attracted, wanted_km[purpose], purpose, str(city.map.folder))

        with ThreadPoolExecutor(city.threads) as pool:
            models = dict(zip(DESTINATIONS, pool.map(fitted, DESTINATIONS), strict=True))
        return cls(
            land, parameters.circuity, PlaceChoice.of(land, land.residents),
            {purpose: PlaceChoice.of(land, land.attraction[purpose]) for purpose in DESTINATIONS}, models, zone_km,
            city.roads.node_xy_m[land.gate_node],
        )  # fmt: skip

    def choose(self, purpose: str, origin: Places, uniform: Uniform, within: Uniform) -> Places:
        """Choose a destination for each origin.

        Parameters
        ----------
        purpose
            One of `DESTINATIONS`.
        origin
            Places, shape (k,).
        uniform, within
            Draws in [0, 1) for the zone and for the place in it, shapes (k,).
        """
        from_zone = self.land.zone[origin]
        zone_count = self.land.zone_count
        chosen = self.models[purpose].chosen_from(self.zone_km)  # not kept: a matrix of all zones
        rows = (chosen + np.arange(zone_count)[:, None]).ravel()
        wanted = from_zone + np.minimum(uniform.astype(np.float64), ONE_BELOW)
        # Rounding in zone + share may reach the next row's beginning, hence the bound.
        found = np.searchsorted(rows, wanted, side="right") - from_zone * np.int64(zone_count)
        zone = np.clip(found, 0, zone_count - 1)
        empty = self.places[purpose].zone_weight[zone] <= 0
        if empty.any():  # a draw on a bound between zones: the nearest zone before it with any attraction
            last_full = np.maximum.accumulate(np.where(self.places[purpose].zone_weight > 0, np.arange(zone_count), 0))
            zone = np.where(empty, last_full[zone], zone)
        return self.places[purpose].within(zone, within)

    def away_from(self, place: Places, *others: Places) -> Places:
        """Return the places, those that are one of the others moved on to the next place that is none of them."""
        count = len(self.land.node)
        moved = place
        for _ in range(len(others) + 1):
            same = np.zeros(len(place), np.bool_)
            for other in others:
                same |= moved == other
            if not same.any():
                break
            moved = np.where(same, (moved + 1) % count, moved).astype(np.int32)
        return moved

    def distance_km(self, origin: Places, destination: Places) -> NDArray[np.float32]:
        """Return what a trip is taken to be on the road: the straight line times the circuity; kilometres, (k,)."""
        xy_m = self.land.xy_m.astype(np.float32)
        apart_m = xy_m[origin] - xy_m[destination]
        kilometres: NDArray[np.float32] = np.hypot(apart_m[:, 0], apart_m[:, 1])
        kilometres *= np.float32(self.circuity / 1000)
        return kilometres


def zone_distances_km(land: LandUse, circuity: float) -> NDArray[np.float64]:
    """Return distances on the road between the middles of zones, and within them, shape (z, z)."""
    weight = np.maximum(land.residents / land.residents.sum() + land.attraction["work"], 1e-12)
    total = land.by_zone(weight)
    middle_m = np.column_stack([land.by_zone(weight * land.xy_m[:, axis]) / total for axis in (0, 1)])
    apart_m = np.hypot(*(middle_m[:, None, axis] - middle_m[None, :, axis] for axis in (0, 1)))
    squared_m2 = ((land.xy_m - middle_m[land.zone]) ** 2).sum(axis=1)
    # Points of a square of side s are s / sqrt(6) from its middle, root mean square.
    side_m = np.sqrt(6 * land.by_zone(weight * squared_m2) / total)
    np.fill_diagonal(apart_m, WITHIN_ZONE * np.maximum(side_m, LEAST_ZONE_M))
    return np.asarray(apart_m * circuity / 1000)
