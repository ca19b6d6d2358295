"""Charts of points: one number against another, chances against what came, a score along a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.charts.html import Html, h, plain
from twin.charts.marks import mark
from twin.charts.panels import Panel, polyline

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """A series along a number: its values, and the least and greatest of each."""

    x: Sequence[float]
    mean: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


def scatter(x: Values, y: Values, label: str, *, limit: float) -> Html:
    """Draw pairs on equal axes, with the line of equality, and a limit on both.

    The axes end where 99.5 % of the values do; what lies beyond is drawn at their ends.
    """
    most = float(np.percentile(np.concatenate([x, y]), 99.5)) * 1.05
    panel = Panel.of((0, most), (0, most))
    left, right, top, foot = panel.x(0), panel.x(most), panel.y(most), panel.y(0)
    lines = [
        h("path", d=f"M{plain(left)} {plain(foot)}L{plain(right)} {plain(top)}", class_="axis-mark"),
        h("path", d=f"M{plain(panel.x(limit))} {plain(foot)}V{plain(top)}", class_="target"),
        h("path", d=f"M{plain(left)} {plain(panel.y(limit))}H{plain(right)}", class_="target"),
    ]
    places = {
        (plain(panel.x(min(one, most))), plain(panel.y(min(other, most)))) for one, other in zip(x, y, strict=True)
    }
    dots = h("path", d="".join(f"M{a} {b}h0" for a, b in sorted(places)), class_="dots")
    return panel.draw(label, *lines, dots)


def reliability(chances: Sequence[float], shares: Sequence[float], label: str) -> Html:
    """Draw what share of days came about at each chance, per cent, beside the line on which chances are true."""
    panel = Panel.of((0, 100), (0, 100))
    diagonal = h(
        "path",
        d=f"M{plain(panel.x(0))} {plain(panel.y(0))}L{plain(panel.x(100))} {plain(panel.y(100))}",
        class_="axis-mark",
    )
    places = [(panel.x(chance), panel.y(share)) for chance, share in zip(chances, shares, strict=True)]
    curve = h("path", d=polyline(places), class_="curve b1") if len(places) > 1 else Html("")
    return panel.draw(label, diagonal, curve, *(mark(1, *place) for place in places), suffix="%")


def lines_along(series: Sequence[Line], label: str, *, high: float) -> Html:
    """Draw values along a number, with what they vary between as a band."""
    most = max((max(line.x) for line in series), default=1.0)
    panel = Panel.of((0, most), (0, high))
    content: list[Html] = []
    for number, line in enumerate(series):
        upper = [(panel.x(x), panel.y(y)) for x, y in zip(line.x, line.high, strict=True)]
        lower = [(panel.x(x), panel.y(y)) for x, y in zip(line.x, line.low, strict=True)][::-1]
        middle = [(panel.x(x), panel.y(y)) for x, y in zip(line.x, line.mean, strict=True)]
        band = polyline(upper) + polyline(lower).replace("M", "L", 1) + "Z"
        content.append(h("path", d=band, class_=f"band b{number}"))
        content.append(h("path", d=polyline(middle), class_=f"curve b{number}"))
        content += [mark(number, *place) for place in middle]
    return panel.draw(label, *content)
