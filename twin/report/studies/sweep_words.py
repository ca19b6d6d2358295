"""A sweep in sentences, and as plain text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twin.charts.numbers import MINUS, Numbers, number
from twin.report.names import findings
from twin.report.studies.naming import Naming

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twin.core.language import Language
    from twin.experiment.studies.answers import Amount
    from twin.experiment.studies.sweep_answers import Hang, KpiSweep, Sweep, Toll

MEASURES: Final = {
    "swing": "change from the low to the high end",
    "rank": "rank correlation",
    "morris": "mean size of effects (Morris)",
    "sobol": "total share of the variance (Sobol)",
}
MOST_NAMED: Final = 6
"""More keys than these are not named in a line."""
SHARES: Final = ("rank", "sobol")
"""Measures without the KPI's unit."""


def lead_of(answer: Sweep) -> KpiSweep:
    """Return the KPI that is shown first: the first asked for, or what its domain says first.

    Before one that a day at some point lacks, or that is the same at every point, come those that can tell more.
    """
    if answer.asked:
        return answer.kpis[0]
    by_name = {one.kpi: one for one in answer.kpis}
    domain = answer.kpis[0].kpi.partition(".")[0]
    said = [by_name[name] for finding in findings(domain) if (name := _first(domain, finding.kpis, by_name))]
    whole = [one for one in said if _is_whole(answer, one)]
    return next((one for one in whole if _moves(answer, one)), (whole or said or answer.kpis)[0])


def _first(domain: str, names: Iterable[str], known: Mapping[str, KpiSweep]) -> str | None:
    return next((f"{domain}.{name}" for name in names if f"{domain}.{name}" in known), None)


def _is_whole(answer: Sweep, one: KpiSweep) -> bool:
    """Say whether every point has a value, and of several days no single one."""
    amounts = [amount for _, found in outcomes(answer, one) for amount in found]
    return all(amount is not None and (answer.days == 1 or not amount.single) for amount in amounts)


def _moves(answer: Sweep, one: KpiSweep) -> bool:
    """Say whether any result is not the same at every point."""
    return any(
        len({(amount.mean, amount.half) for amount in found if amount is not None}) > 1
        for _, found in outcomes(answer, one)
    )


def outcomes(answer: Sweep, one: KpiSweep) -> list[tuple[str, tuple[Amount | None, ...]]]:
    """Return the results that are looked at with the brain they belong to: differences, or means of the only brain."""
    if one.differences:
        return list(zip(answer.brains[1:], one.differences, strict=True))
    return [(answer.brains[0], one.means[0])]


def shown(amount: Amount, one: KpiSweep, naming: Naming) -> str:
    """Return a result with its interval, where it has one: a difference with its sign."""
    if one.differences and amount.single:
        return Numbers(naming.language).change(amount.mean, one.unit)
    if one.differences:
        return Numbers(naming.language).difference(amount.mean, amount.low, amount.high, one.unit)
    return Numbers(naming.language).amount(amount.mean, one.unit)


def toll_sentence(answer: Sweep, one: KpiSweep, place: int, naming: Naming) -> str:
    """Return what is left of a difference (or a mean) when parameters are drawn."""
    say, toll = naming.language, one.tolls[place]
    assert toll is not None
    brain, kpi = naming.brain(outcomes(answer, one)[place][0]), naming.kpi_title(one.kpi)
    numbers, draws = Numbers(naming.language), len(answer.points)
    if not one.differences:
        return say(
            "{kpi} under {brain}: {mean}; 95 of 100 draws of the parameters lie within {half} of it",
            kpi=kpi, brain=brain, mean=numbers.amount(toll.mean, one.unit),
            half=numbers.size(toll.half_draws, one.unit),
        )  # fmt: skip
    interval = numbers.difference(toll.mean, toll.mean - toll.half, toll.mean + toll.half, one.unit)
    return say(
        "{kpi}, {brain} instead of {first}: {interval} with all that the parameters may be; days alone: ± {days}; "
        "lower in {below} of {draws} draws",
        kpi=kpi, brain=brain, first=naming.brain(answer.brains[0]), interval=interval,
        days=numbers.size(toll.half_days, one.unit), below=round(draws * toll.share_below), draws=draws,
    )  # fmt: skip


def toll_word(one: KpiSweep, toll: Toll) -> str:
    """Return the verdict word of a difference with all that its parameters may be."""
    if toll.mean == toll.half == 0:
        return "same"
    if abs(toll.mean) <= toll.half:
        return "undecided"
    if one.better == "neither":
        return "higher" if toll.mean > 0 else "lower"
    return "better" if (toll.mean > 0) == (one.better == "higher") else "worse"


def span_sentence(answer: Sweep, one: KpiSweep, place: int, naming: Naming) -> str:
    """Return between which points a result lies, and where."""
    say = naming.language
    brain = outcomes(answer, one)[place][0]
    (low, where_low), (high, where_high) = ends_of(answer, one, place, naming)
    names = {
        "kpi": naming.kpi_title(one.kpi), "brain": naming.brain(brain), "first": naming.brain(answer.brains[0]),
    }  # fmt: skip
    if low == high:
        template = (
            say("{kpi}, {brain} instead of {first}: {same} at every point")
            if one.differences
            else say("{kpi} under {brain}: {same} at every point")
        )
        return template.format(same=low, **names)
    template = (
        say("{kpi}, {brain} instead of {first}: from {low} ({where_low}) to {high} ({where_high})")
        if one.differences
        else say("{kpi} under {brain}: from {low} ({where_low}) to {high} ({where_high})")
    )
    return template.format(low=low, where_low=where_low, high=high, where_high=where_high, **names)


