"""Sharing out whole numbers, and choosing evenly: for elevators, car parks, whatever is spread over a city."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def apportion(weight: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Share a whole number out in proportion, by the largest remainders, the first of equals first; shape (k,).

    Where no weight is above 0 nobody gets anything.
    """
    if total == 0 or weight.sum() <= 0:
        return np.zeros(len(weight), np.int64)
    exact = weight / weight.sum() * total
    shares = np.floor(exact).astype(np.int64)
    most = np.argsort(shares - exact, kind="stable")[: total - int(shares.sum())]
    shares[most] += 1
    return np.asarray(shares)


def spread_evenly(generator: np.random.Generator, weight: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Choose so many positions in proportion to a weight, evenly spaced along it from one random start; rising.

    Systematic sampling: what a region gets differs from its exact share by less than one.
    """
    cumulative = np.cumsum(weight)
    wanted = (generator.random() + np.arange(count)) / count * cumulative[-1]
    found = np.searchsorted(cumulative, wanted, side="right")
    return np.asarray(np.minimum(found, int(np.searchsorted(cumulative, cumulative[-1]))), np.int64)
