"""KPIs of rescue, from recorded events alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd

from twin.core.clock import Clock
from twin.core.kpis import KpiValue
from twin.core.statistics import statistic_of
from twin.domains.elevators.rescue_measures import RESCUE_FAMILIES

MINUTE_S: Final = 60.0
LONG_MIN: Final = 30.0
SPANS: Final = {
    "alarm_min": ("at_s", "told_s"), "arrival_min": ("told_s", "arrive_s"), "release_min": ("arrive_s", "freed_s"),
    "trapped_min": ("at_s", "freed_s"),
}  # fmt: skip
"""Each time measure: from which stamp to which."""


def rescue_columns(rescues: pd.DataFrame, case: pd.Index[int]) -> dict[str, object]:
    """Return what rescue adds to the observations of entrapments; NaN where one was not ended, or nobody rescues."""
    found = rescues.set_index("case").reindex(case)
    columns: dict[str, object] = {
        name: (found[end] - found[begin]).to_numpy(np.float64) / MINUTE_S for name, (begin, end) in SPANS.items()
    }
    trapped = columns["trapped_min"]
    columns["over_30_min"] = np.where(np.isnan(trapped), np.nan, trapped > LONG_MIN)  # type: ignore[call-overload, operator]
    columns["district"] = pd.Categorical(found["district"].astype(object).fillna(""))
    other = ~(found["own_firm"].fillna(True).to_numpy(np.bool_))
    columns["freed_by_another"] = np.where(found["arrive_s"].isna(), np.nan, other)
    return columns


def rescue_kpis(events: Mapping[str, pd.DataFrame], cases: pd.DataFrame, clock: Clock) -> Iterator[KpiValue]:
    """Yield the KPIs of rescue; none where nobody rescues.

    Parameters
    ----------
    cases
        The observations of the counted time.
    """
    if "elevators.rescues" not in events:
        return
    for family in RESCUE_FAMILIES:
        if family.column:
            for member, rows in _members(cases, family.groups):
                values = rows[family.column].dropna().to_numpy(np.float64)
                for statistic in (family.statistics or (None,)) if len(values) else ():
                    parts = ("elevators", family.name, member, statistic)
                    name = ".".join(part for part in parts if part)
                    yield KpiValue(name, statistic_of(values, statistic), family.unit, len(values))
    rescues = events["elevators.rescues"]
    at_s = rescues["at_s"].to_numpy(np.float64)
    counted = rescues[(at_s >= 0) & (at_s < clock.duration_s)]
    yield from _counts(counted, cases)
    yield from _of_days(events["elevators.worker_days"])


def _members(cases: pd.DataFrame, groups: tuple[str, ...]) -> Iterator[tuple[str, pd.DataFrame]]:
    yield "", cases
    for grouping in groups:
        for member, rows in cases.groupby(grouping, observed=True):
            if member:
                yield str(member), rows


def _counts(rescues: pd.DataFrame, cases: pd.DataFrame) -> Iterator[KpiValue]:
    trapping = rescues[rescues["people"] > 0]
    count = len(cases)
    lasted = (cases["trapped_min"] * cases["people"]).sum()
    yield KpiValue("elevators.people_minutes", float(lasted), "min", count)
    for name, found in (
        ("still_trapped", int(trapping["freed_s"].isna().sum())),
        ("second_level", int(trapping["called_team"].sum())),
        ("false_alarms", len(rescues) - len(trapping)),
        ("freed_by_power", int(trapping["by_power"].sum())),
        ("fell_ill", int(trapping["ill"].sum())),
    ):
        yield KpiValue(f"elevators.{name}", float(found), "count", found)


def _of_days(days: pd.DataFrame) -> Iterator[KpiValue]:
    duty_s = float(days["duty_s"].sum())
    if duty_s > 0:
        spent_s = float(days[["inspecting_s", "mending_s", "rescuing_s"]].sum().sum())
        yield KpiValue("elevators.worker_utilisation", spent_s / duty_s, "share", len(days))
    if len(days):
        yield KpiValue("elevators.cost_yuan", float(days["cost_yuan"].sum()), "yuan", len(days))
