"""The statistical part of a baseline: changed code gives the same figures, within margins.

Values are kept by day. Where the days are the same ones (the hashes of all that was drawn beforehand agree) a check
pairs them, and a model that did not change gives differences of zero. Where draws have moved, or another seed is given,
the days have nothing in common, and means are compared. `twin.inference.guard` holds the test and what it promises.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from twin.core.errors import ResultsError
from twin.experiment.compare import is_headline
from twin.experiment.studies.margins import read_margins
from twin.experiment.studies.refusing import check_kpi
from twin.inference.guard import Kept, judge, margins_on_other_days

if TYPE_CHECKING:
    import pandas as pd

    from twin.core.kpis import Kpi
    from twin.core.margins import Size

DAYS: Final = 60
"""How many days are recorded where nobody says otherwise; docs/validation.md tells which KPIs they hold."""
LEAST_DAYS: Final = 5
"""Fewer values of a KPI say too little of how much its days differ."""
MOST_LACKING: Final = 0.9
"""Share of the recorded days on which a KPI must still have a value, where they are the same days."""


@dataclass(frozen=True, slots=True)
class Days:
    """What was lived: KPIs and draws of every replication.

    Attributes
    ----------
    tables
        By brain a table of KPIs: a row a replication, a column a KPI, missing where a day lacks it.
    draws
        A hash of all that was drawn beforehand, by replication.
    """

    tables: Mapping[str, pd.DataFrame]
    draws: Mapping[int, str]
    catalogue: Mapping[str, Kpi]

    def values(self, brain: str, kpi: str) -> dict[int, float]:
        """Return a KPI's values by replication; nothing for days that lack it."""
        if brain not in self.tables or kpi not in self.tables[brain]:
            return {}
        return {int(day): float(value) for day, value in self.tables[brain][kpi].dropna().items()}  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True)
class RecordedKpi:
    """A guarded KPI of a brain: its values by replication, and its margins in its unit."""

    brain: str
    kpi: str
    unit: str
    by_day: Mapping[int, float]
    margin: float
    margin_on_other_days: float | None


@dataclass(frozen=True, slots=True)
class RecordedDays:
    """What ``statistics.json`` holds."""

    replications: int
    draws: Mapping[int, str]
    kpis: tuple[RecordedKpi, ...]


def read_statistics(content: Mapping[str, Any]) -> RecordedDays:
    """Return what ``statistics.json`` holds; raises KeyError, TypeError or ValueError where it is damaged."""
    kpis = tuple(
        RecordedKpi(
            row["brain"], row["kpi"], row["unit"],
            {int(day): float(value) for day, value in row["values"].items()}, float(row["margin"]),
            None if row["margin_on_other_days"] is None else float(row["margin_on_other_days"]),
        )
        for row in content["kpis"]
    )  # fmt: skip
    days = int(content["replications"])
    draws = {int(day): str(drawn) for day, drawn in content["draws"].items()}
    figures = [figure for row in kpis for figure in (*row.by_day.values(), row.margin, row.margin_on_other_days or 0.0)]
    if not kpis or set(draws) != set(range(days)):
        raise ValueError("there are no KPIs, or draws are not those of each replication")
    if not all(map(math.isfinite, figures)) or any(not set(row.by_day) <= set(draws) for row in kpis):
        raise ValueError("values and margins must be numbers, and of those replications")
    return RecordedDays(days, draws, kpis)


@dataclass(frozen=True, slots=True)
class KpiCheck:
    """How a guarded KPI of a brain stands; ``kept`` is None where it has too few values now."""

    brain: str
    kpi: str
    unit: str
    kept: Kept | None

    @property
    def fails(self) -> bool:
        """Whether it is not shown to be as recorded."""
        return self.kept is None or self.kept.verdict != "kept"


@dataclass(frozen=True, slots=True)
class StatisticsCheck:
    """All guarded KPIs, whether days were paired, and what is not judged on other days (brain, KPI)."""

    rows: tuple[KpiCheck, ...]
    same_days: bool
    not_judged: tuple[tuple[str, str], ...]


