"""When cars leave on a day, and how long they stay; seconds after midnight, whole ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.core.clock import HOUR_S
from twin.domains.traffic.parameter_kinds import DayPlan, TimeOfDay
from twin.domains.traffic.parameters import TrafficParameters

Draw = Callable[[str], np.random.Generator]
Seconds = NDArray[np.int32]

DAY_BEGINS_S: Final = 3 * 3600
DAY_ENDS_S: Final = 27 * 3600
LAST_DEPARTURE_S: Final = 26 * 3600
SHORTEST_STAY_S: Final = 60
PARKING_S: Final = 120
"""What a driver allows for parking and walking, on top of the drive."""


def planned_s(distance_km: NDArray[np.float32], parameters: TrafficParameters) -> Seconds:
    """Return the time that a driver allows for a trip, from departure to the stay's beginning."""
    drive_s = distance_km * np.float32(HOUR_S / parameters.planned_speed_kmh)
    return drive_s.astype(np.int32) + np.int32(PARKING_S)


def _normal_s(generator: np.random.Generator, time: TimeOfDay, count: int) -> Seconds:
    drawn_h = time.mean_h + time.sd_h * generator.standard_normal(count, np.float32)
    return (drawn_h * HOUR_S).astype(np.int32)


def by_hour_s(generator: np.random.Generator, weights: Sequence[float], count: int) -> Seconds:
    """Draw times of day, evenly within each hour, in proportion to the weights of the 24 hours, shape (count,)."""
    cumulative = np.concatenate([[0.0], np.cumsum(weights)])
    drawn = np.interp(generator.random(count) * cumulative[-1], cumulative, np.arange(25) * HOUR_S)
    return np.asarray(drawn, np.int32)


def draw_shifts(draw: Draw, count: int, parameters: TrafficParameters) -> tuple[Seconds, Seconds]:
    """Draw when work begins and ends, shapes (count,)."""
    shifts = parameters.shifts
    bounds = np.cumsum([shift.share for shift in shifts])[:-1]
    which = np.searchsorted(bounds, draw("shift").random(count, np.float32), side="right")
    times_s = []
    for column, mean_h, sd_h in (
        ("shift_start", [shift.start_h for shift in shifts], [shift.start_sd_h for shift in shifts]),
        ("shift_end", [shift.end_h for shift in shifts], [shift.end_sd_h for shift in shifts]),
    ):
        normal = draw(column).standard_normal(count, np.float32)
        hours = np.array(mean_h, np.float32)[which] + np.array(sd_h, np.float32)[which] * normal
        times_s.append((hours * np.float32(HOUR_S)).astype(np.int32))
    return times_s[0], times_s[1]


def begin_s(
    draw: Draw, plan: DayPlan, travel_s: Sequence[Seconds], parameters: TrafficParameters
) -> tuple[Seconds, Seconds]:
    """Return when each car leaves home, and when its driver's work ends; shapes (k,).

    Who has a shift leaves in time for it; who brings a child to school, in time for the school.
    """
    count = len(travel_s[0])
    starts_s, ends_s = draw_shifts(draw, count, parameters)
    if plan.begins == "shift":
        return starts_s - travel_s[0], ends_s
    if plan.begins == "school":
        return _normal_s(draw("school_start"), parameters.school_start_h, count) - travel_s[0], ends_s
    weights = parameters.free_departures_by_hour if plan.begins == "free" else parameters.hospital_departures_by_hour
    return by_hour_s(draw("begin"), weights, count), ends_s


def leave_s(
    draw: Draw, plan: DayPlan, leg: int, arrival_s: Seconds, shift_end_s: Seconds, parameters: TrafficParameters
) -> Seconds:
    """Return when cars leave the stop that ends a leg: after a stay, or at a time of day; shape (k,).

    Who arrives later than the time of day at which he should leave stays as long as for no set time.
    """
    rule, purpose, count = plan.leaves[leg], plan.stops[leg], len(arrival_s)
    duration = getattr(parameters.stay_min, purpose)
    normal = draw(f"stay_{leg}").standard_normal(count, np.float32)
    stay_s = np.asarray(60 * duration.median * np.exp(np.float32(duration.log_sigma) * normal), np.float32)
    stay_until_s = arrival_s + np.minimum(stay_s, DAY_ENDS_S).astype(np.int32)
    if rule == "stay":
        return stay_until_s
    at_s = shift_end_s if rule == "shift_end" else _normal_s(
        draw(f"leave_{leg}"), getattr(parameters.leave_at_h, rule), count
    )  # fmt: skip
    return np.where(at_s > arrival_s + SHORTEST_STAY_S, at_s, stay_until_s)


def within_day(wanted_s: Sequence[Seconds], travel_s: Sequence[Seconds]) -> tuple[list[Seconds], list[Seconds]]:
    """Bring departures between 03:00 and the night's end, each after the arrival before it.

    Returns
    -------
    tuple of lists
        Departures and the stays that follow each trip; one array of shape (k,) for each leg.
    """
    latest_s = [np.full_like(wanted_s[-1], LAST_DEPARTURE_S)]
    for travel in travel_s[-2::-1]:
        latest_s.insert(0, latest_s[0] - travel - np.int32(SHORTEST_STAY_S))
    departures_s = [np.clip(wanted_s[0], DAY_BEGINS_S, np.maximum(latest_s[0], DAY_BEGINS_S))]
    stays_s = []
    for leg in range(1, len(wanted_s)):
        arrival_s = departures_s[-1] + travel_s[leg - 1]
        departure_s = np.maximum(np.minimum(wanted_s[leg], latest_s[leg]), arrival_s + np.int32(SHORTEST_STAY_S))
        stays_s.append(departure_s - arrival_s)
        departures_s.append(departure_s)
    stays_s.append(np.maximum(DAY_ENDS_S - departures_s[-1] - travel_s[-1], np.int32(SHORTEST_STAY_S)))
    return departures_s, stays_s
