"""What the drawn tables add up to, to be set beside what is known of the city (docs/validation)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import Clock
from twin.domains.traffic.day_times import planned_s
from twin.domains.traffic.lots import connected
from twin.domains.traffic.parameters import LOT_KINDS, PURPOSES, VEHICLE_KINDS, TrafficParameters

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from twin.city.city import City
    from twin.city.graph import RoadGraph

HOURS: Final = 24
MINUTES_LOOKED_AT: Final = 5
SAMPLED_ORIGINS: Final = 60


@dataclass(frozen=True, eq=False)
class DemandTotals:
    """Totals of a run's residents' cars, unless said otherwise.

    Attributes
    ----------
    trips
        Trips by local hour of departure and purpose, shape (24, purposes).
    vehicle_trips
        Trips by kind of vehicle.
    car_equivalents
        Trips of all vehicles as passenger cars.
    person_trips
        Trips times `persons_per_car`.
    under_way
        Mean number of cars under way in each local hour as drivers plan, shape (24,).
    straight_km
        Mean straight-line distance.
    planned_km
        The same times `circuity`, to which the gravity models are fitted.
    by_purpose_km
        Mean planned distance by purpose of the destination.
    from_home_km
        The same for trips that begin at home, NaN where there is none.
    share_to_district
        Share of trips that end in each district.
    served_trips
        Trips by cars of the districts that are served.
    parked_away
        Largest number of cars that stay away from home at once, by what they stay for.
    """

    trips: NDArray[np.int64]
    vehicle_trips: dict[str, int]
    car_equivalents: float
    person_trips: float
    under_way: NDArray[np.float64]
    straight_km: float
    planned_km: float
    by_purpose_km: dict[str, float]
    from_home_km: dict[str, float]
    share_to_district: dict[str, float]
    served_trips: int
    parked_away: dict[str, int]


def demand_totals(
    city: City, parameters: TrafficParameters, clock: Clock, vehicles: pd.DataFrame, trips: pd.DataFrame
) -> DemandTotals:
    """Add up the tables of `twin.domains.traffic.tables.draw_tables`."""
    kind = vehicles["kind"].to_numpy()[trips["vehicle"].to_numpy()]
    equivalents = np.array([getattr(parameters.car_equivalents, name) for name in VEHICLE_KINDS])
    of_cars = trips[kind == VEHICLE_KINDS.index("car")]
    purpose, count = of_cars["purpose"].to_numpy(), len(of_cars)
    depart_s = of_cars["depart_ms"].to_numpy() / 1000
    hour = clock.hours_of_day(depart_s)
    table = np.bincount(hour * len(PURPOSES) + purpose, minlength=HOURS * len(PURPOSES)).reshape(HOURS, -1)
    straight_km = straight_line_km(city, of_cars)
    planned_km = (straight_km * parameters.circuity).astype(np.float32)
    arrive_s = depart_s + planned_s(planned_km, parameters)
    district = city.roads.node_district[of_cars["destination_node"].to_numpy()]
    ends = np.bincount(district + 1, minlength=len(city.roads.districts) + 1)[1:]
    home = vehicles["home_node"].to_numpy()[of_cars["vehicle"].to_numpy()]
    served = {place.id for place in city.map.districts if place.served}
    in_served = np.array([name in served for name in city.roads.districts] + [False])
    return DemandTotals(
        trips=table,
        vehicle_trips={name: int((kind == code).sum()) for code, name in enumerate(VEHICLE_KINDS)},
        car_equivalents=float(equivalents[kind].sum()),
        person_trips=count * parameters.persons_per_car,
        under_way=_under_way(depart_s, arrive_s, clock),
        straight_km=float(straight_km.mean()),
        planned_km=float(planned_km.mean(dtype=np.float64)),
        by_purpose_km=_means(planned_km, purpose),
        from_home_km=_means(planned_km, np.where(of_cars["origin_node"].to_numpy() == home, purpose, -1)),
        share_to_district={name: float(ends[code] / count) for code, name in enumerate(city.roads.districts)},
        served_trips=int(in_served[city.roads.node_district[home]].sum()),
        parked_away=_parked_away(arrive_s, of_cars),
    )


def straight_line_km(city: City, trips: pd.DataFrame) -> NDArray[np.float64]:
    """Return the straight distance of each trip, kilometres, shape (t,)."""
    xy_m = city.roads.node_xy_m
    apart_m = xy_m[trips["destination_node"].to_numpy()] - xy_m[trips["origin_node"].to_numpy()]
    return np.asarray(np.hypot(apart_m[:, 0], apart_m[:, 1]) / 1000)


def _means(values: NDArray[np.float32], purpose: NDArray[np.integer]) -> dict[str, float]:
    return {
        name: float(values[purpose == code].mean(dtype=np.float64)) if (purpose == code).any() else float("nan")
        for code, name in enumerate(PURPOSES)
    }


def _under_way(depart_s: NDArray[np.float64], arrive_s: NDArray[np.float64], clock: Clock) -> NDArray[np.float64]:
    """Return the mean number under way by local hour, over the moments of a run that are looked at, shape (24,)."""
    step_s = 60.0 * MINUTES_LOOKED_AT
    at_s = np.arange(-clock.warm_up_s, clock.duration_s, step_s) + step_s / 2
    under_way = np.searchsorted(np.sort(depart_s), at_s, side="right") - np.searchsorted(
        np.sort(arrive_s), at_s, side="right"
    )
    hour = clock.hours_of_day(at_s)
    looked = np.bincount(hour, minlength=HOURS)
    return np.asarray(np.bincount(hour, under_way, HOURS) / np.maximum(looked, 1))


def _parked_away(arrive_s: NDArray[np.float64], trips: pd.DataFrame) -> dict[str, int]:
    purpose, stay_s = trips["purpose"].to_numpy(), trips["stay_s"].to_numpy()
    found = {}
    for code, name in enumerate(PURPOSES):
        of_purpose = purpose == code
        if name == "home" or not of_purpose.any():
            continue
        begins, ends = np.sort(arrive_s[of_purpose]), np.sort((arrive_s + stay_s)[of_purpose])
        there = np.arange(1, len(begins) + 1) - np.searchsorted(ends, begins, side="right")
        found[name] = int(there.max())
    return found


@dataclass(frozen=True)
class NetworkSample:
    """Distances on the road of some trips.

    Attributes
    ----------
    trips
        How many were measured.
    straight_km, shortest_km, fastest_km
        Mean distance in a straight line, on the shortest way, and on the way that is fastest at free flow.
    circuity
        The fastest ways' lengths over the straight lines', of the sums.
    """

    trips: int
    straight_km: float
    shortest_km: float
    fastest_km: float
    circuity: float


def network_sample(city: City, trips: pd.DataFrame, origins: int = SAMPLED_ORIGINS) -> NetworkSample:
    """Measure on the road all trips that begin at some origins, which stand evenly along the table.

    By Dijkstra's algorithm (`scipy.sparse.csgraph`), the program's own routing apart.
    """
    from scipy.sparse.csgraph import dijkstra

    roads = city.roads
    origin = trips["origin_node"].to_numpy()
    chosen = np.unique(origin[np.linspace(0, len(origin) - 1, origins).astype(np.int64)])
    place = np.full(roads.node_count, -1)
    place[chosen] = np.arange(len(chosen))
    sample = trips[place[origin] >= 0]
    which = place[sample["origin_node"].to_numpy()], sample["destination_node"].to_numpy()
    length_m = roads.edge_length_m.astype(np.float64)
    shortest_km = dijkstra(_matrix(roads, length_m)[0], indices=chosen)[which] / 1000
    graph, keys, edges = _matrix(roads, roads.edge_free_flow_s)
    before = dijkstra(graph, indices=chosen, return_predecessors=True)[1]
    fastest_km = _length_along(before, keys, length_m[edges], roads.node_count)[which] / 1000
    straight_km = straight_line_km(city, sample)
    return NetworkSample(
        trips=len(sample),
        straight_km=float(straight_km.mean()),
        shortest_km=float(shortest_km.mean()),
        fastest_km=float(fastest_km.mean()),
        circuity=float(fastest_km.sum() / straight_km.sum()),
    )


def _matrix(roads: RoadGraph, cost: NDArray[np.float64]) -> tuple[csr_array, NDArray[np.int64], NDArray[np.int64]]:
    """Return the graph of the cheapest of parallel edges, their keys (from, to) rising, and the edges."""
    from scipy.sparse import coo_array

    key = roads.edge_from.astype(np.int64) * roads.node_count + roads.edge_to
    order = np.lexsort((cost, key))
    edges = order[np.concatenate([[True], np.diff(key[order]) > 0])]
    shape = (roads.node_count, roads.node_count)
    graph = coo_array((cost[edges], (roads.edge_from[edges], roads.edge_to[edges])), shape=shape).tocsr()
    return graph, key[edges], edges


def _length_along(
    before: NDArray[np.integer], keys: NDArray[np.int64], length_m: NDArray[np.float64], nodes: int
) -> NDArray[np.float64]:
    """Return the length of the way to each node in trees of predecessors, shape as `before` (trees, nodes).

    By doubling: a node's sum takes in its predecessor's, whose pointer then goes twice as far.
    """
    root = before < 0
    own = np.arange(nodes)
    jump = np.where(root, own, before).astype(np.int64)
    edge = np.searchsorted(keys, np.where(root, keys[0], jump * nodes + own))
    along_m = np.where(root, 0.0, length_m[edge])
    while (np.take_along_axis(jump, jump, axis=1) != jump).any():
        along_m = along_m + np.take_along_axis(along_m, jump, axis=1)
        jump = np.take_along_axis(jump, jump, axis=1)
    return np.asarray(along_m)


@dataclass(frozen=True)
class LotTotals:
    """Lots and spaces by kind, off the street together, and those in the app where this share is connected."""

    lots: dict[str, int]
    spaces: dict[str, int]
    off_street_mean: float
    connected_lots: int
    connected_spaces: int


def lot_totals(lots: pd.DataFrame, share_connected: float) -> LotTotals:
    """Add up a table of lots."""
    kind, spaces = lots["kind"].to_numpy(), lots["spaces"].to_numpy(np.int64)
    count, total = (np.bincount(kind, weight, len(LOT_KINDS)).astype(int) for weight in (None, spaces))
    inside = connected(lots, share_connected)
    return LotTotals(
        lots=dict(zip(LOT_KINDS, count.tolist(), strict=True)),
        spaces=dict(zip(LOT_KINDS, total.tolist(), strict=True)),
        off_street_mean=float(total[1:].sum() / max(1, count[1:].sum())),
        connected_lots=int(inside.sum()),
        connected_spaces=int(spaces[inside].sum()),
    )
