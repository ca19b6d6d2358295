"""Intervals by drawing again from what was seen, for figures that are not near a normal distribution."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from twin.inference.estimates import Array, Ends

RESAMPLES: Final = 9999
"""One less than a multiple of 200, so that the usual tails are whole numbers of resamples; the least p-value is 0.0002,
which Holm's factor leaves below 0.05 for 250 questions at once."""


@dataclass(frozen=True, slots=True)
class BootstrapEstimate:
    """A mean whose sampling distribution is that of its studentised resamples (the bootstrap-t).

    Attributes
    ----------
    roots
        Distance of each resample's mean from the mean, in standard errors of the resample, in ascending order;
        infinite where a resample has no spread.
    """

    mean: float
    standard_error: float
    count: int
    roots: Array

    def interval(self, confidence: float) -> Ends:
        """Return the equal-tailed bootstrap-t interval; infinite on a side that the resamples leave open."""
        if self.standard_error == 0:
            return Ends(self.mean, self.mean)
        place = round((1 - confidence) / 2 * (len(self.roots) + 1)) - 1
        upper, lower = float(self.roots[-1 - place]), float(self.roots[place])
        return Ends(self.mean - upper * self.standard_error, self.mean - lower * self.standard_error)

    def chance_above(self, null: float) -> float:
        """Return the p-value of the test against a mean of ``null`` or less."""
        if self.standard_error == 0:
            return 1.0 if self.mean <= null else 0.0
        root = (self.mean - null) / self.standard_error
        return self._share(len(self.roots) - int(np.searchsorted(self.roots, root, "left")))

    def chance_below(self, null: float) -> float:
        """Return the p-value of the test against a mean of ``null`` or more."""
        if self.standard_error == 0:
            return 1.0 if self.mean >= null else 0.0
        root = (self.mean - null) / self.standard_error
        return self._share(int(np.searchsorted(self.roots, root, "right")))

    def _share(self, as_far: int) -> float:
        return (as_far + 1) / (len(self.roots) + 1)


def bootstrap_t(values: Array, generator: np.random.Generator, resamples: int = RESAMPLES) -> BootstrapEstimate:
    """Return the estimate of the mean of at least two values by resampling them.

    Student's t supposes that means are normal; daily percentiles and worst cases are skewed, and the bootstrap-t
    follows their skewness to the second order.

    References
    ----------
    Efron (1981), Nonparametric standard errors and confidence intervals, Canadian Journal of Statistics 9; Hall (1988),
    Theoretical comparison of bootstrap confidence intervals, Annals of Statistics 16(3).
    """
    count = len(values)
    if count < 2:
        raise ValueError(f"an interval needs at least two values, not {count}")
    mean = float(values.mean())
    drawn = values[generator.integers(0, count, (resamples, count))]
    away = drawn.mean(axis=1) - mean
    errors = drawn.std(axis=1, ddof=1) / math.sqrt(count)
    flat = errors <= 1e-12 * max(float(np.abs(values).max()), 1e-300)
    roots = np.divide(away, errors, out=np.where(away > 0, math.inf, -math.inf), where=~flat)
    roots[flat & (np.abs(away) == 0)] = 0.0
    return BootstrapEstimate(mean, float(values.std(ddof=1)) / math.sqrt(count), count, np.sort(roots))


def quantile_interval(
    values: Array, share: float, confidence: float, generator: np.random.Generator, resamples: int = RESAMPLES
) -> Ends:
    """Return the percentile-bootstrap interval of a quantile over replications, such as the nine days in ten.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
    """
    drawn = values[generator.integers(0, len(values), (resamples, len(values)))]
    quantiles = np.sort(np.quantile(drawn, share, axis=1))
    place = round((1 - confidence) / 2 * (resamples + 1)) - 1
    return Ends(float(quantiles[place]), float(quantiles[-1 - place]))
