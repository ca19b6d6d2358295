"""Promises: who can not go on lets others get past, as many as there is room for, and in the end turns away."""

from __future__ import annotations

import numpy as np
import pytest

from twin.city.next_links import NextLinks
from twin.city.road_traffic import RoadTraffic
from twin.kernels.held_up import loses_patience_ms
from twin.kernels.road_network import LinkTimes
from twin.kernels.vehicles import ARRIVED_SLOT

FULL, HERE = 40, ARRIVED_SLOT


def whole(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


def fork(pocket: int) -> RoadTraffic:
    """Return a street (0) that forks into one of two places, closed at its end for ever (1), and an open one (2)."""
    times = LinkTimes(whole(5000, 2000, 2000), whole(2000, 2000, 2000), whole(1000, 1000, 1000), whole(FULL, 2, FULL))
    return RoadTraffic(
        4, [0, 1, 1], [1, 2, 3], times, pocket=pocket, link_signal=[-1, 0, -1], signals=[[1000, 0, 0]]
    )  # fmt: skip


def send(traffic: RoadTraffic, *onto: int) -> np.ndarray:
    """Send vehicles one a second along the street and on; return them."""
    vehicles = traffic.add_vehicles(len(onto))
    traffic.send_along(vehicles, 2 * np.arange(len(onto) + 1), np.ravel([[0, link] for link in onto]))
    return vehicles


@pytest.mark.parametrize("pocket", [0, 1, 2, 3])
def test_as_many_stand_aside_as_the_pocket_holds(pocket: int) -> None:
    """Two fit on the closed street; those after them wait for it, and block the others when the pocket is full."""
    traffic = fork(pocket)
    waiting = [1] * (2 + pocket)
    vehicles = send(traffic, *waiting, 2, 2, 1, 2)
    arrived, at_ms = traffic.advance(60_000, vehicles, 1000 * np.arange(len(vehicles)))
    expected = vehicles[len(waiting) : len(waiting) + 2]
    assert arrived.tolist() == expected.tolist()
    assert at_ms.tolist() == (7000 + 1000 * expected).tolist(), "and lose nothing by it"


def test_who_is_passed_keeps_his_place_before_those_who_came_later() -> None:
    traffic = fork(pocket=3)
    vehicles = send(traffic, 1, 1, 1, 1, 2)
    traffic.advance(20_000, vehicles, 1000 * np.arange(5))
    assert traffic.on_links().tolist() == [2, 2, 0]
    traffic.set_signals([[1000, 0, 1000]])
    arrived, _ = traffic.advance(60_000)
    assert arrived.tolist() == [0, 1, 2, 3]


def test_times_on_a_link_are_those_of_the_vehicles_that_left_it() -> None:
    """Not of those whose place they took."""
    traffic = fork(pocket=1)
    vehicles = send(traffic, 1, 1, 1, 2)
    traffic.advance(20_000, vehicles, 1000 * np.arange(4))
    assert traffic.of_links("left")[0] == 3
    assert traffic.of_links("travel_ms")[0] == 3 * 5000


def detour(patience_ms: int, *, dead_end: bool = False) -> RoadTraffic:
    """Return a street (0) to a junction from which all want to go by a full link (1), and can by another (2, 3).

    With `dead_end` the other comes back to the junction.
    """
    back = 1 if dead_end else 2
    times = LinkTimes(whole(*[2000] * 4), whole(*[2000] * 4), whole(*[1000] * 4), whole(FULL, 2, FULL, FULL))
    traffic = RoadTraffic(
        4, [0, 1, 1, 3], [1, 2, 3, back], times, link_signal=[-1, 0, -1, -1], signals=[[1000, 0, 0]],
        patience_ms=patience_ms,
    )  # fmt: skip
    traffic.set_next_links(NextLinks.of_slots(np.array([[0, 0, HERE, 0]])))
    return traffic


def lived(traffic: RoadTraffic, cars: int, until_ms: int) -> tuple[np.ndarray, np.ndarray]:
    vehicles = traffic.add_vehicles(cars)
    traffic.send_to(vehicles, np.zeros(cars, int))
    return traffic.advance(until_ms, vehicles, 1000 * np.arange(cars), np.zeros(cars, int))


def test_who_has_stood_long_enough_takes_another_street() -> None:
    traffic = detour(60_000)
    arrived, at_ms = lived(traffic, 6, 300_000)
    assert arrived.tolist() == [2, 3, 4, 5], "two are caught on the full link"
    leaves_ms, before_ms = [], 0
    for car in arrived.tolist():  # when his patience is over, and he is first
        before_ms = max(loses_patience_ms.py_func(car, 2000 + 1000 * car, 60_000), before_ms + 1000)
        leaves_ms.append(before_ms)
    assert (at_ms - 4000).tolist() == leaves_ms
    assert traffic.turned_away == 4


def test_patience_is_spread_evenly_from_half_to_one_and_a_half() -> None:
    drawn = np.array([loses_patience_ms.py_func(vehicle, 1000, 60_000) for vehicle in range(2000)]) - 1000
    assert drawn.min() >= 30_000
    assert drawn.max() < 90_000
    assert np.histogram(drawn, bins=6, range=(30_000, 90_000))[0] == pytest.approx(2000 / 6, rel=0.03)


def test_nobody_turns_away_without_a_limit_to_his_patience_or_to_where_he_would_come_back() -> None:
    for traffic in (detour(0), detour(60_000, dead_end=True)):
        arrived, _ = lived(traffic, 6, 300_000)
        assert not len(arrived)
        assert traffic.turned_away == 0


def test_who_has_a_route_keeps_to_it() -> None:
    traffic = detour(10_000)
    vehicles = traffic.add_vehicles(4)
    traffic.send_along(vehicles, 2 * np.arange(5), [0, 1] * 4)
    arrived, _ = traffic.advance(300_000, vehicles, np.zeros(4, int))
    assert not len(arrived)
    assert traffic.turned_away == 0


def test_a_street_that_is_only_busy_is_no_reason_to_turn_away() -> None:
    """Its vehicles move: who waits for his turn there stays in the queue, however long that is."""
    times = LinkTimes(whole(*[2000] * 4), whole(*[2000] * 4), whole(500, 4000, 1000, 1000), whole(*[FULL] * 4))
    traffic = RoadTraffic(4, [0, 1, 1, 3], [1, 2, 3, 2], times, patience_ms=5000)
    traffic.set_next_links(NextLinks.of_slots(np.array([[0, 0, HERE, 0]])))
    vehicles = traffic.add_vehicles(20)
    traffic.send_to(vehicles, np.zeros(20, int))
    arrived, _ = traffic.advance(200_000, vehicles, 500 * np.arange(20), np.zeros(20, int))
    assert len(arrived) == 20
    assert traffic.turned_away == 0
    assert traffic.of_links("left").tolist() == [20, 20, 0, 0]
