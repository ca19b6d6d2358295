"""Shapley values and interactions against closed forms, a published council, and an independent program."""

from __future__ import annotations

import itertools
import math
import warnings

import numpy as np
import pytest
from numpy.typing import NDArray

from twin.inference.shapley import (
    coalitions_along,
    gains_along,
    interactions,
    over_days,
    over_orders_and_days,
    parts_of,
    sample_orders,
    shapley_values,
)

Worths = NDArray[np.float64]


def members(coalition: int, parts: int) -> NDArray[np.bool_]:
    return (coalition >> np.arange(parts)) & 1 == 1


def game(parts: int, worth: object) -> Worths:
    assert callable(worth)
    return np.array([float(worth(members(coalition, parts))) for coalition in range(1 << parts)])


def any_game(parts: int, days: int = 1, seed: int = 1) -> Worths:
    return np.random.default_rng(seed).normal(10.0, 3.0, (1 << parts, days))


def test_parts_that_only_add_up_get_what_they_add_and_have_no_interaction() -> None:
    weights = np.array([3.0, -1.5, 0.0, 7.25, 2.0])
    worths = game(5, lambda inside: 100 + weights[inside].sum())
    assert shapley_values(worths) == pytest.approx(weights, abs=1e-12)
    assert np.abs(interactions(worths)).max() < 1e-12


def test_the_glove_game() -> None:
    """One left glove, two right ones: a pair is worth 1. The left has 2/3, each right 1/6 (Shapley 1953's kind)."""
    worths = game(3, lambda inside: min(inside[0], inside[1:].sum()))
    assert shapley_values(worths) == pytest.approx([2 / 3, 1 / 6, 1 / 6], abs=1e-15)
    assert interactions(worths)[0, 1] == pytest.approx(0.5, abs=1e-15)
    assert interactions(worths)[1, 2] == pytest.approx(-0.5, abs=1e-15)


@pytest.mark.parametrize("needed", [(0,), (1, 3), (0, 2, 4), (0, 1, 2, 3, 4, 5)])
def test_unanimity_games(needed: tuple[int, ...]) -> None:
    """What only all of some bring is shared equally; a pair interacts by 1/(t-1) (Grabisch and Roubens 1999)."""
    worths = game(6, lambda inside: inside[list(needed)].all())
    shares = [1 / len(needed) if part in needed else 0.0 for part in range(6)]
    assert shapley_values(worths) == pytest.approx(shares, abs=1e-15)
    for one, other in itertools.combinations(range(6), 2):
        both = one in needed and other in needed
        expected = 1 / (len(needed) - 1) if both else 0.0
        assert interactions(worths)[one, other] == pytest.approx(expected, abs=1e-15)
        assert interactions(worths)[other, one] == interactions(worths)[one, other]


def test_the_security_council_of_the_united_nations() -> None:
    """Five with a veto, ten without, nine votes: 421/2145 and 4/2145 (the Shapley-Shubik index of the council)."""
    inside = (np.arange(1 << 15)[:, None] >> np.arange(15)) & 1
    passes = (inside[:, :5].all(axis=1) & (inside.sum(axis=1) >= 9)).astype(float)
    values = shapley_values(passes)
    assert values[:5] == pytest.approx([421 / 2145] * 5, abs=1e-13)
    assert values[5:] == pytest.approx([4 / 2145] * 10, abs=1e-13)


def test_the_airport_game() -> None:
    """Each pays an equal share of every piece of runway that it needs (Littlechild and Owen 1973)."""
    lengths = np.array([1.0, 2.0, 2.0, 5.0, 9.0])
    worths = game(5, lambda inside: lengths[inside].max(initial=0.0))
    pieces = np.diff(lengths, prepend=0.0) / np.arange(5, 0, -1)
    assert shapley_values(worths) == pytest.approx(np.cumsum(pieces), abs=1e-12)


@pytest.mark.parametrize("parts", [1, 2, 5, 8])
def test_the_parts_add_up_to_the_whole_every_day(parts: int) -> None:
    worths = any_game(parts, days=7)
    assert shapley_values(worths).sum(axis=0) == pytest.approx(worths[-1] - worths[0], abs=1e-12)


def test_the_values_are_the_mean_over_all_orders() -> None:
    worths = any_game(5, days=3)
    orders = np.array(list(itertools.permutations(range(5))))
    gains = gains_along(orders, worths[coalitions_along(orders)])
    assert gains.sum(axis=1) == pytest.approx(np.tile(worths[-1] - worths[0], (len(orders), 1)), abs=1e-12)
    assert gains.mean(axis=0) == pytest.approx(shapley_values(worths), abs=1e-12)


