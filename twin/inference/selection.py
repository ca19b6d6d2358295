"""Picking the best of several systems with few replications: a fully sequential procedure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from twin.core.statistics import CONFIDENCE
from twin.inference.estimates import Array


@dataclass(frozen=True, slots=True)
class Selection:
    """Where the procedure stands.

    Attributes
    ----------
    best
        The system that is picked, or None where more replications are needed.
    left
        Systems that are not ruled out.
    ruled_out_after
        Replications after which each system was ruled out; None for those that are left.
    replications
        How many replications of those left were looked at.
    at_most
        After how many replications the procedure is sure to end.
    """

    best: int | None
    left: tuple[int, ...]
    ruled_out_after: tuple[int | None, ...]
    replications: int
    at_most: int


def select_best(
    values: Array, indifference: float, *, lower_is_better: bool, first: int, confidence: float = CONFIDENCE
) -> Selection:
    """Go through the replications as they came, ruling out systems that fall behind, until one is left.

    The pick is the best with at least the confidence where the best is better than all others by the indifference or
    more, and within the indifference of the best otherwise, for normal values, whatever their variances and however
    they are correlated. The more they are correlated, the fewer replications it takes.

    Parameters
    ----------
    values
        Shape (systems, replications); a column met the same chance. What follows a system's being ruled out is not
        looked at and may be NaN.
    indifference
        A difference that one does not mind, above 0.
    first
        Replications of the first stage, from which variances are estimated: at least 2.

    References
    ----------
    Kim and Nelson (2001), A fully sequential procedure for indifference-zone selection in simulation, ACM Transactions
    on Modeling and Computer Simulation 11(3), with c = 1.
    """
    systems, count = values.shape
    if systems < 2 or first < 2 or count < first or indifference <= 0:
        raise ValueError("needs two systems, two replications in the first stage, all of them, and an indifference")
    turned = -values if lower_is_better else values
    reach, ends = _boundaries(turned[:, :first], indifference, confidence)
    at_most = max(first, int(ends.max()) + 1)
    sums, out = turned[:, :first].sum(axis=1), np.zeros(systems, dtype=np.int64)
    left = np.arange(systems)
    for seen in range(first, count + 1):
        if seen > first:
            sums[left] += turned[left, seen - 1]
        if seen >= at_most:
            left = left[[int(sums[left].argmax())]]
            break
        width = np.maximum(0.0, indifference / (2 * seen) * (reach[np.ix_(left, left)] - seen))
        behind = (sums[left][:, None] / seen < sums[left][None, :] / seen - width).any(axis=1)
        out[left[behind]] = seen
        left = left[~behind]
        if len(left) == 1:
            break
    return Selection(
        int(left[0]) if len(left) == 1 else None,
        tuple(left.tolist()),
        tuple(None if system in left else int(out[system]) or seen for system in range(systems)),
        seen,
        at_most,
    )


def _boundaries(first_stage: Array, indifference: float, confidence: float) -> tuple[Array, Array]:
    """Return for each pair how wide the continuation region is, and after how many replications it closes."""
    systems, count = first_stage.shape
    share = 2 * (1 - confidence) / (systems - 1)
    eta = (share ** (-2 / (count - 1)) - 1) / 2
    apart = first_stage[:, None, :] - first_stage[None, :, :]
    reach = 2 * eta * (count - 1) * apart.var(axis=2, ddof=1) / indifference**2
    return reach, np.floor(reach)


def replications_foreseen(first_stage: Array, indifference: float, confidence: float = CONFIDENCE) -> int:
    """Return after how many replications the procedure is sure to end, from the first stage."""
    _, ends = _boundaries(first_stage, indifference, confidence)
    return max(int(first_stage.shape[1]), math.floor(float(ends.max())) + 1)
