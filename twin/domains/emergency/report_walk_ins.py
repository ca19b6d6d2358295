"""Patients who come to hospital by themselves: whether it gets worse for them when others are treated sooner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from twin.charts.html import Child, Html, figure, h, join, table
from twin.charts.marks import legend
from twin.charts.numbers import number
from twin.charts.rows import Row, dot_rows
from twin.charts.section import StoredRun
from twin.charts.statistics import NOTHING, by_group, difference_text, interval_text, overall
from twin.domains.emergency.report_cases import over_what, paired, walk_ins_of
from twin.domains.emergency.report_findings import MEMBER_NAMES

if TYPE_CHECKING:
    from twin.core.language import Language

_KEYS: Final = ["replication", "walk_in"]
_FEWEST: Final = 10
"""Conditions with fewer patients have no row of their own."""


def walk_ins(run: StoredRun, brains: list[str], titles: list[str], language: Language) -> Html:
    """Return what stands below the heading."""
    found = [walk_ins_of(run, brain) for brain in brains]
    if any(frame.empty for frame in found):
        return h("p", language("There was no such case."), class_="empty")
    text = language(
        "They take the same bays and laboratories as those whom ambulances bring. Whoever is treated sooner leaves a "
        "bay sooner, but also may come before somebody who waits: here is how long those who come by themselves take "
        "from the door to treatment."
    )
    conditions = [name for name in MEMBER_NAMES if (found[0]["condition"] == name).sum() >= _FEWEST]
    spreads = [{**by_group(frame, "minutes", "condition"), "": overall(frame, "minutes")} for frame in found]
    rows = []
    for name in ("", *conditions):
        own = [by_member.get(name, NOTHING) for by_member in spreads]
        title = language(MEMBER_NAMES[name]) if name else h("strong", language("All who came by themselves"))
        rows.append(Row(title, own, [interval_text(spread) for spread in own]))
    heading = join(
        language("Door to treatment of those who come by themselves"),
        h("small", language("mean minutes, with 95 % intervals over {over}", over=over_what(run, language))),
    )
    label = language("Door to treatment of walk-in patients by condition")
    return join(
        h("p", text),
        legend(titles),
        figure(heading, dot_rows(rows, [language("Condition"), *titles], label)),
        _compared(run, found, titles, language),
    )


def _compared(run: StoredRun, found: list[pd.DataFrame], titles: list[str], language: Language) -> Html | None:
    """Compare the same patients under two brains."""
    if len(found) < 2:
        return None
    rows = [_row(found[0], other, title, language) for other, title in zip(found[1:], titles[1:], strict=True)]
    head = [
        language("Against {baseline}", baseline=titles[0]), language("Patients"), language("Mean difference, min"),
        language("More than 1 min later"), language("More than 5 min later"), language("More than 5 min sooner"),
        language("Wait for a bay, min"),
    ]  # fmt: skip
    heading = join(
        language("The same patients under both brains"),
        h("small", language("those who are treated under both; intervals over {over}", over=over_what(run, language))),
    )
    return figure(heading, table(head, rows, stacked=True))


def _row(one: pd.DataFrame, other: pd.DataFrame, title: str, language: Language) -> list[Child]:
    both = paired(one, other, ["minutes", "bay_minutes"], _KEYS)
    gaps = both.assign(gap=both["other_minutes"] - both["minutes"])
    waits = " → ".join(number(float(both[name].mean()), 2) for name in ("bay_minutes", "other_bay_minutes"))
    count = len(gaps)
    return [
        title,
        number(count, 0),
        difference_text(overall(gaps, "gap"), 2, language),
        *(counted(int(chosen.sum()), count) for chosen in (gaps["gap"] > 1, gaps["gap"] > 5, gaps["gap"] < -5)),
        waits,
    ]


def counted(some: int, count: int) -> str:
    """Return a number of cases with its share."""
    return f"{number(some, 0)} ({number(some / count * 100, 1) if count else '–'} %)"