@pytest.mark.parametrize("parts", [2, 4, 7])
def test_an_independent_program_says_the_same(parts: int) -> None:
    """Against shapiq, which computes both from the coalitions' worths in its own way."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shapiq = pytest.importorskip("shapiq", reason="shapiq (extra test) is not installed")
    worths = any_game(parts, seed=parts)[:, 0]
    bits = 1 << np.arange(parts)
    peer = shapiq.ExactComputer(lambda rows: worths[(rows * bits).sum(axis=1)], parts)
    values, pairs = peer("SV", 1), peer("SII", 2)
    assert shapley_values(worths) == pytest.approx([values[(part,)] for part in range(parts)], abs=1e-9)
    for one, other in itertools.combinations(range(parts), 2):
        assert interactions(worths)[one, other] == pytest.approx(pairs[(one, other)], abs=1e-9)


# -- samples ---------------------------------------------------------------------------------------------------------


def test_orders_come_in_pairs_and_each_is_an_order() -> None:
    orders = sample_orders(9, 20, np.random.default_rng(3))
    assert orders.shape == (40, 9)
    assert (np.sort(orders, axis=1) == np.arange(9)).all()
    assert (orders[0::2] == orders[1::2, ::-1]).all()
    assert len({tuple(order) for order in orders}) == 40
    along = coalitions_along(orders)
    assert (along[:, 0] == 0).all()
    assert (along[:, -1] == (1 << 9) - 1).all()


def test_pairs_of_an_order_and_its_reverse_leave_no_error_where_parts_only_interact_in_pairs() -> None:
    """In any order one of two comes first, in the reverse the other: a game of pairs is exact from a single draw."""
    generator = np.random.default_rng(5)
    pairs = np.triu(generator.normal(size=(7, 7)), 1)
    worths = game(7, lambda inside: float(inside @ pairs @ inside))[:, None]
    orders = sample_orders(7, 1, generator)
    gains = gains_along(orders, worths[coalitions_along(orders)])
    assert gains.mean(axis=0) == pytest.approx(shapley_values(worths), abs=1e-12)


def test_intervals_over_days_cover_the_truth() -> None:
    """Days are draws: a thousand samples of eight days, with normal worths of known means."""
    generator = np.random.default_rng(7)
    means = any_game(3, seed=2)
    truth = shapley_values(means)[:, 0]
    covered = []
    for _ in range(1000):
        found = over_days(shapley_values(means + generator.normal(0, 2, (8, 8))))
        covered.append(np.abs(found.mean - truth) <= found.half)
    assert 0.93 <= np.mean(covered) <= 0.97


def test_intervals_over_orders_and_days_cover_the_truth() -> None:
    """Over random games with noisy days: both errors together, and that of orders against the exact values."""
    generator = np.random.default_rng(11)
    both, orders_alone = [], []
    for _ in range(1000):
        means = generator.normal(10, 3, (64, 1))
        worths = means + generator.normal(0, 1.5, (64, 8))
        orders = sample_orders(6, 8, generator)
        found = over_orders_and_days(gains_along(orders, worths[coalitions_along(orders)]))
        both.append(np.abs(found.mean - shapley_values(means)[:, 0]) <= found.half)
        exact = shapley_values(worths).mean(axis=1)
        orders_alone.append(np.abs(found.mean - exact) <= found.half_orders)
    assert 0.93 <= np.mean(both) <= 0.97
    assert 0.92 <= np.mean(orders_alone) <= 0.96, "gains are not normal, and eight pairs are few"


def test_more_orders_narrow_the_error_of_orders_and_leave_that_of_days() -> None:
    worths = any_game(6, seed=6) + np.random.default_rng(8).normal(0, 1, (1, 30)) * np.arange(64)[:, None] / 10
    halves = []
    for pairs in (10, 160):
        orders = sample_orders(6, pairs, np.random.default_rng(9))
        halves.append(over_orders_and_days(gains_along(orders, worths[coalitions_along(orders)])))
    assert halves[1].half_orders == pytest.approx(halves[0].half_orders / 4, rel=0.6)
    assert halves[1].half_days == pytest.approx(halves[0].half_days, rel=0.2)
    assert (halves[1].half >= halves[1].half_days).all()


def test_what_has_no_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="power of two"):
        parts_of(6)
    with pytest.raises(ValueError, match="two at least"):
        over_days(np.ones((3, 1)))
    with pytest.raises(ValueError, match="two at least"):
        over_orders_and_days(np.ones((2, 3, 5)))
    assert math.isclose(float(shapley_values(np.array([1.0, 4.0]))[0]), 3.0)
