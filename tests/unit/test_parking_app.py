"""Promises: the app shows what the feed says and no more, leads only its users, and what it keeps is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.traffic_day import run_traffic

from twin.core.clock import Clock
from twin.core.domain import WorldEvent
from twin.core.errors import PolicyError
from twin.domains.traffic.decisions_parking import LotChoiceView, ParkAt
from twin.domains.traffic.domain import TrafficDomain
from twin.domains.traffic.parameters import LOT_KINDS
from twin.policies.traffic.lot_choice.nearest_free import nearest_free

MORNING = Clock(datetime(2021, 3, 15, 7), 0.0, 3 * 3600.0)
SMALL_LOTS: dict[str, Any] = {"lot_mean_spaces": 40.0, "off_street_spaces": 6_000}
Run = tuple[TrafficDomain, dict[str, pd.DataFrame], list[LotChoiceView]]


def lived(rule: Any = "look_yourself", *, app: float = 0.6, feed: float = 0.95, **changes: Any) -> Run:
    """Live a morning; return the domain, its tables and the views, where the rule is a function."""
    seen: list[LotChoiceView] = []

    def look(view: LotChoiceView) -> ParkAt:
        seen.append(view)
        answer = rule(view)
        assert isinstance(answer, ParkAt)
        return answer

    chosen = rule if isinstance(rule, str) else look
    brain = {"app": app, "feed": feed, "chosen": {"lot_choice": chosen}}
    _, domain, frames = run_traffic(clock=MORNING, brain=brain, **{**SMALL_LOTS, **changes})
    return domain, frames, seen


@pytest.fixture(scope="module")
def practised() -> Run:
    return lived()


@pytest.fixture(scope="module")
def led() -> Run:
    return lived(nearest_free)


def test_nobody_is_led_without_app_feed_or_rule(practised: Run) -> None:
    """Three ways to have no app are one day to the last bit, and no question is recorded."""
    for without in (lived("nearest_free", app=0.0), lived("nearest_free", feed=0.0)):
        pd.testing.assert_frame_equal(without[1]["traffic.trips"], practised[1]["traffic.trips"], check_exact=True)
        assert "traffic.decisions.lot_choice" not in without[1]


def test_only_users_are_led_and_only_to_connected_lots(led: Run) -> None:
    domain, frames, seen = led
    trips = frames["traffic.trips"].set_index("trip")
    times_led = domain.parking_app.times_led
    assert times_led.sum() > 500
    users = domain.parking_app.user[domain.book.vehicle]
    assert not times_led[~users].any()
    shown = np.unique(np.concatenate([view.lots.lot[view.lots.lot >= 0] for view in seen]))
    kind = domain.lots["kind"].to_numpy()[shown]
    assert set(kind) <= {LOT_KINDS.index(name) for name in domain.parameters.connectable_kinds}
    assert LOT_KINDS.index("roadside") in kind
    once = times_led[trips.index] == 1
    untroubled = once & (domain.parking_app.times_turned_away[trips.index] == 0) & (trips["ending"] == "lot")
    assert (trips.loc[untroubled, "looked"] == 1).all(), "who is led and finds room looks nowhere else"


def test_candidates_lie_within_the_drivers_walk_nearest_first(led: Run) -> None:
    for view in led[2]:
        there = view.lots.lot >= 0
        assert there[:, 0].all(), "who sees no lot is not asked about"
        assert (view.lots.walk_m <= view.drivers.walk_m[:, None]).all()
        assert (view.lots.free <= view.lots.spaces).all()
        assert (view.lots.free >= 0).all() or not view.feed_works


def test_the_feed_is_as_late_as_it_is_said_to_be() -> None:
    """A feed with neither delay nor miscount shows what is; a late one shows what was."""
    exact = {"feed_error_share": 0.0, "feed_every_s": 10}
    _, _, now = lived(nearest_free, feed_delay_min=0.0, **exact)
    _, _, late = lived(nearest_free, feed_delay_min=10.0, **exact)
    assert {view.feed_age_s for view in now} == {0.0}
    assert {view.feed_age_s for view in late if view.time_s > 700} == {600.0}
    early = [view for view in late if view.time_s < 600]
    assert early, "somebody asks before anything has become known"
    assert not any(view.feed_works or (view.lots.free > 0).any() for view in early)


def test_a_later_feed_turns_more_drivers_away() -> None:
    away = [lived("nearest_free", feed_delay_min=delay)[0].parking_app.times_turned_away.sum() for delay in (0.0, 20.0)]
    assert away[1] > away[0] > 0


@pytest.mark.parametrize("rule", ["reservation", "assignment"])
def test_whoever_has_a_place_kept_finds_it(rule: str) -> None:
    domain, frames, _ = lived(rule)
    assert domain.parking_app.times_led.sum() > 500
    assert domain.parking_app.times_turned_away.sum() == 0
    assert not domain.car_parks.kept_count.any(), "everybody has come"
    trips = frames["traffic.trips"]
    parked = np.bincount(trips["lot"][trips["lot"].notna() & trips["left_s"].isna()].astype(int))
    still = domain.car_parks.taken[: len(parked)]
    assert (still >= parked).all()
    assert (domain.car_parks.taken <= domain.lots["spaces"].to_numpy()).all()


def test_one_seed_is_one_morning_to_the_last_bit(led: Run) -> None:
    again = lived(nearest_free)
    for name in ("traffic.trips", "traffic.links", "traffic.lots"):
        pd.testing.assert_frame_equal(led[1][name], again[1][name], check_exact=True)


def test_while_a_connection_fails_users_are_led_blindly_or_not_at_all(led: Run) -> None:
    def failing(name: str) -> list[LotChoiceView]:
        seen: list[LotChoiceView] = []

        def look(view: LotChoiceView) -> ParkAt:
            seen.append(view)
            return nearest_free(view)

        run_traffic(
            clock=MORNING, events=[WorldEvent("connection_fails", name, 3600.0, 7200.0)],
            brain={"app": 0.6, "chosen": {"lot_choice": look}}, **SMALL_LOTS,
        )  # fmt: skip
        return seen

    without_feed = [view for view in failing("parking_feed") if 3610 < view.time_s < 7190]
    assert len(without_feed) > 50
    assert not any(view.feed_works or (view.lots.free > 0).any() for view in without_feed)
    asked_s = [view.time_s for view in failing("parking_app")]
    assert not any(3610 < time_s < 7190 for time_s in asked_s)
    assert any(time_s > 7200 for time_s in asked_s)
    assert any(3610 < view.time_s < 7190 for view in led[2])


def test_guidance_spares_its_users_searching(practised: Run) -> None:
    """Of the same drivers, who would have looked around: the same people, led and not."""
    domain = practised[0]
    users = domain.parking_app.user
    guided = lived("assignment")[0]
    led = guided.parking_app.times_led > 0

    def mean_looked(of: TrafficDomain) -> float:
        chosen = led & users[of.book.vehicle] & (of.book.looked > 0)
        return float(of.book.looked[chosen].mean())

    assert mean_looked(guided) < 0.7 * mean_looked(domain)


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (lambda view: ParkAt(np.zeros(len(view.drivers) + 1, np.int32)), "one for each driver"),
        (lambda view: ParkAt(np.zeros(len(view.drivers))), "whole numbers"),
        (lambda view: ParkAt(np.full(len(view.drivers), 99, np.int32)), "must lie within"),
        (lambda view: ParkAt((view.lots.lot < 0).argmax(axis=1).astype(np.int32)), "has no lot at place"),
        (lambda view: ParkAt([0] * len(view.drivers)), "array of whole numbers"),
    ],
)
def test_an_illegal_answer_is_refused(answer: Any, complaint: str) -> None:
    with pytest.raises(PolicyError, match=complaint):
        lived(answer)