def point_text(answer: Sweep, place: int, naming: Naming) -> str:
    """Return a point: ``key = value, key = value``; where one key at a time is moved, that key alone.

    Of more keys than a line can name its number, under which the page lists all of them.
    """
    base = answer.points[0] if answer.design == "one_at_a_time" else (None,) * len(answer.axes)
    triples = zip(short_keys(answer), answer.points[place], base, strict=True)
    moved = [f"{key} = {value_text(value)}" for key, value, was in triples if value != was]
    return ", ".join(moved) if len(moved) <= MOST_NAMED else naming.language("point {n}", n=place)


def keys_text(answer: Sweep, naming: Naming) -> str:
    """Return the keys, or how many there are."""
    if len(answer.axes) > MOST_NAMED:
        return naming.language("{n} keys", n=len(answer.axes))
    return ", ".join(axis.key for axis in answer.axes)


def short_keys(answer: Sweep) -> list[str]:
    """Return the last word of each key, or the whole key where two end alike."""
    last = [axis.key.rsplit(".", 1)[-1] for axis in answer.axes]
    return [word if last.count(word) == 1 else axis.key for word, axis in zip(last, answer.axes, strict=True)]


def value_text(value: object) -> str:
    """Return a value of a key, numbers with four digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else str(value)


def hang_text(hang: Hang, one: KpiSweep, naming: Naming) -> str:
    """Return a measure with its interval, where it has one."""
    if hang.single:
        return Numbers(naming.language).change(hang.value, one.unit)
    if hang.measure in SHARES:
        return naming.language(
            "{difference} ({low} to {high})",
            difference=number(hang.value, 2), low=number(hang.low, 2), high=number(hang.high, 2),
        )  # fmt: skip
    return Numbers(naming.language).difference(hang.value, hang.low, hang.high, one.unit)


def ordered(hangs: tuple[Hang, ...]) -> list[Hang]:
    """Return the keys by how much hangs on them, the most first."""
    return sorted(hangs, key=lambda hang: -abs(hang.value))


def unknown_sentence(answer: Sweep, one: KpiSweep, naming: Naming) -> str | None:
    """Say why nothing is told of what a result hangs on, where the design was meant to tell it; else None."""
    if answer.design in ("grid", "list") or all(one.hangs):
        return None
    return naming.language(
        "What {kpi} hangs on cannot be told: it needs a day on which every point has it, and in a Latin hypercube five "
        "points. Give more --reps, or name a figure of more cases with --kpi.",
        kpi=naming.kpi_title(one.kpi),
    )


def sweep_lines(answer: Sweep, language: Language) -> list[str]:
    """Return the sweep as plain text: where results lie, and what they hang on."""
    naming, lead = Naming(language, answer.districts), lead_of(answer)
    lines = [facts(answer, naming)]
    for place, toll in enumerate(lead.tolls):
        lines.append((span_sentence if toll is None else toll_sentence)(answer, lead, place, naming))
    lines += ["", *(line for one in answer.kpis for line in _kpi_lines(answer, one, naming))]
    lines += ["", unknown] if (unknown := unknown_sentence(answer, lead, naming)) else []
    for (brain, _), hangs in zip(outcomes(answer, lead), lead.hangs, strict=True):
        if hangs:
            width = max(len(hang.key) for hang in hangs)
            measure = language(MEASURES[hangs[0].measure])
            lines += [
                "",
                language("What {kpi} of {brain} hangs on: {measure}", kpi=lead.kpi, brain=brain, measure=measure),
            ]
            lines += [f"  {hang.key:<{width}}  {hang_text(hang, lead, naming)}" for hang in ordered(hangs)]
    return [line.replace(MINUS, "-").replace("\u202f", " ").replace("±", "+-") for line in lines]


def _kpi_lines(answer: Sweep, one: KpiSweep, naming: Naming) -> list[str]:
    """Return a line for each brain that is looked at: between which ends the results lie."""
    lines = []
    for (brain, _), toll, place in zip(outcomes(answer, one), one.tolls, range(len(one.tolls)), strict=True):
        if toll is None:
            (low, _), (high, _) = ends_of(answer, one, place, naming)
            lines.append(f"  {one.kpi:<52} {brain:<14} {low} .. {high}")
        else:
            lines.append(f"  {one.kpi:<52} {brain:<14} {toll_text(one, toll, naming)}")
    return lines


def toll_text(one: KpiSweep, toll: Toll, naming: Naming) -> str:
    """Return the result with all that its parameters may be."""
    numbers = Numbers(naming.language)
    if one.differences:
        return numbers.difference(toll.mean, toll.mean - toll.half, toll.mean + toll.half, one.unit)
    return f"{numbers.amount(toll.mean, one.unit)} ± {numbers.size(toll.half, one.unit)}"


def ends_of(answer: Sweep, one: KpiSweep, place: int, naming: Naming) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return the least and the greatest result, each with the point where it is."""
    amounts = outcomes(answer, one)[place][1]
    known = [(amount.mean, at) for at, amount in enumerate(amounts) if amount is not None]
    found = []
    for _, at in (min(known), max(known)):
        amount = amounts[at]
        assert amount is not None
        found.append((shown(amount, one, naming), point_text(answer, at, naming) or naming.language("as it is")))
    return found[0], found[1]


def facts(answer: Sweep, naming: Naming) -> str:
    """Return how the answer came about, in a line."""
    return naming.language(
        "{scenario}: {points} points of {keys}, one day each (so without intervals) under {brains}"
        if answer.days == 1
        else "{scenario}: {points} points of {keys}, {days} days each under {brains}",
        scenario=answer.scenario, points=len(answer.points), keys=keys_text(answer, naming),
        days=answer.days, brains=", ".join(naming.brain(brain) for brain in answer.brains),
    )  # fmt: skip
