"""Statistics of samples."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

CONFIDENCE: Final = 0.95


def half_interval_of(values: NDArray[np.float64], confidence: float = CONFIDENCE) -> float:
    """Return half the width of Student's t interval of the mean of at least two values."""
    return student_half(float(values.std(ddof=1)) / math.sqrt(len(values)), len(values) - 1, confidence)


def student_half(standard_error: float, degrees: float, confidence: float = CONFIDENCE) -> float:
    """Return half the width of a Student's t interval."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 0.5 + confidence / 2)) * standard_error


def block_of(count: int) -> int:
    """Return how many values in a row are taken together: the cube root of their number, rounded up."""
    return max(1, math.ceil(math.cbrt(count) - 1e-9))


def half_interval_in_a_row(values: NDArray[np.float64], confidence: float = CONFIDENCE) -> float:
    """Return half the width of the interval of the mean of values that follow one another, at least two.

    Their standard error is that of the moving-block bootstrap, in its closed form: from the means of all blocks of
    `block_of` values in a row; Student's t has as many degrees of freedom as there are blocks side by side, less one.

    References
    ----------
    Künsch (1989), The jackknife and the bootstrap for general stationary observations, Annals of Statistics 17(3).
    """
    count, block = len(values), block_of(len(values))
    sums = np.cumsum(np.concatenate([[0.0], values]))
    means = (sums[block:] - sums[:-block]) / block
    square = block / (count - block) * float(((means - values.mean()) ** 2).mean())
    return student_half(math.sqrt(square), count / block - 1, confidence)


def statistic_of(values: NDArray[np.float64], statistic: str | None) -> float:
    """Return a mean, median, percentile (linear interpolation) or the worst (the most) of at least one value."""
    if statistic is None or statistic == "mean":
        return float(values.mean())
    if statistic == "median":
        return float(np.median(values))
    if statistic == "worst":
        return float(values.max())
    return float(np.percentile(values, float(statistic.removeprefix("p"))))
