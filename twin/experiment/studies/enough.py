"""Lives as many days as a comparison needs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.kpis import Kpi
from twin.experiment.studies.best import FIRST_STAGE, Pick, pick_of
from twin.experiment.studies.comparison import ComparisonQuestion
from twin.experiment.studies.refusing import refuse
from twin.inference.paired import differences
from twin.inference.stopping import FIRST, LOOK_AHEAD, half_widths, look_ahead
from twin.scenario.problems import show

LiveBrains = Callable[[Mapping[str, int]], Mapping[str, pd.DataFrame]]
"""Lives so many days of each brain, as far as they are not lived yet; returns the KPIs of each, a row a day."""


@dataclass(frozen=True, slots=True)
class Precision:
    """How many days were enough for one KPI.

    Attributes
    ----------
    half_widths
        Half the width of the paired interval after each number of days, of several brains the widest; NaN before two.
    enough
        Number of days after which it was narrow enough and stayed so; None where the cap came first.
    """

    kpi: str
    unit: str
    target: float
    cap: int
    enough: int | None
    half_widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Lived:
    """The days that were lived, and why so many."""

    tables: Mapping[str, pd.DataFrame]
    precision: Precision | None = None
    pick: Pick | None = None


def live_enough(question: ComparisonQuestion, live: LiveBrains, catalogue: Mapping[str, Kpi], batch: int = 1) -> Lived:
    """Live the days that were asked for, or as many as it takes.

    Parameters
    ----------
    batch
        How many days to live at least before looking again; does not change what is found, but what it costs.
    """
    if question.replications is not None:
        tables = live(dict.fromkeys(question.brains, question.replications))
        if question.kpi is not None:
            check_values(question, tables)
        return Lived(tables)
    assert question.kpi is not None
    kpi = catalogue[question.kpi]
    return _until_picked(question, live, kpi, batch) if question.pick else _until_narrow(question, live, kpi)


def check_values(question: ComparisonQuestion, tables: Mapping[str, pd.DataFrame]) -> None:
    """Stop where a brain has the KPI that matters on fewer than two days.

    Raises
    ------
    InvalidScenarioError
    """
    for brain, table in tables.items():
        days = int(table[question.kpi].notna().sum()) if question.kpi in table.columns else 0
        if days < 2:
            refuse(
                "--kpi",
                "{brain} has {kpi} on {days} of {all} days, and a comparison needs it on two; name a KPI of more "
                "cases, or live more days with --reps",
                brain=brain, kpi=show(question.kpi), days=days, all=len(table),
            )  # fmt: skip


def _until_narrow(question: ComparisonQuestion, live: LiveBrains, kpi: Kpi) -> Lived:
    count = min(FIRST + LOOK_AHEAD, question.cap)
    tables = live(dict.fromkeys(question.brains, count))
    check_values(question, tables)
    target = _target(question, kpi, tables)
    while True:
        widths = _widest(question, kpi, tables)
        found = look_ahead(widths, target, cap=question.cap)
        if found.enough is not None or found.wanted <= count:
            break
        count = found.wanted
        tables = live(dict.fromkeys(question.brains, count))
    precision = Precision(kpi.name, kpi.family.unit, target, question.cap, found.enough, tuple(widths.tolist()))
    return Lived(tables, precision)


def _target(question: ComparisonQuestion, kpi: Kpi, tables: Mapping[str, pd.DataFrame]) -> float:
    if question.half_width is not None:
        return question.half_width
    margin = question.margins.of(kpi, float(tables[question.brains[0]][kpi.name].mean()))
    if margin is None:
        refuse(
            "--half-width",
            "{kpi} is 0 under {brain}, so a share of it says nothing; say how narrow its interval is to be, in its "
            "unit",
            kpi=show(kpi.name), brain=question.brains[0],
        )  # fmt: skip
    return margin.size


def _widest(question: ComparisonQuestion, kpi: Kpi, tables: Mapping[str, pd.DataFrame]) -> NDArray[np.float64]:
    """Return half the width of the widest difference after each day; a day without the KPI leaves it as it was."""
    baseline, *others = question.brains
    widest: list[NDArray[np.float64]] = []
    for other in others:
        first, second = (tables[brain][kpi.name].to_numpy(dtype=np.float64) for brain in (baseline, other))
        there = np.flatnonzero(~np.isnan(first + second))
        known = np.full(len(first), math.nan)
        if len(there):
            known[there] = half_widths(differences(first[there], second[there]))
        widest.append(pd.Series(known).ffill().to_numpy(dtype=np.float64))
    together: NDArray[np.float64] = np.max(np.stack(widest), axis=0)  # NaN where one is not known yet
    return together


def indifference_of(question: ComparisonQuestion, kpi: Kpi, baseline_mean: float) -> float:
    """Return the difference that one does not mind: the one given, else the margin; 0 where there is none."""
    if question.indifference is not None:
        return question.indifference.of(baseline_mean)
    margin = question.margins.of(kpi, baseline_mean)
    return 0.0 if margin is None else margin.size


def _until_picked(question: ComparisonQuestion, live: LiveBrains, kpi: Kpi, batch: int) -> Lived:
    counts = dict.fromkeys(question.brains, min(FIRST_STAGE, question.cap))
    tables = live(counts)
    check_values(question, tables)
    indifference = indifference_of(question, kpi, float(tables[question.brains[0]][kpi.name].mean()))
    if indifference <= 0:
        refuse("--pick-within", "{kpi} is 0 under {brain}, so a share of it says nothing; give a size in its unit",
               kpi=show(kpi.name), brain=question.brains[0])  # fmt: skip
    while True:
        pick = pick_of(question.brains, tables, kpi, indifference)
        lived = max(counts.values())
        if (pick is not None and pick.found.best is not None) or lived >= question.cap:
            return Lived(tables, pick=pick)
        left = question.brains if pick is None else tuple(question.brains[place] for place in pick.found.left)
        counts = {**counts, **dict.fromkeys(left, min(lived + batch, question.cap))}
        tables = live(counts)
