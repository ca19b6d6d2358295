"""An attribution in sentences: what all parts bring, which bring how much of it, which need one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twin.charts.numbers import Numbers, interval_decimals, number, scaled
from twin.report.names import findings

if TYPE_CHECKING:
    from twin.charts.section import Finding
    from twin.experiment.studies.answers import Amount, Attribution, KpiAttribution
    from twin.report.studies.naming import Naming

WORTH_A_SENTENCE: Final = 0.1
"""Pairs whose interaction is a smaller share of the whole are in the triangle only."""
SHOWN: Final = ("better", "worse", "higher", "lower")


def lead_of(answer: Attribution) -> KpiAttribution:
    """Return the KPI that is shown first: the first asked for, or what the domain says first of those that differ."""
    by_name = {one.kpi: one for one in answer.kpis}
    if answer.asked:
        return answer.kpis[0]
    domain = answer.kpis[0].kpi.partition(".")[0]
    said = [f"{domain}.{name}" for finding in findings(domain) for name in finding.kpis]
    known = [by_name[name] for name in said if name in by_name] or list(answer.kpis)
    return next((one for one in known if one.whole.word(one.better) in SHOWN), known[0])


def order_of(one: KpiAttribution) -> list[int]:
    """Return the parts' places, from what brings most in the direction of the whole to what brings most against it."""
    sign = 1 if one.whole.mean >= 0 else -1
    return sorted(range(len(one.parts)), key=lambda place: (-sign * one.parts[place].mean, place))


def helps(one: KpiAttribution, amount: float) -> bool:
    """Say whether an amount is in the good direction of its KPI (in that of the whole where neither is good)."""
    if one.better == "neither":
        return (amount > 0) == (one.whole.mean > 0)
    return (amount > 0) == (one.better == "higher")


def headline(one: KpiAttribution, naming: Naming) -> tuple[str, str]:
    """Return what all parts bring together in plain words, and its interval."""
    say, numbers = naming.language, Numbers(naming.language)
    whole, finding = one.whole, _finding(one.kpi)
    difference = numbers.difference(whole.mean, whole.low, whole.high, one.unit)
    subject = say(finding.subject) if finding else naming.kpi_title(one.kpi)
    word = whole.word(one.better)
    if word == "same":
        return say("The same in every case: {subject}.", subject=subject), ""
    if word == "undecided":
        more = say("(difference {difference}, over {n} days)", difference=difference, n=one.days)
        return say("No difference shown: {subject}.", subject=subject), more
    if finding is None:
        return say("{subject}: {difference}", subject=subject, difference=difference), ""
    values = [scaled(value, one.unit) for value in (whole.low, whole.mean, whole.high)]
    places, rises = interval_decimals(*values), whole.mean > 0
    low, high = (values[0], values[2]) if rises else (-values[2], -values[0])
    text = say(finding.higher if rises else finding.lower, difference=numbers.size(whole.mean, one.unit, places))
    more = say(
        "(95 % interval {low} to {high}, over {n} days)",
        low=number(low, places), high=number(high, places), n=one.days,
    )  # fmt: skip
    return text, more


def _finding(kpi: str) -> Finding | None:
    domain, _, name = kpi.partition(".")
    return next((finding for finding in findings(domain) if name in finding.kpis), None)


def size(amount: Amount, unit: str, naming: Naming) -> str:
    """Return the size of an amount with its unit, as exact as its interval."""
    values = (scaled(value, unit) for value in (amount.low, amount.mean, amount.high))
    return Numbers(naming.language).size(amount.mean, unit, interval_decimals(*values))


def share_of_whole(one: KpiAttribution, amount: Amount) -> str:
    """Return an amount as a share of the whole; an en dash where no whole is shown."""
    if one.whole.word(one.better) not in SHOWN:
        return "–"
    return f"{number(100 * amount.mean / one.whole.mean, 0)} %"


def part_sentences(answer: Attribution, one: KpiAttribution, naming: Naming) -> list[tuple[str, str]]:
    """Return sentences on the parts, each with a word that says how it is (``better``, ``worse``, ``undecided``…)."""
    say = naming.language
    titles = [naming.part(part) for part in answer.parts]
    shown: list[tuple[str, str]] = []
    rest: dict[str, list[str]] = {"undecided": [], "same": []}
    for place in order_of(one):
        amount = one.parts[place]
        word = amount.word(one.better)
        if word not in SHOWN:
            rest[word].append(naming.part_within(answer.parts[place]))
            continue
        values = {"part": titles[place], "amount": size(amount, one.unit, naming)}
        share = share_of_whole(one, amount)
        if share == "–":
            template = say("{part}: {amount} less") if amount.mean < 0 else say("{part}: {amount} more")
            shown.append((word, template.format(**values)))
        elif (amount.mean > 0) == (one.whole.mean > 0):
            shown.append((word, say("{part}: {amount} of it ({share})", **values, share=share)))
        else:
            shown.append((word, say("{part}: {amount} in the other direction", **values)))
    if rest["undecided"]:
        shown.append(("undecided", say("No effect shown: {parts}", parts=say(", ").join(rest["undecided"]))))
    if rest["same"]:
        shown.append(("same", say("No effect at all, on any day: {parts}", parts=say(", ").join(rest["same"]))))
    return shown


def pair_sentences(answer: Attribution, one: KpiAttribution, naming: Naming) -> list[str]:
    """Return sentences on the pairs that matter, the largest first."""
    if one.together is None:
        return []
    say = naming.language
    titles = [naming.part_within(part) for part in answer.parts]
    found = []
    for first, row in enumerate(one.together):
        for second, amount in enumerate(row[:first]):
            large = abs(amount.mean) >= WORTH_A_SENTENCE * abs(one.whole.mean)
            if large and amount.word(one.better) in SHOWN:
                template = _pair_template(helps(one, amount.mean))
                text = say(template, one=titles[second], other=titles[first], amount=size(amount, one.unit, naming))
                found.append((abs(amount.mean), text[:1].upper() + text[1:]))
    return [text for _, text in sorted(found, key=lambda pair: -pair[0])]


STRENGTHEN: Final = "{one} and {other} strengthen one another: with both, {amount} more is won than by each alone."
REPLACE: Final = "{one} and {other} do some of the same work: with both, {amount} less is won than by each alone."


def _pair_template(strengthens: bool) -> str:
    return STRENGTHEN if strengthens else REPLACE


def facts(answer: Attribution, naming: Naming) -> str:
    """Return how the answer came about, in a line."""
    say = naming.language
    return say(
        "{scenario}, {days} days, each lived by {coalitions} brains that have some of the {parts} parts",
        scenario=answer.scenario, days=answer.days, coalitions=answer.coalitions, parts=len(answer.parts),
    )  # fmt: skip
