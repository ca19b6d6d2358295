"""Statistics of samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def statistic_of(values: NDArray[np.float64], statistic: str | None) -> float:
    """Return a mean, median or percentile (linear interpolation) of at least one value."""
    if statistic is None or statistic == "mean":
        return float(values.mean())
    if statistic == "median":
        return float(np.median(values))
    return float(np.percentile(values, float(statistic.removeprefix("p"))))
