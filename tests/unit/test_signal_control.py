"""Promises: the city's plans hold where it controls signals and nowhere else, and one seed gives one result."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from support.signals import CROSSINGS, signals_twin, traffic_of

from twin.core.clock import HOUR_S, Clock
from twin.core.domain import WorldEvent
from twin.core.errors import PolicyError
from twin.domains.traffic.decisions import SetPlans, SignalPlanView
from twin.domains.traffic.examples_signals import SIGNAL_EXAMPLES
from twin.policies.traffic.signal_plan.cyclic_max_pressure import cyclic_max_pressure
from twin.policies.traffic.signal_plan.max_pressure import max_pressure
from twin.policies.traffic.signal_plan.webster import webster


def mostly_first(view: SignalPlanView) -> SetPlans:
    """Give the first phase of two 80 s, the second 20."""
    return SetPlans(np.tile([80.0, 20.0], len(view.phase_first) - 1))


def test_fixed_plans_are_not_asked_for_and_are_the_day_without_a_question() -> None:
    asked = signals_twin(rules={"signal_plan": lambda view: SetPlans(view.fixed_green_s)})
    silent = signals_twin()
    for twin in (asked, silent):
        twin.run()
    frames = asked.recorder.frames(), silent.recorder.frames()
    assert "traffic.decisions.signal_plan" in frames[0]
    assert "traffic.decisions.signal_plan" not in frames[1]
    pd.testing.assert_frame_equal(frames[0]["traffic.trips"], frames[1]["traffic.trips"], check_exact=True)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_city_sets_the_signals_that_it_controls_and_no_others(share: float) -> None:
    twin = signals_twin(rules={"signal_plan": mostly_first}, shares={"signal_control": share})
    twin.env.run(until=0.5 * HOUR_S)
    domain = traffic_of(twin)
    green_ms = domain.signal_control.rows[:, 2].reshape(-1, 2)
    changed = (green_ms == [80_000, 20_000]).all(axis=1)
    fixed = (green_ms == domain.network.first_plan[:, 2].reshape(-1, 2)).all(axis=1)
    assert (changed | fixed).all()
    drawn = twin.tables["traffic.signals"]["control_draw"].to_numpy() < share
    assert np.array_equal(changed, drawn)
    assert share in (0.0, 1.0) or 0 < changed.sum() < CROSSINGS


def test_while_the_connection_fails_signals_go_by_their_fixed_plans() -> None:
    event = WorldEvent("connection_fails", "signal_control", 0.5 * HOUR_S, HOUR_S)
    twin = signals_twin(rules={"signal_plan": mostly_first}, events=[event])
    domain = traffic_of(twin)
    for until_h, controlled in ((0.4, True), (0.9, False), (1.2, True)):
        twin.env.run(until=until_h * HOUR_S)
        assert np.array_equal(domain.signal_control.rows, domain.network.first_plan) != controlled


def test_what_is_seen_is_what_the_road_has() -> None:
    seen: list[SignalPlanView] = []

    def look(view: SignalPlanView) -> SetPlans:
        seen.append(view)
        return SetPlans(view.fixed_green_s)

    twin = signals_twin(rules={"signal_plan": look})
    domain = traffic_of(twin)
    signals, road = domain.network.signals, domain.road
    entered = []
    for until_s in (3600.0, 3720.0):
        twin.env.run(until=until_s + 1)  # the road is a step ahead of the clock
        entered.append(road.of_links("entered")[signals.approach_link])
    of_hour = [view for view in seen if 3600.0 < view.time_s <= 3720.0 + 10.0]
    assert len(of_hour) == 1
    view = of_hour[0]
    assert view.approaches.arrivals_per_h.sum() > 1000
    assert view.approaches.arrivals_per_h.sum() * 120 / 3600 == pytest.approx((entered[1] - entered[0]).sum(), rel=0.1)
    assert view.queued == view.approaches.queue.sum() > 0
    example = SIGNAL_EXAMPLES["signal_plan"](np.random.default_rng(1))
    for one, other in ((view, example), (view.approaches, example.approaches)):
        for field in dataclasses.fields(one):
            mine, made_up = getattr(one, field.name), getattr(other, field.name)
            assert type(mine) is type(made_up), field.name
            if isinstance(mine, np.ndarray):
                assert mine.dtype == made_up.dtype, field.name
                assert not mine.flags.writeable, field.name
                assert not made_up.flags.writeable, field.name


@pytest.mark.parametrize(
    ("green_s", "complaint"),
    [
        (np.zeros(2 * CROSSINGS), "signal 0 has no green"),
        (np.full(2 * CROSSINGS, np.nan), "must lie within 0..600"),
        (np.full(3, 20.0), "must be an array of 12 numbers"),
        ([20.0] * 2 * CROSSINGS, "must be an array of 12 numbers"),
    ],
)
def test_a_plan_that_is_none_stops_the_run(green_s: object, complaint: str) -> None:
    twin = signals_twin(rules={"signal_plan": lambda view: SetPlans(green_s)})  # type: ignore[arg-type]
    with pytest.raises(PolicyError, match=complaint):
        twin.run()


@pytest.mark.parametrize("rule", [webster, max_pressure, cyclic_max_pressure])
def test_one_seed_is_one_day_whatever_the_rule(rule: object) -> None:
    trips = []
    hour = Clock(datetime(2021, 3, 15, 7), 0.0, HOUR_S)
    for _ in range(2):
        twin = signals_twin(clock=hour, rules={"signal_plan": rule}, signal_every_s=20.0)  # type: ignore[dict-item]
        twin.run()
        trips.append(twin.recorder.frames()["traffic.trips"])
    pd.testing.assert_frame_equal(*trips, check_exact=True)
    assert (trips[0]["ending"] != "under_way").all()
