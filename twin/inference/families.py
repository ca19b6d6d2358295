"""Many questions at once: p-values that keep their promise for a whole family."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.inference.estimates import Array


def holm(p_values: Sequence[float] | Array) -> Array:
    """Return the p-values adjusted for their number, in their order.

    Whoever calls shown what is at most 5 % calls anything shown by chance alone, in the whole family, in at most 5 % of
    cases, however the questions depend on one another.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6(2).
    """
    given = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(given, kind="stable")
    factors = np.arange(len(given), 0, -1)
    raised = np.minimum(1.0, np.maximum.accumulate(factors * given[order]))
    adjusted = np.empty_like(given)
    adjusted[order] = raised
    return adjusted
