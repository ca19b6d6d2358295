"""Promises: prices change only by the city's answers, hold for who comes afterwards, and the app's users weigh them."""

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
from twin.domains.traffic.decisions_parking import NightOpeningView, OpenLots, PricesView, SetPrices
from twin.domains.traffic.domain import TrafficDomain
from twin.domains.traffic.parameters import LOT_KINDS, PURPOSES
from twin.domains.traffic.questions_parking import DECISIONS
from twin.kernels.arrivals import NEVER_YET, arrive
from twin.policies.registry import rule_names
from twin.policies.traffic.night_opening.keep_closed import keep_closed
from twin.policies.traffic.night_opening.open_offices import open_offices
from twin.policies.traffic.prices.by_occupancy import ByOccupancy
from twin.policies.traffic.prices.fixed import fixed

MORNING = Clock(datetime(2021, 3, 15, 7), 0.0, 3 * 3600.0)
EVENING = Clock(datetime(2021, 3, 15, 18), 0.0, 3 * 3600.0)
SMALL_LOTS: dict[str, Any] = {"lot_mean_spaces": 40.0, "off_street_spaces": 6_000}
PARAMETERS = ("prices_every_min", "night_opening_h", "price_elasticity")
Run = tuple[TrafficDomain, dict[str, pd.DataFrame]]


def lived(clock: Clock = MORNING, app: float = 0.8, feed: float = 0.95, events: Any = (), **rules: Any) -> Run:
    changes = {name: rules.pop(name) for name in list(rules) if name in PARAMETERS}
    brain = {"app": app, "feed": feed, "chosen": {"lot_choice": "least_cost", **rules}}
    _, domain, frames = run_traffic(clock=clock, brain=brain, events=events, **{**SMALL_LOTS, **changes})
    return domain, frames


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda one: one.name)
def test_the_silent_rule_is_a_built_in_one(decision: Any) -> None:
    assert decision.silent_rule in rule_names(decision)


def test_asking_the_silent_rules_changes_nothing_but_the_record_of_questions() -> None:
    def asked_prices(view: PricesView) -> SetPrices:
        return fixed(view)

    def asked_opening(view: NightOpeningView) -> OpenLots:
        return keep_closed(view)

    _, silent = lived(EVENING)
    _, asked = lived(EVENING, prices=asked_prices, night_opening=asked_opening)
    assert len(asked["traffic.decisions.prices"]) == 3
    assert len(asked["traffic.decisions.night_opening"]) == 1
    assert "traffic.decisions.prices" not in silent
    for name in ("traffic.trips", "traffic.stays", "traffic.links"):
        pd.testing.assert_frame_equal(silent[name], asked[name], check_exact=True)


