"""How many replications are enough: go on until an interval is narrow, and stays so."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.core.statistics import CONFIDENCE
from twin.inference.estimates import Array

FIRST: Final = 5
"""Replications before which nothing is looked at."""
LOOK_AHEAD: Final = 5
"""For how many further replications the interval must stay narrow, up to a hundred replications."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """Where a comparison that stops by itself stands.

    Attributes
    ----------
    enough
        Number of replications that is enough, or None where it is not reached.
    wanted
        How many replications to have before looking again; what is there where it is enough.
    half_widths
        Half the interval's width after each number of replications, NaN before two.
    """

    enough: int | None
    wanted: int
    half_widths: Array


def half_widths(values: Array, confidence: float = CONFIDENCE) -> Array:
    """Return half the width of Student's t interval of the mean of the first n values, for every n; NaN below two."""
    from scipy.special import stdtrit

    counts = np.arange(1, len(values) + 1, dtype=np.float64)
    centred = values - values[0]
    means = np.cumsum(centred) / counts
    squares = np.maximum(np.cumsum(centred**2) - counts * means**2, 0.0)
    found = np.full(len(values), math.nan)
    found[1:] = stdtrit(counts[1:] - 1, 0.5 + confidence / 2) * np.sqrt(squares[1:] / (counts[1:] - 1) / counts[1:])
    return found


def look_ahead(widths: Array, target: float, *, cap: int, first: int = FIRST, ahead: int = LOOK_AHEAD) -> Stopping:
    """Say whether there are replications enough, and how many to live before looking again.

    The first number of replications counts after which the half-width is at most the target and stays so over all of
    the following look-ahead; otherwise a run of equal days by chance would end it.

    Parameters
    ----------
    widths
        From `half_widths`; of several differences the widest at each number.

    target
        Above 0.

    References
    ----------
    Hoad, Robinson and Davies (2010), Automated selection of the number of replications for a discrete-event
    simulation, Journal of the Operational Research Society 61.
    """
    count, narrow = len(widths), widths <= target
    for n in range(first, count + 1):
        after = min(n + _ahead(n, ahead), cap)
        if after <= count and narrow[n - 1 : after].all():
            return Stopping(n, count, widths)
    wanted = _likely(widths, narrow, target, first)
    return Stopping(None, max(count, min(cap, max(count + 1, wanted + _ahead(wanted, ahead)))), widths)


def _ahead(n: int, ahead: int) -> int:
    """Return the length of the look-ahead, the same share of the replications from a hundred on."""
    return ahead if n <= 100 else ahead * n // 100


def _likely(widths: Array, narrow: NDArray[np.bool_], target: float, first: int) -> int:
    """Return how many replications will likely be narrow enough: the width falls with the root of their number."""
    count = len(widths)
    if count < first:
        return first
    if narrow[-1]:
        wide = np.flatnonzero(~narrow)
        return max(first, int(wide[-1]) + 2 if len(wide) else first)
    return min(2 * count, math.ceil(count * (float(widths[-1]) / target) ** 2))
