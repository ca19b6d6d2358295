"""A tornado: what hangs on each of several numbers, the most at the top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from twin.charts.html import Child, Html, h, plain
from twin.charts.rows import axis, row_table
from twin.charts.scales import Scale

_HEIGHT: Final = 28
_BAR: Final = 14


@dataclass(frozen=True, slots=True)
class Gust:
    """A row: bars from zero to each value, and a line for the interval of one of them.

    Attributes
    ----------
    bars
        Values with classes of the style sheet.
    low, high
        Ends of the interval, or equal where there is none.
    """

    name: Child
    bars: Sequence[tuple[float, str]]
    low: float
    high: float
    cells: Sequence[Child] = ()


def tornado(gusts: Sequence[Gust], head: Sequence[Child], label: str, *, reach: float = 0.0) -> Html:
    """Draw the rows on one axis with zero in it.

    Parameters
    ----------
    reach
        The axis goes at least so far on the sides that are used.
    """
    ends = [end for gust in gusts for end in (gust.low, gust.high, *(value for value, _ in gust.bars))]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    low, high = (min(low, -reach) if low < 0 else low), (max(high, reach) if high > 0 else high)
    room = (high - low) * 0.04 or 1.0
    scale = Scale(low - room, high + room, 3, 97)
    return row_table(axis(scale), head, [(gust.name, _drawn(gust, scale), gust.cells) for gust in gusts], label)


def _drawn(gust: Gust, scale: Scale) -> Html:
    middle, zero = _HEIGHT / 2, scale(0)
    parts = [_upright(scale(value), "grid") for value in scale.ticks(5)]
    for value, kind in gust.bars:
        begin, end = sorted((zero, scale(value)))
        parts.append(
            h("rect", x=_percent(begin), width=_percent(end - begin), y=middle - _BAR / 2, height=_BAR, class_=kind)
        )
    if gust.high > gust.low:
        ends = {"x1": _percent(scale(gust.low)), "x2": _percent(scale(gust.high)), "y1": middle, "y2": middle}
        parts.append(h("line", **ends, class_="whisker ink"))
    parts.append(_upright(zero, "zero"))
    return h("svg", parts, width="100%", height=str(_HEIGHT), aria_hidden="true", focusable="false")


def _upright(place: float, kind: str) -> Html:
    return h("line", x1=_percent(place), x2=_percent(place), y1=0, y2=_HEIGHT, class_=kind)


def _percent(place: float) -> str:
    return f"{plain(place, 2)}%"
