"""Means with intervals for charts."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.numbers import number
from twin.core.language import Language
from twin.core.statistics import half_interval_of


@dataclass(frozen=True, slots=True)
class Spread:
    """A mean, its 95 % interval (equal to the mean where there is one value only) and the number of values."""

    mean: float
    low: float
    high: float
    count: int


NOTHING = Spread(math.nan, math.nan, math.nan, 0)


def spread_of(values: NDArray[np.float64]) -> Spread:
    """Return the mean with Student's t interval; `NOTHING` for no values."""
    values = values[~np.isnan(values)]
    count = len(values)
    if count == 0:
        return NOTHING
    mean = float(values.mean())
    half = half_interval_of(values) if count > 1 else 0.0
    return Spread(mean, mean - half, mean + half, count)


def by_group(cases: pd.DataFrame, column: str, group: str) -> dict[str, Spread]:
    """Return the mean of a measure for each member of a group.

    The interval is over the days (the mean of their means) where there are several, else over the cases of the day.

    Parameters
    ----------
    cases
        One row a case, with a column ``replication``.
    """
    present = cases[cases[column].notna()]
    days = present["replication"].nunique()
    if days > 1:
        present = present.groupby([group, "replication"], observed=True, sort=False)[column].mean().reset_index()
    return {
        str(member): spread_of(values.to_numpy(dtype=np.float64))
        for member, values in present.groupby(group, observed=True, sort=False)[column]
    }


def overall(cases: pd.DataFrame, column: str) -> Spread:
    """Return the mean of a measure with its interval: over the days where there are several, else over the cases."""
    return by_group(cases.assign(everything=""), column, "everything").get("", NOTHING)


def interval_text(spread: Spread, decimals: int = 1) -> str:
    """Return a mean with its interval in brackets: ``8.4 (8.1–8.7)``; an en dash where there is nothing."""
    if not spread.count:
        return "–"
    if spread.count == 1:
        return number(spread.mean, decimals)
    return f"{number(spread.mean, decimals)} ({number(spread.low, decimals)}–{number(spread.high, decimals)})"


def difference_text(spread: Spread, decimals: int, language: Language) -> str:
    """Return a mean difference with signs and its interval: ``−1.4 (−1.6 to −1.1)``."""
    mean, low, high = (number(value, decimals, sign=True) for value in (spread.mean, spread.low, spread.high))
    if spread.count < 2:
        return mean
    return language("{difference} ({low} to {high})", difference=mean, low=low, high=high)
