"""Who has a car, and where it is driven on a day: drawn before any policy acts.

The cars are drawn once for a run: where they are kept, where their drivers work, whether they would use the app. A day
is then drawn for each of them by itself, so that a day is the same whatever days are lived before it. A day of travel
begins at 03:00, as those of travel surveys do, and each car begins and ends it at home.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.core.parameters import Duration
from twin.domains.traffic.day_times import begin_s, leave_s, planned_s, within_day
from twin.domains.traffic.destinations import Destinations, Places
from twin.domains.traffic.parameter_kinds import DayPlan
from twin.domains.traffic.parameters import PURPOSES, TrafficParameters

Draw = Callable[[str], np.random.Generator]

NO_PLACE: Final = -1
FESTIVAL_DAYS: Final = 7


@dataclass(frozen=True, eq=False)
class Cars:
    """The residents' cars; shapes (c,).

    Attributes
    ----------
    home, work
        Places (positions in `LandUse.node`); ``work`` is `NO_PLACE` for a car without a regular work place.
    app_draw, traffic_draw
        Uniform in [0, 1): the driver uses the parking app, or knows the live roads, where it is below the connection's
        share.
    value_of_time_yuan_per_h, walk_m
        What an hour is worth to the driver, and how far he is willing to walk.
    plate_digit
        Last digit of the number plate.
    home_permit
        Whether the household has a parking place of its own at home.
    """

    home: Places
    work: Places
    app_draw: NDArray[np.float32]
    traffic_draw: NDArray[np.float32]
    value_of_time_yuan_per_h: NDArray[np.float32]
    walk_m: NDArray[np.float32]
    plate_digit: NDArray[np.int8]
    home_permit: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.home)


@dataclass(frozen=True, eq=False)
class Trips:
    """Trips of one day, each car's (or other vehicle's) in order; shapes (t,).

    Attributes
    ----------
    vehicle
        Number of the vehicle; a vehicle's trips stand together.
    origin, destination
        Places; each trip of a car begins where the one before ended.
    purpose
        Of the destination: position in `PURPOSES`.
    depart_s
        Planned departure after the day's midnight, seconds.
    stay_s
        Planned stay at the destination; after the last trip until 03:00 of the next day. 0 where nobody stays.
    """

    vehicle: NDArray[np.int32]
    origin: Places
    destination: Places
    purpose: NDArray[np.int8]
    depart_s: NDArray[np.int32]
    stay_s: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.vehicle)


def car_count(parameters: TrafficParameters, residents_served: float) -> int:
    """Return how many cars a city has whose residents make the wanted trips on a working day."""
    wanted = parameters.trips_per_day * parameters.agents_factor * parameters.scale(residents_served)
    return round(wanted / parameters.trips_per_car) if wanted > 0 else 0


def draw_cars(draw: Draw, where: Destinations, parameters: TrafficParameters, count: int) -> Cars:
    """Draw the cars of a run, each column from a stream of its own."""
    home = where.homes.anywhere(draw("home").random(count))
    work = np.full(count, NO_PLACE, np.int32)
    commutes = np.flatnonzero(draw("commutes").random(count, np.float32) < parameters.commuter_share)
    zone, within = draw("work_zone").random(count), draw("work_place").random(count)
    chosen = where.choose("work", home[commutes], zone[commutes], within[commutes])
    work[commutes] = where.away_from(chosen, home[commutes])
    return Cars(
        home=home,
        work=work,
        app_draw=draw("app").random(count, np.float32),
        traffic_draw=draw("traffic").random(count, np.float32),
        value_of_time_yuan_per_h=_drawn(draw("value_of_time"), parameters.value_of_time_yuan_per_h, count),
        walk_m=_drawn(draw("walk"), parameters.walk_m, count),
        plate_digit=draw("plate_digit").integers(0, 10, count, np.int8),
        home_permit=draw("home_permit").random(count, np.float32) < parameters.home_permit_share,
    )  # fmt: skip


def _drawn(generator: np.random.Generator, duration: Duration, count: int) -> NDArray[np.float32]:
    return duration.draw(generator, count).astype(np.float32)


def day_type(day: date, parameters: TrafficParameters) -> str:
    """Return which of the day types a date is; the holiday of Spring Festival begins on the eve."""
    if parameters.day_type != "by_date":
        return parameters.day_type
    for text in parameters.spring_festivals:
        eve = date.fromisoformat(text) - timedelta(days=1)
        if eve <= day < eve + timedelta(days=FESTIVAL_DAYS):
            return "spring_festival"
    return "weekend" if day.weekday() >= 5 else "working_day"


def plan_shares(parameters: TrafficParameters, kind: str) -> NDArray[np.float64]:
    """Return the share of each plan on a day of this type, shape (2, plans): of commuters, of others.

    On other days than working days each plan's share is multiplied by the lowest factor of its purposes; where that
    makes more than the whole, all are lowered alike.
    """
    plans = parameters.day_plans
    shares = np.array([[plan.commuters for plan in plans], [plan.others for plan in plans]])
    if kind != "working_day":
        weekend = kind == "weekend"
        factors = parameters.weekend_factors if weekend else parameters.spring_festival_factors
        shares = shares * np.array([plan.factor(factors) for plan in plans])
    return np.asarray(shares / np.maximum(1.0, shares.sum(axis=1, keepdims=True)))


def choose_plans(draw: Draw, cars: Cars, parameters: TrafficParameters, kind: str) -> NDArray[np.int16]:
    """Return the plan of each car, -1 where it stays at home, shape (c,)."""
    cumulative = np.cumsum(plan_shares(parameters, kind), axis=1)
    uniform = draw("plan").random(len(cars))
    commutes = cars.work != NO_PLACE
    chosen = np.where(
        commutes,
        np.searchsorted(cumulative[0], uniform, side="right"),
        np.searchsorted(cumulative[1], uniform, side="right"),
    ).astype(np.int16)
    chosen[chosen == len(parameters.day_plans)] = -1
    return chosen


def draw_day(draw: Draw, where: Destinations, cars: Cars, parameters: TrafficParameters, day: date) -> Trips:
    """Draw the trips of the cars on one day.

    Parameters
    ----------
    draw
        The day's streams, by column.
    """
    chosen = choose_plans(draw, cars, parameters, day_type(day, parameters))
    legs = np.array([*(len(plan.stops) for plan in parameters.day_plans), 0], np.int32)  # -1 is the last
    per_car = legs[chosen]
    first = np.concatenate([[0], np.cumsum(per_car, dtype=np.int64)])
    total = int(first[-1])
    trips = Trips(
        vehicle=np.repeat(np.arange(len(cars), dtype=np.int32), per_car),
        origin=np.empty(total, np.int32),
        destination=np.empty(total, np.int32),
        purpose=np.empty(total, np.int8),
        depart_s=np.empty(total, np.int32),
        stay_s=np.empty(total, np.int32),
    )
    for number, plan in enumerate(parameters.day_plans):
        who = np.flatnonzero(chosen == number)

        def draw_plan(column: str, plan: DayPlan = plan) -> np.random.Generator:
            return draw(f"{plan.name}/{column}")

        if len(who):
            _live_plan(draw_plan, where, cars, who, plan, parameters, trips, first[who])
    return trips


def _live_plan(
    draw: Draw,
    where: Destinations,
    cars: Cars,
    who: NDArray[np.int64],
    plan: DayPlan,
    parameters: TrafficParameters,
    trips: Trips,
    row: NDArray[np.int64],
) -> None:
    """Write the trips of the cars that follow one plan, the first of each at `row`; both shapes (k,)."""
    places = _stops(draw, where, cars, who, plan)
    travel_s = [
        planned_s(where.distance_km(origin, destination), parameters)
        for origin, destination in itertools.pairwise(places)
    ]
    departs_s, shift_end_s = begin_s(draw, plan, travel_s, parameters)
    wanted_s = [departs_s]
    for leg in range(len(plan.leaves)):
        arrival_s = wanted_s[leg] + travel_s[leg]
        wanted_s.append(leave_s(draw, plan, leg, arrival_s, shift_end_s, parameters))
    departures_s, stays_s = within_day(wanted_s, travel_s)
    for leg, purpose in enumerate(plan.stops):
        trips.origin[row + leg] = places[leg]
        trips.destination[row + leg] = places[leg + 1]
        trips.purpose[row + leg] = PURPOSES.index(purpose)
        trips.depart_s[row + leg] = departures_s[leg]
        trips.stay_s[row + leg] = stays_s[leg]


def _stops(draw: Draw, where: Destinations, cars: Cars, who: NDArray[np.int64], plan: DayPlan) -> list[Places]:
    """Return the places of a plan from home to home, each array of shape (k,); no stop is where the car was before."""
    home, work = cars.home[who], cars.work[who]
    places = [home]
    for leg, purpose in enumerate(plan.stops):
        if purpose in ("home", "work"):
            places.append(home if purpose == "home" else work)
            continue
        zone, within = draw(f"zone_{leg}").random(len(who)), draw(f"place_{leg}").random(len(who))
        chosen = where.choose(purpose, places[-1], zone, within)
        places.append(where.away_from(chosen, places[-1], home, work))
    return places
