"""What the run assumes: every parameter with its label and source, brains, world events, the map's own notes."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from twin.charts.html import Child, Html, h, join, table
from twin.charts.numbers import number
from twin.charts.section import Section

if TYPE_CHECKING:
    from twin.city.places import District, Hospital, Station
    from twin.core.decisions import BrainSetting, RuleSetting
    from twin.core.domain import WorldEvent
    from twin.core.language import Language
    from twin.report.view import RunView

LABELS: Final = {
    "published": "published: a source states it",
    "derived": "derived: worked out from published figures",
    "assumed": "assumed: no figure was found",
    "scenario": "scenario: set in the scenario file",
}
"""What each label means."""


def assumptions_section(view: RunView) -> Section:
    """Return the section."""
    say = view.language
    return Section(
        "assumptions",
        say("What this rests on"),
        join(
            h("h3", say("Parameters")), _parameters(view),
            h("h3", say("Brains")), _brains(view),
            h("h3", say("What happens to the world")), _events(view),
            h("h3", say("The map")), _map_notes(view),
        ),
    )  # fmt: skip


# -- parameters ---------------------------------------------------------------------------------------------------


def _parameters(view: RunView) -> Html:
    say = view.language
    rows = [
        (name, parameter)
        for name, section in view.results.scenario.sections.items()
        for parameter in section.labelled()
    ]
    counts = Counter(parameter.label for _, parameter in rows)
    tally = [
        h("li", h("strong", str(counts[label])), " ", say(meaning), class_=f"label {label}", data_label=label)
        for label, meaning in LABELS.items()
        if counts[label]
    ]
    head = [say("Parameter"), say("Value"), say("Label"), say("Source")]
    body = [
        h(
            "tr",
            h("th", say(parameter.text), h("small", h("code", f"{section}.{parameter.name}")), scope="row"),
            h("td", shown_value(parameter.value, say), h("small", say(parameter.unit))),
            h("td", h("span", _label(parameter.label, say), class_=f"label {parameter.label}")),
            h("td", say(parameter.source), class_="source"),
            data_label=parameter.label,
        )
        for section, parameter in rows
    ]
    titles = [h("th", title, scope="col") for title in head]
    whole = h("table", h("thead", h("tr", titles)), h("tbody", body), class_="parameters", id="parameters")
    filters = h("div", class_="filters", id="filters", data_all=say("all"), data_title=say("Show"), hidden=True)
    return join(
        h("ul", tally, class_="tally"), filters, h("div", whole, class_="scroll", tabindex="0"),
    )  # fmt: skip


def _label(label: str, say: Language) -> str:
    return say(LABELS[label]).partition(":")[0].partition("：")[0]


def shown_value(value: Any, say: Language) -> Child:
    """Return a parameter's value: durations in words, lists and groups item by item."""
    if isinstance(value, dict) and set(value) == {"median", "p90"}:
        return say(
            "half within {median}, nine in ten within {p90}", median=_plain(value["median"]), p90=_plain(value["p90"])
        )
    if isinstance(value, dict):
        items = [
            h("li", say(str(key).replace("_", " ")), ": ", _short_value(inner, say))
            for key, inner in value.items()
            if inner is not None
        ]
        return h("ul", items, class_="plain")
    if isinstance(value, (list, tuple)):
        return ", ".join(_plain(item) for item in value)
    return _plain(value)


def _short_value(value: Any, say: Language) -> Child:
    """Return a value inside a group: several durations on one line."""
    if not isinstance(value, dict) or "median" in value:
        return shown_value(value, say)
    parts = [
        f"{say(str(key).replace('_', ' '))} {_plain(inner['median'])}/{_plain(inner['p90'])}"
        for key, inner in value.items()
        if isinstance(inner, dict)
    ]
    return say(", ").join(parts) + say(" (half within / nine in ten within)")


def _plain(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    return number(value, 0) if value == int(value) else f"{value:.6g}"


# -- brains ----------------------------------------------------------------------------------------------------


def _brains(view: RunView) -> Html:
    from twin.domains import DESCRIPTIONS

    say, scenario = view.language, view.results.scenario
    descriptions = [DESCRIPTIONS[name] for name in scenario.domains]
    rows: list[list[Child]] = []
    for connection in (connection for description in descriptions for connection in description.connections):
        cells = [_connection(brain, connection.name, say) for brain in scenario.brains]
        rows.append([[say(connection.text), h("small", h("code", connection.name))], *cells])
    for decision in (decision for description in descriptions for decision in description.decisions):
        rules = [_rule(brain.decisions[decision.name]) for brain in scenario.brains]
        rows.append([[say(decision.text), h("small", h("code", decision.name))], *rules])
    head = [say("What the city knows, and how it decides"), *(view.titles[brain.name] for brain in scenario.brains)]
    return table(head, rows, numbers_from=99)


def _connection(brain: BrainSetting, name: str, say: Language) -> str:
    setting = brain.connections[name]
    if not setting.on:
        return say("off")
    return say("on") if setting.share == 1 else say("on, for {share} %", share=f"{setting.share * 100:.3g}")


def _rule(setting: RuleSetting) -> Html:
    parameters = ", ".join(f"{name} = {value}" for name, value in setting.parameters.items())
    return h("span", h("code", setting.rule), h("small", parameters) if parameters else None)


# -- events and map -----------------------------------------------------------------------------------------------


def _events(view: RunView) -> Html:
    from twin.domains import DESCRIPTIONS
    from twin.scenario.brains import Vocabulary
    from twin.scenario.events import event_kinds

    say, scenario = view.language, view.results.scenario
    if not scenario.events:
        return h("p", say("Nothing out of the ordinary."))
    kinds = event_kinds(Vocabulary(DESCRIPTIONS, scenario.domains))
    rows: list[list[Child]] = []
    for event in scenario.events:
        begins = f"{view.clock.at(event.begins_s):%Y-%m-%d %H:%M}"
        ends = say("the end") if math.isinf(event.ends_s) else f"{view.clock.at(event.ends_s):%Y-%m-%d %H:%M}"
        kind = kinds.get(event.kind)
        rows.append([say(kind[0].text) if kind else event.kind, _what(view, event), begins, ends])
    return table([say("Event"), say("Where or what"), say("From"), say("Until")], rows, numbers_from=99)


def _what(view: RunView, event: WorldEvent) -> str:
    more = (f"{view.language(name)} {shown_value(value, view.language)}" for name, value in event.details)
    return view.language(", ").join([_place(view, str(event.value)), *more])


def _place(view: RunView, value: str) -> str:
    """Return the name of a hospital, station or district where the value is its id."""
    city = view.city
    places: list[Hospital | Station | District] = [*city.hospitals, *city.stations, *city.districts] if city else []
    names = (view.language.pick(place.name_en, place.name_zh) for place in places if place.id == value)
    return next(names, value)


def _map_notes(view: RunView) -> Html:
    say, city = view.language, view.city
    if city is None:
        return h("p", say("The map folder is not there any more, so its notes cannot be shown."))
    notes = []
    for note in city.notes.values():
        text = say.pick(str(note.get("en", "")), str(note.get("zh", ""))) if isinstance(note, dict) else say(str(note))
        notes.append(h("li", text))
    changed = city.content_hash != view.results.manifest["identity"]["map"]
    return join(
        h("p", say.pick(city.title_en, city.title_zh)),
        h("ul", notes) if notes else None,
        h("p", say("The map has changed since this run; what is drawn here is the map of today."), class_="warning")
        if changed
        else None,
    )
