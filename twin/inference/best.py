"""Which of several systems is best, and by how much: multiple comparisons with the best under common chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from twin.core.statistics import CONFIDENCE
from twin.inference.estimates import Array, Ends


@dataclass(frozen=True, slots=True)
class AgainstBest:
    """Each system against the best of the others.

    Attributes
    ----------
    means
        Mean of each system.
    gaps
        Joint interval of each system's mean less the best of the others'. One that reaches 0 only from the worse side:
        it is not the best; one that reaches it only from the better side: it is the best.
    may_be_best
        Of each system, whether its interval reaches to the better side of 0.
    half_width
        Of the comparisons that they are made of; whoever picks the best mean is within it of the best.
    """

    means: tuple[float, ...]
    gaps: tuple[Ends, ...]
    may_be_best: tuple[bool, ...]
    half_width: float
    confidence: float


def against_best(values: Array, *, lower_is_better: bool, confidence: float = CONFIDENCE) -> AgainstBest:
    """Compare every system with the best of the others; all intervals hold together at the confidence.

    Parameters
    ----------
    values
        Shape (systems, replications), at least two of each; a column met the same chance.

    Notes
    -----
    Supposes that the variance of a difference is the same for all pairs (sphericity), to which the authors found the
    procedure robust. Gaps are in the values' own unit and direction.

    References
    ----------
    Nelson and Matejcik (1995), Using common random numbers for indifference-zone selection and multiple comparisons in
    simulation, Management Science 41(12), procedure NM, with all replications in the first stage.
    """
    systems, count = values.shape
    if systems < 2 or count < 2:
        raise ValueError(f"needs at least two systems and two replications, not {values.shape}")
    turned = -values if lower_is_better else values
    means = turned.mean(axis=1)
    rest = turned - means[:, None] - turned.mean(axis=0) + turned.mean()
    degrees = (systems - 1) * (count - 1)
    square = 2 * float((rest**2).sum()) / degrees
    half = equicoordinate(systems - 1, degrees, confidence) * math.sqrt(square / count)
    others = [float(np.delete(means, system).max()) for system in range(systems)]
    gaps = [
        (min(0.0, float(mean) - best - half), max(0.0, float(mean) - best + half))
        for mean, best in zip(means, others, strict=True)
    ]
    ends = tuple(Ends(0.0 - high, 0.0 - low) if lower_is_better else Ends(low, high) for low, high in gaps)
    reaching = tuple(high > 0 for _, high in gaps)
    return AgainstBest(tuple(values.mean(axis=1).tolist()), ends, reaching, half, confidence)


@cache
def equicoordinate(size: int, degrees: int, confidence: float) -> float:
    """Return the one-sided quantile of the largest of Student's t variables that are correlated by one half.

    Dunnett (1955): a common control and a common estimate of the variance make them so. Integrated numerically.
    """
    from scipy.optimize import brentq
    from scipy.special import stdtrit

    def short(quantile: float) -> float:
        return _largest_below(quantile, size, degrees) - confidence

    low = float(stdtrit(degrees, confidence))
    high = float(stdtrit(degrees, 1 - (1 - confidence) / size))  # Bonferroni's
    return low if size == 1 else float(brentq(short, low - 1e-6, high + 1e-6, xtol=1e-8))


def _largest_below(quantile: float, size: int, degrees: int) -> float:
    """Return the chance that all variables lie below a quantile, over the common normal and the common deviation."""
    from scipy.special import gammaln, ndtr

    normal, weights = _gauss(np.polynomial.hermite_e.hermegauss, 64, math.sqrt(2 * math.pi))
    # the deviation's density, about 1 with a width of 1 / sqrt(2 degrees); on even steps it is exact beyond need
    width = 1 / math.sqrt(2 * degrees)
    scale = np.linspace(max(1e-9, 1 - 9 * width), 1 + 12 * width, 801)
    log = math.log(2) + degrees / 2 * math.log(degrees / 2) - float(gammaln(degrees / 2))
    density = np.exp(log + (degrees - 1) * np.log(scale) - degrees * scale**2 / 2)
    inside = ndtr(normal[:, None] + math.sqrt(2) * quantile * scale[None, :]) ** size
    return float(np.trapezoid((weights @ inside) * density, scale) / np.trapezoid(density, scale))


def _gauss(nodes: object, count: int, total: float) -> tuple[Array, Array]:
    assert callable(nodes)
    places, weights = nodes(count)
    return np.asarray(places), np.asarray(weights) / total


def order_of(means: Sequence[float], *, lower_is_better: bool) -> list[int]:
    """Return the systems from the best mean to the worst."""
    return sorted(range(len(means)), key=lambda system: means[system] if lower_is_better else -means[system])
