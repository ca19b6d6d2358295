"""How a comparison was made: what the same days brought, how many days were enough, and what to run to repeat it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from twin.charts.convergence import half_width_line
from twin.charts.html import Child, Html, details, figure, h, join, table
from twin.charts.numbers import Numbers, number, scaled
from twin.charts.section import Section
from twin.experiment.studies.comparison_text import precision_lines, replaced_lines, unlike_lines, warm_up_lines
from twin.report.studies.comparison_verdict import margins_table

if TYPE_CHECKING:
    from twin.experiment.studies.answer import ComparisonAnswer
    from twin.experiment.studies.comparison import ComparedKpi
    from twin.report.studies.view import StudyView


def pairing_section(answer: ComparisonAnswer, view: StudyView) -> Section:
    """Return what meeting the same days has brought."""
    say = view.language
    text = say(
        "All brains met the same days: the same calls, drivers, faults and weather. The more alike a figure's days are "
        "under two brains, the less their difference hangs on the days. How many times narrower the interval became "
        "is told against the interval that takes the same days for independent ones (Welch 1947)."
    )
    head: list[Child] = [
        say("Figure"), say("Correlation of the days"), say("Variance, times smaller"),
        say("Interval, times narrower"), say("Pairing"),
    ]  # fmt: skip
    checked = say(
        "That the days were the same has been checked: the hashes of all that is drawn before any policy acts are "
        "equal, day by day."
    )
    warned = unlike_lines(answer, say)
    parts: list[Child] = [h("p", text), h("p", warned[0], class_="warning") if warned else h("p", checked)]
    for brain in answer.question.brains[1:]:
        rows = [row for row in answer.rows_of(brain, headline=True) if row.judgement.word != "same"]
        drawn = table(head, [_pairing_cells(view, row) for row in rows], class_="compact")
        parts.append(details(view.titles[brain], drawn) if len(answer.question.brains) > 2 else drawn)
    return Section("pairing", say("What meeting the same days has brought"), join(*parts))


def _pairing_cells(view: StudyView, row: ComparedKpi) -> list[Child]:
    say, found = view.language, row.pairing
    pays = say("pays") if found.pays else say("does not pay")
    return [
        view.called(row.kpi), number(found.correlation, 2), _times(found.variance_ratio),
        _times(found.interval_ratio), pays,
    ]  # fmt: skip


def _times(ratio: float) -> str:
    return "∞" if math.isinf(ratio) else number(ratio, 1)


def precision_section(answer: ComparisonAnswer, view: StudyView) -> Section | None:
    """Return how the interval narrowed; None where the number of days was given."""
    found, say = answer.precision, view.language
    if found is None:
        return None
    title = view.called(found.kpi)
    unit = Numbers(say).unit(found.unit)
    label = say("{kpi}: half the interval's width, {unit}, by number of days", kpi=title, unit=unit or say("cases"))
    shown = [scaled(width, found.unit) for width in found.half_widths]
    picture = figure(
        label,
        half_width_line(shown, scaled(found.target, found.unit), found.enough, label),
        note=say(
            "Dashed: the width that was asked for. Dotted: the number of days that was enough. A number of days counts "
            "only if the interval stays as narrow over the days that follow (Hoad, Robinson and Davies 2010); else a "
            "few days that are alike by chance would end it."
        ),
    )
    rows: list[list[Child]] = [[str(day), number(width, 3)] for day, width in enumerate(shown, start=1)]
    numbers = details(say("The numbers"), table([say("Days"), say("Half the width")], rows, class_="compact"))
    sentences = [h("p", line) for line in precision_lines(answer, say, view.called)]
    return Section("precision", say("How many days were enough"), join(sentences, picture, numbers))


def method_section(answer: ComparisonAnswer, view: StudyView) -> Section:
    """Return how the verdicts are made, and where the figures come from."""
    say, scenario = view.language, answer.scenario
    points = [
        say(
            "Interval: Student's t over the daily differences; for daily medians, percentiles and worst cases among "
            "the headline figures, which are skewed, the bootstrap-t (Hall 1988) from ten days on."
        ),
        say(
            "Better, worse: p at most 5 % after Holm (1979), in three families: the figure that matters most by "
            "itself, the headline figures, all others."
        ),
        say("Equivalent: two one-sided tests (Schuirmann 1987) at 5 % each; they are not adjusted for their number."),
        say(
            "Margin, the smallest difference that matters: given on the command line or in the scenario; else what is "
            "published, derived or assumed for the figure; else 5 % of the first brain's mean, which is assumed."
        ),
        say("What the twin itself does not know (its parameters, its map) is in no interval."),
    ]
    points += [*warm_up_lines(answer, say, view.called), *replaced_lines(answer, say, view.called)]
    facts: list[list[Child]] = [
        [say("Scenario"), h("code", str(scenario.path))],
        [say("Warm-up, not counted"), say("{hours} h", hours=f"{scenario.warm_up_h:g}")],
        [say("Seed"), h("code", str(scenario.seed))],
        [say("Days (replications)"), ", ".join(f"{view.titles[name]}: {count}" for name, count in answer.days.items())],
    ]
    facts += [[view.titles[name], h("code", answer.cells[name])] for name in answer.question.brains]
    content = join(
        h("ul", [h("li", point) for point in points]),
        table([say("What"), say("Value")], facts, numbers_from=99, class_="facts"),
        details(say("What the margins of the headline figures rest on"), margins_table(answer, view)),
        _lacking(answer, view),
        details(say("The scenario as written"), h("pre", h("code", scenario.text), tabindex="0")),
    )
    return Section("method", say("How this was found"), content)


def _lacking(answer: ComparisonAnswer, view: StudyView) -> Html | None:
    if not answer.left_out:
        return None
    say = view.language
    listed = h("ul", [h("li", view.titles[brain], ": ", h("code", kpi)) for brain, kpi in answer.left_out])
    return details(say("{n} figures that fewer than two days of both have", n=len(answer.left_out)), listed)
