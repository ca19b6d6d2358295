"""What a result hangs on: rank correlations with their intervals, and means over draws of what is not known."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from twin.core.statistics import CONFIDENCE
from twin.inference.estimates import Around, Array


@dataclass(frozen=True, slots=True)
class Correlation:
    """A rank correlation with its interval."""

    value: float
    low: float
    high: float


def rank_correlation(x: Array, y: Array, confidence: float = CONFIDENCE) -> Correlation:
    """Return Spearman's rank correlation of at least five pairs; 0 where one of them never varies.

    The interval is Fisher's with the variance of Bonett and Wright.

    References
    ----------
    Bonett and Wright (2000), Sample size requirements for estimating Pearson, Kendall and Spearman correlations,
    Psychometrika 65(1).
    """
    from scipy.special import ndtri
    from scipy.stats import rankdata

    if len(x) < 5:
        raise ValueError(f"a rank correlation needs at least five pairs, not {len(x)}")
    ranks = rankdata(x), rankdata(y)
    if min(float(one.std()) for one in ranks) == 0:
        return Correlation(0.0, 0.0, 0.0)
    value = float(np.clip(np.corrcoef(*ranks)[0, 1], -1.0, 1.0))
    middle = math.atanh(min(max(value, -1 + 1e-12), 1 - 1e-12))
    half = float(ndtri(0.5 + confidence / 2)) * math.sqrt((1 + value**2 / 2) / (len(x) - 3))
    return Correlation(value, math.tanh(middle - half), math.tanh(middle + half))


@dataclass(frozen=True, slots=True)
class Uncertain(Around):
    """A mean over draws of parameters, each lived on the same days.

    Attributes
    ----------
    half_days
        Half the interval that days alone would give.
    half_draws
        Half the interval that holds the result of 95 of 100 draws of the parameters (normal).
    half
        Both: half the interval for the result at parameters that nobody knows better.
    share_below
        Share of the draws whose mean over days is below zero.
    """

    mean: float
    half_days: float
    half_draws: float
    half: float
    share_below: float


def over_draws_and_days(values: Array, confidence: float = CONFIDENCE) -> Uncertain:
    """Return the mean with what is due to parameters and what to days.

    Parameters
    ----------
    values
        Shape (draws, days), at least two of each. Draws are parameters, which have one true value: the spread between
        them does not shrink with their number, as that between days does.
    """
    from scipy.special import stdtrit

    draws, days = values.shape
    if min(draws, days) < 2:
        raise ValueError(f"{draws} draws on {days} days have no interval; there must be two of each at least")
    by_draw, by_day = values.mean(axis=1), values.mean(axis=0)
    between = float(by_draw.var(ddof=1))
    of_days = float(by_day.var(ddof=1)) / days
    quantiles = [float(stdtrit(count - 1, 0.5 + confidence / 2)) for count in (draws, days)]
    half_draws, half_days = quantiles[0] * math.sqrt(between), quantiles[1] * math.sqrt(of_days)
    return Uncertain(
        float(values.mean()), half_days, half_draws, math.hypot(half_draws, half_days), float((by_draw < 0).mean())
    )
