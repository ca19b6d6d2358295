"""Rows that are split in two: what is less to the left of a line, what is more to its right, by how much in shades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from twin.charts.glyphs import glyphs
from twin.charts.html import Child, Html, h, plain
from twin.charts.rows import row_table
from twin.charts.scales import Scale, tick_text

_ROW: Final = 22
_LEAST: Final = 0.02
"""A part thinner than this many per cent of the width is left out of the drawing."""


@dataclass(frozen=True, slots=True)
class Split:
    """A row.

    Attributes
    ----------
    name
        What it is about.
    less, more
        Parts to the left and to the right of the line, from the line outwards, in per cent of the whole; as many in
        each, in every row.
    cells
        Cells after the drawing.
    """

    name: Child
    less: Sequence[float]
    more: Sequence[float]
    cells: Sequence[Child] = ()


def split_rows(rows: Sequence[Split], head: Sequence[Child], label: str) -> Html:
    """Draw the rows on one scale, whose line stands in the middle; classes ``d0`` to ``d6`` give the shades.

    Parameters
    ----------
    head
        Titles of the name's column and of the cells after the drawing.
    """
    reach = max((max(sum(row.less), sum(row.more)) for row in rows), default=1.0) or 1.0
    scale = Scale(-reach * 1.04, reach * 1.04, 0, 100)
    body = [(row.name, _drawing(row, scale), row.cells) for row in rows]
    return row_table(_axis(scale), head, body, label)


def _axis(scale: Scale) -> Html:
    """Return the numbers of the scale, those to the left of the line without a sign."""
    numbers = [
        h(
            "svg", glyphs(tick_text(abs(value)) + "%", 0, 12, anchor="middle"),
            x=f"{plain(scale(value), 2)}%", overflow="visible",
        )
        for value in scale.ticks(6) if scale.high * 0.9 > abs(value)
    ]  # fmt: skip
    return h("svg", numbers, width="100%", height="18", aria_hidden="true", focusable="false")


def _drawing(row: Split, scale: Scale) -> Html:
    parts = [
        h("line", x1=place, x2=place, y1=0, y2=_ROW, class_="grid")
        for place in (f"{plain(scale(value), 2)}%" for value in scale.ticks(6))
    ]
    middle = len(row.less)
    for side, sizes in ((-1, row.less), (1, row.more)):
        end = 0.0
        for place, size in enumerate(sizes, start=1):
            begin, end = end, end + size
            left, right = sorted((scale(side * begin), scale(side * end)))
            if right - left >= _LEAST:
                parts.append(
                    h(
                        "rect", x=f"{plain(left, 2)}%", width=f"{plain(right - left, 2)}%", y=4, height=_ROW - 8,
                        class_=f"d{middle + side * place}",
                    )
                )  # fmt: skip
    middle_line = f"{plain(scale(0), 2)}%"
    parts.append(h("line", x1=middle_line, x2=middle_line, y1=0, y2=_ROW, class_="split-line"))
    return h("svg", parts, width="100%", height=str(_ROW), aria_hidden="true", focusable="false")
