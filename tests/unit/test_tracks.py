"""Ways of sampled vehicles are noted as they were, and noting them changes nothing."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from support.traffic_day import run_traffic

from twin.city.road_traffic import RoadTraffic
from twin.core.clock import HOUR_S, Clock
from twin.kernels.road_network import LinkTimes
from twin.kernels.vehicles import WHOLE, is_tracked


def grid_run(share: float, count: int = 400) -> tuple[RoadTraffic, list[tuple[int, int, int]], np.ndarray]:
    """Let vehicles drive round a ring of six links with a narrow one; return their entries and arrivals."""
    links = np.arange(6)
    columns = [5000] * 6, [5000] * 6, [1500] * 5 + [3000], [9] * 6
    times = LinkTimes(*(np.array(column, np.int32) for column in columns))
    road = RoadTraffic(6, links, (links + 1) % 6, times, step_ms=1000, tracked_share=share)
    who = road.add_vehicles(count)
    routes = (np.arange(count)[:, None] + np.arange(4)) % 6
    road.send_along(who, 4 * np.arange(count + 1), routes.ravel())
    depart_ms = 2200 * np.arange(count)
    entries, arrivals = [], []
    for until_ms in range(10_000, 1_500_000, 10_000):
        due = (depart_ms >= until_ms - 10_000) & (depart_ms < until_ms)
        arrived, at_ms = road.advance(until_ms, who[due], depart_ms[due])
        arrivals.append(np.column_stack([arrived, at_ms]))
        entries += list(zip(*(column.tolist() for column in road.take_entries()), strict=True))
    return road, entries, np.concatenate(arrivals)


def test_tracking_changes_no_bit_of_the_traffic():
    whole, _, arrivals = grid_run(1.0)
    none, nothing, same = grid_run(0.0)
    assert nothing == []
    assert np.array_equal(arrivals, same)
    for name in ("entered", "left", "travel_ms", "left_ms"):
        assert np.array_equal(whole.of_links(name), none.of_links(name))


def test_every_entry_of_a_tracked_vehicle_is_noted_once_in_the_order_of_its_route():
    road, entries, arrivals = grid_run(1.0)
    assert len(arrivals) == 400
    assert len(entries) == road.of_links("entered").sum() == 1600
    ended = dict(arrivals.tolist())
    for vehicle in range(400):
        way = sorted((time_ms, link) for who, link, time_ms in entries if who == vehicle)
        assert [link for _, link in way] == [(vehicle + step) % 6 for step in range(4)]
        times_ms = [time_ms for time_ms, _ in way] + [ended[vehicle]]
        assert times_ms[0] >= 2200 * vehicle
        assert min(np.diff(times_ms)) >= 5000


def test_a_share_is_tracked_and_is_among_every_larger_share():
    numbers = np.arange(100_000)
    few, more = (is_tracked(numbers, round(share * WHOLE)) for share in (0.01, 0.05))
    assert few.sum() == pytest.approx(1000, abs=3)
    assert more.sum() == pytest.approx(5000, abs=3)
    assert not (few & ~more).any()
    assert not is_tracked(numbers, 0).any()
    assert is_tracked(numbers, WHOLE).all()
    _, entries, _ = grid_run(0.25)
    noted = {vehicle for vehicle, _, _ in entries}
    assert noted == set(np.flatnonzero(is_tracked(np.arange(400), WHOLE // 4)).tolist())


def test_a_day_is_the_same_whoever_is_tracked():
    morning = Clock(datetime(2021, 3, 15, 7), 0.0, 2 * HOUR_S)
    _, _, none = run_traffic(clock=morning, tracked_share=0.0)
    _, _, some = run_traffic(clock=morning, tracked_share=0.3)
    assert len(none.pop("traffic.tracks")) == 0
    assert len(some.pop("traffic.tracks")) > 1000
    assert none.keys() == some.keys()
    for name, table in none.items():
        pd.testing.assert_frame_equal(table, some[name])
