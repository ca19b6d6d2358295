"""The page of a comparison: one file that needs nothing but itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from twin.charts.html import h, join
from twin.report.names import title_of
from twin.report.page import page_html
from twin.report.studies.comparison_best import best_section
from twin.report.studies.comparison_method import method_section, pairing_section, precision_section
from twin.report.studies.comparison_verdict import verdict_sections
from twin.report.studies.view import StudyView

if TYPE_CHECKING:
    from twin.core.language import Language
    from twin.experiment.studies.answer import ComparisonAnswer

_STYLE: Final = Path(__file__).with_name("comparison.css")


def comparison_page(answer: ComparisonAnswer, language: Language) -> str:
    """Return the whole page."""
    view = StudyView(answer.scenario, answer.question.brains, language, answer.catalogue)
    parts = [
        *verdict_sections(answer, view),
        best_section(answer, view),
        pairing_section(answer, view),
        precision_section(answer, view),
        method_section(answer, view),
    ]
    scenario = answer.scenario
    facts = language(
        "{brains}; {days} days of {hours} h from {start}, seed {seed}",
        brains=", ".join(view.titles[brain] for brain in answer.question.brains),
        days=max(answer.days.values()), hours=f"{scenario.duration_h:g}", start=f"{scenario.start:%Y-%m-%d %H:%M}",
        seed=scenario.seed,
    )  # fmt: skip
    introduction = join(
        h("p", scenario.description, class_="description") if scenario.description else None,
        h("p", facts, class_="facts"),
    )
    title = language("Compared: {title}", title=title_of(scenario, language))
    return page_html(title, introduction, [part for part in parts if part is not None], language, (_STYLE,))
