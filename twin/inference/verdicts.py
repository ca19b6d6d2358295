"""One word for one difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from twin.core.kpis import Better
from twin.core.statistics import CONFIDENCE
from twin.inference.equivalence import equivalence_p
from twin.inference.estimates import Estimate, p_value

Verdict = Literal["better", "worse", "higher", "lower", "equivalent", "undecided", "same"]


def direction(rises: bool, better: Better) -> Verdict:
    """Return the word for a difference that is shown."""
    if better == "neither":
        return "higher" if rises else "lower"
    return "better" if rises == (better == "higher") else "worse"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is concluded from one difference.

    Attributes
    ----------
    word
        ``same``: every pair is equal. ``equivalent``: it is shown to be smaller than the margin, whether or not it is
        shown to be any. ``better``, ``worse`` (``higher``, ``lower`` where neither is better): it is shown, and may be
        as large as the margin. ``undecided``: neither.
    differs
        Whether a difference is shown at all, by the adjusted p-value.
    p
        Of the two-sided test against no difference.
    p_adjusted
        The same, adjusted for the family of questions that it stands in.
    p_equivalent
        Of the two one-sided tests against the margin; None where there is no margin.
    """

    word: Verdict
    differs: bool
    p: float
    p_adjusted: float
    p_equivalent: float | None


def judge(
    estimate: Estimate, better: Better, margin: float | None, p_adjusted: float, confidence: float = CONFIDENCE
) -> Judgement:
    """Judge a difference.

    Parameters
    ----------
    margin
        The smallest difference that matters, in the difference's unit, or None.
    p_adjusted
        What `twin.inference.families.holm` makes of the difference's p-value.
    """
    error = 1 - confidence
    p, equivalent = p_value(estimate), None if margin is None else equivalence_p(estimate, margin)
    differs = p_adjusted <= error
    word: Verdict = "undecided"
    if estimate.mean == 0 and estimate.standard_error == 0:
        word, differs = "same", False
    elif equivalent is not None and equivalent <= error:
        word = "equivalent"
    elif differs:
        word = direction(estimate.mean > 0, better)
    return Judgement(word, differs, p, p_adjusted, equivalent)
