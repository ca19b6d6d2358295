"""How an interval narrows as days are lived."""

from __future__ import annotations

import math
from collections.abc import Sequence

from twin.charts.html import Html, h, plain
from twin.charts.panels import Panel, polyline


def half_width_line(half_widths: Sequence[float], target: float, enough: int | None, label: str) -> Html:
    """Draw half an interval's width after each number of days, the width that was asked for, and where it was enough.

    Parameters
    ----------
    half_widths
        After 1, 2, ... days; NaN where there is none. The first ones may be very wide: the axis ends at four times the
        target or twice the last one.
    """
    days = len(half_widths)
    known = [(day, width) for day, width in enumerate(half_widths, start=1) if math.isfinite(width)]
    high = max(4 * target, 2 * known[-1][1] if known else 0.0)
    panel = Panel.of((0, max(days, 2)), (0, high))
    places = [(panel.x(day), panel.y(min(width, high))) for day, width in known]
    content = [
        h("path", d=f"M{plain(panel.x(0))} {plain(panel.y(target))}H{plain(panel.x(max(days, 2)))}", class_="axis-mark")
    ]
    if enough is not None:
        content.append(
            h("path", d=f"M{plain(panel.x(enough))} {plain(panel.y(0))}V{plain(panel.y(high))}", class_="target")
        )
    if len(places) > 1:
        content.append(h("path", d=polyline(places), class_="curve b1"))
    return panel.draw(label, *content)
