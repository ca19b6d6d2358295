"""Roads as they are on the day: hours, closures, slow traffic, and who knows of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pytest
from support.cities import small_city

from twin.city.city import City
from twin.city.conditions import RoadConditions
from twin.city.traffic import hours_of
from twin.core.clock import HOUR_S, Clock
from twin.core.domain import WorldEvent
from twin.core.streams import Streams

SIDE = 12
NO_TWIN: Any = None


@pytest.fixture(scope="module")
def city() -> City:
    return small_city(side=SIDE)


def roads_of(city: City, seed: int = 1, start: datetime = datetime(2021, 3, 15)) -> RoadConditions:
    return RoadConditions(city.ordinary, Clock(start, 0.0, 24 * HOUR_S), Streams(seed, 0))


def on_main_street(roads: RoadConditions) -> tuple[int, int]:
    """The two ends of the only named street."""
    row = SIDE // 2
    return row * SIDE, row * SIDE + SIDE - 1


def close(roads: RoadConditions, begins: bool = True) -> None:
    roads.on_event(NO_TWIN, WorldEvent("road_closes", "Main Street", 0, 1), begins)


def test_nobody_who_knows_of_a_closure_drives_into_it(city: City) -> None:
    roads = roads_of(city)
    source, target = on_main_street(roads)
    before = roads.trip(source, target, 8 * HOUR_S, 1.0, informed=True)
    close(roads)
    around = roads.trip(source, target, 8 * HOUR_S, 1.0, informed=True)
    assert not roads.is_closed(around.edges).any()
    assert not around.through_closure
    close(roads, begins=False)
    after = roads.trip(source, target, 8 * HOUR_S, 1.0, informed=True)
    assert after.arrive_s == before.arrive_s


def test_who_does_not_know_of_a_closure_comes_to_it_and_goes_round(city: City) -> None:
    roads = roads_of(city)
    source, target = on_main_street(roads)
    free = roads.trip(source, target, 8 * HOUR_S, 1.0, informed=False)
    close(roads)
    stray = roads.trip(source, target, 8 * HOUR_S, 1.0, informed=False)
    known = roads.trip(source, target, 8 * HOUR_S, 1.0, informed=True)
    assert not roads.is_closed(stray.edges).any()
    assert stray.source == source == roads.roads.edge_from[stray.edges[0]]
    assert roads.node_after(stray, len(stray.edges)) == target
    assert stray.length_m >= known.length_m
    assert stray.arrive_s >= known.arrive_s
    assert free.length_m <= stray.length_m


def test_a_place_that_no_open_road_reaches_is_reached_through_the_closure_and_the_trip_says_so(city: City) -> None:
    roads = roads_of(city)
    corner = 0
    for edge in np.flatnonzero((city.roads.edge_from == corner) | (city.roads.edge_to == corner)).tolist():
        roads._closed[edge] = 1
    roads._live.clear()
    trip = roads.trip(SIDE * SIDE - 1, corner, 3 * HOUR_S, 1.0, informed=True)
    assert trip.through_closure
    assert roads.node_after(trip, len(trip.edges)) == corner
    assert np.isfinite(trip.arrive_s)


def test_closures_that_overlap_end_with_the_last(city: City) -> None:
    roads = roads_of(city)
    close(roads)
    close(roads)
    close(roads, begins=False)
    assert roads.is_closed(np.flatnonzero(city.roads.edge_name == 1).astype(np.int32)).all()
    close(roads, begins=False)
    assert not roads.is_closed(np.flatnonzero(city.roads.edge_name == 1).astype(np.int32)).any()


def test_slow_traffic_multiplies_every_drive_and_ends(city: City) -> None:
    roads = roads_of(city)
    depart_s = 3 * HOUR_S
    before = roads.trip(0, 20, depart_s, 1.0, informed=True).arrive_s - depart_s
    roads.on_event(NO_TWIN, WorldEvent("traffic_slows", 2.0, 0, 1), True)
    slow = roads.trip(0, 20, depart_s, 1.0, informed=True).arrive_s - depart_s
    roads.on_event(NO_TWIN, WorldEvent("traffic_slows", 2.0, 0, 1), False)
    after = roads.trip(0, 20, depart_s, 1.0, informed=True).arrive_s - depart_s
    assert slow == pytest.approx(2 * before, rel=1e-3)
    assert after == before


def test_the_siren_shortens_a_drive_by_its_factor(city: City) -> None:
    roads = roads_of(city)
    plain = roads.trip(0, 100, 3 * HOUR_S, 1.0, informed=True).arrive_s - 3 * HOUR_S
    siren = roads.trip(0, 100, 3 * HOUR_S, 0.85, informed=True).arrive_s - 3 * HOUR_S
    assert siren == pytest.approx(0.85 * plain, rel=1e-9)


def test_without_delay_the_day_is_as_ordinary_days_are(city: City) -> None:
    """At 02:00 the delay index is 1, so nothing deviates from an ordinary night."""
    roads = roads_of(city)
    assert np.array_equal(roads.live_times(2 * HOUR_S).edge_time_ms, roads.ordinary_times(2 * HOUR_S).edge_time_ms)
    assert not np.array_equal(roads.live_times(8 * HOUR_S).edge_time_ms, roads.ordinary_times(8 * HOUR_S).edge_time_ms)


def test_the_peak_is_slower_than_the_night(city: City) -> None:
    roads = roads_of(city)
    assert (roads.live_times(18 * HOUR_S).edge_time_ms >= roads.live_times(3 * HOUR_S).edge_time_ms).all()


def test_hours_without_delay_share_one_set_of_travel_times(city: City) -> None:
    """Making them anew would give the same numbers and cost a fifth of a day's routing."""
    roads = roads_of(city)
    assert roads.live_times(1 * HOUR_S) is roads.live_times(3 * HOUR_S)
    assert roads.live_times(7 * HOUR_S) is not roads.live_times(8 * HOUR_S)


@pytest.mark.parametrize("start", [datetime(2021, 3, 15, 6), datetime(2021, 3, 15, 7, 30)])
def test_speeds_change_at_the_full_local_hour_whenever_the_run_begins(city: City, start: datetime) -> None:
    clock = Clock(start, 1800.0, 5 * HOUR_S)
    begins_s = hours_of(clock)
    assert begins_s[0] <= -1800.0
    assert {clock.at(second).minute for second in begins_s} == {0}
    roads = RoadConditions(city.ordinary, clock, Streams(1, 0))
    full_hour_s = begins_s[3]
    assert roads.live_times(full_hour_s - 1).edge_time_ms is not roads.live_times(full_hour_s + 1).edge_time_ms


def test_the_same_seed_gives_the_same_day_and_another_seed_another(city: City) -> None:
    times = [roads_of(city, seed).live_times(8 * HOUR_S).edge_time_ms for seed in (1, 1, 2)]
    assert np.array_equal(times[0], times[1])
    assert not np.array_equal(times[0], times[2])
