"""Shapley values: what each of several parts brings to what all of them bring together, exactly or from samples.

A *worth* is what a coalition of parts brings, one number a day. Coalitions are numbers whose bits are their parts: 5 is
the coalition of parts 0 and 2. Every function takes any number of axes after the first, such as one of days.

References
----------
Shapley (1953), A value for n-person games, Contributions to the Theory of Games II.
Grabisch and Roubens (1999), An axiomatic approach to the concept of interaction among players in cooperative games,
International Journal of Game Theory 28.
Castro, Gómez and Tejada (2009), Polynomial calculation of the Shapley value based on sampling, Computers & Operations
Research 36(5).
Mitchell, Cooper, Frank and Holmes (2022), Sampling permutations for Shapley value estimation, Journal of Machine
Learning Research 23 (each permutation with its reverse).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.core.statistics import CONFIDENCE

Worths = NDArray[np.float64]
Permutations = NDArray[np.int64]

MOST_EXACT: Final = 8
"""Up to so many parts every coalition is looked at: 256 of them."""


@dataclass(frozen=True)
class Estimates:
    """Means over days with half the widths of their intervals; arrays of one shape.

    Attributes
    ----------
    half_days
        From how days differ: what more days would narrow.
    half_orders
        From which orders of the parts were sampled: what more orders would narrow; 0 where all were looked at.
    half
        Both together.
    """

    mean: NDArray[np.float64]
    half: NDArray[np.float64]
    half_days: NDArray[np.float64]
    half_orders: NDArray[np.float64]


def parts_of(coalitions: int) -> int:
    """Return how many parts have so many coalitions.

    Raises
    ------
    ValueError
        Where it is no power of two.
    """
    parts = coalitions.bit_length() - 1
    if coalitions != 1 << parts:
        raise ValueError(f"{coalitions} worths are not those of all coalitions of some parts: a power of two")
    return parts


def shapley_values(worths: Worths) -> NDArray[np.float64]:
    """Return every part's Shapley value.

    Parameters
    ----------
    worths
        What each coalition brings, shape (2 ** parts, ...), by the coalition's number.

    Returns
    -------
    NDArray
        Shape (parts, ...); their sum is what all bring, less what nobody brings.
    """
    parts = parts_of(len(worths))
    sizes = _sizes(parts)
    weights = np.array([_weight(size, parts) for size in range(parts)])
    values = np.empty((parts, *worths.shape[1:]))
    for part in range(parts):
        without = np.flatnonzero((np.arange(len(worths)) >> part) & 1 == 0)
        gains = worths[without | 1 << part] - worths[without]
        values[part] = np.tensordot(weights[sizes[without]], gains, axes=1)
    return values


def interactions(worths: Worths) -> NDArray[np.float64]:
    """Return the Shapley interaction index of every pair of parts.

    It is what two parts bring together beyond what each brings without the other, averaged over what else is there:
    above 0 where they help one another, below 0 where one does what the other would have done.

    Parameters
    ----------
    worths
        As for `shapley_values`.

    Returns
    -------
    NDArray
        Shape (parts, parts, ...), symmetric, 0 on the diagonal.
    """
    parts = parts_of(len(worths))
    sizes, coalitions = _sizes(parts), np.arange(len(worths))
    weights = np.array([_weight(size, parts - 1) for size in range(parts - 1)])
    found = np.zeros((parts, parts, *worths.shape[1:]))
    for one in range(parts):
        for other in range(one):
            a, b = 1 << one, 1 << other
            neither = np.flatnonzero(coalitions & (a | b) == 0)
            beyond = worths[neither | a | b] - worths[neither | a] - worths[neither | b] + worths[neither]
            found[one, other] = found[other, one] = np.tensordot(weights[sizes[neither]], beyond, axes=1)
    return found


def _sizes(parts: int) -> NDArray[np.int64]:
    """Return how many parts each coalition has."""
    return np.bitwise_count(np.arange(1 << parts)).astype(np.int64)


def _weight(size: int, parts: int) -> float:
    """Return the share of the orders of ``parts`` in which exactly ``size`` given ones stand before a given one."""
    return 1 / (parts * math.comb(parts - 1, size))


def sample_orders(parts: int, pairs: int, generator: np.random.Generator) -> Permutations:
    """Draw orders of the parts, each followed by its reverse.

    Returns
    -------
    NDArray
        Shape (2 * pairs, parts).
    """
    drawn = np.array([generator.permutation(parts) for _ in range(pairs)], dtype=np.int64).reshape(pairs, parts)
    return np.stack([drawn, drawn[:, ::-1]], axis=1).reshape(2 * pairs, parts)


def coalitions_along(orders: Permutations) -> NDArray[np.int64]:
    """Return the coalition before each part joins, and after the last has.

    Returns
    -------
    NDArray
        Shape (orders, parts + 1), from 0 to the coalition of all.
    """
    grown = np.cumsum(np.left_shift(1, orders), axis=1)
    return np.concatenate([np.zeros((len(orders), 1), dtype=np.int64), grown], axis=1)


def gains_along(orders: Permutations, worths: Worths) -> NDArray[np.float64]:
    """Return what each part added in each order when it joined those before it.

    Parameters
    ----------
    worths
        Of the coalitions of `coalitions_along`, shape (orders, parts + 1, ...).

    Returns
    -------
    NDArray
        Shape (orders, parts, ...), the second axis by part; each order's gains add up to the whole.
    """
    gains = np.diff(worths, axis=1)
    places = np.argsort(orders, axis=1)
    found: NDArray[np.float64] = np.take_along_axis(gains, places.reshape(*places.shape, *[1] * (gains.ndim - 2)), 1)
    return found


def over_days(by_day: NDArray[np.float64], confidence: float = CONFIDENCE) -> Estimates:
    """Return means over days, the last axis, with Student's t intervals.

    Raises
    ------
    ValueError
        For a single day, which has no interval.
    """
    half = _half(by_day, confidence)
    return Estimates(by_day.mean(axis=-1), half, half, np.zeros_like(half))


def over_orders_and_days(gains: NDArray[np.float64], confidence: float = CONFIDENCE) -> Estimates:
    """Return means of gains over sampled orders and days, with both errors.

    Every order was lived on every day. An order and its reverse are one draw, so the error of sampling is that of
    their means; the error of days is that of the days' means; what both share is counted in each. Gains are not normal,
    so few orders cover too little: of random games 93 % for 16 orders, 94 % for 32.

    Parameters
    ----------
    gains
        Shape (2 * pairs, parts, days), as `sample_orders` drew them.

    Raises
    ------
    ValueError
        For a single pair of orders, or a single day.
    """
    pairs = gains.reshape(len(gains) // 2, 2, *gains.shape[1:]).mean(axis=(1, -1))
    half_orders = _half(pairs.T, confidence)
    half_days = _half(gains.mean(axis=0), confidence)
    return Estimates(gains.mean(axis=(0, -1)), np.hypot(half_orders, half_days), half_days, half_orders)


def _half(values: NDArray[np.float64], confidence: float) -> NDArray[np.float64]:
    from scipy.special import stdtrit

    count = values.shape[-1]
    if count < 2:
        raise ValueError(f"{count} value has no interval; there must be two at least")
    quantile = float(stdtrit(count - 1, 0.5 + confidence / 2))
    half: NDArray[np.float64] = quantile * values.std(axis=-1, ddof=1) / math.sqrt(count)
    return half
