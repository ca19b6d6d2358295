"""Which of several brains is best in a KPI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.kpis import Kpi
from twin.inference.best import AgainstBest, against_best
from twin.inference.selection import Selection, select_best

FIRST_STAGE: Final = 10
"""Days from which the pick estimates how much brains differ from day to day."""


@dataclass(frozen=True, slots=True)
class BestOf:
    """Each brain against the best of the others, in one KPI.

    Attributes
    ----------
    days
        Days that all brains have lived and on which all have the KPI.
    """

    kpi: str
    unit: str
    lower_is_better: bool
    brains: tuple[str, ...]
    days: int
    found: AgainstBest


@dataclass(frozen=True, slots=True)
class Pick:
    """The brain that is picked with few days (Kim and Nelson), or what it would take.

    Attributes
    ----------
    days
        The replications that the procedure looked at, in their order: those on which all brains then left have the KPI.
    """

    kpi: str
    unit: str
    brains: tuple[str, ...]
    indifference: float
    days: int
    found: Selection


def best_of(brains: Sequence[str], tables: Mapping[str, pd.DataFrame], kpi: Kpi) -> BestOf | None:
    """Compare brains with the best of the others; None for two brains, for a KPI without a better side or without days.

    Where the KPI of all brains is the same on all days there is nothing to tell apart, so that is None too.
    """
    if len(brains) < 3 or kpi.family.better == "neither":
        return None
    if any(kpi.name not in tables[brain].columns for brain in brains):
        return None
    together = pd.concat([tables[brain][kpi.name] for brain in brains], axis=1, join="inner").dropna()
    values = together.to_numpy(dtype=np.float64).T
    if values.shape[1] < 2 or not np.ptp(values, axis=0).any():
        return None
    lower = kpi.family.better == "lower"
    return BestOf(
        kpi.name, kpi.family.unit, lower, tuple(brains), values.shape[1], against_best(values, lower_is_better=lower)
    )


def pick_of(brains: Sequence[str], tables: Mapping[str, pd.DataFrame], kpi: Kpi, indifference: float) -> Pick | None:
    """Go through the days as they came until one brain is left; None where there are too few days to begin with.

    A brain that was ruled out need not have lived on.
    """
    values = _in_order(brains, tables, kpi)
    if values.shape[1] < FIRST_STAGE or np.isnan(values[:, :FIRST_STAGE]).any():
        return None
    found = select_best(values, indifference, lower_is_better=kpi.family.better == "lower", first=FIRST_STAGE)
    return Pick(kpi.name, kpi.family.unit, tuple(brains), indifference, values.shape[1], found)


def _in_order(brains: Sequence[str], tables: Mapping[str, pd.DataFrame], kpi: Kpi) -> NDArray[np.float64]:
    """Return the values of all brains by day, without the days on which a brain that lived them lacks the KPI."""
    days = max(len(tables[brain]) for brain in brains)
    values = np.full((len(brains), days), np.nan)
    lacking = np.zeros(days, dtype=np.bool_)
    for place, brain in enumerate(brains):
        own = tables[brain][kpi.name].to_numpy(dtype=np.float64)
        values[place, : len(own)] = own
        lacking[: len(own)] |= np.isnan(own)
    kept: NDArray[np.float64] = values[:, ~lacking]
    return kept
