"""Cumulative curves of waiting times, with the targets that the city has set itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.html import Child, Html, details, figure, h, join, table
from twin.charts.marks import legend
from twin.charts.numbers import Numbers, number
from twin.charts.panels import cumulative_curves
from twin.domains.emergency.report_cases import values_of

if TYPE_CHECKING:
    from twin.core.language import Language

_CURVES: Final[tuple[tuple[str, str, str | None], ...]] = (
    ("answer_s", "From ring to answer", None),
    ("answer_to_out_s", "From answer to wheels turning", None),
    ("response_min", "From ring to the scene", None),
    ("door_to_treatment_min", "Heart attack (STEMI): from hospital door to treatment", "stemi"),
    ("ring_to_treatment_min", "Heart attack (STEMI): from ring to treatment", "stemi"),
)
_TARGETS: Final = {
    "answer_s": 3.0, "answer_to_out_s": 120.0, "door_to_treatment_min": 90.0, "ring_to_treatment_min": 120.0
}  # fmt: skip
_SHARES: Final = (5, 10, 25, 50, 75, 90, 95, 99)


def curves(cases: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    """Return what stands below the heading."""
    charts = [_curve(cases, titles, *curve, language) for curve in _CURVES]
    text = language(
        "Each curve says what share of cases was finished within a time; the further to the left, the sooner. A dashed "
        "vertical line is a target that the city has set itself."
    )
    return join(h("p", text), legend(titles), h("div", charts, class_="charts"))


def _curve(
    cases: list[pd.DataFrame], titles: list[str], column: str, title: str, condition: str | None, language: Language
) -> Html:
    numbers = Numbers(language)
    unit = column.rsplit("_", 1)[1]
    samples = [values_of(frame, column, condition) for frame in cases]
    heading = join(language(title), h("small", language("share of cases, by {unit}", unit=numbers.unit(unit))))
    if not any(len(sample) for sample in samples):
        return figure(heading, h("p", language("There was no such case."), class_="empty"))
    head = [language("Share of cases"), *titles]
    rows: list[list[Child]] = [
        [numbers.amount(share / 100, "share", 0), *(numbers.amount(_percentile(s, share), unit) for s in samples)]
        for share in _SHARES
    ]
    rows.append([language("Cases"), *(number(len(sample), 0) for sample in samples)])
    target, note = _TARGETS.get(column), None
    if target is not None:
        met = [numbers.amount(float((s <= target).mean()), "share", 0) if len(s) else "–" for s in samples]
        within = language("within {amount}", amount=numbers.amount(target, unit, 0))
        rows.append([within, *met])
        note = _within_target(numbers.amount(target, unit, 0), titles, met, language)
    label = language("Cumulative curves: {title}. The table below has the numbers.", title=language(title))
    folded = details(language("Numbers"), table(head, rows))
    return figure(heading, cumulative_curves(samples, label, target=target), note, folded)


def _within_target(amount: str, titles: list[str], met: list[str], language: Language) -> Html:
    pairs = language(", ").join(f"{name} {share}" for name, share in zip(titles, met, strict=True))
    return h("p", language("Within the target of {amount}: {shares}.", amount=amount, shares=pairs), class_="note")


def _percentile(sample: NDArray[np.float64], share: float) -> float:
    return float(np.percentile(sample, share)) if len(sample) else float("nan")
