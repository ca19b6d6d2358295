"""What the minutes may mean: expected outcomes by published curves, with their source, range and caution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from twin.charts.html import Child, Html, details, figure, h, join, table
from twin.charts.numbers import number
from twin.charts.section import StoredRun
from twin.charts.statistics import difference_text, overall
from twin.domains.emergency.outcome import FUNCTIONS, WITHOUT_FUNCTION, OutcomeFunction, function_of
from twin.domains.emergency.report_cases import PATIENT, over_what, paired
from twin.domains.emergency.report_findings import MEMBER_NAMES

if TYPE_CHECKING:
    from twin.core.language import Language

_HUNDRED: Final = 100.0


def outcomes(run: StoredRun, cases: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    """Return what stands below the heading."""
    text = language(
        "Nobody lives or dies in the simulation. A curve from a published study turns each patient's minutes into an "
        "expected share; the table has the means of these. They are expected values for patients like those of the "
        "study, not a forecast for Zhengzhou and never a promise: what makes people late may also make them worse off, "
        "so less delay need not bring all of the difference."
    )
    used = [row for row in FUNCTIONS if row is function_of(row.condition) and row.unit == "share"]
    others = [row for row in FUNCTIONS if row not in used and row.unit == "share"]
    lacking = language(", ").join(language(MEMBER_NAMES[name]) for name in WITHOUT_FUNCTION)
    return join(
        h("p", text),
        _figure(language("Expected outcomes"), used, run, cases, titles, language),
        details(
            language("The same patients with the curves of other studies"),
            _figure(language("Other studies"), others, run, cases, titles, language),
        ),
        h("p", language("No curve is given, and none is made up, for: {conditions}.", conditions=lacking)),
        _without_share(language),
        h("h3", language("Where the curves come from")),
        _sources(language),
    )


def _without_share(language: Language) -> Html:
    """Name the functions that give a ratio, which has no mean that could be read as a share of patients."""
    rows = [row for row in FUNCTIONS if row.unit != "share"]
    parts = [
        language("{condition}: {outcome} ({paper})", condition=_condition(row, language),
                 outcome=language(row.outcome), paper=row.paper)
        for row in rows
    ]  # fmt: skip
    return h("p", language("Curves of a ratio alone are not averaged here: {parts}.", parts=language("; ").join(parts)))


def _condition(row: OutcomeFunction, language: Language) -> str:
    return language(MEMBER_NAMES[row.condition])


def expected_of(cases: pd.DataFrame, row: OutcomeFunction) -> pd.DataFrame:
    """Return the patients that a function speaks about: value, low, high, and whether the delay is beyond its range."""
    own = cases[(cases["condition"] == row.condition) & (cases["kind"] == "patient")]
    delay_min = ((own[f"at_{row.to_stamp}"] - own[f"at_{row.from_stamp}"]) / 60).to_numpy(dtype=np.float64)
    value, outside = row.evaluate(delay_min)
    ends = row.evaluate_interval(delay_min)
    low, high = (np.full(len(own), np.nan),) * 2 if ends is None else ends
    columns = {"value": value, "low": low, "high": high, "outside": outside}
    return own[PATIENT].assign(**columns)[~np.isnan(value)]


def _figure(
    title: str, rows: list[OutcomeFunction], run: StoredRun, cases: list[pd.DataFrame], titles: list[str],
    language: Language,
) -> Html:  # fmt: skip
    gap = [language("Difference, points (95 % interval)")] if len(cases) == 2 else []
    head = [language("Outcome"), language("Patients"), *titles, *gap, language("Beyond the range")]
    body = [_row(row, cases, language) for row in rows]
    small = language(
        "mean expected share in per cent; intervals of differences over {over}", over=over_what(run, language)
    )
    note = language(
        "In brackets below a mean: the same with the ends of the study's own 95 % interval, where it is known. Beyond "
        "the range: patients whose minutes lie outside what the study saw; they are taken at its end. "
        "Means are over all patients of all days; those of the verdict are means of the days' means."
    )
    return figure(join(title, h("small", small)), table(head, body, stacked=True), note=note)


def _row(row: OutcomeFunction, cases: list[pd.DataFrame], language: Language) -> list[Child]:
    found = [expected_of(frame, row) for frame in cases]
    name: Child = [
        language("{condition}: {outcome}", condition=_condition(row, language), outcome=language(row.outcome)),
        h("small", row.paper),
    ]  # fmt: skip
    counts = " / ".join(dict.fromkeys(number(len(own), 0) for own in found))
    outside = [number(float(own["outside"].mean()) * _HUNDRED, 0) if len(own) else "–" for own in found]
    cells: list[Child] = [_mean(own) for own in found]
    if len(found) == 2:
        both = paired(found[0], found[1], ["value"])
        gaps = both.assign(gap=(both["other_value"] - both["value"]) * _HUNDRED)
        cells.append(difference_text(overall(gaps, "gap"), 2, language))
    return [name, counts, *cells, language("{shares} %", shares=" / ".join(outside))]


def _mean(own: pd.DataFrame) -> Child:
    if own.empty:
        return "–"
    low, high = (float(own[end].mean()) * _HUNDRED for end in ("low", "high"))
    known = not np.isnan(low)
    ends = h("small", f"({number(low, 1)}–{number(high, 1)})") if known else None
    return [number(float(own["value"].mean()) * _HUNDRED, 1), ends]


def _sources(language: Language) -> Html:
    labels = {"published": "published", "derived": "derived", "assumed": "assumed"}
    rows: list[list[Child]] = [
        [
            [_condition(row, language), h("small", language(row.outcome))],
            [row.paper, h("small", language(row.valid_for))],
            language(
                "{low} to {high} min, {label}", low=f"{row.valid_range[0]:g}", high=f"{row.valid_range[1]:g}",
                label=language(labels[row.range_label]),
            ),
        ]
        for row in FUNCTIONS
    ]  # fmt: skip
    head = [language("Outcome"), language("Study, and whom it holds for"), language("Range of the curve")]
    return details(language("Every curve with its source and limits"), table(head, rows, numbers_from=3, stacked=True))
