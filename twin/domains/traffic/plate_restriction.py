"""A plate restriction: cars whose last digit is barred on a day, where and when it holds, and what their drivers do.

Who complies stays at home for the day, or moves his trips out of the hours; both shares are assumed. Who has no way
with a place inside the zone drives as ever: he who only passes is taken to go round. It belongs to the scenario, not
to a brain: the trips that are left are drawn before any policy acts, and all brains meet the same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.city.rings import ring_of_nodes
from twin.core.clock import DAY_S, HOUR_S, MS
from twin.core.errors import ScenarioError
from twin.domains.traffic.day_times import DAY_BEGINS_S, PARKING_S
from twin.domains.traffic.parameters import VEHICLE_KINDS, PlateRestriction, TrafficParameters

if TYPE_CHECKING:
    from twin.city.graph import RoadGraph
    from twin.core.clock import Clock

BARRED: Final = "traffic.barred"
REACTIONS: Final = ("stays_home", "shifts", "drives_anyway")
RINGS_AROUND: Final = {"third_ring": 1, "fourth_ring": 2}
SHIFT_WITHIN_S: Final = 3600
"""Who shifts drives within this time before the hours begin or after they end."""


def barred_digits(rule: PlateRestriction, day: date) -> NDArray[np.bool_]:
    """Return which last digits may not be driven on a day, shape (10,): on odd dates the even ones, or by weekday."""
    digits = np.arange(10)
    if rule.rule == "odd_even":
        return np.asarray(digits % 2 != day.day % 2)
    if rule.rule == "digits":
        return np.isin(digits, rule.digits_by_weekday[day.weekday()])
    return np.zeros(10, np.bool_)


def inside_rings(roads: RoadGraph, parameters: TrafficParameters, name: str) -> NDArray[np.bool_]:
    """Return which road nodes lie inside a ring of `RINGS_AROUND`, shape (n,)."""
    return np.asarray(ring_of_nodes(roads, parameters.ring_roads) < RINGS_AROUND[name])


def zone(roads: RoadGraph, parameters: TrafficParameters) -> NDArray[np.bool_]:
    """Return which road nodes lie where the restriction holds, shape (n,)."""
    rule = parameters.plate_restriction
    if rule.inside in RINGS_AROUND:
        return inside_rings(roads, parameters, rule.inside)
    if rule.inside == "everywhere":
        return np.ones(roads.node_count, np.bool_)
    unknown = [name for name in rule.districts if name not in roads.districts]
    if unknown:
        raise ScenarioError(
            "traffic.plate_restriction.districts: the map has no district {name}; it has {known}",
            name=unknown[0], known=", ".join(roads.districts),
        )  # fmt: skip
    codes = [roads.districts.index(name) for name in rule.districts]
    return np.isin(roads.node_district, codes)


def restricted(
    draw: Callable[[str], np.random.Generator],
    tables: tuple[pd.DataFrame, pd.DataFrame],
    roads: RoadGraph,
    clock: Clock,
    parameters: TrafficParameters,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the trips that are still made, and what those who are barred do.

    Returns
    -------
    tuple of DataFrame
        Trips as they were drawn, less those that are not made, with new times where they are shifted; and one row for
        each vehicle and day that is barred: ``vehicle``, ``day`` (from 0, the day of the scenario's start), ``does``
        (position in `REACTIONS`).
    """
    vehicles, trips = tables
    rule, count = parameters.plate_restriction, len(tables[0])
    nobody = pd.DataFrame(
        {"vehicle": np.empty(0, np.int32), "day": np.empty(0, np.int32), "does": np.empty(0, np.int8)}
    )
    if rule.rule == "none" or not len(trips):
        return trips, nobody
    local_s = trips["depart_ms"].to_numpy() / MS + clock.second_of_day(0.0)
    vehicle = trips["vehicle"].to_numpy()
    travel_day = np.floor((local_s - DAY_BEGINS_S) / DAY_S).astype(np.int32)
    hits = _hits(vehicles, trips, local_s, zone(roads, parameters), clock, rule)
    tour = pd.factorize(pd.MultiIndex.from_arrays([vehicle, travel_day]))[0]
    hit = np.flatnonzero(np.bincount(tour, hits) > 0)
    first = np.full(int(tour.max()) + 1, len(tour))
    np.minimum.at(first, tour, np.arange(len(tour)))
    who = vehicle[first[hit]]
    complies = draw("complies").random(count)[who] < rule.complies
    stays = draw("stays").random(count)[who] < rule.stays_home
    stays |= np.bincount(tour)[hit] > 2  # a longer tour cannot be moved out of the hours
    does = np.where(complies, np.where(stays, 0, 1), 2).astype(np.int8)
    of_tour = np.full(len(first), -1, np.int8)
    of_tour[hit] = does
    reaction = of_tour[tour]
    early = draw("shift").random(count)[vehicle] * SHIFT_WITHIN_S
    moved = _shifted(trips, local_s, reaction == 1, early, roads, clock, parameters)
    kept = moved[reaction != 0]
    inside = (kept["depart_ms"] >= -MS * clock.warm_up_s) & (kept["depart_ms"] < MS * clock.duration_s)
    barred = pd.DataFrame({"vehicle": who, "day": travel_day[first[hit]], "does": does})
    return kept[inside].reset_index(drop=True), barred


