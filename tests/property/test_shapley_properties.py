"""Shapley's axioms, for any game: they are what makes a part's share its own."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from twin.inference.shapley import (
    coalitions_along,
    gains_along,
    interactions,
    over_days,
    sample_orders,
    shapley_values,
)

PARTS = 4
WORTHS = arrays.arrays(np.float64, (1 << PARTS, 3), elements=st.floats(-100, 100, width=32))
COALITIONS = np.arange(1 << PARTS)


@settings(deadline=None)
@given(WORTHS)
def test_all_parts_share_the_whole_and_nothing_else(worths: NDArray[np.float64]) -> None:
    assert np.allclose(shapley_values(worths).sum(axis=0), worths[-1] - worths[0], atol=1e-10)


@settings(deadline=None)
@given(WORTHS, st.integers(0, PARTS - 1), st.floats(-10, 10))
def test_a_part_that_adds_the_same_to_every_coalition_gets_just_that(
    worths: NDArray[np.float64], part: int, added: float
) -> None:
    without = worths[COALITIONS & ~(1 << part)] + added * (COALITIONS >> part & 1)[:, None]
    assert np.allclose(shapley_values(without)[part], added, atol=1e-10)
    assert np.allclose(interactions(without)[part], 0, atol=1e-10)


@settings(deadline=None)
@given(WORTHS, st.permutations(range(PARTS)))
def test_names_do_not_matter(worths: NDArray[np.float64], order: list[int]) -> None:
    moved = np.zeros_like(COALITIONS)
    for part, place in enumerate(order):
        moved |= (COALITIONS >> part & 1) << place
    renamed = np.empty_like(worths)
    renamed[moved] = worths
    assert np.allclose(shapley_values(renamed)[order], shapley_values(worths), atol=1e-10)
    assert np.allclose(interactions(renamed)[np.ix_(order, order)], interactions(worths), atol=1e-10)


@settings(deadline=None)
@given(WORTHS, WORTHS)
def test_the_worth_of_a_sum_is_the_sum_of_the_worths(one: NDArray[np.float64], other: NDArray[np.float64]) -> None:
    together = shapley_values(one + other)
    assert np.allclose(together, shapley_values(one) + shapley_values(other), atol=1e-10)


@settings(max_examples=50, deadline=None)
@given(WORTHS, st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_any_sample_of_orders_adds_up_every_day(worths: NDArray[np.float64], pairs: int, seed: int) -> None:
    orders = sample_orders(PARTS, pairs, np.random.default_rng(seed))
    gains = gains_along(orders, worths[coalitions_along(orders)])
    assert np.allclose(gains.sum(axis=1), worths[-1] - worths[0], atol=1e-10)


@settings(deadline=None)  # the first call imports scipy
@given(WORTHS)
def test_means_over_days_add_up_too(worths: NDArray[np.float64]) -> None:
    found = over_days(shapley_values(worths))
    assert np.isclose(found.mean.sum(), (worths[-1] - worths[0]).mean(), atol=1e-10)
    assert (found.half >= 0).all()
