"""Rules that lead drivers to lots, against independent programs and worked cases; what the app shows, to the fen."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from twin.domains.traffic.examples_parking import PARKING_EXAMPLES
from twin.domains.traffic.parameters import TrafficParameters
from twin.domains.traffic.tariff import Prices, fee_fen, tariff_prices
from twin.kernels.lot_choice import Asking, Shown, ShownLots, show_lots
from twin.policies.traffic.lot_choice.assignment import assignment
from twin.policies.traffic.lot_choice.least_cost import LeastCost
from twin.policies.traffic.lot_choice.nearest_free import nearest_free
from twin.policies.traffic.lot_choice.reservation import reservation


def whole_fen(view):
    """Return the view and its costs in whole hundredths of a fen, which an independent program can add exactly."""
    lots = view.lots
    yuan_a_second = view.drivers.value_of_time_yuan_per_h[:, None].astype(np.float64) / 3600
    cost = lots.price_yuan + yuan_a_second * (lots.drive_time_s + 2.0 * lots.walk_m / 1.2)
    return np.rint(1e4 * cost).astype(np.int64)


@pytest.mark.parametrize("seed", range(25))
def test_the_assignment_costs_what_the_least_flow_does(seed: int) -> None:
    """Against the network simplex of networkx: as many are led, at the same sum."""
    generator = np.random.default_rng(seed)
    view = PARKING_EXAMPLES["lot_choice"](generator)
    while not view.feed_works or len(view.drivers) > 60:
        view = PARKING_EXAMPLES["lot_choice"](generator)
    lots, cost = view.lots, whole_fen(view)
    graph = nx.DiGraph()
    count = len(view.drivers)
    graph.add_node("city", demand=count)
    for driver in range(count):
        graph.add_node(("driver", driver), demand=-1)
        graph.add_edge(("driver", driver), "city", weight=10**8)
        for column, lot in enumerate(lots.lot[driver].tolist()):
            if lot >= 0 and lots.free[driver, column] > 0:
                graph.add_edge(("driver", driver), ("lot", lot), weight=int(cost[driver, column]))
                graph.add_edge(("lot", lot), "city", capacity=int(lots.free[driver, column]), weight=0)
    least, _ = nx.network_simplex(graph)
    answer = assignment(view)
    led = answer.place >= 0
    rows = np.flatnonzero(led)
    mine = int(cost[rows, answer.place[rows]].sum()) + 10**8 * int((~led).sum())
    assert abs(mine - least) <= count, "each cost is rounded once"
    chosen, of = np.unique(lots.lot[rows, answer.place[rows]], return_counts=True)
    free = {int(lot): int(value) for lot, value in zip(lots.lot.ravel(), lots.free.ravel(), strict=True)}
    assert all(number <= free[int(lot)] for lot, number in zip(chosen, of, strict=True))


def test_one_driver_is_assigned_where_reservation_and_prediction_of_an_empty_lot_lead_him() -> None:
    """One driver, sure that all lots have room: all rules of least cost agree."""
    generator = np.random.default_rng(3)
    view = PARKING_EXAMPLES["lot_choice"](generator)
    while not view.feed_works or not 20 < len(view.drivers) < 100:
        view = PARKING_EXAMPLES["lot_choice"](generator)
    there = view.lots.lot >= 0
    plenty = np.where(there, 1000, 0).astype(np.int32)
    none, still = np.zeros_like(plenty), np.zeros(plenty.shape, np.float32)
    view = replace(view, lots=replace(view.lots, spaces=2 * plenty, free=plenty, led=none, free_per_h=still))
    expected = reservation(view).place
    assert len(set(expected.tolist())) > 1
    assert np.array_equal(assignment(view).place, expected)
    assert np.array_equal(LeastCost().decide(view).place, expected)


def test_a_lot_that_fills_is_avoided_and_one_that_empties_is_not() -> None:
    """Ten free and thirty fewer an hour, half an hour away: expected to be full; the farther one is not."""
    generator = np.random.default_rng(5)
    view = PARKING_EXAMPLES["lot_choice"](generator)
    kinds = (np.int32, np.float32, np.float32, np.int32, np.int8)
    one = replace(
        view, asking=1, feed_works=True, feed_age_s=0.0,
        drivers=type(view.drivers)(*(np.ones(1, kind) for kind in kinds)),
        lots=replace(
            view.lots, lot=np.array([[4, 7]], np.int32), walk_m=np.array([[50, 300]], np.float32),
            price_yuan=np.zeros((1, 2), np.float32), drive_time_s=np.full((1, 2), 1800, np.float32),
            spaces=np.full((1, 2), 100, np.int32), free=np.full((1, 2), 10, np.int32), led=np.zeros((1, 2), np.int32),
            free_per_h=np.array([[-60, 0]], np.float32),
        ),
    )  # fmt: skip
    assert nearest_free(one).place.tolist() == [0]
    assert LeastCost().decide(one).place.tolist() == [1]
    emptying = replace(one, lots=replace(one.lots, free_per_h=np.array([[60, 0]], np.float32)))
    assert LeastCost().decide(emptying).place.tolist() == [0]
    crowd = replace(emptying, lots=replace(emptying.lots, led=np.array([[60, 0]], np.int32)))
    assert LeastCost().decide(crowd).place.tolist() == [1], "sixty others are under way to it"


def test_what_the_app_shows_is_what_the_tariff_asks_to_the_fen() -> None:
    generator = np.random.default_rng(11)
    drivers, count = 300, 40
    zone, structure = generator.integers(1, 4, count), generator.integers(0, 3, count)
    prices = tariff_prices(TrafficParameters(), zone, structure)
    xy_m = generator.uniform(0, 1000, (count, 2))
    all_day = np.zeros(count, np.int32), np.full(count, 86_400_000, np.int32)
    whole = np.full(count, 5, np.int32)
    near = np.argsort(generator.random((3, count)), axis=1).astype(np.int32)
    lots = ShownLots(
        near, xy_m[:, 0].copy(), xy_m[:, 1].copy(), np.ones(count, np.uint8), *all_day, np.column_stack(prices), whole,
        whole, whole, np.zeros(count, np.float32),
    )  # fmt: skip
    at_m = generator.uniform(0, 1000, (4, drivers))
    stay_s = generator.integers(1, 200_000, drivers).astype(np.int32)
    asking = Asking(
        generator.integers(0, 3, drivers).astype(np.int32), *at_m, np.ones(drivers, np.uint8),
        np.full(drivers, 400, np.float32), stay_s, np.full(drivers, 7, np.int32),
    )  # fmt: skip
    kinds = (np.int32, np.float32, np.int32, np.float32, np.int32, np.int32, np.int32, np.float32)
    shown = Shown(*(np.empty((drivers, 12), kind) for kind in kinds))
    show_lots(lots, asking, 20 * 3_600_000, 1200, 0.2, shown)
    driver, column = np.nonzero(shown.lot >= 0)
    assert len(driver) > 1000
    lot = shown.lot[driver, column]
    assert 7 not in lot, "the lot to avoid"
    walk_m = np.hypot(*(xy_m[lot] - at_m[2:, driver].T).T)
    assert np.allclose(shown.walk_m[driver, column], walk_m, atol=0.01)
    assert walk_m.max() <= 400
    drive_s = 0.2 * np.hypot(*(xy_m[lot] - at_m[:2, driver].T).T)
    begins_s = (20 * 3_600_000 + (drive_s * 1000).astype(np.int64)) // 1000
    expected = fee_fen(begins_s, begins_s + stay_s[driver], Prices(*(part[lot] for part in prices)), 1200)
    assert np.array_equal(shown.price_fen[driver, column], expected)
    for row in range(20):  # the first twelve within reach, in their order, and nothing else
        reach = [one for one in near[asking.point[row]] if one != 7 and np.hypot(*(xy_m[one] - at_m[2:, row])) <= 400]
        assert shown.lot[row][shown.lot[row] >= 0].tolist() == reach[:12]