def _hits(
    vehicles: pd.DataFrame,
    trips: pd.DataFrame,
    local_s: NDArray[np.float64],
    inside: NDArray[np.bool_],
    clock: Clock,
    rule: PlateRestriction,
) -> NDArray[np.bool_]:
    """Return which trips the restriction forbids, shape (t,)."""
    vehicle = trips["vehicle"].to_numpy()
    exempt = np.isin(vehicles["kind"].to_numpy(), [VEHICLE_KINDS.index(kind) for kind in rule.exempt])
    digit = vehicles["plate_digit"].to_numpy()
    day = np.floor(local_s / DAY_S).astype(np.int64)
    first, last = int(day.min()), int(day.max())
    begin = clock.start.date()
    table = np.array([barred_digits(rule, begin + timedelta(days=number)) for number in range(first, last + 1)])
    by_plate = (digit[vehicle] >= 0) & table[day - first, np.maximum(digit[vehicle], 0)]
    hour = local_s % DAY_S / HOUR_S
    touches = inside[trips["origin_node"].to_numpy()] | inside[trips["destination_node"].to_numpy()]
    holds = (hour >= rule.from_h) & (hour < rule.until_h)
    return np.asarray(by_plate & holds & touches & ~exempt[vehicle])


def _shifted(
    trips: pd.DataFrame,
    local_s: NDArray[np.float64],
    shifts: NDArray[np.bool_],
    apart_s: NDArray[np.float64],
    roads: RoadGraph,
    clock: Clock,
    parameters: TrafficParameters,
) -> pd.DataFrame:
    """Let trips there be made before the hours begin, and the last of each vehicle's day after they end."""
    rule = parameters.plate_restriction
    ends = [roads.node_xy_m[trips[name].to_numpy()] for name in ("origin_node", "destination_node")]
    travel_s = np.hypot(*(ends[0] - ends[1]).T) * parameters.circuity / 1000 * HOUR_S / parameters.planned_speed_kmh
    travel_s += PARKING_S
    vehicle = trips["vehicle"].to_numpy()
    more = np.append((vehicle[1:] == vehicle[:-1]) & (local_s[1:] - local_s[:-1] < DAY_S), False)[: len(vehicle)]
    midnight_s = np.floor(local_s / DAY_S) * DAY_S
    hour = local_s % DAY_S / HOUR_S
    held = shifts & (hour >= rule.from_h) & (hour < rule.until_h)
    early_s = midnight_s + HOUR_S * rule.from_h - travel_s - apart_s
    late_s = midnight_s + HOUR_S * rule.until_h + apart_s
    new_s = np.where(held, np.where(more, early_s, late_s), local_s)
    following_s = np.append(new_s[1:], 0.0)[: len(new_s)]
    stay_s = np.where(shifts & more, np.maximum(following_s - new_s - travel_s, 0), trips["stay_s"].to_numpy())
    depart_ms = np.rint(MS * (new_s - clock.second_of_day(0.0))).astype(np.int32)
    return trips.assign(depart_ms=depart_ms, stay_s=stay_s.astype(np.int32))
