"""How much of a series' beginning to leave out: the marginal standard error rule on batches of five."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from twin.inference.estimates import Array

BATCH: Final = 5


@dataclass(frozen=True, slots=True)
class Truncation:
    """Where a series' beginning ends.

    Attributes
    ----------
    leave_out
        How many values to leave out.
    settled
        False where the rule would leave out half of the series or more: it is too short, or never settles.
    mean
        Mean of what is kept.
    """

    leave_out: int
    settled: bool
    mean: float


def mser_5(series: Array) -> Truncation:
    """Return how many of the first values to leave out, a multiple of five.

    Of all beginnings within the first half, the one after which the standard error of the mean of the rest is least.

    References
    ----------
    White, Cobb and Spratt (2000), A comparison of five steady-state truncation heuristics for simulation, Proceedings
    of the Winter Simulation Conference; the rule is of White (1997), Simulation 69(6).

    Raises
    ------
    ValueError
        For fewer than four batches.
    """
    batches = len(series) // BATCH
    if batches < 4:
        raise ValueError(f"needs at least {4 * BATCH} values, not {len(series)}")
    means = series[: batches * BATCH].reshape(batches, BATCH).mean(axis=1)
    left = np.arange(batches, 0, -1, dtype=np.float64)
    sums, squares = np.cumsum(means[::-1])[::-1], np.cumsum(means[::-1] ** 2)[::-1]
    errors = np.maximum(squares - sums**2 / left, 0.0) / left**2
    half = batches // 2
    begin = int(errors[: half + 1].argmin())
    return Truncation(begin * BATCH, begin < half, float(sums[begin] / left[begin]))
