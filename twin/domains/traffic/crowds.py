"""Cars that come to a place for what begins there, and leave it after it ends: a concert, a match. All assumed.

They are drawn as everybody is before anything is lived, in streams of their own, so that an event that is added moves
nobody else. Their drivers come from where people live, beside all who drive on that day anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import HOUR_S, MS
from twin.domains.traffic.day_times import PARKING_S
from twin.domains.traffic.parameters import PURPOSES, VEHICLE_KINDS

if TYPE_CHECKING:
    from twin.city.graph import RoadGraph
    from twin.core.clock import Clock
    from twin.core.domain import WorldEvent
    from twin.domains.traffic.tables import Demand

NO_WORK: Final = -1

Tables = tuple[pd.DataFrame, pd.DataFrame]


def with_crowds(
    draw: Callable[..., np.random.Generator],
    tables: Tables,
    roads: RoadGraph,
    clock: Clock,
    demand: Demand,
    events: Sequence[WorldEvent],
) -> Tables:
    """Return vehicles and trips with those of the crowds of these events behind them."""
    vehicles, trips = [tables[0]], [tables[1]]
    for number, event in enumerate(events):
        if event.kind != "crowd_comes":
            continue

        def of_event(column: str, number: int = number) -> np.random.Generator:
            return draw("crowd", str(number), column)

        first = sum(map(len, vehicles))
        cars = _cars_of(event, demand.parameters.agents_factor)
        home = demand.where.homes.anywhere(of_event("home").random(cars))
        home_node = demand.where.land.node[home].astype(np.int32)
        vehicles.append(_vehicles(of_event, home_node, demand))
        trips.append(_trips(of_event, home_node, first, roads, clock, demand, event))
    if len(vehicles) == 1:
        return tables
    return pd.concat(vehicles, ignore_index=True), pd.concat(trips, ignore_index=True)


def _cars_of(event: WorldEvent, agents_factor: float) -> int:
    return round(float(event.value) * agents_factor)


def crowds_of(
    events: Sequence[WorldEvent], vehicles: int, agents_factor: float
) -> Iterator[tuple[int, int, WorldEvent]]:
    """Return the first vehicle of each crowd, how many there are, and its event; they stand last of all vehicles."""
    crowds = [event for event in events if event.kind == "crowd_comes"]
    first = vehicles - sum(_cars_of(event, agents_factor) for event in crowds)
    for event in crowds:
        yield first, _cars_of(event, agents_factor), event
        first += _cars_of(event, agents_factor)


def gates_of(event: WorldEvent, roads: RoadGraph, demand: Demand) -> NDArray[np.int32]:
    """Return the road nodes for which a crowd's cars head: where cars may stop about the place, or the nearest."""
    lon, lat = (np.array([degrees]) for degrees in event.detail("place"))
    land = demand.where.land
    away_m = np.hypot(*(land.xy_m - roads.to_plane_m(lon, lat)).T)
    about = land.node[away_m <= demand.parameters.crowd_spread_m]
    return about if len(about) else np.array([land.node[away_m.argmin()]])


def _vehicles(
    draw: Callable[[str], np.random.Generator], home_node: np.ndarray[tuple[int], np.dtype[np.int32]], demand: Demand
) -> pd.DataFrame:
    parameters, count = demand.parameters, len(home_node)
    return pd.DataFrame(
        {
            "kind": np.full(count, VEHICLE_KINDS.index("car"), np.int8),
            "home_node": home_node,
            "work_node": np.full(count, NO_WORK, np.int32),
            "app_draw": draw("app").random(count, np.float32),
            "traffic_draw": draw("traffic").random(count, np.float32),
            "value_of_time_yuan_per_h": parameters.value_of_time_yuan_per_h.draw(draw("value_of_time"), count).astype(
                np.float32
            ),
            "walk_m": parameters.walk_m.draw(draw("walk"), count).astype(np.float32),
            "plate_digit": draw("plate_digit").integers(0, 10, count, np.int8),
            "home_permit": draw("home_permit").random(count, np.float32) < parameters.home_permit_share,
        }
    )


def _trips(
    draw: Callable[[str], np.random.Generator],
    home_node: np.ndarray[tuple[int], np.dtype[np.int32]],
    first: int,
    roads: RoadGraph,
    clock: Clock,
    demand: Demand,
    event: WorldEvent,
) -> pd.DataFrame:
    """Return the trips to the place and back; those back that would begin after the run's end are left out."""
    parameters, count = demand.parameters, len(home_node)
    gates = gates_of(event, roads, demand)
    node = gates[draw("gate").integers(len(gates), size=count)]
    apart_km = np.hypot(*(roads.node_xy_m[home_node] - roads.node_xy_m[node]).T) * demand.where.circuity / 1000
    travel_s = apart_km * HOUR_S / parameters.planned_speed_kmh + PARKING_S
    before_s = 60 * parameters.crowd_comes_before_min.draw(draw("before"), count)
    after_s = 60 * parameters.crowd_leaves_after_min.draw(draw("after"), count)
    there_s = np.maximum(event.begins_s - before_s - travel_s, -clock.warm_up_s)
    back_s = event.ends_s + after_s
    stay_s = np.maximum(back_s - there_s - travel_s, 0)
    vehicle = np.arange(first, first + count, dtype=np.int32)
    there = pd.DataFrame(
        {
            "vehicle": vehicle, "origin_node": home_node, "destination_node": node,
            "purpose": np.full(count, PURPOSES.index("leisure"), np.int8),
            "depart_ms": np.rint(MS * there_s).astype(np.int32), "stay_s": stay_s.astype(np.int32),
        }
    )  # fmt: skip
    back = pd.DataFrame(
        {
            "vehicle": vehicle, "origin_node": node, "destination_node": home_node,
            "purpose": np.full(count, PURPOSES.index("home"), np.int8),
            "depart_ms": np.rint(MS * back_s).astype(np.int32), "stay_s": np.zeros(count, np.int32),
        }
    )  # fmt: skip
    return pd.concat([there, back[back_s < clock.duration_s]], ignore_index=True)
