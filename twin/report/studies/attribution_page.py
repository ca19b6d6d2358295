"""The page of an attribution: which connection and which decision brings how much."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from twin.charts.bubbles import Pair, triangle
from twin.charts.glyphs import icon
from twin.charts.html import Child, Html, details, figure, h, join, table
from twin.charts.numbers import Numbers, interval_decimals, number, scaled
from twin.charts.section import Section
from twin.charts.waterfall import Fall, Level, waterfall
from twin.report.page import page_html
from twin.report.studies.attribution_words import (
    SHOWN,
    facts,
    headline,
    helps,
    lead_of,
    order_of,
    pair_sentences,
    part_sentences,
    share_of_whole,
    size,
)
from twin.report.studies.naming import Naming, key_text
from twin.report.verdict import WORDS

if TYPE_CHECKING:
    from twin.core.language import Language
    from twin.experiment.studies.answers import Amount, Attribution, KpiAttribution

STYLE: Final = Path(__file__).with_name("studies.css")


def attribution_page(answer: Attribution, language: Language) -> str:
    """Return the whole page."""
    naming, lead = Naming(language, answer.districts), lead_of(answer)
    sections = [Section("verdict", language("What brings how much"), _verdict(answer, lead, naming))]
    if lead.together is not None:
        sections.append(Section("together", language("What needs what"), _together(answer, lead, naming)))
    if len(answer.kpis) > 1:
        sections.append(Section("figures", language("All figures"), _figures(answer, naming)))
    sections += [
        Section("parts", language("What the parts are"), _parts(answer, naming)),
        Section("method", language("How this is reckoned"), _method(answer, lead, naming)),
    ]
    title = language(
        "{goal} instead of {start}, part by part", start=naming.brain(answer.start), goal=naming.brain(answer.goal)
    )
    introduction = join(
        h("p", language.pick(answer.title, answer.title_zh or answer.title), class_="description"),
        h("p", facts(answer, naming), class_="facts"),
    )
    return page_html(title, introduction, sections, language, (STYLE,))


# -- the verdict -------------------------------------------------------------------------------------------------------


def _verdict(answer: Attribution, lead: KpiAttribution, naming: Naming) -> Html:
    main, more = headline(lead, naming)
    whole = _item(lead.whole.word(lead.better), h("strong", main), " ", h("span", more))
    parts = [_item(word, text) for word, text in part_sentences(answer, lead, naming)]
    return join(
        h("ul", whole, class_="findings"),
        figure(naming.kpi_title(lead.kpi), _waterfall(answer, lead, naming), note=_note(lead, naming)),
        h("ul", parts, class_="findings parts"),
    )


def _item(word: str, *content: Child) -> Html:
    sign, _ = WORDS[word]  # type: ignore[index]
    return h("li", icon(sign), h("div", *content), class_=f"finding {word}")


def _note(one: KpiAttribution, naming: Naming) -> str:
    say = naming.language
    return say(
        "Each bar begins where the one above it ended; the line through its end is its 95 % interval over {n} days. "
        "All bars add up to the whole. The axis need not begin at zero.",
        n=one.days,
    )


def _waterfall(answer: Attribution, one: KpiAttribution, naming: Naming) -> Html:
    say, numbers = naming.language, Numbers(naming.language)
    falls = [
        Fall(
            naming.part(answer.parts[place]), amount.mean, amount.half, _kind(one, amount), _cells(one, amount, naming)
        )
        for place, amount in ((place, one.parts[place]) for place in order_of(one))
    ]
    head = [say("Part"), say("Brings (95 % interval)"), say("Of the whole"), ""]
    ends = [
        Level(h("strong", naming.brain(brain)), amount, (h("strong", numbers.amount(amount, one.unit)), "", ""))
        for brain, amount in ((answer.start, one.start), (answer.goal, one.goal))
    ]
    label = say("How {kpi} changes, part by part", kpi=naming.kpi_title(one.kpi))
    return waterfall(ends[0], falls, ends[1], head, label)


def _fall(name: str, one: KpiAttribution, amount: Amount, naming: Naming) -> Fall:
    return Fall(name, amount.mean, amount.half, _kind(one, amount), _cells(one, amount, naming))


def _kind(one: KpiAttribution, amount: Amount) -> str:
    if one.better == "neither":
        return "b0"
    kind = "less" if helps(one, amount.mean) else "more"
    return kind if amount.word(one.better) in SHOWN else f"{kind} faint"


def _cells(one: KpiAttribution, amount: Amount, naming: Naming) -> tuple[Child, ...]:
    sign, word = WORDS[amount.word(one.better)]
    said = h("span", icon(sign), " ", naming.language(word), class_=f"word {amount.word(one.better)}")
    return _shown(one, amount, naming), share_of_whole(one, amount), said


def _shown(one: KpiAttribution, amount: Amount, naming: Naming) -> Html:
    text = Numbers(naming.language).difference(amount.mean, amount.low, amount.high, one.unit)
    return h("data", text, value=repr(amount.mean), data_low=repr(amount.low), data_high=repr(amount.high))


# -- pairs ---------------------------------------------------------------------------------------------------------


def _together(answer: Attribution, one: KpiAttribution, naming: Naming) -> Html:
    say, order = naming.language, order_of(one)
    assert one.together is not None
    said = [h("li", text) for text in pair_sentences(answer, one, naming)]
    text = say(
        "A disc: two parts bring more together than each without the other. A ring: less, because one does what the "
        "other would have done. The larger, the more; pale where the 95 % interval reaches zero. Averaged over all "
        "that may be there besides."
    )
    pairs = [
        [_pair(one, one.together[place][other], naming) for other in order[:position]]
        for position, place in enumerate(order)
    ]
    names = [naming.part(answer.parts[place]) for place in order]
    none = h("p", say("No two parts are shown to help or to hinder one another much."))
    label = say("What each two parts bring together beyond what each brings without the other")
    return join(h("ul", said) if said else none, h("p", text, class_="note"), triangle(names, pairs, label))


def _pair(one: KpiAttribution, amount: Amount, naming: Naming) -> Pair:
    word = amount.word(one.better)
    if word == "same":
        return Pair(0.0, True, True, "0")
    sign = "+" if helps(one, amount.mean) else "−"
    return Pair(abs(amount.mean), helps(one, amount.mean), word in SHOWN, sign + size(amount, one.unit, naming))


# -- all figures, parts, method --------------------------------------------------------------------------------------


def _figures(answer: Attribution, naming: Naming) -> Html:
    say = naming.language
    titles = [naming.part(part) for part in answer.parts]
    rows = [
        [naming.kpi_title(one.kpi), _whole(one, naming),
         *(_small(one, amount, naming) for amount in one.parts)]
        for one in answer.kpis
    ]  # fmt: skip
    folded = [
        details(naming.kpi_title(one.kpi), _waterfall(answer, one, naming), h("p", _note(one, naming), class_="note"))
        for one in answer.kpis
    ]
    note = say("Bold: the 95 % interval does not reach zero. With this many, some would seem to by chance alone.")
    left = say("Too few cases to say anything: {kpis}.", kpis="; ".join(map(naming.kpi_title, answer.left_out)))
    return join(
        table([say("Figure"), say("Whole"), *titles], rows, class_="compact figures"),
        h("p", note, class_="note"),
        h("p", left, class_="note") if answer.left_out else None,
        folded,
    )


def _whole(one: KpiAttribution, naming: Naming) -> Child:
    text = _shown(one, one.whole, naming)
    return h("strong", text) if one.whole.word(one.better) in SHOWN else text


def _small(one: KpiAttribution, amount: Amount, naming: Naming) -> Child:
    word = amount.word(one.better)
    if word == "same":
        return "0"
    values = [scaled(value, one.unit) for value in (amount.low, amount.mean, amount.high)]
    text = number(values[1], interval_decimals(*values), sign=True)
    return h("strong", text, class_=f"word {word}") if word in SHOWN else text


def _parts(answer: Attribution, naming: Naming) -> Html:
    say, rows = naming.language, []
    for part in answer.parts:
        for place, change in enumerate(part.changes):
            before, after = naming.change(change)
            name = naming.part(part) if place == 0 else ""
            text = key_text(change.key)
            meaning = join(say(text) if text else None, h("small", h("code", change.key)))
            rows.append([name, meaning, h("code", before), h("code", after)])
    head = [say("Part"), say("What it is"), naming.brain(answer.start), naming.brain(answer.goal)]
    return table(head, rows, numbers_from=99)


def _method(answer: Attribution, lead: KpiAttribution, naming: Naming) -> Html:
    say = naming.language
    text = say(
        "Each part is worth what it adds when it joins those that are there already, averaged over all orders in which "
        "the parts might be introduced (Shapley 1953). So all parts together are worth the whole, and none owes its "
        "worth to the order of somebody's plan. Every brain met the same days, case by case (seed {seed}); what is "
        "averaged is each day's difference, and the interval (Student's t) says what other days might have shown.",
        seed=answer.seed,
    )
    exact = say(
        "All coalitions of the parts count, so there is no error of sampling; {n} brains were lived.",
        n=answer.coalitions,
    )
    sampled = say(
        "{n} orders of the parts were drawn, each with its reverse, and {coalitions} brains lived; intervals hold both "
        "the error of days and that of orders.",
        n=answer.orders, coalitions=answer.coalitions,
    )  # fmt: skip
    head = [say("Part"), say("Mean"), say("Half interval"), say("from days"), say("from orders")]
    rows = [
        [naming.part(part), *(number(value, 4) for value in (one.mean, one.half, one.half_days, one.half_orders))]
        for part, one in zip(answer.parts, lead.parts, strict=True)
    ]
    whole = [say("Whole"), *(number(value, 4) for value in (lead.whole.mean, lead.whole.half, lead.whole.half_days, 0))]
    numbers = details(say("The numbers"), table(head, [*rows, whole], class_="compact"))
    return join(h("p", text), h("p", sampled if answer.orders else exact), _idle(answer, naming), numbers)


def _idle(answer: Attribution, naming: Naming) -> Html | None:
    if not answer.idle:
        return None
    say = naming.language
    names = [naming.part_within(part) for part in answer.parts if part.name in answer.idle]
    text = say(
        "These parts changed no figure on any day, neither alone nor on top of all others, and are taken to change "
        "nothing between: {parts}.",
        parts=say(", ").join(names),
    )
    return h("p", text)
