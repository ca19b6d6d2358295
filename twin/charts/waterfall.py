"""A waterfall: how one amount becomes another, a bar for each step, with the interval of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from twin.charts.html import Child, Html, h, plain
from twin.charts.rows import axis, row_table
from twin.charts.scales import Scale

_HEIGHT: Final = 34
_BAR: Final = 18
_BEGIN, _END = 3.0, 97.0
_FROM_ZERO: Final = 0.25
"""The axis begins at zero where the levels differ by at least this share of the highest."""
_ROOM: Final = 0.12
"""What an axis that does not begin at zero leaves free on either side, as a share of what differs."""


@dataclass(frozen=True, slots=True)
class Level:
    """A row at an end: its name, the amount that is reached there, cells after the drawing."""

    name: Child
    amount: float
    cells: Sequence[Child] = ()


@dataclass(frozen=True, slots=True)
class Fall:
    """A row between the ends: its name, by how much the amount changes, half its interval, and how it is drawn.

    Attributes
    ----------
    kind
        A class of the style sheet: ``less`` for what is better, ``more`` for what is worse, ``b0`` for neither.
    """

    name: Child
    change: float
    half: float
    kind: str
    cells: Sequence[Child] = ()


def scale_of(first: float, last: float, falls: Sequence[Fall]) -> Scale:
    """Return the axis, from zero where what differs can be seen beside the whole."""
    places, place = [first, last], first
    for fall in falls:
        place += fall.change
        places += [place, place - fall.half, place + fall.half]
    low, high = min(places), max(places)
    if low >= 0 and high - low >= _FROM_ZERO * high:
        return Scale(0.0, high * 1.02 or 1.0, _BEGIN, _END)
    room = (high - low) * _ROOM or 1.0
    return Scale(low - room, high + room, _BEGIN, _END)


def waterfall(first: Level, falls: Sequence[Fall], last: Level, head: Sequence[Child], label: str) -> Html:
    """Draw the steps from one level to another; each begins where the one before it ended.

    Parameters
    ----------
    head
        Titles of the name's column and of the cells after the drawing.
    """
    scale = scale_of(first.amount, last.amount, falls)
    body = [(first.name, _level(scale, first.amount, first=True), first.cells)]
    place = first.amount
    for fall in falls:
        body.append((fall.name, _step(scale, place, fall), fall.cells))
        place += fall.change
    body.append((last.name, _level(scale, last.amount, first=False), last.cells))
    return h("div", row_table(axis(scale), head, body, label), class_="waterfall")


def _drawing(scale: Scale, *content: Html) -> Html:
    grid = [_upright(scale(value), 0, _HEIGHT, "grid") for value in scale.ticks(5)]
    return h("svg", grid, content, width="100%", height=str(_HEIGHT), aria_hidden="true", focusable="false")


def _upright(place: float, begin: float, end: float, kind: str) -> Html:
    x = _percent(place)
    return h("line", x1=x, x2=x, y1=begin, y2=end, class_=kind)


def _level(scale: Scale, amount: float, *, first: bool) -> Html:
    top, foot = (_HEIGHT - _BAR) / 2, (_HEIGHT + _BAR) / 2
    bar = h(
        "rect", x=_percent(_BEGIN), width=_percent(max(scale(amount) - _BEGIN, 0.2)), y=top, height=_BAR,
        class_="span end",
    )  # fmt: skip
    joined = _upright(scale(amount), foot if first else 0, _HEIGHT if first else top, "joint")
    return _drawing(scale, bar, joined)


def _step(scale: Scale, place: float, fall: Fall) -> Html:
    begin, end = scale(place), scale(place + fall.change)
    top, middle, foot = (_HEIGHT - _BAR) / 2, _HEIGHT / 2, (_HEIGHT + _BAR) / 2
    bar = h(
        "rect", x=_percent(min(begin, end)), width=_percent(max(abs(end - begin), 0.3)), y=top, height=_BAR,
        class_=f"span {fall.kind}",
    )  # fmt: skip
    parts = [_upright(begin, 0, top, "joint"), _upright(end, foot, _HEIGHT, "joint"), bar]
    if fall.half:
        low, high = (scale(place + fall.change + side * fall.half) for side in (-1, 1))
        parts.append(h("line", x1=_percent(low), x2=_percent(high), y1=middle, y2=middle, class_="whisker ink"))
        parts += [_upright(tip, middle - 4, middle + 4, "whisker ink") for tip in (low, high)]
    return _drawing(scale, *parts)


def _percent(place: float) -> str:
    return f"{plain(place, 2)}%"