def test_the_view_shows_what_the_feed_says_of_the_lots_in_the_app_and_the_answer_holds() -> None:
    seen: list[PricesView] = []

    def raise_all(view: PricesView) -> SetPrices:
        seen.append(view)
        return SetPrices(view.surcharge_fen + 50)

    domain, frames = lived(prices=raise_all, prices_every_min=30.0)
    assert [view.time_s for view in seen] == [1800.0 * turn for turn in range(1, len(seen) + 1)]
    assert all((view.surcharge_fen == 50 * turn).all() for turn, view in enumerate(seen))
    connected = np.flatnonzero(domain.parking_app.connected)
    assert all(view.lot.tolist() == connected.tolist() for view in seen)
    taken = frames["traffic.lots"]
    ends = {}
    for ends_s in (5400, 6300, 7200):
        of_interval = taken[taken["ends_s"] == ends_s].set_index("lot")["taken"]
        ends[ends_s] = of_interval.reindex(connected, fill_value=0).to_numpy() / seen[0].spaces
    between = (ends[5400] + 2 * ends[6300] + ends[7200]) / 4
    assert np.corrcoef(seen[3].occupancy, between)[0, 1] > 0.97
    stays = frames["traffic.stays"]
    tariff = domain.books.first_fen[stays["lot"]]
    step = np.where(np.isin(stays["lot"], connected), stays["begins_s"].clip(0) // 1800 * 50, 0)
    off = (stays["price_fen"] - tariff - step).abs()
    assert (off == 0).mean() > 0.99, "but who comes in the step in which prices change"
    assert (off <= 50).all()


def dear(view: PricesView) -> SetPrices:
    """Every second lot is dearer by twenty yuan."""
    return SetPrices(np.where(view.lot % 2 == 0, 2000, 0).astype(np.int32))


def test_users_weigh_the_prices_and_who_minds_none_parks_as_if_there_were_none() -> None:
    def share_in_even_lots(app: float, prices: Any) -> float:
        domain, frames = lived(app=app, prices=prices, prices_every_min=1.0, price_elasticity=0.0)
        stays = frames["traffic.stays"]
        stays = stays[stays["trip"].notna()]
        led = domain.parking_app.times_led[stays["trip"].astype(int)] == bool(app)
        chosen = stays[led & (stays["begins_s"] > 120) & domain.parking_app.connected[stays["lot"]]]
        return float((chosen["lot"] % 2 == 0).mean())

    assert share_in_even_lots(0.8, dear) < share_in_even_lots(0.8, "fixed") - 0.05
    assert share_in_even_lots(0.0, dear) == share_in_even_lots(0.0, "fixed")


def test_who_minds_prices_does_nothing_new_where_they_are_those_of_the_tariff() -> None:
    (_, minded), (_, not_minded) = (lived(app=0.0, price_elasticity=of) for of in (-0.4, 0.0))
    pd.testing.assert_frame_equal(minded["traffic.trips"], not_minded["traffic.trips"], check_exact=True)


def test_who_comes_home_minds_no_price_before_he_sets_out_nor_where_he_arrives() -> None:
    """Two drivers to one place all of whose lots are a hundred times dearer, neither of whom bears that."""
    domain, _ = lived(app=0.0)
    parks, book, lots = domain.car_parks, domain.book, domain.lots
    purposes = [PURPOSES.index(name) for name in ("leisure", "home")]
    trips = np.array(
        [np.flatnonzero((book.purpose == purpose) & ~domain._permit[book.vehicle])[0] for purpose in purposes]
    )
    who = book.vehicle[trips]
    both = np.bitwise_and.reduce(parks.may_use(book.purpose[trips]))
    point = int(parks._point[np.flatnonzero(parks.doors[0] & both)[0]])
    parks.set_levels(np.where(parks._point == point, 100.0, 1.0), lots["spaces"].to_numpy(np.float64))
    parks.bears[who] = 1.0
    parks._lots.taken[:] = 0
    parks.heading[who] = parks._destination[who] = point
    noon_ms = np.full(2, 12 * 3_600_000, np.int32)
    parks.go_where_prices_suit(who, book.purpose[trips], noon_ms)
    assert (parks.heading[who] == point).tolist() == [False, True]
    parks.heading[who] = point
    parks._been[who] = 0
    book.current[who], book.arrived_ms[trips] = trips, NEVER_YET
    written = np.empty((4, 2), np.int32)
    going, _ = arrive(*domain._arrivals, who, noon_ms, 0, 86_400_000, *written)
    assert (going, written[0, 0]) == (1, 0)  # the one for leisure looks further
    assert parks._point[book.lot[trips[1]]] == point


def test_a_night_without_a_price_is_as_good_in_a_dear_lot() -> None:
    """From 21 h on hours cost nothing at the kerb, so nobody drives on for their price."""
    night = Clock(datetime(2021, 3, 15, 21), 0.0, 2 * 3600.0)
    (_, minded), (_, not_minded) = (
        lived(night, app=0.0, prices=dear, prices_every_min=1.0, price_elasticity=of) for of in (-0.4, 0.0)
    )
    pd.testing.assert_frame_equal(minded["traffic.trips"], not_minded["traffic.trips"], check_exact=True)


def test_without_a_feed_prices_stay_as_they_are() -> None:
    domain, frames = lived(feed=0.0, prices=ByOccupancy().decide)
    assert "traffic.decisions.prices" not in frames
    assert not domain.books.surcharge_fen.any()
    failing = [WorldEvent("connection_fails", "parking_feed", 0.0, 7000.0)]
    _, frames = lived(prices=ByOccupancy().decide, events=failing)
    assert frames["traffic.decisions.prices"]["time_s"].tolist() == [7200.0, 10_800.0]


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (lambda view: SetPrices(np.zeros(len(view) + 1, np.int32)), "one for each lot"),
        (lambda view: SetPrices(np.zeros(len(view))), "whole numbers"),
        (lambda view: SetPrices(np.full(len(view), -100_000)), r"must lie within -\d+\.\.10000"),
        (lambda view: SetPrices(np.full(len(view), 10_001)), "must lie within"),
        (lambda view: SetPrices([0] * len(view)), "array of whole numbers"),
    ],
)
def test_an_illegal_price_is_refused(answer: Any, complaint: str) -> None:
    with pytest.raises(PolicyError, match=complaint):
        lived(prices=answer, prices_every_min=1.0)


def test_offices_are_open_to_everybody_at_night_and_to_nobody_else_by_day() -> None:
    """From 19 to 20 h here: cars that came in that hour may stay."""
    domain, frames = lived(EVENING, night_opening=open_offices, night_opening_h=[19.0, 20.0])
    closed, ordinary = lived(EVENING)
    office = domain.lots["kind"].to_numpy() == LOT_KINDS.index("office")

    def home_in_offices(of: Run) -> pd.Series:
        stays = of[1]["traffic.stays"]
        came = stays[stays["trip"].notna() & office[stays["lot"]]]
        purpose = of[0].book.purpose[came["trip"].astype(int)]
        return came["begins_s"][purpose == 0]  # may not park at offices else

    assert not len(home_in_offices((closed, ordinary)))
    began = home_in_offices((domain, frames))
    assert len(began) > 20
    assert began.between(3600 - 15, 7200 + 15).all()
    assert domain.car_parks.doors[0].tolist() == closed.car_parks.doors[0].tolist(), "as before"
    question = frames["traffic.decisions.night_opening"]
    assert question["time_s"].tolist() == [3600.0]
    assert question["seen.until_s"].tolist() == [7200.0]


def test_a_run_that_begins_at_night_is_asked_at_once() -> None:
    night = Clock(datetime(2021, 3, 15, 23), 0.0, 1800.0)
    _, frames = lived(night, night_opening=open_offices)
    assert frames["traffic.decisions.night_opening"]["seen.until_s"].tolist() == [8 * 3600.0]


def test_an_illegal_opening_is_refused() -> None:
    with pytest.raises(PolicyError, match="array of True and False"):
        lived(EVENING, night_opening=lambda view: OpenLots(np.ones(len(view))))
