"""The road's queue gives what traffic theory says: nothing here is compared with a number that the twin made."""

from __future__ import annotations

import numpy as np
import pytest

from twin.city.next_links import NextLinks
from twin.city.road_traffic import RoadTraffic
from twin.kernels.road_network import LinkTimes, triangular

STEP_MS = 1000
SPEED_MPS, LANE_FLOW_PER_H, JAM_PER_M = 20.0, 1800.0, 0.15
WAVE_MPS = 0.5 / (0.15 - 0.5 / 20.0)


def links(length_m, headway_ms=2000) -> LinkTimes:
    """Return links of one lane whose times, at 200 m and multiples, are whole: 10 s there, 50 s back, 30 vehicles."""
    times = triangular(length_m, 1, SPEED_MPS, LANE_FLOW_PER_H, JAM_PER_M, STEP_MS)
    return times._replace(headway_ms=np.broadcast_to(headway_ms, times.free_ms.shape).astype(np.int32))


def ample(count: int, headway_ms, free_ms: int = 10_000) -> LinkTimes:
    """Return links on which a queue of any length stands: the theory of points in which queues take no room."""
    free = np.full(count, free_ms, np.int32)
    storage = np.full(count, 20_000, np.int32)
    return LinkTimes(
        free, np.full(count, STEP_MS, np.int32), np.broadcast_to(headway_ms, count).astype(np.int32), storage
    )


def corridor(times: LinkTimes, **options) -> RoadTraffic:
    nodes = np.arange(len(times.free_ms) + 1)
    return RoadTraffic(len(nodes), nodes[:-1], nodes[1:], times, step_ms=STEP_MS, **options)


def send(traffic: RoadTraffic, routes: list[list[int]]) -> np.ndarray:
    vehicles = traffic.add_vehicles(len(routes))
    first = np.concatenate([[0], np.cumsum([len(route) for route in routes])])
    traffic.send_along(vehicles, first, np.concatenate(routes))
    return vehicles


def counts_by_step(traffic: RoadTraffic, vehicles, time_ms, end_ms: int) -> np.ndarray:
    """Return how many had entered each link by the end of each step, shape (steps, links)."""
    found = []
    for until_ms in range(STEP_MS, end_ms + 1, STEP_MS):
        now = (time_ms >= traffic.now_ms) & (time_ms < until_ms)
        traffic.advance(until_ms, vehicles[now], time_ms[now])
        found.append(traffic.of_links("entered"))
    return np.array(found)


def test_queue_delay_and_spillback_on_a_corridor_are_newells_three_detector_solution():
    """Newell (1993): at any place, the later of the wave from the detector upstream and of the one downstream.

    Ten links of 200 m end in a bottleneck of half their capacity; 600 vehicles come every 2.5 s, and the queue grows
    past the corridor's beginning and dissolves.
    """
    count, size_m = 600, 200.0
    arrive_ms = 2500 * np.arange(count)
    headway_ms = np.full(11, 2000)
    headway_ms[10] = 4000
    traffic = corridor(links(np.full(11, size_m), headway_ms))
    vehicles = send(traffic, [list(range(11))] * count)
    counted = counts_by_step(traffic, vehicles, arrive_ms, 3_000_000)
    length_m = 10 * size_m
    through_ms = np.empty(count)
    last_ms = -np.inf
    for vehicle in range(count):
        last_ms = through_ms[vehicle] = max(arrive_ms[vehicle] + 1000 * length_m / SPEED_MPS, last_ms + 4000)
    step_ends_ms = np.arange(STEP_MS, 3_000_001, STEP_MS)
    reached_back = []
    for link in range(11):
        place_m = link * size_m
        from_upstream_ms = arrive_ms + 1000 * place_m / SPEED_MPS
        ahead = round(JAM_PER_M * (length_m - place_m))  # vehicles that fit between here and the bottleneck
        from_downstream_ms = np.full(count, -np.inf)
        from_downstream_ms[ahead:] = through_ms[: count - ahead] + 1000 * (length_m - place_m) / WAVE_MPS
        passes_ms = np.maximum(from_upstream_ms, from_downstream_ms)
        expected = np.searchsorted(passes_ms, step_ends_ms)
        assert np.array_equal(counted[:, link], expected), f"at {place_m} m"
        reached_back.append(bool((from_downstream_ms > from_upstream_ms).any()))
    assert all(reached_back), "the queue was to spill back over the whole corridor"


