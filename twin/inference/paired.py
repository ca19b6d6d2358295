"""Differences of two systems that met the same chance: Student's t, and whether meeting the same chance has paid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.core.statistics import CONFIDENCE, student_half
from twin.inference.estimates import Array, Ends

ROUNDING: Final = 1e-9
"""Relative size below which two figures are the same."""


@dataclass(frozen=True, slots=True)
class StudentEstimate:
    """A mean with Student's t distribution; with a standard error of 0 there is no doubt."""

    mean: float
    standard_error: float
    count: int

    @property
    def degrees(self) -> int:
        """Degrees of freedom."""
        return self.count - 1

    def interval(self, confidence: float) -> Ends:
        """Return Student's t interval."""
        half = student_half(self.standard_error, self.degrees, confidence)
        return Ends(self.mean - half, self.mean + half)

    def chance_above(self, null: float) -> float:
        """Return the p-value of the test against a mean of ``null`` or less."""
        return self._below(-(self.mean - null))

    def chance_below(self, null: float) -> float:
        """Return the p-value of the test against a mean of ``null`` or more."""
        return self._below(self.mean - null)

    def _below(self, distance: float) -> float:
        if self.standard_error == 0:
            return 1.0 if distance >= 0 else 0.0
        from scipy.special import stdtr

        return float(stdtr(self.degrees, distance / self.standard_error))


def student(values: Array) -> StudentEstimate:
    """Return the estimate of the mean of at least two values.

    Raises
    ------
    ValueError
        For fewer than two values: they say nothing of their spread.
    """
    if len(values) < 2:
        raise ValueError(f"an interval needs at least two values, not {len(values)}")
    return StudentEstimate(float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values)), len(values))


def differences(baseline: Array, other: Array) -> Array:
    """Return other minus baseline of each pair; what is only the rounding of sums of times is no difference."""
    return np.where(_alike(baseline, other), 0.0, other - baseline)


def without_rounding(values: Array) -> Array:
    """Return values, shape (points, days); one that only rounding sets apart from the day's first is that first one."""
    first = values[:1]
    return np.where(_alike(values, first), first, values)


def _alike(one: Array, other: Array) -> NDArray[np.bool_]:
    """Say which values only rounding sets apart, if anything does."""
    return np.abs(one - other) <= ROUNDING * np.maximum(np.maximum(np.abs(one), np.abs(other)), 1.0)


@dataclass(frozen=True, slots=True)
class Pairing:
    """What meeting the same chance has brought to a comparison.

    Attributes
    ----------
    correlation
        Of the two systems' values over the pairs; NaN where one of them never varies.
    variance_ratio
        Variance of a difference of two independent values over that of the paired one: how many times as many
        replications a comparison without common chance would need. Infinite where all differences are equal.
    interval_ratio
        Width of the interval that takes the same values as independent (Welch 1947) over that of the paired one.
    """

    correlation: float
    variance_ratio: float
    interval_ratio: float

    @property
    def pays(self) -> bool:
        """Say whether the paired interval is the narrower one."""
        return self.interval_ratio > 1.0


def welch(one: Array, other: Array) -> tuple[float, float]:
    """Return standard error and degrees of freedom of the difference of means of two samples that share nothing.

    References
    ----------
    Welch (1947), The generalization of Student's problem when several different population variances are involved,
    Biometrika 34.
    """
    squares = [float(values.var(ddof=1)) / len(values) for values in (one, other)]
    both = sum(squares)
    if both == 0:
        return 0.0, float(len(one) + len(other) - 2)
    parts = (square**2 / (len(values) - 1) for square, values in zip(squares, (one, other), strict=True))
    return math.sqrt(both), both**2 / sum(parts)


def pairing(baseline: Array, other: Array, confidence: float = CONFIDENCE) -> Pairing:
    """Return what pairing brings, from at least two pairs.

    References
    ----------
    Law (2015), Simulation Modeling and Analysis, 5th ed., 10.2 and 11.2.
    """
    paired = student(differences(baseline, other))
    error, degrees = welch(baseline, other)
    deviations = [float(baseline.std()), float(other.std())]
    related = float(np.corrcoef(baseline, other)[0, 1]) if min(deviations) > 0 else math.nan
    if error == 0:
        return Pairing(related, 1.0, 1.0)
    unpaired = student_half(error, degrees, confidence)
    own = paired.interval(confidence).half_width
    return Pairing(
        related,
        (error / paired.standard_error) ** 2 if paired.standard_error else math.inf,
        unpaired / own if own else math.inf,
    )
