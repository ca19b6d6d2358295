"""Multiple comparisons with the best, and selection of the best, on normal cases with known means."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from twin.inference.best import against_best, equicoordinate
from twin.inference.selection import select_best

TRIES = 1000


@pytest.mark.parametrize(
    ("size", "degrees", "known"),
    [
        (1, 10, 1.81),
        (2, 5, 2.44),
        (4, 5, 2.85),
        (9, 5, 3.30),
        (3, 10, 2.34),
        (9, 10, 2.81),
        (2, 20, 2.03),
        (6, 20, 2.46),
    ],
)
def test_the_quantile_is_that_of_dunnetts_table(size: int, degrees: int, known: float) -> None:
    """Dunnett (1955), table 1a: one-sided, joint confidence of 95 %."""
    assert equicoordinate(size, degrees, 0.95) == pytest.approx(known, abs=0.0051)


@pytest.mark.parametrize(("size", "degrees"), [(2, 3), (4, 40), (7, 12)])
def test_the_quantile_leaves_5_percent_of_the_multivariate_t(size: int, degrees: int) -> None:
    shape = np.full((size, size), 0.5) + 0.5 * np.eye(size)
    chance = stats.multivariate_t(np.zeros(size), shape, df=degrees, seed=1).cdf(
        np.full(size, equicoordinate(size, degrees, 0.95)), maxpts=200_000
    )
    assert chance == pytest.approx(0.95, abs=0.001)


@pytest.mark.parametrize(
    ("means", "lower"), [([0.0, 0.0, 0.0, 3.0], False), ([0.0, 0.5, 0.9, 1.0], False), ([2.0, 5.0, 5.0], True)]
)
def test_all_intervals_against_the_best_hold_together(means: list[float], lower: bool) -> None:
    """Least favourable are others equally far behind: there the joint confidence is 95 %, elsewhere it is more."""
    generator, held = np.random.default_rng(31), []
    truth = np.array(means)
    best = truth.min if lower else truth.max
    assert best() in truth
    known = [
        mean - (np.delete(truth, place).min() if lower else np.delete(truth, place).max())
        for place, mean in enumerate(truth)
    ]
    for _ in range(TRIES):
        values = truth[:, None] + generator.normal(0, 2, 15) + generator.normal(0, 1, (len(means), 15))
        found = against_best(values, lower_is_better=lower)
        held.append(all(gap.low <= gap_known <= gap.high for gap, gap_known in zip(found.gaps, known, strict=True)))
    noise = 3 * math.sqrt(0.05 * 0.95 / TRIES)
    assert np.mean(held) >= 0.95 - noise
    if len(set(means)) == 2:
        assert np.mean(held) <= 0.95 + noise


def test_the_best_of_several_is_named_where_it_stands_apart() -> None:
    generator = np.random.default_rng(32)
    values = np.array([3.0, 1.0, 4.0])[:, None] + generator.normal(0, 5, 12) + generator.normal(0, 0.2, (3, 12))
    found = against_best(values, lower_is_better=True)
    assert found.may_be_best == (False, True, False)
    assert str(found.gaps[1].high) == "0.0", "not minus nothing"
    assert found.gaps[1].low == pytest.approx(-2.0, abs=0.3)
    assert found.gaps[0].low == 0.0
    assert found.gaps[0].high == pytest.approx(2.0, abs=0.3)


@pytest.mark.parametrize("correlation", [0.0, 0.6])
def test_the_best_is_picked_95_percent_of_the_time_where_that_is_hardest(correlation: float) -> None:
    """Slippage: all others are worse by just the indifference. Kim and Nelson's promise is at least 95 %."""
    generator = np.random.default_rng(33)
    systems, most, tries = 4, 400, 500
    right, used = [], []
    for _ in range(tries):
        shared, own = generator.normal(0, 1, most), generator.normal(0, 1, (systems, most))
        values = math.sqrt(correlation) * shared + math.sqrt(1 - correlation) * own
        values[2] += 0.6
        found = select_best(values, 0.6, lower_is_better=False, first=10)
        assert found.best is not None
        right.append(found.best == 2)
        used.append(found.replications)
    assert np.mean(right) >= 0.95 - 3 * math.sqrt(0.05 * 0.95 / tries)
    if correlation:
        assert np.mean(used) < 30, "common chance makes the pick cheap; without it some 60 replications are needed"


def test_the_pick_says_when_it_needs_more_and_does_not_look_at_what_it_ruled_out() -> None:
    generator = np.random.default_rng(34)
    values = generator.normal(0, 1, (3, 200)) + np.array([0.0, 4.0, 0.1])[:, None]
    early = select_best(values[:, :12], 0.3, lower_is_better=True, first=10)
    assert early.best is None
    assert 1 not in early.left
    blind = values.copy()
    blind[1, early.ruled_out_after[1] :] = np.nan
    late = select_best(blind, 0.3, lower_is_better=True, first=10)
    assert late == select_best(values, 0.3, lower_is_better=True, first=10)
    assert late.best in (0, 2)
    assert late.replications <= late.at_most


def test_two_systems_and_one_look_are_kims_and_nelsons_own_arithmetic() -> None:
    """By hand: n0 = 5, k = 2, so eta = (0.1 ** -0.5 - 1) / 2; differences 1, 2, 3, 4, 5 have a variance of 2.5."""
    values = np.array([[1.0, 2.0, 3.0, 4.0, 5.0], [0.0, 0.0, 0.0, 0.0, 0.0]])
    found = select_best(values, 1.0, lower_is_better=False, first=5)
    reach = (0.1**-0.5 - 1) / 2 * 2 * 4 * 2.5
    assert found.at_most == math.floor(reach) + 1 == 22
    assert found.best == 0, "the mean difference of 3 exceeds (21.6 - 5) / 10"
    closer = select_best(values - np.array([[1.4], [0.0]]), 1.0, lower_is_better=False, first=5)
    assert closer.best is None, "1.6 does not exceed 1.66"