@pytest.mark.parametrize("count", [5, 20, 40, 60, 61, 90, 150, 200, 240, 270, 290])
def test_flow_on_a_ring_is_the_fundamental_diagram(count):
    """On a ring of 2 km: v k while free, q at capacity, w (kj - k) when jammed; 60 vehicles are critical, 300 full."""
    nodes = np.arange(10)
    traffic = RoadTraffic(10, nodes, (nodes + 1) % 10, links(np.full(10, 200.0)), step_ms=STEP_MS)
    traffic.set_next_links(NextLinks.of_slots(np.zeros((1, 10), np.uint8)))  # always on, never there
    vehicles = traffic.add_vehicles(count)
    traffic.send_to(vehicles, np.zeros(count, np.int64))
    traffic.advance(4_000_000, vehicles, np.arange(count), vehicles % 10)
    assert traffic.on_links().sum() == count
    before = traffic.of_links("left").sum()
    traffic.advance(14_000_000)
    flow_per_s = (traffic.of_links("left").sum() - before) / 10 / 10_000
    density_per_m = count / 2000
    expected = min(SPEED_MPS * density_per_m, LANE_FLOW_PER_H / 3600, WAVE_MPS * (JAM_PER_M - density_per_m))
    assert flow_per_s == pytest.approx(expected, rel=0.002)


@pytest.mark.parametrize("length_m", [200.0, 1000.0])
def test_mean_delay_at_a_bottleneck_is_half_the_time_that_it_lacks(length_m):
    """N vehicles that come evenly within T at a capacity of mu are late by (N/mu - T)/2 on the mean."""
    count, spacing_ms, headway_ms = 800, 2500, 4000
    traffic = corridor(links(np.full(4, length_m), [2000, 2000, headway_ms, 2000]))
    vehicles = send(traffic, [[0, 1, 2, 3]] * count)
    time_ms = spacing_ms * np.arange(count)
    arrived, at_ms = traffic.advance(5_000_000, vehicles, time_ms)
    assert len(arrived) == count
    delay_s = (at_ms - time_ms[arrived]).mean() / 1000 - 4 * length_m / SPEED_MPS
    assert delay_s == pytest.approx((count * headway_ms - count * spacing_ms) / 2000, rel=0.002)


def evenly(share: np.ndarray, count: int) -> list[int]:
    """Return positions with these shares, as evenly mixed as can be: each time the one that is furthest behind."""
    given = np.zeros(len(share))
    chosen = []
    for number in range(1, count + 1):
        chosen.append(int(np.argmax(share * number - given)))
        given[chosen[-1]] += 1
    return chosen


def at_random(share: np.ndarray, count: int) -> list[int]:
    return np.random.default_rng(1).choice(len(share), count, p=share).tolist()


def node_case(demand_per_h, capacity_per_h, supply_per_h, hours: float = 6.0, turns=evenly, slack=0, priority_ms=None):
    """Return vehicles an hour from each link into a node to each out of it, in the last five sixths of the time.

    Vehicles come evenly; `turns` says which way each turns, from the shares of its row of `demand_per_h`.
    """
    demand_per_h = np.asarray(demand_per_h, float)
    ins, outs = demand_per_h.shape
    centre = ins
    link_from = np.concatenate([np.arange(ins), np.full(outs, centre)])
    link_to = np.concatenate([np.full(ins, centre), centre + 1 + np.arange(outs)])
    headway_ms = np.rint(3_600_000 / np.concatenate([capacity_per_h, supply_per_h]))
    traffic = RoadTraffic(
        ins + outs + 1,
        link_from,
        link_to,
        ample(ins + outs, headway_ms),
        step_ms=STEP_MS,
        priority_ms=priority_ms,
        slack=slack,
    )
    routes, time_ms, turn = [], [], []
    for link, row in enumerate(demand_per_h):
        times = np.arange(0, hours * 3_600_000, 3_600_000 / row.sum())
        onto = turns(row / row.sum(), len(times))
        routes += [[link, ins + out] for out in onto]
        time_ms += times.astype(int).tolist()
        turn += [link * outs + out for out in onto]
    end_ms = int(hours * 3_600_000)
    arrived, at_ms = traffic.advance(end_ms, send(traffic, routes), np.array(time_ms))
    counted = np.bincount(np.array(turn)[arrived[at_ms >= end_ms / 6]], minlength=ins * outs)
    return counted.reshape(ins, outs) / (hours * 5 / 6)


