"""Paired comparison of brains that met the same days.

Over several days: the mean of the daily differences with Student's t interval. Over one day: the mean difference of the
patients of that day, likewise; every row says which. Measures of days in a row, as those of the air, depend on one
another: their interval is by blocks of days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.kpis import Better, Kpi
from twin.core.statistics import CONFIDENCE, half_interval_in_a_row
from twin.inference.paired import differences, student
from twin.inference.verdicts import Verdict, direction

if TYPE_CHECKING:
    from twin.core.language import Language

Over = Literal["days", "cases", "days_in_a_row"]
FEW_CASES: Final = 5
"""A figure of fewer cases may be missing by chance."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its confidence interval, and what it is taken over."""

    mean: float
    low: float
    high: float
    count: int
    over: Over


@dataclass(frozen=True, slots=True)
class Comparison:
    """One KPI under two brains.

    Attributes
    ----------
    baseline, other
        Each brain's mean with its interval over the days (bare means on a single day).
    difference
        Other minus baseline, paired; None where there are fewer than two pairs.
    verdict
        ``same`` where every pair is equal; ``undecided`` where the interval holds 0; ``higher`` and ``lower`` where
        neither direction is better.
    """

    name: str
    unit: str
    baseline: Interval
    other: Interval
    difference: Interval | None
    verdict: Verdict

    @property
    def of_some(self) -> bool:
        """Whether the difference is of cases so few that the means show another: of those that both brains have."""
        pairs = self.difference
        if pairs is None or pairs.over != "cases" or pairs.count >= max(self.baseline.count, self.other.count):
            return False
        return not pairs.low <= self.other.mean - self.baseline.mean <= pairs.high


def t_interval(values: NDArray[np.float64], over: Over, confidence: float = CONFIDENCE) -> Interval:
    """Return the mean of values with Student's t interval, by blocks for days in a row (infinite for one value)."""
    count = len(values)
    mean = float(values.mean())
    if count < 2:
        return Interval(mean, -np.inf, np.inf, count, over)
    if over == "days_in_a_row":
        half = half_interval_in_a_row(values, confidence)
        return Interval(mean, mean - half, mean + half, count, over)
    ends = student(values).interval(confidence)
    return Interval(mean, ends.low, ends.high, count, over)


def _verdict(difference: Interval | None, better: Better) -> Verdict:
    if difference is None:
        return "undecided"
    if difference.low == difference.high == 0.0:
        return "same"
    if not (difference.low > 0 or difference.high < 0):
        return "undecided"
    return direction(difference.low > 0, better)


def _paired(baseline: pd.Series, other: pd.Series) -> NDArray[np.float64]:
    """Return the values of both by the numbers that both have, shape (pairs, 2)."""
    if baseline.index.equals(other.index):
        return np.column_stack([baseline.to_numpy(dtype=np.float64), other.to_numpy(dtype=np.float64)])
    return pd.concat([baseline, other], axis=1, join="inner").to_numpy(dtype=np.float64)


def compare_days(name: str, unit: str, better: Better, baseline: pd.Series, other: pd.Series) -> Comparison | None:
    """Compare one KPI over days.

    Parameters
    ----------
    baseline, other
        Values by replication; days on which only one of them has a value are left out of the difference.

    Returns
    -------
    Comparison | None
        None where one brain has no value at all.
    """
    if not len(baseline) or not len(other):
        return None
    pairs = _paired(baseline, other)
    difference = t_interval(differences(pairs[:, 0], pairs[:, 1]), "days") if len(pairs) > 1 else None
    return Comparison(
        name,
        unit,
        t_interval(baseline.to_numpy(dtype=np.float64), "days"),
        t_interval(other.to_numpy(dtype=np.float64), "days"),
        difference,
        _verdict(difference, better),
    )


def compare_cases(
    name: str, unit: str, better: Better, baseline: pd.Series, other: pd.Series, over: Over = "cases"
) -> Comparison | None:
    """Compare the mean of one measure over the cases of one day, paired by case.

    Parameters
    ----------
    baseline, other
        The measure by case number, without missing values.
    over
        ``days_in_a_row`` where the cases are days that follow one another.
    """
    pairs = _paired(baseline, other)
    if not len(baseline) or not len(other):
        return None
    difference = t_interval(differences(pairs[:, 0], pairs[:, 1]), over) if len(pairs) > 1 else None
    return Comparison(
        name,
        unit,
        t_interval(baseline.to_numpy(dtype=np.float64), over),
        t_interval(other.to_numpy(dtype=np.float64), over),
        difference,
        _verdict(difference, better),
    )


def headline(catalogue: Mapping[str, Kpi], comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Return the comparisons that the domains put first, in the order of the catalogue."""
    by_name = {row.name: row for row in comparisons}
    return [by_name[name] for name, kpi in catalogue.items() if name in by_name and is_headline(kpi)]


def of_one_alone(catalogue: Mapping[str, Kpi], kpis: pd.DataFrame, baseline: str, other: str) -> dict[str, list[str]]:
    """Return, for each of two brains, the headline KPIs that it never has although the other does, if any.

    Who serves nobody has no response times: such a brain must not look as if it differed in nothing.

    Parameters
    ----------
    kpis
        A row a brain, replication and KPI: brain, kpi, value, and ``count``, the number of cases.
    """
    known = kpis[kpis["value"].notna()]
    cases = {brain: known[known["brain"] == brain].groupby("kpi")["count"].sum() for brain in (baseline, other)}
    found = {}
    for brain, with_them in ((baseline, other), (other, baseline)):
        many = cases[with_them][cases[with_them] >= FEW_CASES].index
        lacking = [
            name
            for name, kpi in catalogue.items()
            if name in many and name not in cases[brain].index and is_headline(kpi)
        ]
        if lacking:
            found[brain] = lacking
    return found


def lacks_sentence(language: Language, brain: str, kpis: Sequence[str]) -> str:
    """Return the warning that a brain never has figures that another has."""
    return language(
        "warning: {brain} has these figures on no day, as if nobody had been served, so they are not compared: {kpis}.",
        brain=brain, kpis="; ".join(kpis),
    )  # fmt: skip


def is_headline(kpi: Kpi) -> bool:
    """Say whether the verdict shows a KPI."""
    return ".".join(part for part in (kpi.member, kpi.statistic) if part) in kpi.family.headline
