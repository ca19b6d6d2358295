"""Is a difference too small to matter? Two one-sided tests."""

from __future__ import annotations

from twin.inference.estimates import Estimate


def equivalence_p(estimate: Estimate, margin: float) -> float:
    """Return the p-value of the claim that the mean lies between minus and plus the margin.

    At most 5 % exactly where the 90 % interval lies within the margins; so two systems that do differ by the margin
    or more are called equivalent in at most 5 % of cases.

    References
    ----------
    Schuirmann (1987), A comparison of the two one-sided tests procedure and the power approach for assessing the
    equivalence of average bioavailability, Journal of Pharmacokinetics and Biopharmaceutics 15(6).
    """
    if margin <= 0:
        raise ValueError(f"a margin of equivalence is above 0, not {margin}")
    return max(estimate.chance_above(-margin), estimate.chance_below(margin))
