"""The eleven-minute case: where 11 minutes from door to treatment lie among the heart-attack patients of each brain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from twin.charts.html import Child, Html, figure, h, join, table
from twin.charts.marks import legend
from twin.charts.numbers import number
from twin.charts.panels import Values, dot_strips
from twin.domains.emergency.report_cases import values_of

if TYPE_CHECKING:
    from twin.core.language import Language

CASE_MIN: Final = 11.0
"""From the door to treatment in the case that the article tells."""


def eleven(cases: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    """Return what stands below the heading."""
    samples = [values_of(frame, "door_to_treatment_min", "stemi") for frame in cases]
    if not any(len(sample) for sample in samples):
        return h("p", language("There was no such case."), class_="empty")
    text = language(
        "An article on Zhengzhou's city brain tells of a heart-attack patient who was treated 11 minutes after "
        "reaching the hospital. Such a case is one patient; here it stands among all simulated heart-attack patients "
        "(STEMI)."
    )
    said = [h("li", sentence(sample, title, language)) for sample, title in zip(samples, titles, strict=True)]
    heading = join(
        language("Door to treatment, each heart-attack patient"), h("small", language("minutes; the line is at 11 min"))
    )
    label = language("Marks of each patient's minutes from door to treatment. The table below has the numbers.")
    drawn = figure(heading, dot_strips(samples, label, at=CASE_MIN))
    key = legend(titles, lines=False)
    return join(
        h("p", text),
        h("ul", said, class_="said"),
        h("div", h("div", key, drawn), _table(samples, titles, language), class_="charts"),
    )


def _table(samples: list[Values], titles: list[str], language: Language) -> Html:
    names = (
        language("Patients"), language("Within 11 min"), language("Shortest, min"), language("One in ten within, min"),
        language("Median, min"), language("Nine in ten within, min"),
    )  # fmt: skip
    columns = [_cells(sample) for sample in samples]
    rows: list[list[Child]] = [[name, *(cells[place] for cells in columns)] for place, name in enumerate(names)]
    return table([language("Door to treatment"), *titles], rows)


def sentence(sample: Values, title: str, language: Language) -> str:
    """Say how many patients are treated within the case's minutes, and which place it would take among them."""
    count = len(sample)
    if not count:
        return language("{brain}: there was no such patient.", brain=title)
    within = int((sample <= CASE_MIN).sum())
    return language(
        "{brain}: {x} of {n} patients ({share} %) are treated within 11 min of the door; a patient with 11 min would "
        "be number {rank} of {more}, the shortest first.",
        brain=title, x=within, n=count, share=number(within / count * 100, 1), rank=within + 1, more=count + 1,
    )  # fmt: skip


def _cells(sample: Values) -> list[Child]:
    if not len(sample):
        return ["0", *["–"] * 5]
    within = int((sample <= CASE_MIN).sum())
    quantiles = [float(np.percentile(sample, share)) for share in (0, 10, 50, 90)]
    share = number(within / len(sample) * 100, 1)
    return [number(len(sample), 0), f"{within} ({share} %)", *(number(value, 1) for value in quantiles)]