def draws_of(table_hashes: Mapping[str, str]) -> str:
    """Return one hash of all that was drawn for a day."""
    return hashlib.sha256(json.dumps(table_hashes, sort_keys=True).encode()).hexdigest()[:16]


def guarded(catalogue: Mapping[str, Kpi], present: Sequence[str], named: Sequence[str]) -> list[str]:
    """Return the KPIs to guard: those named, else those that the domains put first.

    Raises
    ------
    InvalidScenarioError
        Where a named KPI is none that the days give.
    """
    for name in named:
        check_kpi("--kpi", name, present)
    wanted = named or [name for name, kpi in catalogue.items() if is_headline(kpi)]
    return [name for name in dict.fromkeys(wanted) if name in present]


def record_statistics(
    days: Days, kpis: Sequence[str], margins: Sequence[str], in_scenario: Mapping[str, Size] | None = None
) -> dict[str, Any]:
    """Return what ``statistics.json`` keeps: values by day, and each KPI's margin.

    On the same days the margin is the one named. On other days it is the narrowest that holds the false alarms down,
    where that is wider, and none where that would guard nothing.

    Parameters
    ----------
    margins, in_scenario
        What the command line and the scenario give; 5 % for all others. What domains state says when a difference
        matters to a planner, which is often far more than code may change unnoticed, and so counts for no guard.
    """
    present = list(dict.fromkeys(str(kpi) for table in days.tables.values() for kpi in table))
    names = guarded(days.catalogue, present, kpis)
    given = read_margins(margins, names, in_scenario, stated=False)
    enough = {
        (brain, name): found
        for brain in days.tables
        for name in names
        if len(found := days.values(brain, name)) >= LEAST_DAYS
    }
    if not enough:
        raise ResultsError(
            "no KPI has a value on {least} days or more, so there is nothing to guard; record more days with --reps",
            least=LEAST_DAYS,
        )
    samples = [np.array(list(found.values())) for found in enough.values()]
    wanted = [
        margin.size if (margin := given.of(days.catalogue[name], float(sample.mean()))) else 0.0
        for (_, name), sample in zip(enough, samples, strict=True)
    ]
    rows = [
        {"brain": brain, "kpi": name, "unit": days.catalogue[name].family.unit, "values": found,
         "margin": same, "margin_on_other_days": other}
        for ((brain, name), found), same, other in zip(
            enough.items(), wanted, margins_on_other_days(samples, wanted), strict=True
        )
    ]  # fmt: skip
    return {"draws": dict(days.draws), "kpis": rows, "replications": len(days.draws)}


def check_statistics(days: Days, recorded: RecordedDays) -> StatisticsCheck:
    """Judge every recorded KPI on days lived now."""
    same_days = recorded.draws == dict(days.draws)
    judged = [row for row in recorded.kpis if same_days or row.margin_on_other_days is not None]
    return StatisticsCheck(
        tuple(
            KpiCheck(row.brain, row.kpi, row.unit, _judged(row, days.values(row.brain, row.kpi), same_days))
            for row in judged
        ),
        same_days,
        tuple((row.brain, row.kpi) for row in recorded.kpis if row not in judged),
    )


def _judged(row: RecordedKpi, now: Mapping[int, float], same_days: bool) -> Kept | None:
    """Judge a KPI by its values now; None where there are too few."""
    margin = row.margin if same_days else row.margin_on_other_days
    days = sorted(row.by_day.keys() & now.keys()) if same_days else sorted(now)
    if margin is None or len(days) < (max(LEAST_DAYS, MOST_LACKING * len(row.by_day)) if same_days else LEAST_DAYS):
        return None
    before = [row.by_day[day] for day in (days if same_days else row.by_day)]
    return judge(np.array(before), np.array([now[day] for day in days]), margin, paired=same_days)
