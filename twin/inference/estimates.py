"""What every estimate of a mean can be asked: its interval, and how likely so much would be by chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ends:
    """The two ends of an interval."""

    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half the distance between the ends."""
        return (self.high - self.low) / 2


class Around:
    """What a mean with half the width of its interval, whatever is in that, can be asked besides."""

    __slots__ = ()
    mean: float
    half: float

    @property
    def low(self) -> float:
        """The interval's lower end."""
        return self.mean - self.half

    @property
    def high(self) -> float:
        """The interval's upper end."""
        return self.mean + self.half


class Estimate(Protocol):
    """An estimate of a mean, however its sampling distribution was found."""

    @property
    def mean(self) -> float:
        """The estimate."""

    @property
    def standard_error(self) -> float:
        """Its standard error."""

    @property
    def count(self) -> int:
        """Number of values that it rests on."""

    def interval(self, confidence: float) -> Ends:
        """Return the two-sided interval of a confidence."""

    def chance_above(self, null: float) -> float:
        """Return how likely at least so large an estimate is where the true mean is ``null``: the test against less."""

    def chance_below(self, null: float) -> float:
        """Return how likely at most so large an estimate is where the true mean is ``null``: the test against more."""


def p_value(estimate: Estimate, null: float = 0.0) -> float:
    """Return the two-sided p-value of an estimate against a mean."""
    return min(1.0, 2 * min(estimate.chance_above(null), estimate.chance_below(null)))
