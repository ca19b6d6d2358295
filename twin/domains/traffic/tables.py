"""The exogenous tables of traffic: vehicles and trips of a run, drawn before any policy acts.

Every column comes from a stream of its own name, those of a day with the date in it, so that a column or a day that is
added moves no other. Numbers of vehicles run through the kinds: cars, then those of each day that pass through, lorries
and buses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import DAY_S, Clock
from twin.domains.traffic.day_times import DAY_BEGINS_S
from twin.domains.traffic.demand import NO_PLACE, Cars, Draw, Trips, car_count, draw_cars, draw_day
from twin.domains.traffic.destinations import Destinations
from twin.domains.traffic.other_vehicles import draw_buses, draw_lorries, draw_routes, draw_through
from twin.domains.traffic.parameters import VEHICLE_KINDS, TrafficParameters

if TYPE_CHECKING:
    from twin.city.city import City

NamedDraw = Callable[..., np.random.Generator]
"""``twin.streams`` with the domain's name given: table, column, ..."""
MILLISECONDS: Final = 1000


@dataclass(frozen=True, eq=False)
class Demand:
    """What all replications of a process share: the fitted model and the parameters."""

    where: Destinations
    parameters: TrafficParameters
    residents_served: float

    @classmethod
    def of(cls, city: City, parameters: TrafficParameters) -> Demand:
        """Fit the model to a city; raises MapError where it cannot be."""
        return cls(Destinations.of(city, parameters), parameters, city.residents_served)

    @property
    def scale(self) -> float:
        """What figures of the whole city are multiplied by on this map."""
        return self.parameters.scale(self.residents_served)


def travel_days(clock: Clock) -> list[date]:
    """Return the days (from 03:00 to 03:00) in which a run lies."""
    first = (clock.at(-clock.warm_up_s) - timedelta(seconds=DAY_BEGINS_S)).date()
    last = (clock.at(max(clock.duration_s, -clock.warm_up_s)) - timedelta(seconds=DAY_BEGINS_S, microseconds=1)).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def draw_tables(draw: NamedDraw, clock: Clock, demand: Demand) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw the vehicles and the trips of a run.

    Parameters
    ----------
    draw
        ``draw(table, *column)`` returns a generator of that name.

    Returns
    -------
    tuple of DataFrame
        Vehicles: ``kind`` (position in `VEHICLE_KINDS`), ``home_node`` (where a car is
        at 03:00; -1 for other vehicles), ``work_node`` (-1: none), ``app_draw``, ``traffic_draw``,
        ``value_of_time_yuan_per_h``, ``walk_m`` (NaN for those that do not park), ``plate_digit``, ``home_permit``.
        Trips that begin within the run: ``vehicle``, ``origin_node``, ``destination_node``, ``purpose``, ``depart_ms``
        since the scenario's start, ``stay_s``; a vehicle's trips of a day stand together and in order.

    Notes
    -----
    A run that begins later than 03:00 begins in the middle of tours: a car stands where its first trip begins, or at
    home where it has none. Who is under way at that moment is taken to have arrived; a warm-up fills the roads.
    """
    parameters, where = demand.parameters, demand.where

    def of_run(table: str) -> Draw:
        return lambda column: draw(table, column)

    cars = draw_cars(of_run("cars"), where, parameters, car_count(parameters, demand.residents_served))
    routes = draw_routes(of_run("bus_routes"), where, parameters)
    node = where.land.node
    counts = [len(cars)]
    kinds = [VEHICLE_KINDS.index("car")]
    frames = []
    for day in travel_days(clock):

        def of_day(table: str, day: date = day) -> Draw:
            return lambda column: draw(table, day.isoformat(), column)

        of_cars = draw_day(of_day("trips"), where, cars, parameters, day)
        frames.append(_frame(of_cars, clock, day, 0, node))
        for kind, trips in (
            ("through", draw_through(of_day("through"), where, parameters, demand.scale)),
            ("lorry", draw_lorries(of_day("lorries"), where, parameters, demand.scale)),
            ("bus", draw_buses(of_day("buses"), where, parameters, routes, demand.scale)),
        ):
            frames.append(_frame(trips, clock, day, sum(counts), None))
            counts.append(int(trips.vehicle[-1]) + 1 if len(trips) else 0)
            kinds.append(VEHICLE_KINDS.index(kind))
    trips_of_run = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    informed = draw("other_vehicles", "traffic").random(sum(counts[1:]), np.float32)
    digits = draw("other_vehicles", "plate_digit").integers(0, 10, sum(counts[1:]), np.int8)
    return _vehicles(cars, node, counts, kinds, informed, digits), trips_of_run


def _frame(trips: Trips, clock: Clock, day: date, first: int, node: NDArray[np.int32] | None) -> pd.DataFrame:
    """Return the trips that begin within the run, with road nodes, and times since the scenario's start.

    Parameters
    ----------
    node
        Road nodes of places, where the trips' ends are places.
    """
    start = clock.start
    midnight_s = (day - start.date()).days * DAY_S - clock.second_of_day(0.0)
    inside = (trips.depart_s >= -clock.warm_up_s - midnight_s) & (trips.depart_s < clock.duration_s - midnight_s)
    kept = slice(None) if inside.all() else inside
    ends = [end[kept] if node is None else node[end[kept]] for end in (trips.origin, trips.destination)]
    depart_ms = trips.depart_s[kept].astype(np.int32) * np.int32(MILLISECONDS)
    depart_ms += np.int32(round(midnight_s * MILLISECONDS))
    return pd.DataFrame(
        {
            "vehicle": trips.vehicle[kept] + np.int32(first),
            "origin_node": ends[0],
            "destination_node": ends[1],
            "purpose": trips.purpose[kept],
            "depart_ms": depart_ms,
            "stay_s": trips.stay_s[kept],
        },
        copy=False,
    )


def _vehicles(
    cars: Cars,
    node: NDArray[np.int32],
    counts: list[int],
    kinds: list[int],
    others_draw: NDArray[np.float32],
    others_digit: NDArray[np.int8],
) -> pd.DataFrame:
    others = sum(counts[1:])

    def then(values: NDArray[np.generic], rest: float) -> NDArray[np.generic]:
        return np.concatenate([values, np.full(others, rest, values.dtype)])

    kind = np.repeat(np.array(kinds, np.int8), counts)
    return pd.DataFrame(
        {
            "kind": kind,
            "home_node": then(node[cars.home], NO_PLACE),
            "work_node": then(np.where(cars.work == NO_PLACE, np.int32(NO_PLACE), node[cars.work]), NO_PLACE),
            "app_draw": then(cars.app_draw, np.nan),
            "traffic_draw": np.concatenate([cars.traffic_draw, others_draw]),
            "value_of_time_yuan_per_h": then(cars.value_of_time_yuan_per_h, np.nan),
            "walk_m": then(cars.walk_m, np.nan),
            "plate_digit": np.concatenate([cars.plate_digit, others_digit]),
            "home_permit": then(cars.home_permit, False),
        },
        copy=False,
    )
