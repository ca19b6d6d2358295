"""A plate restriction bars whom it says, where and when it says, and its reactions are as assumed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.cities import grid_graph
from support.traffic import small_parameters
from support.traffic_day import run_traffic

from twin.core.clock import DAY_S, HOUR_S, Clock
from twin.core.errors import ScenarioError
from twin.domains.traffic.parameters import PURPOSES, PlateRestriction
from twin.domains.traffic.plate_restriction import REACTIONS, barred_digits, restricted, zone

ROADS = grid_graph()
MONDAY = Clock(datetime(2021, 3, 15), 3 * HOUR_S, DAY_S)
"""The 15th: odd digits may drive."""
HOME, WORK = PURPOSES.index("home"), PURPOSES.index("work")


def draws(value: float) -> Callable[[str], np.random.Generator]:
    """Return streams whose uniform numbers are all of one value."""

    class Same:
        def random(self, count: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
            return np.full(count, value)

    return lambda column: Same()  # type: ignore[return-value]


def a_day(digits: list[int], leave_h: float = 8.0, back_h: float = 18.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cars with these digits, each from node 0 to node 5 and back."""
    count = len(digits)
    vehicles = pd.DataFrame({"kind": np.zeros(count, np.int8), "plate_digit": np.array(digits, np.int8)})
    both = np.repeat(np.arange(count, dtype=np.int32), 2)
    trips = pd.DataFrame(
        {
            "vehicle": both, "origin_node": np.tile([0, 5], count).astype(np.int32),
            "destination_node": np.tile([5, 0], count).astype(np.int32),
            "purpose": np.tile([WORK, HOME], count).astype(np.int8),
            "depart_ms": np.tile([leave_h, back_h], count).astype(np.int32) * np.int32(3_600_000),
            "stay_s": np.tile([9 * 3600, 0], count).astype(np.int32),
        }
    )  # fmt: skip
    return vehicles, trips


def under(rule: dict[str, Any], tables: tuple[pd.DataFrame, pd.DataFrame], value: float = 0.0) -> tuple[Any, list[str]]:
    parameters = small_parameters(plate_restriction=PlateRestriction(inside="everywhere", **rule))
    trips, barred = restricted(draws(value), tables, ROADS, MONDAY, parameters)
    return trips, [REACTIONS[code] for code in barred["does"]]


def test_odd_dates_bar_even_digits_and_weekdays_the_listed_ones() -> None:
    odd_even = PlateRestriction(rule="odd_even")
    assert np.flatnonzero(barred_digits(odd_even, date(2021, 3, 15))).tolist() == [0, 2, 4, 6, 8]
    assert np.flatnonzero(barred_digits(odd_even, date(2021, 3, 16))).tolist() == [1, 3, 5, 7, 9]
    digits = PlateRestriction(rule="digits")
    assert np.flatnonzero(barred_digits(digits, date(2021, 3, 15))).tolist() == [1, 6]  # a Monday
    assert not barred_digits(digits, date(2021, 3, 20)).any()  # a Saturday
    assert not barred_digits(PlateRestriction(), date(2021, 3, 15)).any()


def test_who_is_barred_and_complies_stays_at_home_and_nobody_else_is_moved() -> None:
    tables = a_day([0, 1, 2, 3])
    trips, does = under({"rule": "odd_even"}, tables)
    assert does == ["stays_home", "stays_home"]
    assert trips.equals(tables[1][tables[1]["vehicle"].isin([1, 3])].reset_index(drop=True))


def test_who_does_not_comply_drives_as_ever() -> None:
    tables = a_day([0, 1])
    trips, does = under({"rule": "odd_even", "complies": 0.0}, tables)
    assert does == ["drives_anyway"]
    assert trips.equals(tables[1])


def test_who_shifts_arrives_before_the_hours_and_leaves_after_them() -> None:
    trips, does = under({"rule": "odd_even", "stays_home": 0.0}, a_day([0]), 0.5)
    assert does == ["shifts"]
    leaves_h, back_h = trips["depart_ms"] / 3_600_000
    assert 6.0 < leaves_h < 6.5  # there before 7, half an hour early, with some minutes for the way
    assert back_h == 20.5
    assert trips["stay_s"].iloc[0] == pytest.approx((20.5 - 6.5) * HOUR_S, abs=600)


def test_outside_the_hours_and_for_exempt_kinds_nothing_changes() -> None:
    early = a_day([0, 2], 5.0, 21.0)
    assert under({"rule": "odd_even"}, early)[0].equals(early[1])
    tables = a_day([0, 2])
    assert under({"rule": "odd_even", "exempt": ["car"]}, tables)[0].equals(tables[1])


def test_the_zone_is_the_inside_of_a_ring_or_districts_of_the_map() -> None:
    def nodes(**given: Any) -> int:
        return int(zone(ROADS, small_parameters(plate_restriction=PlateRestriction(rule="odd_even", **given))).sum())

    assert nodes(inside="everywhere") == ROADS.node_count
    assert nodes(inside="districts", districts=["west"]) == ROADS.node_count // 2
    with pytest.raises(ScenarioError, match="has no district north; it has west, east"):
        nodes(inside="districts", districts=["north"])


def test_on_an_odd_even_day_about_half_the_cars_are_barred_and_the_shares_are_as_assumed() -> None:
    clock = Clock(datetime(2021, 3, 15, 6), 0.0, 2 * HOUR_S)
    rule = PlateRestriction(rule="odd_even", inside="everywhere", complies=0.9, stays_home=0.8)
    _, _, usual = run_traffic(clock=clock)
    _, _, frames = run_traffic(clock=clock, plate_restriction=rule)
    does = frames["traffic.barred"]["does"].value_counts(normalize=True)
    assert does["drives_anyway"] == pytest.approx(0.1, abs=0.03)
    assert does["stays_home"] > 0.72 - 0.03  # those with longer tours stay too
    fewer = 1 - len(frames["traffic.trips"]) / len(usual["traffic.trips"])
    assert 0.25 < fewer < 0.5
