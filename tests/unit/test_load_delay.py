"""Promises: links get slower in proportion to their load, keep their capacity, and keep what others have set."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from twin.city.road_traffic import RoadTraffic
from twin.domains.traffic.load_delay import EVERY_S, LoadDelay
from twin.domains.traffic.parameters import TrafficParameters
from twin.kernels.road_network import LinkTimes

FREE_MS, WAVE_MS, HEADWAY_MS = 60_000, 120_000, 2_000
TIMES = LinkTimes(*(np.array([value], np.int32) for value in (FREE_MS, WAVE_MS, HEADWAY_MS, 90)))
CARS = 3000


def loaded_road(
    load_delay: float,
    every_ms: int,
    times: LinkTimes = TIMES,
    *,
    uncrossed: bool = False,
    length_m: float = 400.0,
    **changes: float,
) -> tuple[RoadTraffic, LoadDelay]:
    """Return one link, which may get full, after an hour and a half in which a car has entered every so many ms."""
    links = SimpleNamespace(length_m=np.array([length_m]))
    network: Any = SimpleNamespace(times=times, uncrossed=np.array([uncrossed]), links=links)
    road = RoadTraffic(2, [0], [1], times)
    cars = road.add_vehicles(CARS)
    road.send_along(cars, np.arange(CARS + 1), np.zeros(CARS, np.int32))
    delay = LoadDelay(
        network, road, TrafficParameters(**{"load_delay": load_delay, "load_delay_fullest": 1.0, **changes})
    )
    depart_ms = np.arange(CARS) * every_ms
    for end_ms in range(EVERY_S * 1000, 18 * EVERY_S * 1000 + 1, EVERY_S * 1000):
        own = (depart_ms >= end_ms - EVERY_S * 1000) & (depart_ms < end_ms)
        road.advance(end_ms, cars[own], depart_ms[own])
        delay.step(end_ms)
    return road, delay


def test_a_link_at_half_its_capacity_takes_half_of_the_load_delay_longer() -> None:
    road, _ = loaded_road(2.0, 2 * HEADWAY_MS)
    assert road.of_links("free_ms")[0] == pytest.approx(FREE_MS * 2, rel=0.01)


def test_what_is_added_forwards_is_taken_from_the_wave_so_that_the_capacity_stays() -> None:
    road, _ = loaded_road(1.0, HEADWAY_MS)
    assert road.of_links("free_ms")[0] + road.of_links("wave_ms")[0] == FREE_MS + WAVE_MS
    passed = road.of_links("left")[0]
    slowest_ms = int(road.of_links("free_ms")[0])
    assert slowest_ms > 1.9 * FREE_MS
    assert passed == pytest.approx((road.now_ms - slowest_ms) / HEADWAY_MS, abs=2), "one a headway, none held back"


def test_a_link_that_can_not_hold_more_is_not_slowed_down_until_it_passes_less_than_its_capacity() -> None:
    """Of a ramp, say, on which few fit: four times its time at free flow, and it would be full of its own traffic."""
    ramp = LinkTimes(*(np.array([value], np.int32) for value in (FREE_MS, FREE_MS, HEADWAY_MS, 60)))
    road, _ = loaded_road(3.0, HEADWAY_MS, ramp, load_delay_fullest=0.8)
    slowest_ms = int(road.of_links("free_ms")[0])
    assert slowest_ms == pytest.approx(0.8 * 2 * FREE_MS, rel=0.01), "80 % of what fits on it"
    assert road.of_links("left")[0] == pytest.approx((road.now_ms - slowest_ms) / HEADWAY_MS, abs=2)


def test_what_nothing_crosses_has_a_delay_of_its_own() -> None:
    road, _ = loaded_road(3.0, 2 * HEADWAY_MS, uncrossed=True, load_delay_uncrossed=0.2)
    assert road.of_links("free_ms")[0] == pytest.approx(FREE_MS * 1.1, rel=0.01)


def test_of_a_road_in_the_country_only_what_is_near_the_junction_has_the_delay_of_crossings() -> None:
    road, _ = loaded_road(3.0, 2 * HEADWAY_MS, length_m=2000.0, load_delay_reach_m=500.0, load_delay_uncrossed=0.2)
    assert road.of_links("free_ms")[0] == pytest.approx(FREE_MS * (1 + (0.25 * 3.0 + 0.75 * 0.2) / 2), rel=0.01)


def test_without_a_load_delay_nothing_changes() -> None:
    road, _ = loaded_road(0.0, 2 * HEADWAY_MS, load_delay_uncrossed=0.0)
    assert road.of_links("free_ms")[0] == FREE_MS
    assert road.of_links("wave_ms")[0] == WAVE_MS


def test_times_that_somebody_else_sets_are_the_times_without_load() -> None:
    """Rain, say; when it ends, the link is what it was before."""
    road, delay = loaded_road(1.0, 2 * HEADWAY_MS)
    for base_ms in (2 * FREE_MS, FREE_MS):
        road.set_links([0], free_ms=base_ms, wave_ms=WAVE_MS)
        end_ms = road.now_ms + EVERY_S * 1000
        road.advance(end_ms)
        delay.step(end_ms)
        load = delay.loads.load[0]
        assert 0 < load < 0.5
        assert road.of_links("free_ms")[0] == pytest.approx(base_ms * (1 + load), abs=1)
