"""Rules for signals give what their papers say: worked by hand, and measured on an arterial."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from support.traffic import small_parameters

from twin.city.road_traffic import RoadTraffic
from twin.core.brain import Brain
from twin.core.decisions import BrainSetting, ConnectionSetting, Rule, RuleSetting
from twin.core.recorder import Recorder
from twin.domains.traffic.decisions import Approaches, SignalPlanView
from twin.domains.traffic.signal_control import SignalControl, draw_signals
from twin.domains.traffic.signals import Signals
from twin.kernels.road_network import LinkTimes
from twin.policies.traffic.signal_plan.cyclic_max_pressure import cyclic_max_pressure
from twin.policies.traffic.signal_plan.max_pressure import max_pressure
from twin.policies.traffic.signal_plan.webster import webster


def crossing(arrivals_per_h, saturation_per_h, queue=(0, 0, 0, 0), ahead=(0, 0, 0, 0)) -> SignalPlanView:
    """Return one signal with two phases of two approaches each."""
    return SignalPlanView(
        time_s=0.0, interval_s=120.0, lost_s=5.0, cycle_s=100.0, queued=0, phase_first=np.array([0, 2], np.int32),
        approach_first=np.array([0, 2, 4], np.int32), fixed_green_s=np.array([45.0, 45.0]),
        approaches=Approaches(
            np.array(arrivals_per_h, float), np.array(saturation_per_h, float), np.array(queue, np.int32),
            np.array(ahead, float),
        ),
    )  # fmt: skip


def test_websters_cycle_and_splits_are_those_of_his_formula() -> None:
    """By hand: y = 600/2400 and 450/1800, each 0.25, or 900/1800 = 0.5 and 0.25; L = 10 s.

    Y = 0.5: cycle 20/0.5 = 40 s, 15 s each. Y = 0.75: cycle 20/0.25 = 80 s, of 70 s of green two thirds and one.
    """
    even = webster(crossing([600, 300, 450, 450], [2400, 2400, 1800, 1800])).green_s
    assert even == pytest.approx([15.0, 15.0])
    uneven = webster(crossing([900, 300, 450, 100], [1800, 1800, 1800, 1800])).green_s
    assert uneven == pytest.approx([140 / 3, 70 / 3])


def websters_delay_s(cycle_s: float, green_share: float, flow_per_s: float, saturation_per_s: float) -> float:
    """His two terms: uniform arrivals, and the randomness of a queue of Poisson arrivals at constant service."""
    load = flow_per_s / (green_share * saturation_per_s)
    uniform = cycle_s * (1 - green_share) ** 2 / (2 * (1 - green_share * load))
    return uniform + load**2 / (2 * flow_per_s * (1 - load))


@pytest.mark.parametrize("flows_per_h", [(600, 500), (800, 500), (700, 700)])
def test_websters_cycle_has_near_the_least_of_his_delay(flows_per_h: tuple[int, int]) -> None:
    """His paper: the delay is never more than 10 to 20 % above the least for cycles of 0.75 to 1.5 times the best."""
    view = crossing([flows_per_h[0], 0, flows_per_h[1], 0], [1800.0] * 4)
    green_s = webster(view, least_green_s=1.0).green_s
    flows = np.array(flows_per_h) / 3600

    def delay(cycle_s: float) -> float:
        shares = flows / flows.sum() * (cycle_s - 10.0) / cycle_s
        each = [websters_delay_s(cycle_s, share, flow, 0.5) for share, flow in zip(shares, flows, strict=True)]
        return float(np.average(each, weights=flows))

    cycles = np.arange(30.0, 300.0, 1.0)
    enough = cycles[(cycles - 10.0) / cycles * 1800 > sum(flows_per_h) + 1]
    least_s = min(delay(cycle) for cycle in enough)
    assert delay(green_s.sum() + 10.0) < 1.1 * least_s


def test_a_crossing_that_cannot_pass_its_flows_has_the_longest_cycle_and_an_empty_one_the_shortest() -> None:
    full = webster(crossing([1500, 0, 1500, 0], [1800] * 4), longest_s=140.0)
    empty = webster(crossing([0] * 4, [1800] * 4), shortest_s=50.0)
    assert full.green_s == pytest.approx([65.0, 65.0])
    assert empty.green_s == pytest.approx([20.0, 20.0])


def test_max_pressure_is_the_greatest_sum_of_saturation_flow_times_difference_of_queues() -> None:
    """Varaiya (2013): 1800 (10 - 2) + 1800 (4 - 4) = 14,400 against 3600 (6 - 1) + 1800 (0 - 1) = 16,200."""
    view = crossing([0] * 4, [1800, 1800, 3600, 1800], [10, 4, 6, 0], [2, 4, 1, 1])
    assert (max_pressure(view).green_s > 0).tolist() == [False, True]
    filled_ahead = crossing([0] * 4, [1800, 1800, 3600, 1800], [10, 4, 6, 0], [2, 4, 2, 1])
    assert (max_pressure(filled_ahead).green_s > 0).tolist() == [True, False]


def test_cyclic_max_pressure_shares_the_cycle_as_exponentials_of_the_pressure() -> None:
    """Le and others (2015): ln(share / share) is eta times the difference; all saturation flows alike."""
    view = crossing([0] * 4, [1800] * 4, [20, 10, 5, 5], [2, 0, 0, 4])
    green_s = cyclic_max_pressure(view, eta=0.05, least_green_s=0.0).green_s
    assert green_s.sum() == pytest.approx(90.0)
    assert np.log(green_s[0] / green_s[1]) == pytest.approx(0.05 * (28 - 6))
    least = cyclic_max_pressure(view, eta=10.0, least_green_s=10.0).green_s
    assert least == pytest.approx([80.0, 10.0])


CROSSINGS, CYCLE_S, LOST_S = 3, 120.0, 5.0
MAIN_PER_H, SIDE_PER_H = 960, 420


def queue_after(hours: float, rule: Rule | None, every_s: float) -> int:
    """Return who queues on an arterial over three signals, with a side street at each, turned by the domain's control.

    Links of one lane, 1,800 vehicles an hour of green, on which a queue of any length stands. The plan gives each
    street half of the cycle less lost times; the arterial's 960 vehicles an hour are more than that.
    """
    link_from = np.array([0, 1, 2, 3, *range(5, 8), 1, 2, 3], np.int32)
    link_to = np.array([1, 2, 3, 4, 1, 2, 3, *range(8, 11)], np.int32)
    phases = np.array([0, 2, 4, -1, 1, 3, 5, -1, -1, -1], np.int32)
    approaches = np.array([0, 4, 1, 5, 2, 6], np.int32)
    signals = Signals(
        np.arange(1, 4, dtype=np.int32), np.arange(0, 7, 2, dtype=np.int32), np.arange(7, dtype=np.int32), approaches,
        phases,
    )  # fmt: skip
    plan = signals.rows(np.full(6, CYCLE_S / 2 - LOST_S), np.zeros(CROSSINGS), LOST_S)
    count = len(link_from)
    times = LinkTimes(*(np.full(count, value, np.int32) for value in (10_000, 2_000, 2_000, 20_000)))
    road = RoadTraffic(11, link_from, link_to, times, link_signal=phases, signals=plan)
    network: Any = SimpleNamespace(
        signals=signals, first_plan=plan, times=times,
        links=SimpleNamespace(from_junction=link_from, to_junction=link_to),
    )  # fmt: skip
    connections = {"signal_control": ConnectionSetting(rule is not None)}
    setting = BrainSetting("any", connections, {"signal_plan": RuleSetting("of_a_test")})
    brain = Brain(setting, {"signal_plan": rule} if rule else {}, {}, Recorder())
    parameters = small_parameters(signals="plans", signal_every_s=every_s)
    table = draw_signals(lambda name: np.random.default_rng(1), CROSSINGS)
    control = SignalControl(brain, network, road, parameters, table)
    time_ms = (np.arange(int(MAIN_PER_H * hours)) * 3_600_000 / MAIN_PER_H).astype(np.int32)
    routes = [[0, 1, 2, 3]] * len(time_ms)
    side_ms = (np.arange(int(SIDE_PER_H * hours)) * 3_600_000 / SIDE_PER_H + 500).astype(np.int32)
    for crossing_ in range(CROSSINGS):
        routes += [[4 + crossing_, 7 + crossing_]] * len(side_ms)
    time_ms = np.concatenate([time_ms, *[side_ms] * CROSSINGS])
    vehicles = road.add_vehicles(len(routes))
    road.send_along(vehicles, np.cumsum([0, *map(len, routes)]), np.concatenate(routes))
    for until_ms in range(10_000, int(hours * 3_600_000) + 1, 10_000):
        now = (time_ms >= road.now_ms) & (time_ms < until_ms)
        road.advance(until_ms, vehicles[now], time_ms[now])
        control.step(until_ms, until_ms / 1000)
    return int(road.queues().sum())


@pytest.mark.parametrize(("rule", "every_s"), [(max_pressure, 30.0), (cyclic_max_pressure, 120.0), (webster, 120.0)])
def test_rules_that_measure_serve_a_demand_that_the_fixed_plan_does_not(rule: Rule, every_s: float) -> None:
    """Within the stability region queues stay as they are after four hours more; two cycles' arrivals bound them."""
    four, eight = queue_after(4.0, rule, every_s), queue_after(8.0, rule, every_s)
    two_cycles = 2 * CYCLE_S / 3600 * (MAIN_PER_H + 3 * SIDE_PER_H)
    assert max(four, eight) < two_cycles


def test_the_fixed_plan_lets_the_queue_grow_by_what_it_lacks() -> None:
    """In 55 s of green 28 go, at 0, 2, ... 54 s: 840 an hour of the 960."""
    four, eight = queue_after(4.0, None, 120.0), queue_after(8.0, None, 120.0)
    assert eight - four == pytest.approx(4 * (MAIN_PER_H - 840), rel=0.02)
