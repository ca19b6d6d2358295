"""A city as the location models see it: who needs help, where stations could stand, and how long the drives take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.city.city import City
from twin.core.errors import MapError


@dataclass(frozen=True, eq=False)
class Instance:
    """Demand and sites of a city; n demand points, m sites, the existing stations first.

    Attributes
    ----------
    residents
        Residents of each cell of the population surface that the city's 120 centre serves, shape (n,).
    district
        District of each cell, shape (n,).
    site_node
        Road node of each site, shape (m,).
    site_district
        District of each site, shape (m,).
    existing
        How many of the sites are stations already.
    drive_s
        Seconds from each site to each cell under lights and siren, shape (m, n).
    """

    residents: NDArray[np.float64]
    district: NDArray[np.str_]
    site_node: NDArray[np.int64]
    site_district: NDArray[np.str_]
    existing: int
    drive_s: NDArray[np.float64]


def build_instance(city: City, hour: int, siren_time_factor: float, spacing_m: float) -> Instance:
    """Gather demand, sites and drive times.

    A site can be where a station is, and at the road node nearest to a cell with residents, those with most residents
    first, unless a site is nearer than ``spacing_m`` (in a straight line) already.

    Parameters
    ----------
    hour
        Local hour whose ordinary travel times count, 0 to 23.
    siren_time_factor
        What an ambulance's travel times are of the traffic's.
    spacing_m
        Least distance between a new site and any other, metres.

    Raises
    ------
    MapError
        If nobody lives in a served district.
    """
    population = city.map.population
    served = {district.id for district in city.map.districts if district.served}
    lived_in = np.array([name in served for name in population.district]) & (population.residents > 0)
    if not lived_in.any():
        raise MapError(
            "{path}: nobody lives in a served district; set served to true in districts.geojson",
            path=str(city.map.folder),
        )
    residents = population.residents[lived_in]
    district = np.array(population.district)[lived_in]
    cell_node = city.nearest_nodes(population.lon[lived_in], population.lat[lived_in])
    station_node = city.stations.nodes.astype(np.int64)
    order = np.argsort(-residents, kind="stable")
    chosen = order[_thinned(city.roads.node_xy_m[cell_node[order]], city.roads.node_xy_m[station_node], spacing_m)]
    site_node = np.concatenate([station_node, cell_node[chosen]])
    times_ms = city.ordinary.times_at(hour).times_between(site_node, cell_node)
    return Instance(
        residents=residents,
        district=district,
        site_node=site_node,
        site_district=np.concatenate([np.array([place.district for place in city.map.stations]), district[chosen]]),
        existing=len(station_node),
        drive_s=times_ms.astype(np.float64) * (siren_time_factor / 1000),
    )


def _thinned(places_m: NDArray[np.float64], taken_m: NDArray[np.float64], spacing_m: float) -> NDArray[np.int64]:
    """Return which places to keep, in their order, so that no two are nearer than ``spacing_m``, shape (k,).

    Two at the very same place are one, whatever the spacing.
    """
    kept_m, kept = [*taken_m], []
    for number, place_m in enumerate(places_m):
        offset_m = np.array(kept_m).reshape(-1, 2) - place_m
        nearest_m = np.hypot(offset_m[:, 0], offset_m[:, 1]).min(initial=np.inf)
        if nearest_m > 0 and nearest_m >= spacing_m:
            kept_m.append(place_m)
            kept.append(number)
    return np.array(kept, np.int64)
