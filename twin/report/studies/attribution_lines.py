"""An attribution as plain text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.charts.numbers import MINUS, Numbers
from twin.report.studies.attribution_words import facts, headline, lead_of, order_of, pair_sentences, share_of_whole
from twin.report.studies.naming import Naming
from twin.report.verdict import WORDS

if TYPE_CHECKING:
    from twin.core.language import Language
    from twin.experiment.studies.answers import Amount, Attribution, KpiAttribution


def attribution_lines(answer: Attribution, language: Language) -> list[str]:
    """Return the whole and its parts for the KPI that comes first, and the whole alone of the others."""
    naming, lead = Naming(language, answer.districts), lead_of(answer)
    main, more = headline(lead, naming)
    lines = [facts(answer, naming), f"{main}{language.pick(' ', '')}{more}".rstrip(), ""]
    lines += _table(answer, lead, naming)
    pairs = pair_sentences(answer, lead, naming)
    lines += ["", *pairs] if pairs else []
    others = [one for one in answer.kpis if one is not lead]
    if others:
        lines += ["", language("All parts together, other figures:")]
        lines += [f"  {one.kpi:<58} {_plain(_amount(one, one.whole, naming)):<40} {_word(one, one.whole, language)}"
                  for one in others]  # fmt: skip
    return lines


def _table(answer: Attribution, one: KpiAttribution, naming: Naming) -> list[str]:
    numbers = Numbers(naming.language)
    start, goal = (_plain(numbers.amount(value, one.unit)) for value in (one.start, one.goal))
    lines = [f"{one.kpi}: {answer.start} {start} -> {answer.goal} {goal}"]
    names = [part.name for part in answer.parts]
    width = max(map(len, [*names, answer.goal]))
    rows = [(names[place], one.parts[place]) for place in order_of(one)]
    for name, amount in [*rows, ("=", one.whole)]:
        share = share_of_whole(one, amount).replace(MINUS, "-").replace("–", "-")
        shown = _plain(_amount(one, amount, naming))
        lines.append(f"  {name:<{width}}  {shown:<44} {share:>7}  {_word(one, amount, naming.language)}")
    return lines


def _amount(one: KpiAttribution, amount: Amount, naming: Naming) -> str:
    return Numbers(naming.language).difference(amount.mean, amount.low, amount.high, one.unit)


def _word(one: KpiAttribution, amount: Amount, language: Language) -> str:
    return language(WORDS[amount.word(one.better)][1])


def _plain(text: str) -> str:
    """Return a text with signs and spaces that every terminal has."""
    return text.replace(MINUS, "-").replace("\u202f", " ")
