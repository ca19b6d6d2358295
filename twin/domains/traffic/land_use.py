"""Where trips may begin and end, and how strongly each place draws: assumed from residents, streets and hospitals.

No jobs data exist for the map. Activity is assumed to lie where people live along main streets; what was assumed stands
in ``parameters.toml``, and `twin.domains.traffic.totals` says how it compares with what is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.city.city import CELL_M
from twin.city.graph import ROAD_CLASSES, RoadGraph
from twin.core.errors import MapError
from twin.domains.traffic.parameters import DESTINATIONS, TrafficParameters

if TYPE_CHECKING:
    from twin.city.city import City

POINTS_A_SIDE: Final = 4
"""A cell's residents are spread over so many times so many points of it, each to the nearest place."""
FEWEST_PLACES: Final = 5
GROSSEST_ZONE_M: Final = 16_000.0
FINEST_ZONE_M: Final = 1_000.0
LARGEST_ZONE_SHARE: Final = 1 / 350
"""A zone with more than this share of all residents and attraction is divided, while it is wider than the finest."""
GATE_BEARING: Final = np.radians(15.0)
GATE_SHARE: Final = 0.85


@dataclass(frozen=True, eq=False)
class LandUse:
    """Places (road nodes where cars may stop) in the order of their zones; shapes (p,) unless said.

    Attributes
    ----------
    node
        Road node of each place.
    xy_m
        Plane coordinates, shape (p, 2); see `twin.city.graph.RoadGraph.to_plane_m`.
    zone
        Rising; 0 to z - 1.
    residents
        Residents whose cars make trips: those of districts that are not served count `outer_trip_rate` times.
    attraction
        For each of `DESTINATIONS`, a share of the whole.
    gate_node, gate_weight
        Where main roads end at the map's edge, and the share of each in what passes, shapes (g,).
    """

    node: NDArray[np.int32]
    xy_m: NDArray[np.float64]
    zone: NDArray[np.int32]
    residents: NDArray[np.float64]
    attraction: dict[str, NDArray[np.float64]]
    gate_node: NDArray[np.int32]
    gate_weight: NDArray[np.float64]

    @property
    def zone_count(self) -> int:
        """Number of zones."""
        return int(self.zone[-1]) + 1

    def by_zone(self, weight: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum of a weight of places in each zone, shape (z,)."""
        return np.bincount(self.zone, weight, self.zone_count).astype(np.float64)


def land_use(city: City, parameters: TrafficParameters) -> LandUse:
    """Work out places, zones and attraction of a city.

    Raises
    ------
    MapError
        Where the map has too few streets on which cars may stop.
    """
    roads = city.roads
    node = stopping_nodes(roads)
    if len(node) < FEWEST_PLACES:
        raise MapError(
            "{path}: cars may stop at {count} junctions only; traffic needs streets at ground level, no motorways",
            path=str(city.map.folder),
            count=len(node),
        )
    rate = _trip_rate(city, node, parameters)
    people = residents_by_place(city, node)
    residents = people * rate
    if residents.sum() <= 0:
        raise MapError(
            "{path}: nobody lives in a served district; set served to true in districts.geojson",
            path=str(city.map.folder),
        )
    attraction = attractions(city, node, people, rate, parameters)
    xy_m = roads.node_xy_m[node]
    zone = zones(xy_m, (residents / residents.sum() + attraction["work"]) / 2)
    order = np.argsort(zone, kind="stable")
    gate_node, gate_weight = gates(roads)
    return LandUse(
        node[order], xy_m[order], zone[order], residents[order],
        {purpose: weight[order] for purpose, weight in attraction.items()}, gate_node, gate_weight,
    )  # fmt: skip


def street_edges(roads: RoadGraph) -> NDArray[np.bool_]:
    """Say for each edge whether cars may stop on it: at ground level, no motorway, no ramp; shape (m,)."""
    barred = [code for code, name in enumerate(ROAD_CLASSES) if name == "motorway" or name.endswith("_link")]
    return np.asarray((roads.edge_level == 0) & ~np.isin(roads.edge_class, barred))


def stopping_nodes(roads: RoadGraph) -> NDArray[np.int32]:
    """Return the nodes from which a street leads away and to which one leads, rising, shape (p,)."""
    streets = street_edges(roads)
    leads = np.zeros((2, roads.node_count), np.bool_)
    leads[0, roads.edge_from[streets]] = True
    leads[1, roads.edge_to[streets]] = True
    return np.flatnonzero(leads.all(axis=0)).astype(np.int32)


def _nearest(xy_m: NDArray[np.float64], points_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the position of the place nearest to each point."""
    from scipy.spatial import cKDTree

    return np.asarray(cKDTree(xy_m).query(points_m)[1], np.int64)


def residents_by_place(city: City, node: NDArray[np.int32]) -> NDArray[np.float64]:
    """Give the residents of each cell to the places nearest to an even grid of points in it, shape (p,)."""
    population = city.map.population
    steps_m = ((np.arange(POINTS_A_SIDE) + 0.5) / POINTS_A_SIDE - 0.5) * CELL_M
    east_m, north_m = (axis.ravel() for axis in np.meshgrid(steps_m, steps_m))
    lon, lat = city.moved(
        np.repeat(population.lon, len(east_m)), np.repeat(population.lat, len(east_m)),
        np.tile(east_m, len(population.lon)), np.tile(north_m, len(population.lon)),
    )  # fmt: skip
    place = _nearest(city.roads.node_xy_m[node], city.roads.to_plane_m(lon, lat))
    return np.bincount(place, np.repeat(population.residents / len(east_m), len(east_m)), len(node)).astype(np.float64)


def _trip_rate(city: City, node: NDArray[np.int32], parameters: TrafficParameters) -> NDArray[np.float64]:
    """Return 1 for places in served districts, `outer_trip_rate` for others."""
    served = {district.id for district in city.map.districts if district.served}
    in_served = np.array([name in served for name in city.roads.districts] + [False])  # -1, in none, is the last
    return np.where(in_served[city.roads.node_district[node]], 1.0, parameters.outer_trip_rate)


def frontage(roads: RoadGraph, parameters: TrafficParameters) -> NDArray[np.float64]:
    """Return the weighted metres of street that begin at each node, shape (n,)."""
    weights: dict[str, Any] = parameters.frontage_weights.model_dump()
    by_class = np.array([weights.get(name, weights["local"]) for name in ROAD_CLASSES])
    metres = np.minimum(roads.edge_length_m.astype(np.float64), parameters.frontage_m)
    weighted = np.where(street_edges(roads), metres * by_class[roads.edge_class], 0.0)
    return np.bincount(roads.edge_from, weighted, roads.node_count).astype(np.float64)


def attractions(
    city: City,
    node: NDArray[np.int32],
    people: NDArray[np.float64],
    rate: NDArray[np.float64],
    parameters: TrafficParameters,
) -> dict[str, NDArray[np.float64]]:
    """Return each place's share in what draws trips of each purpose; shapes (p,)."""
    activity = frontage(city.roads, parameters)[node] * people**parameters.residents_exponent * rate
    by_district = np.array([parameters.attraction_by_district.get(name, 1.0) for name in city.roads.districts] + [1.0])
    activity *= by_district[city.roads.node_district[node]]
    if activity.sum() <= 0:
        raise MapError(
            "{path}: nothing attracts trips; traffic.frontage_weights and traffic.attraction_by_district must leave "
            "some street of an inhabited district above 0",
            path=str(city.map.folder),
        )
    shares: dict[str, float] = parameters.activity_shares.model_dump()
    found = {}
    for purpose in DESTINATIONS:
        if purpose == "hospital":
            weight = _bays(city, node)
        else:
            share = shares[purpose]
            weight = share * _share_of(activity) + (1 - share) * _share_of(people * rate)
        found[purpose] = _share_of(weight)
    return found


def _share_of(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(weight / weight.sum())


def _bays(city: City, node: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the emergency bays at the place nearest to each hospital, as a measure of its size; at least 1 each."""
    hospitals = city.map.hospitals
    lon, lat = np.array([[place.lon, place.lat] for place in hospitals]).reshape(-1, 2).T
    at = _nearest(city.roads.node_xy_m[node], city.roads.to_plane_m(lon, lat))
    return np.bincount(at, [max(1, place.emergency_bays) for place in hospitals], len(node)).astype(np.float64)


def zones(xy_m: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.int32]:
    """Divide places into squares, smaller where more people and activity are; numbers from 0 without gaps, shape (p,).

    A quadtree: a square with too much of the weight is cut into four, until it is as narrow as may be.
    """
    cell = np.floor(xy_m / GROSSEST_ZONE_M).astype(np.int64)
    width_m = GROSSEST_ZONE_M
    key = np.zeros(len(xy_m), np.int64)
    open_ = np.ones(len(xy_m), np.bool_)
    level = 0
    while open_.any():
        code = (level << 48) + ((cell[:, 0] + (1 << 20)) << 24) + (cell[:, 1] + (1 << 20))
        names, number = np.unique(code[open_], return_inverse=True)
        heavy = np.bincount(number, weight[open_], len(names)) > LARGEST_ZONE_SHARE * weight.sum()
        stays = ~heavy[number] | (width_m <= FINEST_ZONE_M)
        at = np.flatnonzero(open_)
        key[at[stays]] = code[at[stays]]
        open_[at[stays]] = False
        width_m, level = width_m / 2, level + 1
        cell = np.floor(xy_m / width_m).astype(np.int64)
    return np.unique(key, return_inverse=True)[1].astype(np.int32)


def gates(roads: RoadGraph) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return where main roads leave the map, and the share of lanes times speed of each; shapes (g,).

    A motorway, trunk or primary road that ends (one neighbour only) leaves the map where hardly any junction lies
    farther out in its direction from the middle.
    """
    ends_at = np.concatenate([roads.edge_from, roads.edge_to]).astype(np.int64)
    other_end = np.concatenate([roads.edge_to, roads.edge_from]).astype(np.int64)
    neighbours = np.unique(ends_at * roads.node_count + other_end) // roads.node_count
    ends = np.bincount(neighbours, minlength=roads.node_count) == 1
    main = np.isin(roads.edge_class, [ROAD_CLASSES.index(name) for name in ("motorway", "trunk", "primary")])
    strength = np.zeros(roads.node_count)
    leaving = main & ends[roads.edge_from]
    strength[roads.edge_from[leaving]] = roads.edge_lanes[leaving].astype(np.float64) * roads.edge_speed_kmh[
        leaving
    ].astype(np.float64)
    xy_m = roads.node_xy_m
    bearing, radius_m = np.arctan2(xy_m[:, 1], xy_m[:, 0]), np.hypot(xy_m[:, 0], xy_m[:, 1])
    found = []
    for node in np.flatnonzero(strength > 0):
        apart = np.abs(np.angle(np.exp(1j * (bearing - bearing[node]))))
        if radius_m[node] >= GATE_SHARE * radius_m[apart <= GATE_BEARING].max():
            found.append(int(node))
    node_of_gate = np.array(found, np.int32)
    weight = strength[node_of_gate]
    return node_of_gate, weight / weight.sum() if len(found) else weight
