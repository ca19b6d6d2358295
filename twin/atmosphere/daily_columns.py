"""Which columns of a record can be used: a column that is often missing would take its days with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from twin.atmosphere.daily_record import QUANTITIES, DailyRecord

LEAST_KNOWN: Final = 0.8
"""A column that is not needed is left out where fewer of the days fitted, or of those judged, have it."""


def usable_columns(
    record: DailyRecord, fit: Sequence[int], judge: Sequence[int]
) -> tuple[DailyRecord, tuple[str, ...]]:
    """Return the record without columns that are often missing, and their names.

    Parameters
    ----------
    fit, judge
        The years that are fitted and judged: a column must be known in both.
    """
    optional = [one.name for one in QUANTITIES if not one.needed and one.name in record.columns]
    measured = np.isfinite(record.pm25_ugm3)

    def known(name: str, years: Sequence[int]) -> float:
        inside = measured & np.isin(record.years, years)
        return float(np.isfinite(record.columns[name][inside]).mean()) if inside.any() else 0.0

    left_out = tuple(name for name in optional if min(known(name, fit), known(name, judge)) < LEAST_KNOWN)
    return record.only(name for name in record.columns if name not in left_out), left_out
