"""Of several brains: each against the best of the others, and which one is picked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.charts.forest import ForestRow, forest
from twin.charts.html import Child, Html, details, figure, h, join, table
from twin.charts.numbers import Numbers, number, scaled
from twin.charts.section import Section
from twin.experiment.studies.comparison_text import pick_sentence
from twin.report.names import days

if TYPE_CHECKING:
    from twin.experiment.studies.answer import ComparisonAnswer
    from twin.experiment.studies.best import BestOf
    from twin.report.studies.view import StudyView


def best_section(answer: ComparisonAnswer, view: StudyView) -> Section | None:
    """Return the section; None for two brains."""
    if not answer.best:
        return None
    say = view.language
    first, *others = answer.best
    named = first.kpi == answer.question.kpi
    content = join(
        _picture(answer, view, first),
        _pick(answer, view),
        details(say("Which may be the best, figure by figure"), _matrix(answer, view)) if others or not named else None,
        h(
            "p",
            say(
                "All intervals of one figure hold together with 95 % confidence: multiple comparisons with the best "
                "under common random numbers (Nelson and Matejcik 1995). An interval that ends at zero from the worse "
                "side: not the best; one that ends at zero from the better side: the best."
            ),
            class_="note",
        ),
    )
    return Section("best", say("Which is best"), content)


def _picture(answer: ComparisonAnswer, view: StudyView, best: BestOf) -> Html:
    say, numbers = view.language, Numbers(view.language)
    rows = []
    for brain, mean, gap, may in zip(
        best.brains, best.found.means, best.found.gaps, best.found.may_be_best, strict=True
    ):
        low, high = scaled(gap.low, best.unit), scaled(gap.high, best.unit)
        others = [value for place, value in enumerate(best.found.means) if best.brains[place] != brain]
        nearest = min(others) if best.lower_is_better else max(others)
        word = _word(view, best, may)
        cells = (numbers.amount(mean, best.unit), _ends(view, gap.low, gap.high, best.unit), word)
        rows.append(
            ForestRow(view.titles[brain], low, scaled(mean - nearest, best.unit), high, None,
                      "better" if may else "undecided", cells)
        )  # fmt: skip
    title = view.called(best.kpi)
    head: list[Child] = [
        say("Brain"), say("Mean"), say("Against the best of the others (joint 95 % interval)"), say("Verdict"),
    ]  # fmt: skip
    label = say("{kpi}: each brain less the best of the others, over {days}", kpi=title, days=days(view, best.days))
    return figure(label, forest(rows, head, label), class_="forest")


def _word(view: StudyView, best: BestOf, may: bool) -> str:
    """Say whether a brain is the best, may be, or is not."""
    say = view.language
    if not may:
        return say("is not the best")
    return say("is the best") if sum(best.found.may_be_best) == 1 else say("may be the best")


def _ends(view: StudyView, low: float, high: float, unit: str) -> str:
    places = 0 if unit == "count" else 2
    shown = [number(scaled(value, unit), places, sign=True) for value in (low, high)]
    text: str = view.language("{low} to {high}", low=shown[0], high=shown[1])
    return text


def _pick(answer: ComparisonAnswer, view: StudyView) -> Html | None:
    if answer.pick is None:
        return None
    explained = view.language(
        "By Kim and Nelson's fully sequential procedure (2001): brains that fall behind are ruled out day by day. It "
        "looks at how each pair differs, the joint intervals suppose that all pairs vary alike; so they may leave "
        "different brains."
    )
    size = Numbers(view.language).size(answer.pick.indifference, answer.pick.unit)
    return join(
        h("p", h("strong", pick_sentence(answer, view.language, view.called, size))), h("p", explained, class_="note")
    )


def _matrix(answer: ComparisonAnswer, view: StudyView) -> Html:
    say = view.language
    head: list[Child] = [say("Figure"), *(view.titles[brain] for brain in answer.question.brains)]
    rows: list[list[Child]] = []
    for best in answer.best:
        title = view.called(best.kpi)
        cells = [_word(view, best, may) if may else "–" for may in best.found.may_be_best]
        rows.append([title, *cells])
    return table(head, rows, class_="compact", numbers_from=99)
