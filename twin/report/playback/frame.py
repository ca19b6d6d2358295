"""The page around the map: what can be set, the legend, the words that stand still."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from twin.charts.html import Child, Html, h, join
from twin.report.playback.texts import air_levels

if TYPE_CHECKING:
    from twin.core.language import Language

SPEEDS: Final = (1, 10, 30, 60, 120, 300, 600, 1800)
USUAL_SPEED: Final = 120


def body(
    say: Language, title: str, day: str, brains: Sequence[str], layers: Sequence[str], notes: Sequence[str]
) -> Html:
    """Return the page's body without data and script.

    Parameters
    ----------
    day
        The date.
    brains
        What they are called, the first being shown at first.
    layers
        Which there are: ``cars``, ``ambulances``, ``elevators``, ``lots``, ``speeds``, ``air``.
    notes
        What the reader must know, the attribution of the map among it.
    """
    return join(
        h("main", _map(say), _head(say, title, day, brains), _side(say, layers, notes)),
        _bar(say),
    )


def _map(say: Language) -> Html:
    canvases = [h("canvas", id=name, aria_hidden="true") for name in ("streets", "lots", "movers")]
    label = say("Map of the city; drag to move, scroll to zoom, click to choose")
    zoom = [
        h("button", sign, type="button", id=id_, aria_label=text, title=text)
        for sign, id_, text in (
            ("+", "closer", say("Closer")), ("−", "farther", say("Farther")), ("⤢", "whole", say("The whole city"))
        )
    ]  # fmt: skip
    return join(
        h("div", canvases, id="map", tabindex="0", role="application", aria_label=label),
        h("div", id="tip", hidden=True),
        h("p", say("Opening the day …"), id="wait", role="status"),
        h("div", zoom, id="zoom"),
        h("div", h("span", id="scale"), id="scale-box", aria_label=say("Scale")),
    )


def _head(say: Language, title: str, day: str, brains: Sequence[str]) -> Html:
    options = [h("option", name, value=str(place)) for place, name in enumerate(brains)]
    choice: Child = brains[0]
    if len(brains) > 1:
        choice = h("label", h("span", say("Brain")), h("select", options, id="brain"))
    clock = h("time", "00:00", id="clock", role="timer", aria_label=say("Clock of the city"))
    return h("header", h("p", clock, h("span", day, id="day")), h("h1", title), h("p", choice, class_="brain"))


def _side(say: Language, layers: Sequence[str], notes: Sequence[str]) -> Html:
    follow = h("label", h("input", type="checkbox", id="follow"), say("Keep whom I chose in the middle"))
    return h(
        "aside",
        h("section", h("div", class_="body"), follow, id="story", aria_label=say("Story"), aria_live="polite"),
        h("details", h("summary", say("Layers and legend")), _layers(say, layers), open=True),
        h("details", h("summary", say("About this picture")), [h("p", note) for note in notes], _keys(say)),
    )


def _layers(say: Language, layers: Sequence[str]) -> Html:
    titles = {
        "cars": say("Sampled vehicles"), "ambulances": say("Ambulances and patients"), "lots": say("Car parks"),
        "elevators": say("Elevators and rescue workers"),
        "speeds": say("Speed of streets"), "air": say("Air: PM2.5 by hour"), "places": say("Hospitals and stations"),
    }  # fmt: skip
    legends = {
        "cars": [
            ("car", say("drives")), ("looking", say("looks for a place (cross)")),
            ("heavy", say("lorry or bus (bar)")),
        ],
        "ambulances": [
            ("waiting", say("patient waits")), ("ambulance", say("on the way to a patient, or home (small)")),
            ("carrying", say("patient on board (ring)")),
        ],
        "elevators": [
            ("trapped", say("people are trapped inside (larger: more)")),
            ("stopped", say("they are free, it does not run yet (empty)")),
            ("worker", say("worker of a firm, on the way or there")),
            ("team", say("second level; with a ring: fire brigade")),
        ],
        "lots": [
            ("lot", say("filled as far as it is taken; as large as its spaces")),
            ("full", say("95 % and more are taken")),
        ],
        "speeds": [
            (f"speed-{level}", text)
            for level, text in enumerate(
                (say("75 % of the free speed and more"), say("50 to 75 %"), say("35 to 50 %"), say("20 to 35 %"),
                 say("less than 20 % (widest)")), start=1,
            )
        ],
        "air": [
            *((f"air-{level}", text) for level, text in enumerate(air_levels(say), start=1)),
            ("air-station", say("station that measures")), ("plant", say("enterprise, the larger the more it emits")),
        ],
        "places": [("hospital", say("hospital")), ("station", say("ambulance station"))],
    }  # fmt: skip
    off = {"speeds"} | ({"air"} if len(layers) > 1 else set())  # what would hide the streets below the vehicles
    rows = [
        h(
            "li",
            h("label", h("input", type="checkbox", name=name, checked=name not in off), titles[name]),
            h("ul", [h("li", h("i", class_=f"key {key}", aria_hidden="true"), text) for key, text in legends[name]]),
        )
        for name in (*layers, "places")
    ]
    return h("ul", rows, id="layers")


def _keys(say: Language) -> Html:
    keys = [
        ("Space", say("play or pause")), ("← →", say("five minutes back or on; with Shift an hour")),
        ("↑ ↓", say("faster or slower")), ("+ −", say("closer or farther")), ("B", say("the other brain")),
        ("N", say("choose the next ambulance or car")), ("Esc", say("choose nobody")),
    ]  # fmt: skip
    return h("dl", [[h("dt", h("kbd", key)), h("dd", text)] for key, text in keys], class_="keys")


def _bar(say: Language) -> Html:
    options = [
        h("option", say("{n} times", n=speed), value=str(speed), selected=speed == USUAL_SPEED) for speed in SPEEDS
    ]
    slider = h(
        "input", type="range", id="time", min="0", max="86400", step="1", value="0", aria_label=say("Time of day")
    )
    return h(
        "footer",
        h(
            "div",
            h("button", type="button", id="play", aria_label=say("Play"), data_state="paused"),
            h("label", h("span", say("Speed")), h("select", options, id="speed")),
            class_="buttons",
        ),
        h("div", h("div", id="curves"), slider, class_="times"),
    )
