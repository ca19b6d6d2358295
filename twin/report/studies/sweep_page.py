"""The page of a sweep: what the verdict becomes, what it hangs on, how results answer to each key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twin.charts.glyphs import icon
from twin.charts.html import Child, Html, details, figure, h, join, table
from twin.charts.numbers import Numbers, number, scaled
from twin.charts.section import Section
from twin.charts.tornado import Gust, tornado
from twin.report.page import page_html
from twin.report.studies.attribution_page import STYLE
from twin.report.studies.naming import Naming
from twin.report.studies.sweep_charts import answers_of
from twin.report.studies.sweep_words import (
    MEASURES,
    SHARES,
    ends_of,
    facts,
    hang_text,
    lead_of,
    ordered,
    outcomes,
    short_keys,
    shown,
    span_sentence,
    toll_sentence,
    toll_text,
    toll_word,
    unknown_sentence,
    value_text,
)
from twin.report.verdict import WORDS

if TYPE_CHECKING:
    from twin.core.language import Language
    from twin.experiment.studies.sweep_answers import Hang, KpiSweep, Sweep, Toll

MOST_IN_A_TITLE: Final = 4
"""Of more keys the title says how many they are."""


def sweep_page(answer: Sweep, language: Language) -> str:
    """Return the whole page."""
    naming, lead = Naming(language, answer.districts), lead_of(answer)
    sections = [Section("verdict", language("What becomes of the result"), _verdict(answer, lead, naming))]
    if any(lead.hangs):
        sections.append(Section("tornado", language("What it hangs on"), _tornadoes(answer, lead, naming)))
    if answer.design != "one_at_a_time":  # the tornado shows all that was lived
        sections.append(Section("answers", language("How the figures answer"), _answers(answer, lead, naming)))
    sections += [
        Section("points", language("All points"), _points(answer, lead, naming)),
        Section("method", language("How this is reckoned"), _method(answer, naming)),
    ]
    names = short_keys(answer)
    keys = " × ".join(names) if len(names) <= MOST_IN_A_TITLE else language("{n} keys", n=len(names))
    introduction = join(
        h("p", language.pick(answer.title, answer.title_zh or answer.title), class_="description"),
        h("p", facts(answer, naming), class_="facts"),
    )
    return page_html(language("Sweep: {keys}", keys=keys), introduction, sections, language, (STYLE,))


def _verdict(answer: Sweep, lead: KpiSweep, naming: Naming) -> Html:
    items = []
    for place, toll in enumerate(lead.tolls):
        text = (span_sentence if toll is None else toll_sentence)(answer, lead, place, naming)
        word = toll_word(lead, toll) if toll is not None and lead.differences else "undecided"
        sign = icon(WORDS[word][0]) if toll is not None and lead.differences else None  # type: ignore[index]
        items.append(h("li", sign, h("div", text), class_=f"finding {word}"))
    unknown = unknown_sentence(answer, lead, naming)
    note = h("p", unknown, class_="note warning") if unknown else None
    return join(h("ul", items, class_="findings"), note, _table(answer, naming))


def _table(answer: Sweep, naming: Naming) -> Html:
    """Return all figures: between which ends they lie, or what becomes of them with all that parameters may be."""
    say, drawn = naming.language, answer.design == "latin_hypercube"
    rows: list[list[Child]] = []
    for one in answer.kpis:
        for place, ((brain, _), toll) in enumerate(zip(outcomes(answer, one), one.tolls, strict=True)):
            name: list[Child] = [naming.kpi_title(one.kpi), h("small", naming.brain(brain))]
            cells = _toll_cells(one, toll, naming) if drawn else _end_cells(answer, one, place, naming)
            rows.append([name, *cells])
    ends = [say("Least"), say("at"), say("Greatest"), say("at")]
    head = [say("With what parameters may be"), say("Days alone"), say("Lower in"), ""] if drawn else ends
    return table([say("Figure"), *head], rows, class_="compact", stacked=True)


def _end_cells(answer: Sweep, one: KpiSweep, place: int, naming: Naming) -> list[Child]:
    ends = ends_of(answer, one, place, naming)
    if ends[0][0] == ends[1][0]:
        return [ends[0][0], naming.language("everywhere"), "", ""]
    return [cell for text, where in ends for cell in (text, h("small", where))]


def _toll_cells(one: KpiSweep, toll: Toll | None, naming: Naming) -> list[Child]:
    if toll is None:
        return ["–", "–", "–", ""]
    word = toll_word(one, toll) if one.differences else ""
    said = h("span", naming.language(WORDS[word][1]), class_=f"word {word}") if word else None  # type: ignore[index]
    days = "± " + Numbers(naming.language).size(toll.half_days, one.unit)
    return [toll_text(one, toll, naming), days, f"{number(100 * toll.share_below, 0)} %" if word else "–", said]


def _tornadoes(answer: Sweep, lead: KpiSweep, naming: Naming) -> Html:
    parts = [_tornado(answer, lead, naming)]
    parts += [
        details(naming.kpi_title(one.kpi), _tornado(answer, one, naming))
        for one in answer.kpis if one is not lead and any(one.hangs)
    ]  # fmt: skip
    return join(*parts, h("p", _measured(lead, naming), class_="note"))


def _tornado(answer: Sweep, one: KpiSweep, naming: Naming) -> Html:
    say, drawn = naming.language, []
    for (brain, _), hangs in zip(outcomes(answer, one), one.hangs, strict=True):
        if not hangs:
            continue
        title = (
            say("{kpi}: {brain} instead of {first}")
            if one.differences
            else say("{kpi}: {brain}")
        )  # fmt: skip
        names = {
            "kpi": naming.kpi_title(one.kpi),
            "brain": naming.brain(brain),
            "first": naming.brain(answer.brains[0]),
        }
        measure = say(MEASURES[hangs[0].measure])
        gusts = [_gust(hang, one, naming) for hang in ordered(hangs)]
        reach = 1.0 if hangs[0].measure in SHARES else 0.0
        chart = tornado(gusts, [say("Parameter"), measure], title.format(**names), reach=reach)
        drawn.append(figure(title.format(**names), chart, class_="tornado"))
    return join(*drawn)


def _gust(hang: Hang, one: KpiSweep, naming: Naming) -> Gust:
    def size(value: float) -> float:
        return value if hang.measure in SHARES else scaled(value, one.unit)

    name: Child = [naming.axis(hang.key), h("small", h("code", hang.key))]
    if hang.ends is not None:
        low, high = hang.ends
        bars = [(size(low.mean), "span b1"), (size(high.mean), "span b2")]
        return Gust(name, bars, 0.0, 0.0, (hang_text(hang, one, naming),))
    return Gust(name, [(size(hang.value), "span b1")], size(hang.low), size(hang.high), (hang_text(hang, one, naming),))


def _measured(one: KpiSweep, naming: Naming) -> str:
    say, measure = naming.language, next(hangs[0].measure for hangs in one.hangs if hangs)
    if measure == "swing":
        return say(
            "One key at a time is set to its low and its high end (of a distribution a tenth lies beyond each), all "
            "else as in the scenario. Blue: the low end, brown: the high end. The number: high less low, with its 95 % "
            "interval over the same days. What keys do together is not seen."
        )
    if measure == "rank":
        return say(
            "Spearman's rank correlation between the key and the result over all draws, with its 95 % interval: near 1 "
            "or −1 where the result follows the key, near 0 where it does not. All keys were drawn at once."
        )
    if measure == "morris":
        return say(
            "The mean size of what a step of one key changes, from many starting points (Morris 1991, Campolongo "
            "2007), with its 95 % interval by bootstrap: for screening, not for shares."
        )
    return say(
        "The share of the result's variance that would be left if all keys but this were known (Saltelli 2010), with "
        "its 95 % interval by bootstrap. The shares add up to more than 1 where keys work together."
    )


def _answers(answer: Sweep, lead: KpiSweep, naming: Naming) -> Html:
    others = [
        details(naming.kpi_title(one.kpi), answers_of(answer, one, naming)) for one in answer.kpis if one is not lead
    ]
    return join(answers_of(answer, lead, naming), *others)


def _points(answer: Sweep, lead: KpiSweep, naming: Naming) -> Html:
    say = naming.language
    results = outcomes(answer, lead)
    head = [say("Point"), *short_keys(answer), *(naming.brain(brain) for brain, _ in results)]
    rows: list[list[Child]] = []
    for place, point in enumerate(answer.points):
        cells = [amounts[place] for _, amounts in results]
        rows.append([
            number(place, 0), *map(value_text, point),
            *("–" if amount is None else shown(amount, lead, naming) for amount in cells),
        ])  # fmt: skip
    text = say("{kpi}; all other figures of every day are in sweep.parquet.", kpi=naming.kpi_title(lead.kpi))
    folded = details(say("The numbers"), table(head, rows, class_="compact"))
    return join(h("p", text), folded)


def _method(answer: Sweep, naming: Naming) -> Html:
    say = naming.language
    text = say(
        "Every point and every brain met the same days (seed {seed}), so differences are paired by day; intervals are "
        "Student's t over {days} days.",
        seed=answer.seed, days=answer.days,
    )  # fmt: skip
    drawn = say(
        "Each draw of the parameters was lived on the same days. The interval with what the parameters may be adds the "
        "spread between draws, which more draws do not narrow, to the error of days, which more days do."
    )
    rows: list[list[Child]] = [
        [naming.axis(axis.key), h("code", axis.key), h("code", axis.spread or _values_text(answer, place))]
        for place, axis in enumerate(answer.axes)
    ]
    head = [say("Parameter"), say("Key"), say("What it is given")]
    more = h("p", drawn) if answer.design == "latin_hypercube" else None
    return join(h("p", text), more, table(head, rows, numbers_from=99))


def _values_text(answer: Sweep, place: int) -> str:
    values = list(dict.fromkeys(value_text(point[place]) for point in answer.points))
    return ", ".join(values[:12]) + (" …" if len(values) > 12 else "")
