"""Who waits longer than others, and whether a brain makes the gap smaller: by district, by age, by smartphone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from twin.charts.html import Child, Html, figure, h, join, table
from twin.charts.marks import legend
from twin.charts.numbers import number
from twin.charts.rows import Row, dot_rows
from twin.charts.section import StoredRun
from twin.charts.statistics import NOTHING, Spread, by_group, difference_text, overall
from twin.domains.emergency.report_cases import over_what
from twin.domains.emergency.report_findings import MEMBER_NAMES

if TYPE_CHECKING:
    from twin.core.language import Language

_MEASURES: Final = (
    ("response_min", "Ring to the scene"),
    ("ring_to_treatment_min", "Ring to treatment"),
)
_GROUPS: Final = (("age", ("under_65", "from_65")), ("phone", ("smartphone", "no_smartphone")))
_FEWEST: Final = 20
"""Districts with fewer cases are left out: their means say nothing."""


def equity(run: StoredRun, cases: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    """Return what stands below the heading."""
    text = language(
        "Mean minutes of each group; lines through the marks are 95 % intervals over {over}. Groups differ in their "
        "conditions, so a gap from ring to treatment is not the service's alone; what can be compared is the same gap "
        "under two brains.",
        over=over_what(run, language),
    )
    charts = [_chart(run, cases, titles, *measure, language) for measure in _MEASURES]
    return join(h("p", text), legend(titles), h("div", charts, class_="charts"), _gaps(run, cases, titles, language))


def _districts(cases: pd.DataFrame, column: str) -> list[str]:
    counts = cases[cases[column].notna()].groupby("district", observed=True).size().sort_values(ascending=False)
    return [str(member) for member, count in counts.items() if member and count >= _FEWEST]


def _members(run: StoredRun, cases: pd.DataFrame, column: str, language: Language) -> list[tuple[str, str, str]]:
    """Return grouping, member and name of each group that has cases, people first, then districts."""
    there = [
        (grouping, member, language(MEMBER_NAMES[member]))
        for grouping, members in _GROUPS
        for member in members
        if (cases[grouping] == member).any()
    ]
    return there + [("district", name, run.districts.get(name, name)) for name in _districts(cases, column)]


def _chart(
    run: StoredRun, cases: list[pd.DataFrame], titles: list[str], column: str, title: str, language: Language
) -> Html:
    heading = join(language(title), h("small", language("mean minutes by group")))
    members = _members(run, cases[0], column, language)
    if not members or not cases[0][column].notna().any():
        return figure(heading, h("p", language("There was no such case."), class_="empty"))
    spreads = {grouping: [by_group(frame, column, grouping) for frame in cases] for grouping, _, _ in members}
    rows = []
    for grouping, member, name in members:
        own = [by_member.get(member, NOTHING) for by_member in spreads[grouping]]
        rows.append(Row(name, own, [number(spread.mean, 1) for spread in own]))
    label = language("Mean minutes by group: {title}", title=language(title))
    return figure(heading, dot_rows(rows, [language("Group"), *titles], label))


def _gaps(run: StoredRun, cases: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    rows: list[list[Child]] = []
    for column, title in _MEASURES:
        for (grouping, (first, second)), name in zip(
            _GROUPS,
            (language("65 and older less under 65"), language("without less with a smartphone")),
            strict=True,
        ):
            spreads = [gap(frame, column, grouping, first, second) for frame in cases]
            rows.append([[language(title), h("small", name)], *(difference_text(own, 1, language) for own in spreads)])
        rows.append(
            [
                [language(title), h("small", language("slowest less quickest district"))],
                *(_widest(run, frame, column, language) for frame in cases),
            ]
        )
    heading = join(
        language("Gaps between groups"),
        h("small", language("minutes, with 95 % intervals over {over}", over=over_what(run, language))),
    )
    return figure(heading, table([language("Gap"), *titles], rows, stacked=True))


def gap(cases: pd.DataFrame, column: str, grouping: str, first: str, second: str) -> Spread:
    """Return how much longer the second group waits than the first: the mean of the days' gaps.

    Over a single day the interval is not given, since cases of two groups are not paired.
    """
    present = cases[cases[column].notna()]
    means = present.pivot_table(column, "replication", grouping, observed=True)
    if first not in means or second not in means:
        return NOTHING
    gaps = (means[second] - means[first]).rename("gap").reset_index()
    return overall(gaps, "gap")


def _widest(run: StoredRun, cases: pd.DataFrame, column: str, language: Language) -> str:
    members = _districts(cases, column)
    means = {name: float(cases.loc[cases["district"] == name, column].mean()) for name in members}
    if len(means) < 2:
        return "–"
    slowest, quickest = max(means, key=lambda name: means[name]), min(means, key=lambda name: means[name])
    return language(
        "{gap} ({slowest} less {quickest})",
        gap=number(means[slowest] - means[quickest], 1, sign=True),
        slowest=run.districts.get(slowest, slowest), quickest=run.districts.get(quickest, quickest),
    )  # fmt: skip
