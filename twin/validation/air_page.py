"""The page on how the daily model did: what it warned of and what came, in one HTML file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import numpy as np

from twin.charts.calendars import calendar_key, year_calendar
from twin.charts.html import Child, Html, details, figure, h, join, table
from twin.charts.marks import legend
from twin.charts.points import Line, lines_along, reliability, scatter
from twin.charts.section import Section
from twin.core.language import Language
from twin.report.page import page_html
from twin.validation.air import LEADS, MODEL, TODAY, AirValidation, Judged
from twin.validation.air_words import (
    cells,
    fitted_on,
    group_title,
    headline,
    notes,
    rule_title,
    table_head,
)

_STYLE: Final = Path(__file__).with_name("air.css")
_BINS: Final = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0001)


def air_page(found: AirValidation, source: str, language: Language) -> str:
    """Return the whole page.

    Parameters
    ----------
    source
        Name of the file of observations.
    """
    sections = [
        Section("scores", language("Against simple rules"), _scores(found, language)),
        Section("calendar", language("Warnings and truth, day by day"), _calendars(found, language)),
        Section("reliability", language("Are the chances true?"), _reliability(found, language)),
        Section("amounts", language("Predicted and observed PM2.5"), _scatters(found, language)),
        Section("forecasts", language("With forecasts of the weather that err"), _curve(found, language)),
        Section("reasons", language("What the model looks at"), _reasons(found, language)),
    ]
    title = language("Days of heavy pollution, predicted and observed")
    introduction = join(
        h("p", headline(found, language), class_="description"),
        h("p", f"{source}: {fitted_on(found, language)}", class_="facts"),
    )
    return page_html(title, introduction, sections, language, (_STYLE,))


def _ahead(lead: int, language: Language) -> str:
    return language("1 day ahead") if lead == 1 else language("{n} days ahead", n=lead)


def _scores(found: AirValidation, language: Language) -> Html:
    rows: list[list[Child]] = []
    for score in found.scores:
        name = f"{_ahead(score.lead, language)}: {rule_title(score.rule, language)}"
        numbers = cells(score)
        bold = score.rule == MODEL
        rows.append([h("strong", name) if bold else name, *numbers])
    explained = language(
        "The threat score is hits over hits, misses and false alarms. The weather of the days ahead is taken as known: "
        "an upper bound (see below for forecasts). Nothing of the years judged enters the fit, the chances or the "
        "thresholds: a warning is given from a chance of {chances} on (by days ahead), which brought the highest "
        "threat scores in the fitting years ({past}, each year by a model that had not seen it).",
        chances=", ".join(f"{100 * found.thresholds[lead]:.0f} %" for lead in LEADS),
        past=", ".join(f"{found.fitted_threat_scores[lead]:.2f}" for lead in LEADS),
    )
    said = [h("li", note) for note in notes(found, language)]
    return join(table(table_head(language), rows), h("p", explained, class_="note"), h("ul", said) if said else None)


def _kind(warned: bool, truth: bool) -> str:
    return ("hit" if truth else "false") if warned else ("miss" if truth else "quiet")


def day_kinds(one: Judged) -> dict[date, str]:
    """Return what each judged day was: hit, miss, false or quiet."""
    return {
        day: _kind(bool(warned), bool(truth))
        for day, warned, truth in zip(one.dates, one.warned, one.truth, strict=True)
    }


def _calendars(found: AirValidation, language: Language) -> Html:
    key = calendar_key(
        {
            "hit": language("warned, and it came"),
            "miss": language("not warned, and it came"),
            "false": language("warned, and it did not come"),
            "quiet": language("neither"),
        }
    )
    parts: list[Child] = [key]
    for lead in (LEADS[0], LEADS[-1]):
        one = found.judged[lead]
        kinds = day_kinds(one)
        drawn = [
            figure(
                f"{year}, {_ahead(lead, language)}",
                year_calendar(year, kinds, language("Calendar of warnings and truth in {year}", year=year)),
            )
            for year in found.predict_years
        ]
        parts.append(h("div", drawn, class_="charts"))
    note = language("A row a month, a column a day. Days that could not be judged are empty.")
    return join(*parts, h("p", note, class_="note"), _days_table(found, language))


def _days_table(found: AirValidation, language: Language) -> Html:
    """Return every day on which something was warned of or came, at one day ahead."""
    one = found.judged[LEADS[0]]
    rows = [
        [str(one.dates[row]), f"{one.pm25_ugm3[row]:.0f}", f"{one.mean_ugm3[row]:.0f}",
         f"{100 * one.chance[row]:.0f} %", language("warned") if one.warned[row] else "–"]
        for row in np.flatnonzero(one.warned | one.truth)
    ]  # fmt: skip
    head = [
        language("day"), language("observed, µg/m³"), language("predicted, µg/m³"), language("chance"),
        language("warning"),
    ]  # fmt: skip
    return details(language("The days, one day ahead, as a table"), table(head, rows, class_="compact"))


def bins_of(one: Judged) -> list[tuple[float, float, int]]:
    """Return mean chance, share that came, and number of days, of days with like chances."""
    place = np.digitize(one.chance, _BINS) - 1
    return [
        (float(one.chance[inside].mean()), float(one.truth[inside].mean()), int(inside.sum()))
        for inside in (place == number for number in range(len(_BINS) - 1))
        if inside.any()
    ]


def _reliability(found: AirValidation, language: Language) -> Html:
    drawn, rows = [], []
    for lead in LEADS:
        bins = bins_of(found.judged[lead])
        label = language("Share of days that came about at each chance, {ahead}", ahead=_ahead(lead, language))
        chart = reliability([100 * chance for chance, _, _ in bins], [100 * share for _, share, _ in bins], label)
        drawn.append(figure(_ahead(lead, language), chart))
        rows += [
            [_ahead(lead, language), f"{100 * chance:.0f} %", f"{100 * share:.0f} %", str(days)]
            for chance, share, days in bins
        ]
    text = language(
        "Across: the chance that the model named, per cent. Up: on what share of these days PM2.5 exceeded {limit:g} "
        "µg/m³. On the dashed line chances are true; few days have chances between, so single points scatter.",
        limit=found.limit_ugm3,
    )
    head = [language("days ahead"), language("chance"), language("came about"), language("days")]
    numbers = details(language("The numbers"), table(head, rows, class_="compact"))
    return join(h("p", text), h("div", drawn, class_="charts"), numbers)


def _scatters(found: AirValidation, language: Language) -> Html:
    drawn = []
    for lead in (LEADS[0], LEADS[-1]):
        one, score = found.judged[lead], found.score(MODEL, lead)
        label = language("Predicted against observed PM2.5, {ahead}", ahead=_ahead(lead, language))
        alike = float(np.corrcoef(one.mean_ugm3, one.pm25_ugm3)[0, 1])
        caption = language(
            "{ahead}: correlation {r:.2f}, RMSE {rmse:.1f} µg/m³", ahead=_ahead(lead, language), r=alike,
            rmse=score.rmse_ugm3,
        )  # fmt: skip
        drawn.append(figure(caption, scatter(one.pm25_ugm3, one.mean_ugm3, label, limit=found.limit_ugm3)))
    text = language(
        "Across: observed, up: predicted, µg/m³, a point a day. Dotted: the limit. What lies beyond the axes is drawn "
        "at their ends."
    )
    return join(h("p", text), h("div", drawn, class_="charts"))


def _curve(found: AirValidation, language: Language) -> Html:
    series = []
    for lead in LEADS:
        points = sorted((point for point in found.curve if point.lead == lead), key=lambda point: -point.correlation)
        series.append(
            Line(
                [100 * (1 - point.correlation) for point in points],
                [point.mean for point in points],
                [point.low for point in points],
                [point.high for point in points],
            )
        )
    high = max(max(line.high) for line in series) * 1.1
    label = language("Threat score against the error of the weather forecast")
    rows = [
        [
            f"{point.correlation:.2f}",
            _ahead(point.lead, language),
            f"{point.mean:.2f}",
            f"{point.low:.2f}–{point.high:.2f}",
        ]
        for point in found.curve
    ]
    text = language(
        "Across: how far the forecast's deviations from what is usual are from going with the weather's, one day ahead "
        "(100 less their correlation, in per cent; further ahead the correlation is raised to the power of the days). "
        "Up: threat score, with the least and the greatest of {n} forecasts drawn. The model believes each forecast; "
        "one fitted on forecasts would believe a bad one less. Tomorrow as today needs no forecast: {today}.",
        n=max(1, found.draws),
        today=", ".join(f"{found.score(TODAY, lead).threat_score:.2f}" for lead in LEADS),
    )
    head = [language("correlation"), language("days ahead"), language("threat score"), language("from, to")]
    return join(
        h("p", text),
        legend([_ahead(lead, language) for lead in LEADS]),
        figure(None, lines_along(series, label, high=high)),
        details(language("The numbers"), table(head, rows, class_="compact")),
    )


def _reasons(found: AirValidation, language: Language) -> Html:
    rows = [[group_title(group, language), f"{100 * growth:+.0f} %"] for group, growth in found.importance.items()]
    text = language(
        "By how much the error one day ahead grows when what a group says of each day is taken from another day."
    )
    head = [language("what is looked at"), language("error grows by")]
    return join(h("p", text), table(head, rows))
