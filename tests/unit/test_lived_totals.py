"""Promises: speeds, delays and counts of a lived day are those of the right roads, hours and sides of a crossing."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from twin.core.clock import DAY_S, Clock
from twin.domains.traffic.lived_totals import CountPlace, crossing_xy_m, hourly_flow, road_totals

CLOCK = Clock(datetime(2021, 3, 15), 0.0, DAY_S)
# nodes 0 - 1 - 2 from west to east, 3 north and 4 south of 1; East Street and North Street meet at 1
ROADS: Any = SimpleNamespace(
    node_xy_m=np.array([[-500.0, 0], [0, 0], [500, 0], [0, 500], [0, -500]]),
    node_district=np.zeros(5, np.int8),
    districts=("one",),
    names=("", "East Street", "North Street"),
    edge_name=np.array([1, 1, 1, 1, 2, 2]),
    edge_from=np.array([0, 1, 1, 2, 3, 1]),
    edge_to=np.array([1, 0, 2, 1, 1, 4]),
)
LINKS = pd.DataFrame(
    {
        "link": np.arange(6), "name": ["East Street"] * 4 + ["North Street"] * 2,
        "road_class": ["primary"] * 4 + ["motorway", "residential"], "ring": 0, "length_m": 500.0, "free_s": 36.0,
        "from_node": ROADS.edge_from, "to_node": ROADS.edge_to,
    }
)  # fmt: skip


def passed(rows: list[tuple[float, int, int, float]]) -> dict[str, pd.DataFrame]:
    """Events of rows: hour in which the interval ends, link, vehicles, their mean time."""
    table = pd.DataFrame(rows, columns=["ends_s", "link", "left", "time_s"])
    return {"traffic.links": table.assign(ends_s=(table["ends_s"] * 3600).astype(int)), "traffic.link_list": LINKS}


def test_speeds_and_delays_are_sums_over_the_peaks_hours_of_main_roads() -> None:
    events = passed(
        [
            (7.5, 0, 100, 72.0), (9.0, 1, 100, 36.0), (18.25, 2, 300, 108.0), (14.0, 3, 100, 36.0),
            (8.0, 4, 900, 360.0), (8.0, 5, 900, 360.0),
        ]
    )  # fmt: skip
    found = road_totals(ROADS, events, CLOCK)
    assert found.morning_kmh == pytest.approx(100 / (200 * 54 / 3600)), "motorways and residential streets left out"
    assert found.evening_kmh == pytest.approx(500 / 108 * 3.6)
    assert found.peak_index == pytest.approx((100 * 72 + 100 * 36 + 300 * 108) / (500 * 36))
    assert found.district_index == {"one": pytest.approx(found.peak_index)}
    assert found.worst_hour == 18
    assert found.delay_index[7] == pytest.approx(2.0)
    assert np.isnan(found.speed_kmh[3])


def test_the_worst_hour_is_one_in_which_many_drive() -> None:
    events = passed([(3.5, 0, 1, 3600.0), (8.0, 0, 100, 50.0), (18.5, 0, 90, 60.0)])
    assert road_totals(ROADS, events, CLOCK).worst_hour == 18


def test_roads_beyond_the_fourth_ring_do_not_count() -> None:
    events = passed([(8.0, 0, 100, 72.0), (8.0, 1, 100, 360.0)])
    events["traffic.link_list"] = LINKS.assign(ring=[0, 2, 0, 0, 0, 0])
    assert road_totals(ROADS, events, CLOCK).morning_kmh == pytest.approx(25.0)


@pytest.mark.parametrize(
    ("side", "eastbound", "flow"), [("west", True, 11), ("west", False, 12), ("east", True, 13), ("east", False, 14)]
)
def test_a_count_is_of_its_side_and_direction(side: str, eastbound: bool, flow: int) -> None:
    events = passed([(8.25, link, 11 + link, 40.0) for link in range(4)] + [(9.25, 0, 99, 40.0)])
    place = CountPlace("East Street", ("East Street", "North Street"), side, eastbound)
    assert hourly_flow(ROADS, events, CLOCK, place, 8) == flow


def test_a_street_that_the_map_lacks_has_no_count_and_is_no_crossing() -> None:
    place = CountPlace("South Street", ("East Street", "North Street"), None, True)
    assert hourly_flow(ROADS, passed([(8.0, 0, 1, 36.0)]), CLOCK, place, 8) is None
    with pytest.raises(ValueError, match="no street South Street"):
        crossing_xy_m(ROADS, ("South Street", "East Street"))
