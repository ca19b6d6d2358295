"""The air domain's part of the report: a first section; curves with warnings, who contributed, cost against relief."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from twin.charts.glyphs import glyphs
from twin.charts.html import Child, Html, figure, h, join, plain, table
from twin.charts.marks import MOST_SERIES, legend
from twin.charts.numbers import number
from twin.charts.panels import Panel, polyline
from twin.charts.section import Section, StoredRun
from twin.core.clock import DAY_S, HOUR_S
from twin.domains.air.judging import days_of, judged
from twin.domains.air.kinds import GROUPS
from twin.domains.air.kpis import counted
from twin.domains.air.report_findings import FINDINGS, LEVEL_NAMES, MEMBER_NAMES

if TYPE_CHECKING:
    from twin.core.language import Language

__all__ = ["FINDINGS", "MEMBER_NAMES", "sections"]

BAND_HEIGHT: Final = 4
BAD_UGM3: Final = 150.0


def sections(run: StoredRun, language: Language) -> list[Section]:
    """Return the domain's sections, in the order of the report."""
    brains = list(run.brains[:MOST_SERIES])
    titles = [run.titles[brain] for brain in brains]
    return [
        Section("air-curves", language("The air, and what was warned of"), _curves(run, brains, titles, language)),
        Section("air-sources", language("Who gave the stations what"), _sources(run, brains, titles, language)),
        Section("air-costs", language("What measures cost and brought"), _costs(run, brains, titles, language)),
    ]


def _hours(run: StoredRun, brain: str) -> pd.DataFrame:
    return counted(run.events("air.hours", brain, 0), "begins_s", run.clock)


def _curves(run: StoredRun, brains: list[str], titles: list[str], language: Language) -> Html:
    each = [_hours(run, brain) for brain in brains]
    if not any(len(hours) for hours in each):
        return h("p", language("No hour was counted."), class_="empty")
    label = language("PM2.5, mean of the stations, by day of the run, µg/m³")
    text = language(
        "Each line is the mean of PM2.5 over the stations in the first replication; the bars above it are days under a "
        "warning, one row for each brain, the number is the level: 1 blue, 2 yellow, 3 orange, 4 red."
    )
    return join(h("p", text), legend(titles), figure(label, _panel(each, label)), _levels(each, titles, language))


def _panel(each: list[pd.DataFrame], label: str) -> Html:
    days = max(float(hours["begins_s"].max()) + HOUR_S for hours in each if len(hours)) / DAY_S
    high = max(float(hours["pm25"].max()) for hours in each if len(hours))
    rows = len(each)
    panel = Panel.of((0, days), (0, max(high, BAD_UGM3) * (1.08 + 0.07 * rows)))
    drawn: list[Html] = []
    for series, hours in enumerate(each):
        at = (hours["begins_s"].to_numpy() + HOUR_S / 2) / DAY_S
        points = [(panel.x(x), panel.y(y)) for x, y in zip(at.tolist(), hours["pm25"].tolist(), strict=True)]
        drawn.append(h("path", d=polyline(points), class_=f"curve b{series}"))
        drawn += _bars(panel, hours, series)
    return panel.draw(label, *drawn)


def _bars(panel: Panel, hours: pd.DataFrame, series: int) -> list[Html]:
    """Return a bar for each spell of one level."""
    level, at = hours["level"].to_numpy(), hours["begins_s"].to_numpy() / DAY_S
    turns = np.flatnonzero(np.append(True, level[1:] != level[:-1])) if len(level) else np.empty(0, int)
    y = panel.y(panel.y.high) + 8 + series * (BAND_HEIGHT + 8)
    found = []
    for place, first in enumerate(turns.tolist()):
        if level[first] == 0:
            continue
        last = turns[place + 1] if place + 1 < len(turns) else len(level)
        begin, end = panel.x(at[first]), panel.x(at[last - 1] + HOUR_S / DAY_S)
        found.append(h("path", d=f"M{plain(begin)} {plain(y)}H{plain(end)}", class_=f"curve b{series}"))
        found.append(glyphs(str(int(level[first])), (begin + end) / 2, y - 2, anchor="middle"))
    return found


def _levels(each: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    rows: list[list[Child]] = []
    for level, name in enumerate(LEVEL_NAMES):
        rows.append([language(name), *(number(float((hours["level"] == level).sum()), 0) for hours in each)])
    return table(["", *titles], rows, caption=language("Hours under each level of warning"))


def _sources(run: StoredRun, brains: list[str], titles: list[str], language: Language) -> Html:
    brain = brains[0]
    parts = counted(run.events("air.contributions", brain, 0), "begins_s", run.clock)
    if parts.empty:
        return h("p", language("No hour was counted."), class_="empty")
    stations = run.events("air.stations", brain, 0)["name"].tolist()
    mean = parts.groupby(["group", "station"], observed=True)["pm25"].mean()
    found = {key: float(value) for key, value in mean.items()}
    rows: list[list[Child]] = [
        [language(MEMBER_NAMES[group]), *(number(found.get((group, place), 0.0), 1) for place in range(len(stations)))]
        for group in GROUPS
    ]
    caption = language("PM2.5 by source and station under {brain}, µg/m³", brain=titles[0])
    return table(["", *stations], rows, caption=caption)


def _costs(run: StoredRun, brains: list[str], titles: list[str], language: Language) -> Html:
    rows: list[list[Child]] = []
    for brain, title in zip(brains, titles, strict=True):
        hours = _hours(run, brain)
        days = days_of({name: run.events(name, brain, 0) for name in ("air.hours", "air.warnings", "air.judged_by")},
                       run.clock)  # fmt: skip
        found = judged(days)
        relief = float((hours["pm25_without"] - hours["pm25"]).mean()) if len(hours) else 0.0
        rows.append([
            title, number(float(hours["cut_yuan"].sum()) / 1e6, 1), number(relief, 2), str(found.hits),
            str(found.misses), str(found.false_alarms),
        ])  # fmt: skip
    head = [
        "", language("production lost, million yuan"), language("relief, µg/m³, mean of all hours"),
        language("bad days warned of"), language("bad days not warned of"), language("false alarms"),
    ]  # fmt: skip
    text = language("A day counts as bad by what it would have been without measures, which the twin knows.")
    return join(h("p", text), table(head, rows, caption=language("Warnings and measures of the first replication")))