TAMPERE_DEMAND = [[0, 50, 150, 300], [100, 0, 300, 1600], [100, 100, 0, 600], [100, 800, 800, 0]]
TAMPERE_FLOW = [[0, 50, 150, 300], [68.5, 0, 205.5, 1095.9], [100, 100, 0, 600], [80.5, 644.5, 644.5, 0]]


def test_a_junction_of_four_roads_is_the_worked_case_of_the_node_models_paper():
    """Tampère and others (2011), section 5: links 1 and 3 pass all they have, 2 and 4 share the third link out.

    The fourth link out is full to 99.8 %, which vehicles one behind another reach only with some slack.
    """
    capacity_per_h = [1000, 2000, 1000, 2000]
    flow = node_case(TAMPERE_DEMAND, capacity_per_h, capacity_per_h, hours=20.0, slack=4)
    assert flow == pytest.approx(np.array(TAMPERE_FLOW), rel=0.003, abs=0.3)


def test_without_slack_a_junction_passes_less_than_a_fluid_but_no_exit_more_than_its_capacity():
    capacity_per_h = [1000, 2000, 1000, 2000]
    for slack in (0, 1, 4, 16):
        flow = node_case(TAMPERE_DEMAND, capacity_per_h, capacity_per_h, turns=at_random, slack=slack)
        assert (flow.sum(axis=0) <= np.array(capacity_per_h) * 1.002).all()
        assert flow.sum() < np.sum(TAMPERE_FLOW)


@pytest.mark.parametrize(
    ("demand_per_h", "expected_per_h"),
    [
        ((900, 1800), (600, 1200)),  # both want more than their share: in proportion to 900 and 1,800
        ((400, 1800), (400, 1400)),  # the first wants less: the second has the rest
        ((900, 1000), (800, 1000)),
        ((500, 900), (500, 900)),  # both fit
    ],
)
def test_a_merge_is_daganzos(demand_per_h, expected_per_h):
    """Daganzo (1995): the middle of what one wants, what the other leaves, and one's share of 1,800 an hour."""
    flow = node_case(np.array([demand_per_h]).T, [900, 1800], [1800])
    assert flow[:, 0] == pytest.approx(expected_per_h, rel=0.005)


def test_a_merge_can_be_fair_or_give_priority():
    """Equal priorities halve what fits whatever the capacities; three to one gives three quarters."""
    demand = [[1500], [1800]]
    fair = node_case(demand, [1800, 1800], [1200], priority_ms=[2000, 2000, 2000])
    assert fair[:, 0] == pytest.approx([600, 600], rel=0.005)
    prior = node_case(demand, [1800, 1800], [1200], priority_ms=[6000, 2000, 2000])
    assert prior[:, 0] == pytest.approx([300, 900], rel=0.005)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_who_can_not_turn_holds_up_those_behind(share):
    """A diverge first in, first out: all pass at the capacity of the narrow exit over the share that wants it."""
    flow = node_case([[1800 * (1 - share), 1800 * share]], [1800], [1800, 300])
    through = min(1800, 300 / share)
    assert flow[0] == pytest.approx([through * (1 - share), through * share], rel=0.005)


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_turns_in_a_random_order_pass_fewer_than_a_fluid(share):
    """Between two who turn, the longer of 12 s and of 2 s for each of G vehicles passes, with G geometric.

    A fluid has no order. What chance takes is a property of vehicles one behind another, and known in closed form.
    """
    flow = node_case([[1800 * (1 - share), 1800 * share]], [1800], [1800, 300], hours=60.0, turns=at_random)
    between_s = 12 + 2 * (1 - share) ** 6 / share
    assert flow[0, 1] == pytest.approx(3600 / between_s, rel=0.02)


