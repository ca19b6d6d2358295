"""Differences below one another on one axis, each with its interval and the margin within which it does not matter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from twin.charts.html import Child, Html, h, plain
from twin.charts.rows import axis, row_table
from twin.charts.scales import Scale

_HEIGHT: Final = 26
_LEAST_REACH: Final = 1e-9


@dataclass(frozen=True, slots=True)
class ForestRow:
    """A difference, in the unit of the axis.

    Attributes
    ----------
    margin
        Differences from minus this to this do not matter; None where nobody has said.
    kind
        A class of the style sheet: the verdict.
    cells
        What stands after the drawing.
    """

    name: Child
    low: float
    mean: float
    high: float
    margin: float | None
    kind: str
    cells: Sequence[Child] = ()


def forest(rows: Sequence[ForestRow], head: Sequence[Child], label: str, *, most: float = math.inf) -> Html:
    """Draw differences about zero; what lies beyond the axis ends in an arrow.

    Parameters
    ----------
    head
        Titles of the name's column and of the cells after the drawing.
    most
        The axis reaches at most so far on either side.
    """
    ends = [end for row in rows for end in (row.low, row.high, row.margin or 0, -(row.margin or 0))]
    shown = [end for end in ends if math.isfinite(end)]
    low, high = max(min(shown, default=0.0), -most), min(max(shown, default=0.0), most)
    if high - low < _LEAST_REACH:
        low, high = -1.0, 1.0
    room = 0.04 * (high - low)
    scale = Scale(low - room, high + room, 4, 96)
    body = [(row.name, _drawn(row, scale), row.cells) for row in rows]
    return row_table(axis(scale), head, body, label)


def _percent(place: float) -> str:
    return f"{plain(place, 2)}%"


def _drawn(row: ForestRow, scale: Scale) -> Html:
    def at(value: float) -> float:
        return scale(min(max(value, scale.low), scale.high))

    middle = _HEIGHT / 2
    parts = []
    if row.margin is not None:
        begin, end = at(-row.margin), at(row.margin)
        parts.append(h("rect", x=_percent(begin), width=_percent(end - begin), y=0, height=_HEIGHT, class_="margin"))
    parts += [h("line", x1=_percent(scale(tick)), x2=_percent(scale(tick)), y1=0, y2=_HEIGHT, class_="grid")
              for tick in scale.ticks(5)]  # fmt: skip
    parts.append(h("line", x1=_percent(scale(0)), x2=_percent(scale(0)), y1=0, y2=_HEIGHT, class_="zero"))
    left, right = at(row.low), at(row.high)
    parts.append(h("line", x1=_percent(left), x2=_percent(right), y1=middle, y2=middle, class_="whisker ink"))
    if row.low < scale.low:
        parts.append(_arrow(left, -1, middle))
    if row.high > scale.high:
        parts.append(_arrow(right, 1, middle))
    if scale.inside(row.mean):
        parts.append(h("circle", cx=_percent(scale(row.mean)), cy=middle, r=4, class_=f"dot {row.kind}"))
    return h("svg", parts, width="100%", height=str(_HEIGHT), aria_hidden="true", focusable="false")


def _arrow(place: float, side: int, middle: float) -> Html:
    head = h("path", d=f"M{-6 * side} -4L0 0L{-6 * side} 4", class_="whisker ink", transform=f"translate(0 {middle:g})")
    return h("svg", head, x=_percent(place), overflow="visible")
