"""Statistics of samples."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

CONFIDENCE: Final = 0.95


def half_interval_of(values: NDArray[np.float64], confidence: float = CONFIDENCE) -> float:
    """Return half the width of Student's t interval of the mean of at least two values."""
    from scipy.special import stdtrit

    count = len(values)
    return float(stdtrit(count - 1, 0.5 + confidence / 2)) * float(values.std(ddof=1)) / float(count**0.5)


def statistic_of(values: NDArray[np.float64], statistic: str | None) -> float:
    """Return a mean, median, percentile (linear interpolation) or the worst (the most) of at least one value."""
    if statistic is None or statistic == "mean":
        return float(values.mean())
    if statistic == "median":
        return float(np.median(values))
    if statistic == "worst":
        return float(values.max())
    return float(np.percentile(values, float(statistic.removeprefix("p"))))
