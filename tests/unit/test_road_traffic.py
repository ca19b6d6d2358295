"""What a caller can do to the road between two calls, and what it refuses."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from support.commands import ROOT

from twin.city.next_links import NextLinks
from twin.city.road_traffic import RoadTraffic
from twin.kernels.road_network import LINK, SLOT, TURN, LinkTimes, triangular
from twin.kernels.vehicles import ARRIVED_SLOT, NO_WAY_SLOT


def whole(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


def chain(count: int = 3, headway_ms: int = 2000, **options) -> RoadTraffic:
    """Return links one behind another, 5 s long, each for 10 vehicles."""
    times = LinkTimes(*(np.full(count, value, np.int32) for value in (5000, 5000, headway_ms, 10)))
    return RoadTraffic(count + 1, np.arange(count), np.arange(1, count + 1), times, step_ms=1000, **options)


def send(traffic: RoadTraffic, count: int, route: list[int]) -> np.ndarray:
    vehicles = traffic.add_vehicles(count)
    traffic.send_along(vehicles, len(route) * np.arange(count + 1), route * count)
    return vehicles


def test_a_closed_link_lets_nobody_in_and_everybody_out():
    traffic = chain()
    vehicles = send(traffic, 4, [0, 1, 2])
    traffic.advance(9_000, vehicles, 2000 * np.arange(4))  # two are on the second link
    assert traffic.on_links().tolist() == [2, 2, 0]
    traffic.set_links([1], storage=0)
    arrived, _ = traffic.advance(100_000)
    assert arrived.tolist() == [0, 1]
    assert traffic.on_links().tolist() == [2, 0, 0]
    assert traffic.queues().tolist() == [2, 0, 0]
    traffic.set_links([1], storage=10)
    arrived, at_ms = traffic.advance(200_000)
    assert at_ms.tolist() == [110_000, 112_000]


def test_a_link_that_loses_a_lane_lets_half_as_many_through_and_holds_half_as_many():
    traffic = chain(headway_ms=1000)
    vehicles = send(traffic, 60, [0, 1, 2])
    traffic.set_links([1], storage=5, headway_ms=2000)
    arrived, at_ms = traffic.advance(300_000, vehicles, np.zeros(60, int))
    assert len(arrived) == 60
    assert np.diff(at_ms).tolist() == [2000] * 59


def test_a_lorry_takes_the_time_of_two_and_a_half_cars_wherever_the_flow_is_limited():
    for limited in (0, 1, 2):
        traffic = chain(headway_ms=1000)
        traffic.set_links([limited], headway_ms=2000)
        kinds = np.array([1.0, 2.5, 1.0, 1.0, 2.0, 2.5, 1.0])
        vehicles = traffic.add_vehicles(7, kinds)
        traffic.send_along(vehicles, 3 * np.arange(8), [0, 1, 2] * 7)
        arrived, at_ms = traffic.advance(100_000, vehicles, np.zeros(7, int))
        assert arrived.tolist() == vehicles.tolist()
        assert np.diff(at_ms).tolist() == (2000 * kinds[:-1]).tolist()


def test_the_first_after_a_lorry_waits_also_where_nobody_followed_it_at_once():
    traffic = chain(1, headway_ms=2000)
    vehicles = traffic.add_vehicles(2, [2.5, 1.0])
    traffic.send_along(vehicles, [0, 1, 2], [0, 0])
    _, at_ms = traffic.advance(60_000, vehicles, [0, 5_000])
    assert at_ms.tolist() == [5_000, 10_000]
    traffic = chain(1, headway_ms=2000)
    vehicles = traffic.add_vehicles(2, [2.5, 1.0])
    traffic.send_along(vehicles, [0, 1, 2], [0, 0])
    traffic.set_links([0], free_ms=1000)
    _, at_ms = traffic.advance(60_000, vehicles, [0, 3_000])
    assert at_ms.tolist() == [1_000, 6_000]  # let in 5 s after the lorry, though it had left by then


def test_a_link_that_lost_a_lane_fills_to_half_even_if_more_stood_on_it():
    traffic = chain(headway_ms=1000)
    vehicles = send(traffic, 40, [0, 1, 2])
    traffic.set_links([2], storage=0)
    traffic.advance(60_000, vehicles, np.zeros(40, int))
    assert traffic.on_links().tolist() == [10, 10, 0]
    traffic.set_links([1], storage=5)
    traffic.set_links([2], storage=3)
    traffic.advance(63_000)
    assert traffic.on_links().tolist() == [10, 7, 3]
    traffic.set_links([2], storage=10)
    traffic.advance(80_000)
    traffic.set_links([2], storage=0)
    traffic.advance(200_000)
    assert traffic.on_links().tolist() == [10, 5, 0]


def test_rain_slows_those_who_enter_after_it_began():
    traffic = chain()
    vehicles = send(traffic, 2, [0])
    first = traffic.advance(1000, vehicles[:1], [0])
    traffic.set_links([0, 1, 2], free_ms=8000)
    _, at_ms = traffic.advance(50_000, vehicles[1:], [3000])
    assert len(first[0]) == 0
    assert at_ms.tolist() == [5000, 11_000]


def test_a_driver_parks_and_leaves_much_later_for_another_place():
    traffic = chain()
    car = send(traffic, 1, [0, 1])
    assert traffic.advance(60_000, car, [500])[1].tolist() == [10_500]
    traffic.send_along(car, [0, 1], [2])
    assert traffic.advance(120_000, car, [80_250])[1].tolist() == [85_250]


def fork() -> RoadTraffic:
    """Return one link that forks into two: nodes 0 to 3, slots 0 and 1 at node 1."""
    times = LinkTimes(whole(5000, 5000, 7000), whole(5000, 5000, 5000), whole(2000, 2000, 2000), whole(10, 10, 10))
    traffic = RoadTraffic(4, [0, 1, 1], [1, 2, 3], times, step_ms=1000)
    here, no_way = ARRIVED_SLOT, NO_WAY_SLOT
    traffic.set_next_links(NextLinks.of_slots([[0, 0, here, no_way], [0, 1, no_way, here]]))
    return traffic


def test_who_drives_can_be_given_another_destination():
    traffic = fork()
    cars = traffic.add_vehicles(2)
    traffic.send_to(cars, [0, 0])
    traffic.advance(4000, cars, [0, 2000], [0, 0])
    traffic.send_to(cars[1:], [1])
    arrived, at_ms = traffic.advance(30_000)
    assert (arrived.tolist(), at_ms.tolist()) == ([0, 1], [10_000, 14_000])


def test_who_can_not_get_there_waits_until_a_table_shows_a_way():
    traffic = fork()
    here, no_way = ARRIVED_SLOT, NO_WAY_SLOT
    closed = np.array([[0, no_way, here, no_way], [0, 1, no_way, here]])
    traffic.set_next_links(NextLinks.of_slots(closed))
    cars = traffic.add_vehicles(1)
    traffic.send_to(cars, [0])
    assert len(traffic.advance(60_000, cars, [0], [0])[0]) == 0
    assert traffic.queues().tolist() == [1, 0, 0]
    closed[0, 1] = 0
    traffic.set_next_links(NextLinks.of_slots(closed))
    assert traffic.advance(90_000)[1].tolist() == [65_000]


def test_whoever_is_there_already_arrives_when_he_sets_out():
    traffic = fork()
    cars = traffic.add_vehicles(1)
    traffic.send_to(cars, [0])
    assert traffic.advance(10_000, cars, [1234], [2])[1].tolist() == [1234]


def roundabout(unjam_ms: int) -> RoadTraffic:
    """Return a ring of three links for two vehicles each, with a street into each node and one out."""
    links_from, links_to = [0, 1, 2, 3, 4, 5, 0, 1, 2], [1, 2, 0, 0, 1, 2, 6, 7, 8]
    times = LinkTimes(
        np.full(9, 2000, np.int32), np.full(9, 2000, np.int32), np.full(9, 1000, np.int32), whole(*[2] * 9)
    )
    return RoadTraffic(9, links_from, links_to, times, step_ms=1000, unjam_ms=unjam_ms)


def fill(traffic: RoadTraffic) -> np.ndarray:
    """Send ten vehicles from each side, each to the exit before its entry; they lock the ring."""
    routes = [[3, 0, 1, 8], [4, 1, 2, 6], [5, 2, 0, 7]] * 10
    vehicles = traffic.add_vehicles(30)
    traffic.send_along(vehicles, 4 * np.arange(31), np.concatenate(routes))
    return vehicles


def test_gridlock_is_found_and_located_and_stays_without_the_unjam_rule():
    traffic = roundabout(unjam_ms=0)
    traffic.advance(600_000, fill(traffic), np.zeros(30, int))
    before = traffic.moved
    traffic.advance(1_200_000)
    assert traffic.moved == before
    assert traffic.locked(600_000).tolist() == [0, 1, 2, 3, 4, 5]
    assert traffic.aside == 0


def test_the_unjam_rule_dissolves_it_and_counts_whom_it_put_aside():
    traffic = roundabout(unjam_ms=60_000)
    vehicles = fill(traffic)
    arrived, _ = traffic.advance(3_600_000, vehicles, np.zeros(30, int))
    assert sorted(arrived.tolist()) == vehicles.tolist()
    assert traffic.aside % 3 == 0, "the three sides are alike, so nobody is put aside alone"
    assert 0 < traffic.aside < 2 * 30
    assert traffic.locked(1000).tolist() == []


def test_mean_time_and_flow_of_an_interval_come_from_two_readings():
    traffic = chain()
    vehicles = send(traffic, 50, [0, 1, 2])
    traffic.advance(40_000, vehicles, 500 * np.arange(50))
    left, travel_ms = traffic.of_links("left"), traffic.of_links("travel_ms")
    traffic.advance(60_000)
    passed = traffic.of_links("left") - left
    assert passed[1] == 10  # 20 s at one in 2 s
    assert (traffic.of_links("travel_ms") - travel_ms)[1] / passed[1] == 5000


def test_a_triangle_has_its_capacity_at_its_critical_density():
    times = triangular([300.0], 2, 15.0, 1800, 0.15, 1000)
    free_s, wave_s, headway_s = (values[0] / 1000 for values in times[:3])
    assert (free_s, headway_s) == (20.0, 1.0)
    assert times.storage[0] == 90
    assert times.storage[0] / (free_s + wave_s) == pytest.approx(1 / headway_s, rel=1e-3)


def test_a_link_shorter_than_a_step_keeps_its_capacity():
    times = triangular([8.0], 1, 15.0, 1800, 0.15, 3000)
    assert (times.free_ms[0], times.wave_ms[0]) == (3000, 3000)
    assert times.storage[0] * times.headway_ms[0] >= 6000


def test_the_road_stays_small():
    """A city has a million slots and two million vehicles."""
    assert SLOT.itemsize <= 12
    assert LINK.itemsize <= 104
    assert TURN.itemsize <= 8


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: triangular([0.0], 1, 15, 1800, 0.15, 1000), "positive"),
        (lambda: triangular([10.0], 1, 2, 1800, 0.15, 1000), "jam density x speed"),
        (lambda: RoadTraffic(1, [0], [1], chain_times(), step_ms=1000), "join nodes"),
        (lambda: RoadTraffic(2, [0], [1], chain_times(), step_ms=9000), "shorter than the step"),
        (lambda: RoadTraffic(2, [0], [1], chain_times(), step_ms=1000, link_signal=[0]), "signals of links"),
        (lambda: RoadTraffic(2, [0], [1], chain_times(), step_ms=1000, signals=[[10, 0, 11]]), "cycle"),
        (lambda: RoadTraffic(2, [0], [1], chain_times(), step_ms=1000, priority_ms=[0]), "priority_ms"),
        (lambda: RoadTraffic(2, [0, 1], [1, 0], chain_times(), step_ms=1000), "shape"),
        (lambda: chain().advance(500), "whole steps"),
        (lambda: chain().advance(-1000), "whole steps"),
        (lambda: send(chain(), 1, [0, 2]), "does not begin where"),
        (lambda: send(chain(), 1, [0, 3]), "no such link"),
        (lambda: chain().send_along([], [0, 1], [0]), "route_first"),
        (lambda: chain().set_links([0], storage=11), "built for"),
        (lambda: chain().set_links([0], free_ms=10), "below 1000"),
        (lambda: chain().set_links([0], length=10), "not one of"),
        (lambda: chain().set_signals([[10, 0, 5]]), "0 signals"),
        (lambda: chain().of_links("colour"), "no field"),
        (lambda: chain().set_next_links(NextLinks(1, 3)), "of 4 nodes"),
        (lambda: NextLinks.of_slots([[16]]), "within 0..15"),
        (lambda: NextLinks.of_slots([0]), "shape"),
        (lambda: chain().add_vehicles(2, [1.0, 26.0]), "equivalents"),
        (lambda: chain().add_vehicles(1, 0.0), "equivalents"),
        (lambda: star(15).set_next_links(NextLinks(1, 16)), "node 0 has 15 links out of it, 14 at most"),
    ],
)
def test_what_can_not_be_is_refused_in_words(wrong, words):
    with pytest.raises(ValueError, match=words):
        wrong()


def star(arms: int) -> RoadTraffic:
    """Return so many links out of node 0."""
    times = LinkTimes(*(np.full(arms, number, np.int32) for number in (5000, 5000, 2000, 10)))
    return RoadTraffic(arms + 1, np.zeros(arms, np.int64), np.arange(1, arms + 1), times, step_ms=1000)


def chain_times() -> LinkTimes:
    return LinkTimes(whole(5000), whole(5000), whole(2000), whole(10))


@pytest.mark.parametrize(
    ("who", "when", "where", "words"),
    [
        ([0], [20_000], None, "lie within"),
        ([0], [-1], None, "lie within"),
        ([0, 0], [0, 0], None, "drives already"),
        ([0, 1], [0], None, "equally many"),
        ([2], [0], None, "need nodes"),
        ([0], [0], [1], "where its route begins"),
        ([0], [0], [9], "exist"),
    ],
)
def test_a_departure_that_can_not_be_is_refused(who, when, where, words):
    traffic = chain()
    send(traffic, 2, [0])
    traffic.send_to(traffic.add_vehicles(1), [0])
    with pytest.raises(ValueError, match=words):
        traffic.advance(10_000, who, when, where)


def test_numbers_that_are_not_whole_are_refused():
    with pytest.raises(TypeError, match="whole numbers"):
        chain().send_to([0.5], [0])


KINDS = """
import numpy as np
from twin.city.next_links import NextLinks
from twin.city.road_traffic import RoadTraffic
from twin.kernels import link_transmission, readings
from twin.kernels.road_network import triangular
def live(kind):
    times = triangular([100.0, 100.0], 1, 15, 1800, 0.15, 1000)
    traffic = RoadTraffic(3, kind([0, 1]), kind([1, 2]), times, step_ms=1000,
        link_signal=kind([0, -1]), signals=[[9, 0, 9]])
    traffic.set_next_links(NextLinks.of_slots([kind([0, 0, 15])]))
    cars = traffic.add_vehicles(2)
    traffic.send_along(kind(cars[:1]), kind([0, 2]), kind([0, 1]))
    traffic.send_to(kind(cars[1:]), kind([0]))
    traffic.advance(0)
    traffic.advance(50_000, kind(cars), kind([0, 5]), kind([0, 0]))
    traffic.queues()
