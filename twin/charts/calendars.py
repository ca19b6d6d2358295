"""A year as a calendar: a row a month, a square a day; what a day was is told by shape and colour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from twin.charts.glyphs import glyphs
from twin.charts.html import Child, Html, h, plain

_LEFT, _TOP, _CELL, _ROW = 22.0, 16.0, 10.6, 12.5
_WIDTH: Final = 360

SHAPES: Final[dict[str, tuple[str, str]]] = {
    "hit": ("day hit", "M-4-4H4V4H-4Z"),
    "miss": ("day miss", "M-3.6-3.6L3.6 3.6M3.6-3.6L-3.6 3.6"),
    "false": ("day false", "M-3.4-3.4H3.4V3.4H-3.4Z"),
    "quiet": ("day quiet", "M-1-1H1V1H-1Z"),
}
"""Class of the style sheet, and outline about the middle of a square, of each kind of day."""


def year_calendar(year: int, kinds: Mapping[date, str], label: str) -> Html:
    """Draw a year; days without a kind are left empty.

    Parameters
    ----------
    kinds
        For each day one of `SHAPES`.
    """
    marks = [
        h("path", d=SHAPES[kind][1], class_=SHAPES[kind][0], transform=f"translate({_place(day)})")
        for day, kind in kinds.items()
        if day.year == year
    ]
    months = [glyphs(str(month), _LEFT - 8, _TOP + (month - 0.5) * _ROW + 3.7, anchor="end") for month in range(1, 13)]
    days = [
        glyphs(str(day), _LEFT + (day - 0.5) * _CELL, _TOP - 5, anchor="middle") for day in (1, 5, 10, 15, 20, 25, 30)
    ]
    height = _TOP + 12 * _ROW + 4
    return h(
        "svg", months, days, marks,
        viewBox=f"0 0 {_WIDTH} {plain(height)}", class_="panel", role="img", aria_label=label,
    )  # fmt: skip


def _place(day: date) -> str:
    return f"{plain(_LEFT + (day.day - 0.5) * _CELL)} {plain(_TOP + (day.month - 0.5) * _ROW)}"


def calendar_key(titles: Mapping[str, Child]) -> Html:
    """Return the key to the kinds of days."""
    items = [
        h(
            "li",
            h("svg", h("path", d=SHAPES[kind][1], class_=SHAPES[kind][0]), viewBox="-7 -7 14 14", class_="swatch",
              aria_hidden="true"),
            title,
        )
        for kind, title in titles.items()
    ]  # fmt: skip
    return h("ul", items, class_="legend")
