"""A run beside another: the same brains in a city in which something else happened. Figures, no intervals.

Two brains of one run meet the same day and are paired; two runs need not have the same cases, so means stand beside
means. What the runs do not share beyond that, they tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from twin.core.errors import ResultsError
from twin.experiment.compare import is_headline

if TYPE_CHECKING:
    from twin.core.kpis import Kpi
    from twin.experiment.store import Results


@dataclass(frozen=True, slots=True)
class BesideRow:
    """One KPI of a brain, the mean over replications, in the other run and in this one."""

    brain: str
    kpi: Kpi
    other: float
    own: float

    @property
    def difference(self) -> float:
        """What this run has more than the other."""
        return self.own - self.other


def beside(results: Results, other: Results) -> list[BesideRow]:
    """Return the KPIs that brains of both runs have, in the order of this run's catalogue.

    Raises
    ------
    ResultsError
        Where no brain is in both.
    """
    both = [brain for brain in results.brains if brain in other.brains]
    if not both:
        raise ResultsError(
            "{path}: has none of the brains of {other}: {brains}; run both with a brain of one name",
            path=str(results.folder), other=str(other.folder), brains=", ".join(other.brains),
        )  # fmt: skip
    own_means, other_means = _means(results), _means(other)
    return [
        BesideRow(brain, kpi, float(other_means[brain, name]), float(own_means[brain, name]))
        for brain in both
        for name, kpi in results.catalogue().items()
        if (brain, name) in own_means.index and (brain, name) in other_means.index
    ]


def _means(results: Results) -> pd.Series[float]:
    return results.kpis.groupby(["brain", "kpi"])["value"].mean()


def headline_beside(rows: list[BesideRow]) -> list[BesideRow]:
    """Return the rows that the domains put first."""
    return [row for row in rows if is_headline(row.kpi)]


def not_shared(results: Results, other: Results) -> list[str]:
    """Return the keys of the scenario without which two runs are not of the same days: those that differ."""
    keys = ("map", "seed", "start", "duration_h", "warm_up_h", "replications", "domains")
    return [key for key in keys if getattr(results.scenario, key) != getattr(other.scenario, key)]
