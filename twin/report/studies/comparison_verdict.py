"""What a comparison found, brain by brain: sentences, a forest of differences, and the figures behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twin.charts.forest import ForestRow, forest
from twin.charts.glyphs import icon
from twin.charts.html import Child, Html, details, figure, h, join, table
from twin.charts.marks import swatches
from twin.charts.numbers import Numbers, number, scaled
from twin.charts.section import Section
from twin.experiment.compare import Comparison, Interval
from twin.experiment.studies.comparison_text import ORIGINS, notes_of
from twin.report.names import days, findings
from twin.report.verdict import WORDS, sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.charts.section import Finding
    from twin.experiment.studies.answer import ComparisonAnswer
    from twin.experiment.studies.comparison import ComparedKpi
    from twin.experiment.studies.margins import Margin
    from twin.report.studies.view import StudyView

_FAR: Final = 100.0
"""Per cent at which the axis of a forest ends."""
METHODS: Final = {"student": "Student's t", "bootstrap": "bootstrap-t"}
"""Whose interval a verdict rests on."""


def verdict_sections(answer: ComparisonAnswer, view: StudyView) -> list[Section]:
    """Return a section for each brain that was compared with the first."""
    return [_section(answer, view, brain, number) for number, brain in enumerate(answer.question.brains[1:])]


def _section(answer: ComparisonAnswer, view: StudyView, brain: str, number_of_brain: int) -> Section:
    say = view.language
    rows = answer.rows_of(brain, headline=True)
    titles = {"other": view.titles[brain], "baseline": view.titles[answer.question.brains[0]]}
    content = join(
        h("p", say("With {other} instead of {baseline}:", **titles), class_="pair"),
        _sentences(answer, view, rows),
        _forest(answer, view, rows, titles) if rows else h("p", say("No headline figure can be compared.")),
        [h("p", note, class_="note warning") for note in notes_of(rows, say, view.called)],
        details(say("The figures of this picture as a table"), _table(answer, view, rows)),
        details(
            say("All {n} figures", n=len(answer.rows_of(brain, headline=False))),
            _table(answer, view, answer.rows_of(brain, headline=False), names=True),
        ),
    )
    title = say("{other} against {baseline}", **titles)
    return Section(f"verdict-{number_of_brain}" if number_of_brain else "verdict", title, content)


# -- sentences --------------------------------------------------------------------------------------------------------


def _sentences(answer: ComparisonAnswer, view: StudyView, rows: Sequence[ComparedKpi]) -> Html | None:
    by_name = {row.kpi: row for row in rows}
    items = []
    for domain in answer.scenario.domains:
        for finding in findings(domain):
            names = (f"{domain}.{name}" for name in finding.kpis)
            row = next((by_name[name] for name in names if name in by_name), None)
            if row is not None:
                items.append(_item(view, finding, row))
    return h("ul", items, class_="findings") if items else None


def _item(view: StudyView, finding: Finding, row: ComparedKpi) -> Html:
    say, word = view.language, row.judgement.word
    if word == "equivalent":
        main = say("Equivalent: {subject}.", subject=say(finding.subject))
        more = say(
            "(difference {difference}, over {over}; below {margin} it does not matter, which is {origin})",
            difference=_difference(view, row), over=days(view, row.days),
            margin="–" if row.margin is None else _size(view, row.margin, row.unit),
            origin="–" if row.margin is None else say(ORIGINS[row.margin.origin]),
        )  # fmt: skip
    else:
        main, more = sentence(view, finding, _as_comparison(row))
    sign, _ = WORDS[word]
    return h("li", icon(sign), h("div", h("strong", main), " ", h("span", more)), class_=f"finding {word}")


def _as_comparison(row: ComparedKpi) -> Comparison:
    """Return what the report of a run calls a comparison."""
    mean = Interval(row.baseline, row.baseline, row.baseline, row.days, "days")
    other = Interval(row.other, row.other, row.other, row.days, "days")
    difference = Interval(row.difference, row.ends.low, row.ends.high, row.days, "days")
    return Comparison(row.kpi, row.unit, mean, other, difference, row.judgement.word)


def _difference(view: StudyView, row: ComparedKpi) -> str:
    return Numbers(view.language).difference(row.difference, row.ends.low, row.ends.high, row.unit)


# -- the forest -------------------------------------------------------------------------------------------------------


def _forest(answer: ComparisonAnswer, view: StudyView, rows: Sequence[ComparedKpi], titles: dict[str, str]) -> Html:
    say = view.language
    drawn = [_forest_row(answer, view, row) for row in rows if row.baseline]
    head = [say("Figure"), say("Difference (95 % interval)"), say("Verdict")]
    label = say("Differences between {other} and {baseline}, in per cent of {baseline}", **titles)
    key = swatches([("margin", say("differences that do not matter (margin)"))])
    note = say(
        "In per cent of {baseline}'s mean; an arrow: the interval goes on. Dot: mean of the daily differences; line: "
        "its 95 % interval. Better or worse: shown, although so many figures were asked (Holm 1979). Equivalent: shown "
        "to be smaller than the margin.",
        **titles,
    )
    return figure(label, key, forest(drawn, head, label, most=_FAR), note=note, class_="forest")


def _forest_row(answer: ComparisonAnswer, view: StudyView, row: ComparedKpi) -> ForestRow:
    share = 100 / abs(row.baseline)
    title = view.called(row.kpi)
    name: Child = h("strong", title) if row.family == "primary" else title
    return ForestRow(
        name, row.ends.low * share, row.difference * share, row.ends.high * share,
        None if row.margin is None else row.margin.size * share, row.judgement.word,
        (_difference(view, row), _word(view, row)),
    )  # fmt: skip


def _word(view: StudyView, row: ComparedKpi) -> Html:
    say, judged = view.language, row.judgement
    sign, word = WORDS[judged.word]
    small = (
        h("small", say("differs, by less than the margin")) if judged.word == "equivalent" and judged.differs else None
    )
    return h("span", icon(sign), " ", say("undecided") if judged.word == "undecided" else say(word), small,
             class_=f"word {judged.word}")  # fmt: skip


# -- tables -----------------------------------------------------------------------------------------------------------


def _table(answer: ComparisonAnswer, view: StudyView, rows: Sequence[ComparedKpi], *, names: bool = False) -> Html:
    say = view.language
    baseline = view.titles[answer.question.brains[0]]
    other = view.titles[rows[0].brain] if rows else ""
    head: list[Child] = [
        say("Figure"), baseline, other, say("Difference (95 % interval)"), say("By Student's t"),
        say("By the bootstrap-t"), say("Median day"), say("Margin"), say("p alone"), say("p (Holm)"),
        say("p equivalent"), say("Days"), say("Verdict"),
    ]  # fmt: skip
    return table(head, [_cells(answer, view, row, names) for row in rows], class_="compact", numbers_from=1)


def _cells(answer: ComparisonAnswer, view: StudyView, row: ComparedKpi, names: bool) -> list[Child]:
    say, numbers, judged = view.language, Numbers(view.language), row.judgement
    return [
        [view.called(row.kpi), h("small", h("code", row.kpi)) if names else None],
        numbers.amount(row.baseline, row.unit), numbers.amount(row.other, row.unit),
        h("data", _difference(view, row), h("small", say(METHODS[row.method])), value=repr(row.difference),
          data_kpi=row.kpi),
        numbers.difference(row.difference, row.student.low, row.student.high, row.unit),
        "–" if row.bootstrap is None
        else numbers.difference(row.difference, row.bootstrap.low, row.bootstrap.high, row.unit),
        "–" if row.typical is None
        else numbers.difference(row.typical[0], row.typical[1].low, row.typical[1].high, row.unit),
        _margin(view, row), p_text(judged.p), p_text(judged.p_adjusted),
        "–" if judged.p_equivalent is None else p_text(judged.p_equivalent), number(row.days, 0), _word(view, row),
    ]  # fmt: skip


def _margin(view: StudyView, row: ComparedKpi) -> Child:
    """Return a margin with its origin; the source shows when one points at it, and stands in `margins_table`."""
    say = view.language
    if row.margin is None:
        return "–"
    origin = h("small", say(ORIGINS[row.margin.origin]), title=say(row.margin.source))
    return [_size(view, row.margin, row.unit), " ", origin]


def _size(view: StudyView, margin: Margin, unit: str) -> str:
    """Return a margin as one would write it: three digits at most, and no zeros behind the last."""
    return Numbers(view.language).size(margin.size, unit, _places(scaled(margin.size, unit)))


def _places(shown: float) -> int:
    return len(f"{shown:.3g}".partition(".")[2]) if 1e-4 <= shown < 1000 else 0 if shown >= 1000 else 4


def margins_table(answer: ComparisonAnswer, view: StudyView) -> Html:
    """Return each headline figure's margin with its origin and source, of the first of the other brains."""
    say, numbers = view.language, Numbers(view.language)
    baseline = view.titles[answer.question.brains[0]]
    head: list[Child] = [say("Figure"), say("Margin"), say("Origin"), say("Source or reason")]
    rows: list[list[Child]] = []
    for row in answer.rows_of(answer.question.brains[1], headline=True):
        if row.margin is None:
            continue
        amount = _size(view, row.margin, row.unit)
        if (share := row.margin.share) is not None:
            amount = say("{amount}: {share} of {baseline}", amount=amount, baseline=baseline,
                         share=numbers.amount(share, "share", _places(scaled(share, "share"))))  # fmt: skip
        rows.append([view.called(row.kpi), amount, say(ORIGINS[row.margin.origin]), say(row.margin.source)])
    return table(head, rows, numbers_from=99, class_="margins")


def p_text(p: float) -> str:
    """Return a p-value as one reads it."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
