"""How busy vehicles and hospitals are through the day, what waits, and how much of the demand is covered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from twin.charts.html import Child, Html, details, figure, h, join, table
from twin.charts.marks import legend
from twin.charts.numbers import number
from twin.charts.panels import hour_lines
from twin.charts.section import StoredRun
from twin.charts.statistics import NOTHING, Spread, by_group
from twin.core.kpis import HOURS
from twin.domains.emergency.report_cases import looks_of, over_what

if TYPE_CHECKING:
    from twin.core.language import Language

_QUARTERS: Final = tuple(str(quarter) for quarter in range(96))
_CHARTS: Final = (
    ("busy", "Vehicles on a call", "share of the vehicles on duty, in per cent", True),
    ("covered", "Coverage", "share of the demand with a free vehicle near enough, in per cent", True),
    ("waiting", "Calls that wait for a vehicle", "calls", False),
    ("bays_taken", "Emergency bays taken", "bays of all hospitals", False),
    ("bays_waited_for", "Patients who wait for a bay", "patients at all hospitals", False),
    ("laboratories_taken", "Catheterisation laboratories taken", "laboratories of all hospitals", False),
)
"""Column, title, what is counted, and whether it is a share."""


def load(run: StoredRun, brains: list[str], titles: list[str], language: Language) -> Html:
    """Return what stands below the heading."""
    looks = [looks_of(run, brain) for brain in brains]
    if any(frame.empty for frame in looks):
        return h("p", language("There was no such case."), class_="empty")
    text = language(
        "Looked at every quarter of an hour, by time of day; lines are means and bands 95 % intervals over {over}. A "
        "vehicle on its way back to its station counts as free, since it can be sent.",
        over=over_what(run, language) if run.replications > 1 else language("the looks at that time of day"),
    )
    charts = [_chart(looks, titles, *chart, language) for chart in _CHARTS]
    return join(h("p", text), legend(titles), h("div", charts, class_="charts"), _extremes(looks, titles, language))


def _chart(
    looks: list[pd.DataFrame], titles: list[str], column: str, title: str, unit: str, share: bool, language: Language
) -> Html:
    factor = 100.0 if share else 1.0
    scaled = [frame.assign(shown=frame[column] * factor) for frame in looks]
    series = [_parts(frame, "quarter", _QUARTERS) for frame in scaled]
    low = _axis_begin(scaled) if column == "covered" else 0.0
    label = language("Through the day: {title}. The table below has the numbers.", title=language(title))
    rows: list[list[Child]] = []
    by_hour = [_parts(frame, "hour", HOURS) for frame in scaled]
    for hour in range(len(HOURS)):
        own = [spreads[hour] for spreads in by_hour]
        if any(spread.count for spread in own):
            rows.append([f"{hour:02d}:00", *(number(spread.mean, 1) for spread in own)])
    folded = details(language("Numbers"), table([language("Hour"), *titles], rows))
    note = language("The axis begins at {low} %.", low=f"{low:g}") if low else None
    drawing = hour_lines(series, label, low=low, suffix="%" if share else "")
    return figure(join(language(title), h("small", language(unit))), drawing, folded, note=note)


def _parts(frame: pd.DataFrame, grouping: str, members: tuple[str, ...]) -> list[Spread]:
    found = by_group(frame, "shown", grouping)
    return [found.get(member, NOTHING) for member in members]


def _axis_begin(scaled: list[pd.DataFrame]) -> float:
    """Return a round per cent below which nothing lies, 0 where it would leave out little."""
    least = min(float(frame.groupby("quarter")["shown"].mean().min()) for frame in scaled)
    begin = float(np.floor((least - 1) / 5) * 5)
    return begin if begin >= 50 else 0.0


def _extremes(looks: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    def row(title: str, values: list[float], decimals: int) -> list[Child]:
        return [title, *(number(value, decimals) for value in values)]

    rows = [
        row(language("Vehicles on a call, mean, %"), [float(f["busy"].mean()) * 100 for f in looks], 1),
        row(language("Vehicles on a call, most at once, %"), [float(f["busy"].max()) * 100 for f in looks], 1),
        row(language("Calls that wait for a vehicle, most at once"), [float(f["waiting"].max()) for f in looks], 0),
        row(language("Coverage, mean, %"), [float(f["covered"].mean()) * 100 for f in looks], 2),
        row(language("Coverage, least, %"), [float(f["covered"].min()) * 100 for f in looks], 2),
        row(language("Bays taken, most at once"), [float(f["bays_taken"].max()) for f in looks], 0),
        row(
            language("Patients who wait for a bay, most at once"), [float(f["bays_waited_for"].max()) for f in looks], 0
        ),
        row(language("Laboratories taken, most at once"), [float(f["laboratories_taken"].max()) for f in looks], 0),
    ]
    heading = join(language("The whole time"), h("small", language("at the looks of every quarter of an hour")))
    return figure(heading, table([language("What"), *titles], rows))
