"""Vehicles that do not park as residents' cars do: cars that pass through, lorries, buses. All of it assumed.

They are drawn for each day by themselves and count as so many passenger cars (``car_equivalents``).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.core.clock import HOUR_S
from twin.domains.traffic.day_times import DAY_BEGINS_S, by_hour_s
from twin.domains.traffic.demand import Draw, Trips
from twin.domains.traffic.destinations import Destinations, Places
from twin.domains.traffic.parameters import PURPOSES, TrafficParameters

GATE_SHARE_OF_LORRIES: Final = 0.5
"""Half of the lorries' trips begin or end at the map's edge, half of these each way."""
FEWEST_GATES: Final = 2
LAYOVER_S: Final = 600
BUS_SPEED_KMH: Final = 16.0
"""Speed on a bus's timetable, with its stops."""


def _one_way(
    origin: NDArray[np.int32], destination: NDArray[np.int32], purpose: str, depart_s: NDArray[np.int32]
) -> Trips:
    """Return trips of vehicles that make one trip each; ends are road nodes."""
    count = len(origin)
    return Trips(
        np.arange(count, dtype=np.int32), origin, destination, np.full(count, PURPOSES.index(purpose), np.int8),
        depart_s, np.zeros(count, np.int32),
    )  # fmt: skip


def _set_out_s(generator: np.random.Generator, parameters: TrafficParameters, count: int) -> NDArray[np.int32]:
    """Draw departures between 03:00 and 03:00 of the next day."""
    depart_s = by_hour_s(generator, parameters.lorry_departures_by_hour, count)
    return np.where(depart_s < DAY_BEGINS_S, depart_s + np.int32(24 * HOUR_S), depart_s).astype(np.int32)


def draw_through(draw: Draw, where: Destinations, parameters: TrafficParameters, scale: float) -> Trips:
    """Draw cars that pass from one gate to another, farther ones likelier; ends are road nodes."""
    land = where.land
    gates = len(land.gate_node)
    count = round(parameters.through_trips_per_day * parameters.agents_factor * scale) if gates >= FEWEST_GATES else 0
    if count == 0:
        return _one_way(*(np.zeros(0, np.int32),) * 2, "through", np.zeros(0, np.int32))
    xy_m = where.gate_xy_m
    apart_m = np.hypot(*(xy_m[:, None, axis] - xy_m[None, :, axis] for axis in (0, 1)))
    weight = land.gate_weight[:, None] * land.gate_weight[None, :] * apart_m
    cumulative = np.cumsum(weight.ravel())
    pair = np.searchsorted(cumulative, draw("gates").random(count) * cumulative[-1], side="right")
    origin, destination = land.gate_node[pair // gates], land.gate_node[pair % gates]
    return _one_way(origin, destination, "through", _set_out_s(draw("depart"), parameters, count))


def draw_lorries(draw: Draw, where: Destinations, parameters: TrafficParameters, scale: float) -> Trips:
    """Draw trips of lorries: between places of business, or between one and a gate; ends are road nodes."""
    land = where.land
    count = round(parameters.lorry_trips_per_day * parameters.agents_factor * scale)
    origin = where.places["business"].anywhere(draw("origin").random(count))
    chosen = where.choose("business", origin, draw("zone").random(count), draw("place").random(count))
    ends = np.column_stack([land.node[origin], land.node[where.away_from(chosen, origin)]])
    if len(land.gate_node):
        side = draw("side").random(count)
        gate = land.gate_node[_pick(land.gate_weight, draw("gate").random(count))]
        for column, low, high in (
            (0, 0.0, GATE_SHARE_OF_LORRIES / 2),
            (1, GATE_SHARE_OF_LORRIES / 2, GATE_SHARE_OF_LORRIES),
        ):
            at_gate = (side >= low) & (side < high) & (gate != ends[:, 1 - column])
            ends[at_gate, column] = gate[at_gate]
    return _one_way(
        np.ascontiguousarray(ends[:, 0]), np.ascontiguousarray(ends[:, 1]), "freight",
        _set_out_s(draw("depart"), parameters, count),
    )  # fmt: skip


def _pick(share: NDArray[np.float64], uniform: NDArray[np.float64]) -> NDArray[np.int64]:
    found = np.searchsorted(np.cumsum(share), uniform, side="right")
    return np.minimum(found, len(share) - 1).astype(np.int64)


def draw_routes(draw: Draw, where: Destinations, parameters: TrafficParameters) -> tuple[Places, Places]:
    """Draw the ends of the bus routes of a run, as commutes are drawn; places, shapes (routes,)."""
    count = parameters.bus_routes
    one_end = where.homes.anywhere(draw("end").random(count))
    chosen = where.choose("work", one_end, draw("zone").random(count), draw("place").random(count))
    return one_end, where.away_from(chosen, one_end)


def draw_buses(
    draw: Draw, where: Destinations, parameters: TrafficParameters, routes: tuple[Places, Places], scale: float
) -> Trips:
    """Draw the ways of buses to and fro, evenly over the hours of service; ends are road nodes.

    A bus whose ways and layovers take longer than its share of the hours sets out on the next when it has come back.
    """
    buses = round(parameters.buses * scale / parameters.vehicles_per_agent)
    ways = 2 * parameters.bus_round_trips
    route = np.arange(buses) % len(routes[0])
    ends = [where.land.node[end[route]] for end in routes]
    hours = parameters.bus_hours
    ride_s = (
        where.distance_km(routes[0][route], routes[1][route]).astype(np.float64) / BUS_SPEED_KMH * HOUR_S + LAYOVER_S
    )
    between_s = np.maximum((hours.until_h - hours.from_h) * HOUR_S / ways, ride_s)
    begins_s = hours.from_h * HOUR_S + draw("begin").random(buses) * between_s
    depart_s = begins_s[:, None] + np.arange(ways) * between_s[:, None]
    there = np.arange(ways) % 2 == 0
    return Trips(
        np.repeat(np.arange(buses, dtype=np.int32), ways),
        np.where(there, ends[0][:, None], ends[1][:, None]).ravel().astype(np.int32),
        np.where(there, ends[1][:, None], ends[0][:, None]).ravel().astype(np.int32),
        np.full(buses * ways, PURPOSES.index("bus_service"), np.int8),
        depart_s.ravel().astype(np.int32),
        np.zeros(buses * ways, np.int32),
    )