@pytest.mark.parametrize(("spacing_ms", "red_ms"), [(437, 30_000), (303, 40_000), (807, 60_000), (227, 20_000)])
def test_mean_delay_at_a_signal_is_that_of_uniform_arrivals(spacing_ms, red_ms):
    """Red r of a cycle C, flow ratio y: r^2 / (2 C (1 - y)), the first term of Webster's (1958) delay."""
    cycle_ms, headway_ms = 90_000, 100
    count = 100 * cycle_ms // spacing_ms
    traffic = RoadTraffic(
        3, [0, 1], [1, 2], ample(2, headway_ms), step_ms=STEP_MS, link_signal=[0, -1],
        signals=[[cycle_ms, 7_000, cycle_ms - red_ms]],
    )  # fmt: skip
    time_ms = spacing_ms * np.arange(count)
    vehicles = send(traffic, [[0, 1]] * count)
    end_ms = -(-(count * spacing_ms + 200_000) // STEP_MS) * STEP_MS
    arrived, at_ms = traffic.advance(end_ms, vehicles, time_ms)
    assert len(arrived) == count
    delay_ms = (at_ms - time_ms[arrived]).mean() - 20_000
    flow_ratio = headway_ms / spacing_ms
    assert delay_ms == pytest.approx(red_ms**2 / (2 * cycle_ms * (1 - flow_ratio)), rel=0.01)


CROSSINGS = 3


def arterial() -> RoadTraffic:
    """Return an arterial over three signals, links 0 to 3, with a side street before each and one behind."""
    links_from = [0, 1, 2, 3, *range(5, 8), 1, 2, 3]
    links_to = [1, 2, 3, 4, 1, 2, 3, *range(8, 11)]
    signal = [0, 2, 4, -1, 1, 3, 5, -1, -1, -1]
    return RoadTraffic(
        11, links_from, links_to, ample(10, 2000), step_ms=STEP_MS, link_signal=signal,
        signals=[[60_000, 0, 60_000], [60_000, 0, 0]] * CROSSINGS,
    )  # fmt: skip


def queue_after(hours: float, control) -> float:
    """Return who is still queueing when the arterial has 1,080 vehicles an hour, the side streets 540 each.

    That is 90 % of what the signals could serve: 1,800 an hour of green.
    """
    traffic = arterial()
    routes = [[0, 1, 2, 3]] * int(1080 * hours)
    time_ms = (np.arange(len(routes)) * 3_600_000 / 1080).astype(int)
    for crossing in range(CROSSINGS):
        routes = routes + [[4 + crossing, 7 + crossing]] * int(540 * hours)
        time_ms = np.concatenate([time_ms, (np.arange(int(540 * hours)) * 3_600_000 / 540 + 500).astype(int)])
    vehicles = send(traffic, routes)
    for until_ms in range(10_000, int(hours * 3_600_000) + 1, 10_000):
        control(traffic)
        now = (time_ms >= traffic.now_ms) & (time_ms < until_ms)
        traffic.advance(until_ms, vehicles[now], time_ms[now])
    return float(traffic.queues().sum())


def max_pressure(traffic: RoadTraffic) -> None:
    """Varaiya (2013), "Max pressure control of a network of signalized intersections": the greatest difference."""
    queue = traffic.queues()
    signals = []
    for crossing in range(CROSSINGS):
        ahead = queue[crossing] - (queue[crossing + 1] if crossing + 1 < CROSSINGS else 0)
        main = ahead >= queue[4 + crossing]
        signals += [[60_000, 0, 60_000 if main else 0], [60_000, 0, 0 if main else 60_000]]
    traffic.set_signals(signals)


def half_and_half(traffic: RoadTraffic) -> None:
    """A fixed plan that gives the arterial half of the green, and it needs three fifths."""
    traffic.set_signals([[60_000, 0, 30_000], [60_000, 30_000, 30_000]] * CROSSINGS)


def test_max_pressure_serves_what_a_bad_plan_does_not():
    """Within the stability region the queues stay bounded; under the plan they grow by 180 vehicles an hour."""
    assert queue_after(4.0, max_pressure) < 60
    assert queue_after(8.0, max_pressure) < 60
    four, eight = queue_after(4.0, half_and_half), queue_after(8.0, half_and_half)
    assert four > 600
    assert eight - four == pytest.approx(4 * 180, rel=0.05)
