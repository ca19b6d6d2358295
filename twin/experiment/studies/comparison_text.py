"""A comparison as plain text, for the terminal."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Final

from twin.experiment.studies.warm_up import PILOTS
from twin.inference.verdicts import Judgement, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twin.core.language import Language
    from twin.experiment.studies.answer import ComparisonAnswer
    from twin.experiment.studies.comparison import ComparedKpi
    from twin.experiment.studies.margins import Origin

WORDS: Final[dict[Verdict, str]] = {
    "better": "better", "worse": "worse", "higher": "higher", "lower": "lower", "equivalent": "equivalent",
    "undecided": "undecided", "same": "the same",
}  # fmt: skip


ORIGINS: Final[dict[Origin, str]] = {
    "given": "given", "published": "published", "derived": "derived", "assumed": "assumed",
}  # fmt: skip
"""Where a margin is from."""


def comparison_lines(answer: ComparisonAnswer, language: Language) -> list[str]:
    """Return the verdicts on the KPI that matters and the headline ones, and whatever one should know about them."""
    lines: list[str] = []
    for brain in answer.question.brains[1:]:
        rows = answer.rows_of(brain, headline=True)
        baseline = answer.question.brains[0]
        days = max((row.days for row in rows), default=0)
        lines.append(
            language(
                "{other} against {baseline}: means over {n} days that both met, differences with 95 % intervals",
                other=brain, baseline=baseline, n=days,
            )
        )  # fmt: skip
        lines.append(_head(language))
        lines += [_line(row, language) for row in rows]
        lines += [f"  {note}" for note in (*margin_lines(rows, language), *notes_of(rows, language))]
    more = (best_lines, precision_lines, warm_up_lines, unlike_lines, replaced_lines)
    return [*lines, *(line for told in more for line in told(answer, language))]


def _head(language: Language) -> str:
    words = [language(word) for word in ("KPI", "before", "after", "difference", "margin", "p (Holm)", "verdict")]
    kpi, before, after, difference, margin, p, verdict = words
    return f"  {kpi:<54} {before:>9}    {after:>9}  {difference:<28} {margin:>8} {p:>9}  {verdict}"


def _line(row: ComparedKpi, language: Language) -> str:
    gap = f"{signed(row.difference)} [{signed(row.ends.low)}, {signed(row.ends.high)}]"
    margin = "-" if row.margin is None else plain_number(row.margin.size)
    p = row.judgement.p_adjusted
    star = "*" if row.family == "primary" else " "
    return (
        f"{star} {row.kpi:<54} {plain_number(row.baseline):>9} -> {plain_number(row.other):>9}  {gap:<28} "
        f"{margin:>8} {'<0.001' if p < 0.001 else f'{p:.3f}':>9}  {verdict_text(row.judgement, language)}"
    )


def verdict_text(judgement: Judgement, language: Language) -> str:
    """Return a verdict in words; where a difference is shown that is too small to matter, both."""
    if judgement.word == "equivalent" and judgement.differs:
        return language("equivalent: differs, by less than the margin")
    return language(WORDS[judgement.word])


def margin_lines(rows: Iterable[ComparedKpi], language: Language) -> list[str]:
    """Return how many margins are given, published, derived and assumed; nothing where there are none."""
    origins = Counter(row.margin.origin for row in rows if row.margin is not None)
    counted = [f"{origins[origin]} {language(word)}" for origin, word in ORIGINS.items() if origins[origin]]
    told = language("Margins: {counted}; their sources stand in the report.", counted=language(", ").join(counted))
    return [told] if counted else []


def notes_of(rows: Iterable[ComparedKpi], language: Language, called: Callable[[str], str] = str) -> list[str]:
    """Return what should warn a reader: days that lack a KPI, and pairing that does not pay.

    Parameters
    ----------
    called
        What KPIs are called.
    """
    listed = list(rows)
    notes = []
    if listed and all(row.judgement.word == "same" for row in listed):
        notes.append(
            language(
                "warning: every one of these figures is the same on every day: what the brains differ in may matter to "
                "no domain of the scenario."
            )
        )
    lacking = [f"{called(row.kpi)} ({row.days})" for row in listed if row.lacking]
    if lacking:
        notes.append(language("Some days lack these figures (days that both have): {kpis}.", kpis="; ".join(lacking)))
    idle = [called(row.kpi) for row in listed if row.judgement.word != "same" and not row.pairing.pays]
    if idle:
        notes.append(
            language(
                "warning: meeting the same days does not narrow the intervals of these figures: {kpis}.",
                kpis="; ".join(idle),
            )
        )
    return notes


def best_lines(answer: ComparisonAnswer, language: Language) -> list[str]:
    """Return, for more than two brains, which may be the best in which KPI, and which one is picked."""
    lines = []
    if answer.best:
        lines.append(language("Which may be the best (joint 95 % intervals against the best of the others):"))
    for best in answer.best:
        named = [
            f"{brain} [{signed(gap.low)}, {signed(gap.high)}]"
            for brain, gap, may in zip(best.brains, best.found.gaps, best.found.may_be_best, strict=True)
            if may
        ]
        star = "*" if best.kpi == answer.question.kpi else " "
        lines.append(f"{star} {best.kpi:<54} {', '.join(named)}")
    pick = answer.pick
    if pick is not None:
        lines.append(pick_sentence(answer, language))
    return lines


def pick_sentence(answer: ComparisonAnswer, language: Language, called: Callable[[str], str] = str) -> str:
    """Return the brain that is picked, or what it would take; ``called`` says what KPIs and brains are called."""
    pick = answer.pick
    assert pick is not None
    left = ", ".join(called(pick.brains[place]) for place in pick.found.left)
    values = {"kpi": called(pick.kpi), "indifference": plain_number(pick.indifference), "n": pick.found.replications}
    if pick.found.best is not None:
        return language(
            "Picked as the best in {kpi}, within {indifference} of it with 95 % confidence: {brain}, after {n} days.",
            brain=left, **values,
        )  # fmt: skip
    return language(
        "No best in {kpi} within {indifference} after {n} days: {brains} are left; {most} days would be sure to do.",
        brains=left, most=pick.found.at_most, **values,
    )  # fmt: skip


def precision_lines(answer: ComparisonAnswer, language: Language, called: Callable[[str], str] = str) -> list[str]:
    """Return whether the interval became as narrow as was asked; ``called`` says what KPIs are called."""
    found = answer.precision
    if found is None:
        return []
    reached = found.half_widths[-1] if found.half_widths else math.nan
    values = {
        "kpi": called(found.kpi), "target": plain_number(found.target), "n": len(found.half_widths),
        "reached": plain_number(reached),
    }  # fmt: skip
    if found.enough is None:
        return [
            language(
                "{n} days are the most that --cap allows; half the interval of {kpi} is {reached}, not {target}.",
                **values,
            )
        ]
    return [
        language(
            "{enough} days were enough for half an interval of {target} in {kpi}; after {n} it is {reached}.",
            enough=found.enough, **values,
        )
    ]  # fmt: skip


def warm_up_lines(answer: ComparisonAnswer, language: Language, called: Callable[[str], str] = str) -> list[str]:
    """Return how long a warm-up was found to be needed; ``called`` says what KPIs and brains are called."""
    found = answer.warm_up
    if found is None:
        return []
    hours, kpi = plain_number(found.hours), called(found.kpi)
    by_brain = ", ".join(f"{called(brain)} {at_h:.1f} h" for brain, at_h in found.by_brain.items())
    said = language(
        "Warm-up: {hours} h, after which {kpi} has settled (MSER-5 on {n} pilots of three days: {brains}).",
        hours=hours, kpi=kpi, n=PILOTS, brains=by_brain,
    )  # fmt: skip
    if found.settled:
        return [said]
    more = language(
        "warning: {kpi} did not settle within half of the pilots' three days; {hours} h of warm-up may be too few.",
        kpi=kpi, hours=hours,
    )  # fmt: skip
    return [said, more]


def unlike_lines(answer: ComparisonAnswer, language: Language) -> list[str]:
    """Return a warning where the brains did not meet the same days."""
    if not answer.unlike:
        return []
    return [
        language(
            "warning: the brains did not meet the same days: {tables} differ; their differences are not paired.",
            tables=", ".join(answer.unlike),
        )
    ]


def replaced_lines(answer: ComparisonAnswer, language: Language, called: Callable[[str], str] = str) -> list[str]:
    """Return a warning for each brain of which answers were replaced; ``called`` says what brains are called."""
    return [
        language(
            "warning: {count} illegal answers of {brain} were replaced by the traditional rule's.",
            count=count, brain=called(brain),
        )
        for brain, count in answer.replaced.items()
    ]  # fmt: skip


def plain_number(value: float) -> str:
    """Return a number with three digits."""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def signed(value: float) -> str:
    """Return a number with three digits and its sign."""
    return f"{value:+.0f}" if abs(value) >= 1000 and math.isfinite(value) else f"{value:+.3g}"
