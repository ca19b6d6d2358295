"""Promises: signals stand where main roads cross, opposite approaches share a phase, and greens never overlap."""

from __future__ import annotations

import numpy as np
import pytest
from support.signals import CROSSINGS, EAST_WEST, NORTH_SOUTH, SIDE, signals_twin, town_with_signals, traffic_of
from support.traffic import small_parameters, small_town

from twin.core.clock import HOUR_S
from twin.domains.traffic.domain import TrafficDomain
from twin.domains.traffic.network import Network, is_main
from twin.domains.traffic.signals import ENDLESS_MS


def network(**changes) -> Network:
    parameters = small_parameters(**{"signals": "plans", **changes})
    domain = TrafficDomain(parameters, town_with_signals(), None)  # type: ignore[arg-type]
    return domain.network


def test_signals_stand_at_the_crossings_of_main_roads_and_nowhere_else() -> None:
    found = network()
    nodes = found.links.node[found.signals.junction]
    assert sorted(nodes.tolist()) == sorted(row * SIDE + column for row in EAST_WEST for column in NORTH_SOUTH)
    assert len(found.signals) == CROSSINGS


def test_opposite_approaches_share_a_phase_and_crossing_ones_do_not() -> None:
    found = network()
    links, signals = found.links, found.signals
    assert np.array_equal(np.diff(signals.phase_first), np.full(CROSSINGS, 2))
    assert np.array_equal(np.diff(signals.approach_first), np.full(2 * CROSSINGS, 2))
    for phase in range(signals.phase_count):
        pair = signals.approach_link[signals.approach_first[phase] : signals.approach_first[phase + 1]]
        ends = links.node[links.from_junction[pair]]
        assert abs(int(ends[0]) - int(ends[1])) in (2, 2 * SIDE), "not from opposite sides of the crossing"
        assert (signals.link_phase[pair] == phase).all()
    assert np.count_nonzero(signals.link_phase >= 0) == 4 * CROSSINGS


def test_a_town_without_crossing_main_roads_has_no_signals_and_lives() -> None:
    domain = TrafficDomain(small_parameters(signals="plans"), small_town(), None)  # type: ignore[arg-type]
    assert len(domain.network.signals) == 0
    signals_twin(city=small_town(), demand_factor=0.1).run()


@pytest.mark.parametrize("splits", ["equal", "by_lanes"])
def test_a_fixed_plan_shares_the_cycle_out_and_no_two_phases_are_green_at_once(splits: str) -> None:
    found = network(signal_splits=splits, signal_cycle_s=90.0)
    cycle_ms, start_ms, green_ms = found.first_plan.T
    assert (cycle_ms == 90_000).all()
    lost_ms = 5_000  # 2 s to start, 3 s of yellow, 2 s of red, 2 s gained at the end
    for first in found.signals.phase_first[:-1]:
        one, two = first, first + 1
        assert green_ms[one] + green_ms[two] == 90_000 - 2 * lost_ms
        assert start_ms[two] == start_ms[one] + green_ms[one] + lost_ms
        lanes = [found.links.lanes[found.signals.approach_link[found.signals.approach_first[j]]] for j in (one, two)]
        expected = lanes[0] / lanes[1] if splits == "by_lanes" else 1.0
        assert green_ms[one] / green_ms[two] == pytest.approx(expected, abs=1e-4)


def test_a_phase_that_has_all_the_green_has_it_without_end() -> None:
    signals = network().signals
    green_s = np.tile([30.0, 0.0], CROSSINGS)
    rows = signals.rows(green_s, np.full(CROSSINGS, 60.0), 5.0)
    assert (rows[::2] == [ENDLESS_MS, 65_000, ENDLESS_MS - 5_000]).all()
    assert not rows[1::2, 2].any()


def test_as_a_share_signals_take_capacity_and_stand_nowhere() -> None:
    share, plans = network(signals="share"), network()
    assert len(share.signals) == 0
    main = plans.signals.approach_link
    ratio = share.times.headway_ms[main] / plans.times.headway_ms[main]
    assert ratio == pytest.approx(1 / small_parameters().signal_green_share, rel=0.01)


def test_streets_without_a_signal_keep_their_share_of_the_capacity_where_others_cross_and_no_other() -> None:
    for signals in ("share", "plans"):
        found, whole = network(signals=signals), network(signals=signals, crossing_share=1.0)
        ratio = found.times.headway_ms / whole.times.headway_ms
        yields = ~is_main(found.links) & (found.signals.link_phase < 0) & ~found.uncrossed
        assert yields.any()
        assert ratio[yields] == pytest.approx(1 / small_parameters().crossing_share, rel=0.01)
        assert (ratio[~yields] == 1).all()


def test_a_link_at_a_signal_has_no_other_delay_for_its_junction() -> None:
    found, city = network(), town_with_signals()
    factor = city.ordinary.parameters.junction_time_factor
    free_ms = 1000 * found.links.free_flow_s
    at_signal = found.signals.link_phase >= 0
    assert found.times.free_ms[at_signal] == pytest.approx(free_ms[at_signal], abs=1)
    assert found.times.free_ms[~at_signal] == pytest.approx(free_ms[~at_signal] * factor, abs=1)


def test_nobody_enters_a_crossing_on_red() -> None:
    """Seen from outside: what leaves a link at a signal while its phase is red, second by second."""
    twin = signals_twin()
    domain = traffic_of(twin)
    signals, road, plan = domain.network.signals, domain.road, domain.network.first_plan
    cycle_ms, start_ms, green_ms = plan[signals.link_phase[signals.approach_link]].T
    twin.env.run(until=1.5 * HOUR_S)
    passed = 0
    for _ in range(100):
        before, from_ms = road.of_links("left")[signals.approach_link], road.now_ms
        twin.env.run(until=twin.env.now + 10)
        left = road.of_links("left")[signals.approach_link] - before
        offset = (from_ms + np.arange(0, road.now_ms - from_ms, 100)[:, None] - start_ms) % cycle_ms
        red = (offset >= green_ms).all(axis=0)
        assert not left[red].any()
        passed += int(left[~red].sum())
    assert passed > 100
