"""How sure threat scores are: days resampled in blocks, for bad days follow one another.

A spell of bad air is one case, not five. Days drawn one by one would take it for five and make the interval too narrow;
so whole blocks of days in a row are drawn (moving-block bootstrap). The last day is followed by the first, so that days
at the ends, which are the winter's, are drawn as often as others.

References
----------
Künsch (1989), The jackknife and the bootstrap for general stationary observations, Annals of Statistics 17(3). Politis
and Romano (1992), A circular block-resampling procedure for stationary data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]

BLOCK_DAYS: Final = 15
"""Longer than nearly all spells; what other lengths give stands in docs/validation.md."""
FEWEST_BLOCKS: Final = 6
RESAMPLES: Final = 2000
CONFIDENCE: Final = 0.95
_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Range:
    """A 95 % interval."""

    low: float
    high: float


def block_of(days: int) -> int:
    """Return the length of a block: `BLOCK_DAYS`, or less where there would be fewer than `FEWEST_BLOCKS`."""
    return max(1, min(BLOCK_DAYS, days // FEWEST_BLOCKS))


def resampled(days: int, block_days: int, resamples: int, generator: np.random.Generator) -> Iterator[NDArray[np.intp]]:
    """Give rows of resampled days, some hundred samples at a time, shape (samples, days).

    Parameters
    ----------
    block_days
        Days in a row that are drawn together; each block is as likely as the other.
    """
    blocks = -(-days // block_days)
    for begin in range(0, resamples, _AT_ONCE):
        count = min(_AT_ONCE, resamples - begin)
        first = generator.integers(0, days, (count, blocks))
        rows = (first[:, :, None] + np.arange(block_days)) % days
        yield rows.reshape(count, -1)[:, :days]


def threat_score_ranges(
    truth: Flags, warned: Mapping[str, Flags], against: str, generator: np.random.Generator
) -> tuple[dict[str, Range], dict[str, Range]]:
    """Return the intervals of rules' threat scores, and of how far each is ahead of one of them.

    Parameters
    ----------
    truth
        Whether each day was bad, in the order of the days, shape (days,).
    warned
        By rule, whether it warned of the day.
    against
        The rule with which the others are compared, on the same resampled days.
    """
    found: dict[str, list[NDArray[np.float64]]] = {rule: [] for rule in warned}
    for rows in resampled(len(truth), block_of(len(truth)), RESAMPLES, generator):
        came = truth[rows]
        for rule, flags in warned.items():
            told = flags[rows]
            hits, either = (came & told).sum(axis=1), (came | told).sum(axis=1)
            found[rule].append(np.where(either > 0, hits / np.maximum(either, 1), np.nan))
    scores = {rule: np.concatenate(parts) for rule, parts in found.items()}
    alone = {rule: _range_of(values) for rule, values in scores.items()}
    return alone, {rule: _range_of(values - scores[against]) for rule, values in scores.items() if rule != against}


def _range_of(values: NDArray[np.float64]) -> Range:
    """Return the middle 95 % of what is known; a sample without any bad or warned day has no score."""
    known = values[np.isfinite(values)]
    if not len(known):
        return Range(float("nan"), float("nan"))
    low, high = np.quantile(known, [0.5 - CONFIDENCE / 2, 0.5 + CONFIDENCE / 2])
    return Range(float(low), float(high))