def read_only(values):
    array = np.array(values, np.int64).repeat(2)[::2]
    array.flags.writeable = False
    return array
live(list)
live(read_only)
for kernel in (link_transmission.transmit, readings.count_queues):
    print(len(kernel.signatures))
"""


def test_the_kernels_are_compiled_once_whatever_arrays_a_caller_has():
    done = subprocess.run([sys.executable, "-c", KINDS], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["1", "1"]


def test_whoever_comes_to_a_link_whose_first_will_be_put_aside_may_get_past_before() -> None:
    """The first waits for a full link until it is put aside; the second comes later and wants another."""
    ends = np.array([0, 1, 1, 2], np.int32), np.array([1, 2, 3, 4], np.int32)
    times = LinkTimes(*(np.array(values, np.int32) for values in ([2000] * 4, [2000] * 4, [300] * 4, [2, 1, 1, 1])))
    road = RoadTraffic(5, *ends, times, pocket=1, unjam_ms=20_000)
    who = road.add_vehicles(3)
    road.send_along(who, [0, 3, 5, 7], [0, 1, 3, 0, 1, 0, 2])
    road.set_links([3], storage=0)  # closed: the first vehicle stays before it, and fills its link
    arrived, at_ms = road.advance(60_000, who, [0, 400, 5000], [0, 0, 0])
    assert at_ms[arrived == who[2]] < 12_000
