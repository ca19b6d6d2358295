"""Response by district and by hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from twin.charts.html import Child, Html, details, figure, h, join, table
from twin.charts.marks import legend
from twin.charts.numbers import number
from twin.charts.panels import hour_bars, hour_lines
from twin.charts.rows import Row, dot_rows
from twin.charts.section import StoredRun
from twin.charts.statistics import NOTHING, by_group, interval_text
from twin.core.kpis import HOURS
from twin.domains.emergency.report_cases import over_what

if TYPE_CHECKING:
    from twin.core.language import Language


def groups(run: StoredRun, cases: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    """Return what stands below the heading."""
    text = language(
        "Mean minutes from ring to the scene; lines through the marks and bands are 95 % intervals over {over}.",
        over=over_what(run, language),
    )
    charts = [
        _by_district(run, cases, titles, language),
        h(
            "div",
            _response_by_hour(cases, titles, language),
            _calls_by_hour(run, cases[0], language),
            class_="charts two",
        ),
    ]
    return join(h("p", text), legend(titles), charts)


def _by_district(run: StoredRun, cases: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    spreads = [by_group(frame, "response_min", "district") for frame in cases]
    reached = cases[0][cases[0]["response_min"].notna()]
    served = reached.groupby("district", observed=True).size().sort_values(ascending=False) / run.replications
    often = served[served >= 1]
    names = {str(member): run.districts.get(str(member), str(member) or language("outside")) for member in served.index}
    rows = [
        Row(
            names[str(member)],
            [by_member.get(str(member), NOTHING) for by_member in spreads],
            [number(float(count), 0 if count >= 10 else 1)],
        )
        for member, count in often.items()
    ]
    heading = join(language("By district"), h("small", language("minutes from ring to the scene")))
    if not rows:
        return figure(heading, h("p", language("There was no such case."), class_="empty"))
    head = [language("District"), language("Vehicles sent a day")]
    body: list[list[Child]] = [
        [name, *(interval_text(by_member.get(member, NOTHING)) for by_member in spreads)]
        for member, name in names.items()
    ]
    label = language("Mean response by district. The table below has the numbers.")
    rare = language("Districts with less than one vehicle a day are in the numbers only.")
    return figure(
        heading,
        dot_rows(rows, head, label),
        details(language("Numbers"), table([language("District"), *titles], body)),
        note=rare if len(often) < len(served) else None,
    )


def _response_by_hour(cases: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    found = [by_group(frame, "response_min", "hour") for frame in cases]
    spreads = [[by_member.get(hour, NOTHING) for hour in HOURS] for by_member in found]
    heading = join(
        language("Response by hour"), h("small", language("minutes from ring to the scene, by hour of the day"))
    )
    rows: list[list[Child]] = [
        [f"{hour:02d}:00", *(interval_text(series[hour]) for series in spreads)] for hour in range(len(HOURS))
    ]
    label = language("Mean response by hour of the day. The table below has the numbers.")
    folded = details(language("Numbers"), table([language("Hour"), *titles], rows))
    return figure(heading, hour_lines(spreads, label), folded)


def _calls_by_hour(run: StoredRun, cases: pd.DataFrame, language: Language) -> Html:
    hours = cases["hour"]
    sent = cases["response_min"].notna()
    calls = [float((hours == hour).sum()) / run.replications for hour in HOURS]
    vehicles = [float((sent & (hours == hour)).sum()) / run.replications for hour in HOURS]
    rows: list[list[Child]] = [
        [f"{hour:02d}:00", number(calls[hour], 1), number(vehicles[hour], 1)] for hour in range(len(HOURS))
    ]
    heading = join(language("Calls by hour"), h("small", language("calls in an hour, the same for every brain")))
    head = [language("Hour"), language("Calls"), language("Vehicles on the scene")]
    label = language("Calls by hour of the day. The table below has the numbers.")
    return figure(heading, hour_bars(calls, label), details(language("Numbers"), table(head, rows)))
