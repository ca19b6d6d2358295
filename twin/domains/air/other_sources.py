"""Sources that are no enterprises: building sites, homes that burn coal or wood, and roads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from twin.atmosphere.parameters import shipped
from twin.domains.air.cells import Cells, people_xy_m
from twin.domains.air.kinds import SPECIES
from twin.domains.air.parameters import AirParameters
from twin.domains.air.parameters_sources import Emitted
from twin.domains.air.plants import Draw, fitted
from twin.domains.air.road_patches import RoadPatches
from twin.domains.air.sources import GRAMS_A_TONNE, SECONDS_A_YEAR, Sources, area_sources

if TYPE_CHECKING:
    from twin.city.city import City

SITE_M: Final = 200.0
"""Side of a building site."""
SITE_HEIGHT_M: Final = 5.0
HOME_HEIGHT_M: Final = 8.0
ROAD_HEIGHT_M: Final = shipped("road_release_m")


def draw_building_sites(draw: Draw, city: City, parameters: AirParameters) -> Sources:
    """Draw building sites: where people live, for there the city grows; all alike."""
    scale = parameters.scale(float(city.map.population.residents.sum()))
    count = round(parameters.building_sites * min(scale, 1.0)) if scale else 0
    count = max(count, 1) if parameters.building_sites else 0
    population, xy_m = city.map.population, people_xy_m(city)
    cumulative = np.cumsum(np.sqrt(population.residents))
    cell = np.searchsorted(cumulative, draw("place").random(count) * cumulative[-1], side="right")
    places = xy_m[cell] + (draw("apart").random((count, 2)) - 0.5) * 500
    tonnes = np.zeros(len(SPECIES))
    tonnes[:2] = parameters.site_pm25_t, parameters.site_coarse_t
    tonnes[SPECIES.index("nox")] = parameters.site_nox_t
    each = tonnes * fitted("dust", parameters) * scale / max(count, 1)
    gps = np.tile(each * GRAMS_A_TONNE / SECONDS_A_YEAR, (count, 1))
    sites = area_sources("building_sites", places, SITE_M, SITE_HEIGHT_M, gps)
    return replace(sites, hour_yuan=np.full(count, parameters.site_hour_yuan))


def home_sources(kind: str, city: City, cells: Cells, parameters: AirParameters) -> Sources:
    """Return what homes burn, by cell; ``kind`` is ``home_coal`` or ``home_biomass``."""
    burnt: Emitted = getattr(parameters, kind)
    residents = city.map.population.residents
    share = cells.summed(people_xy_m(city), residents**parameters.home_density_power)
    tonnes = np.array([getattr(burnt, f"{name}_t") for name in SPECIES])
    factor = fitted("coal" if kind == "home_coal" else "biomass", parameters)
    whole = tonnes * factor * parameters.scale(float(residents.sum())) * GRAMS_A_TONNE / SECONDS_A_YEAR
    burning = np.flatnonzero(share > 0)
    gps = share[burning, None] / share.sum() * whole
    return area_sources(kind, cells.centre[burning], cells.side_m, HOME_HEIGHT_M, gps)


def road_sources(patches: RoadPatches) -> Sources:
    """Return a source for each patch that roads run through; what it emits is reckoned by the hour."""
    nothing_yet = np.zeros((len(patches), len(SPECIES)))
    return area_sources("roads", patches.middle, patches.side_m, ROAD_HEIGHT_M, nothing_yet)
