"""The rules for guidance and gates against worked figures of their papers' formulas, and in a town."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from support.signals import signals_twin, town_with_signals, traffic_of

from twin.core.clock import HOUR_S, Clock
from twin.core.errors import PolicyError
from twin.domains.traffic.decisions_roads import GateView, GuidanceView, GuideBy, LetIn
from twin.policies.traffic.gating.feedback import feedback
from twin.policies.traffic.gating.open_gates import open_gates
from twin.policies.traffic.guidance.fastest import fastest
from twin.policies.traffic.guidance.spread import Spread

MORNING = Clock(datetime(2021, 3, 15, 7), 0.0, 1.5 * HOUR_S)
RING = [["East Street 4", "East Street 8"], ["-"]]
"""The town's two main roads along rows; their hull is the band between them."""


def gate(inside: int, before: int, allowed_per_h: float = 4000.0) -> GateView:
    return GateView(0.0, 180.0, inside, before, 500.0, 0.0, allowed_per_h, 10_000.0, 0)


def test_feedback_by_hand() -> None:
    # 4000 - 20 (520 - 500) + 5 (500 - 520) = 3500
    assert feedback(gate(520, 500)) == LetIn(3500.0)
    # 4000 - 20 (480 - 490) + 5 (500 - 480) = 4300
    assert feedback(gate(480, 490)) == LetIn(4300.0)
    assert feedback(gate(5000, 500)) == LetIn(1000.0)  # not below a tenth
    assert feedback(gate(0, 1000)) == LetIn(10_000.0)  # not above what the gates pass
    assert open_gates(gate(5000, 500)) == LetIn(10_000.0)


def test_feedback_keeps_an_inner_city_at_its_set_point() -> None:
    # A reservoir that lets out 4 a vehicle and hour: it is in balance at the set point with an inflow of 2000 an hour.
    inside, before, allowed_per_h = 2000.0, 2000.0, 10_000.0
    for _ in range(200):
        answer = feedback(gate(round(inside), round(before), allowed_per_h))
        allowed_per_h, before = answer.per_h, inside
        inside += (allowed_per_h - 4.0 * inside) * 180 / 3600
    assert inside == pytest.approx(500, rel=0.05)
    assert allowed_per_h == pytest.approx(2000, rel=0.05)


def ways_view(known_s: list[float]) -> GuidanceView:
    return GuidanceView(0.0, 300.0, 0.3, 3, np.array(known_s), np.array([600.0, 600.0]))


def test_equal_ways_share_the_drivers_and_a_much_slower_one_gets_hardly_any() -> None:
    rule = Spread(np.random.default_rng(1), beta_s=3.0)

    def first(known_s: list[float]) -> float:
        answers = [rule.decide(ways_view(known_s)).link_s for _ in range(2000)]
        return float(np.mean([link_s[0] < link_s[1] for link_s in answers]))

    assert first([900.0, 900.0]) == pytest.approx(0.5, abs=0.04)
    # The difference of two ways is normal with variance 2 x 3 x 600 = 60 squared: 60 s slower is one deviation, 0.841.
    assert first([900.0, 960.0]) == pytest.approx(0.841, abs=0.03)
    assert first([900.0, 1200.0]) > 0.999
    assert fastest(ways_view([900.0, 960.0])).link_s.tolist() == [900.0, 960.0]


def test_gates_hold_the_inflow_and_nothing_else() -> None:
    seen: list[GateView] = []

    def shut(view: GateView) -> LetIn:
        seen.append(view)
        return LetIn(0.1 * view.full_per_h)

    given = {"ring_roads": RING, "signals": "share", "illegal_share": 0.0, "gate_set_point_share": 0.25}
    twin = signals_twin(clock=MORNING, rules={"gating": shut}, **given)
    domain = traffic_of(twin)
    twin.env.run(until=HOUR_S)
    gates, times = domain.gates.links, domain.network.times
    headway_ms = domain.road.of_links("headway_ms")
    assert len(gates) > 10
    np.testing.assert_allclose(headway_ms[gates], times.headway_ms[gates] / 0.1, atol=1)
    others = np.setdiff1d(np.arange(len(headway_ms)), gates)
    assert (headway_ms[others] == times.headway_ms[others]).all()
    assert all(view.entered_per_h <= 0.1 * view.full_per_h + 20 * len(gates) for view in seen[1:])
    assert seen[-1].waiting > 0
    assert seen[1].inside_before == seen[0].inside
    within = town_with_signals().roads
    assert seen[0].set_point == pytest.approx(0.25 * times.storage[_between(domain, within)].sum(), rel=1e-9)


def _between(domain: object, roads: object) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    links = domain.network.links  # type: ignore[attr-defined]
    row = links.node // 12
    inside = (row >= 4) & (row <= 8)
    return np.asarray(inside[links.from_junction] & inside[links.to_junction])


def test_an_answer_that_is_none_stops_the_run() -> None:
    for rules, text in (
        ({"gating": lambda view: LetIn(2 * view.full_per_h)}, "per_h must lie within 0.."),
        ({"gating": lambda view: LetIn(float("nan"))}, "per_h must lie within 0.."),
        ({"guidance": lambda view: GuideBy(view.known_s[:3])}, "link_s must be an array of"),
        ({"guidance": lambda view: GuideBy(-view.known_s)}, "link_s must lie above 0"),
    ):
        twin = signals_twin(clock=MORNING, rules=rules, ring_roads=RING, signals="share", illegal_share=0.0)
        with pytest.raises(PolicyError, match=text):
            twin.run()
