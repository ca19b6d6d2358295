"""Charts that are tables: a name, a drawing and numbers in each row.

Drawings are as wide as their column: places along the axis are per cent of its width, so nothing is distorted and names
are ordinary text in the reader's font.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from twin.charts.glyphs import glyphs
from twin.charts.html import Child, Html, h, plain, scrolling
from twin.charts.marks import mark
from twin.charts.scales import Scale, tick_text
from twin.charts.statistics import Spread

_BEGIN, _END = 4.0, 96.0
_ROW: Final = 13
"""Height of one series within a row."""
_PADDING: Final = 6


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its name, what is drawn for each series, and cells after the drawing."""

    name: Child
    spreads: Sequence[Spread]
    cells: Sequence[Child] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A row of a chain: a name, and for each series when it begins and how long it lasts."""

    name: Child
    spans: Sequence[tuple[float, float]]
    cells: Sequence[Child] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A row of a bridge: a name, where its bar begins and ends, a class of the style sheet, cells after the drawing."""

    name: Child
    begin: float
    end: float
    kind: str
    cells: Sequence[Child] = ()


def dot_rows(rows: Sequence[Row], head: Sequence[Child], label: str) -> Html:
    """Draw a mean with its interval for each series in each row.

    Parameters
    ----------
    head
        Titles of the name's column and of the cells after the drawing.
    """
    shown = [spread for row in rows for spread in row.spreads if spread.count]
    high = max((min(spread.high, 2 * spread.mean) for spread in shown), default=1.0)
    scale = Scale(0, high * 1.02, _BEGIN, _END)

    def draw(row: Row) -> Html:
        dots = [_dot(scale, series, spread) for series, spread in enumerate(row.spreads) if spread.count]
        return _drawing(scale, len(row.spreads), dots)

    return row_table(axis(scale), head, [(row.name, draw(row), row.cells) for row in rows], label)


def chain_rows(links: Sequence[Link], head: Sequence[Child], label: str) -> Html:
    """Draw links of a chain, each beginning where the one before it ended, a bar for each series."""
    high = max((begin + length for link in links for begin, length in link.spans), default=1.0)
    scale = Scale(0, (high or 1.0) * 1.02, _BEGIN, _END)

    def draw(link: Link) -> Html:
        return _drawing(scale, len(link.spans), [_bar(scale, series, *span) for series, span in enumerate(link.spans)])

    return row_table(axis(scale), head, [(link.name, draw(link), link.cells) for link in links], label)


def bridge_rows(steps: Sequence[Step], head: Sequence[Child], label: str, *, reach: float = 0.0) -> Html:
    """Draw how one amount becomes another: a bar a step, each beginning where the one before it ended.

    Parameters
    ----------
    reach
        The axis goes at least as far, so that several bridges can have the same.
    """
    high = max((max(step.begin, step.end) for step in steps), default=1.0)
    high = max(high, reach)
    low = min((min(step.begin, step.end, 0.0) for step in steps), default=0.0)
    scale = Scale(low, (high or 1.0) * 1.02, _BEGIN, _END)

    def draw(step: Step) -> Html:
        begin, end = sorted((scale(step.begin), scale(step.end)))
        bar = h(
            "rect", x=_percent(begin), width=_percent(max(end - begin, 0.35)), y=_PADDING + 1.5, height=_ROW - 3,
            class_=f"span {step.kind}",
        )  # fmt: skip
        return _drawing(scale, 1, [bar])

    return row_table(axis(scale), head, [(step.name, draw(step), step.cells) for step in steps], label)


def row_table(
    numbers: Html, head: Sequence[Child], body: Sequence[tuple[Child, Html, Sequence[Child]]], label: str
) -> Html:
    """Return rows of a name, a drawing and cells, with the axis's numbers above the drawings."""
    first, *others = head
    titles = [
        h("th", first, scope="col"),
        h("td", numbers, class_="drawing"),
        [h("th", title, scope="col", class_="number") for title in others],
    ]
    rows = [
        h(
            "tr",
            h("th", name, scope="row"),
            h("td", drawing, class_="drawing"),
            [h("td", cell, class_="number") for cell in cells],
        )
        for name, drawing, cells in body
    ]
    return scrolling(h("table", h("thead", h("tr", titles)), h("tbody", rows), class_="rows"), label)


def axis(scale: Scale) -> Html:
    """Return the numbers of a scale whose ends are per cent of the drawing's width."""
    numbers = [
        h("svg", glyphs(tick_text(value), 0, 12, anchor="middle"), x=f"{plain(scale(value), 2)}%", overflow="visible")
        for value in scale.ticks(5)
    ]
    return h("svg", numbers, width="100%", height="18", aria_hidden="true", focusable="false")


def _drawing(scale: Scale, series: int, content: Sequence[Html]) -> Html:
    height = 2 * _PADDING + _ROW * series
    grid = [
        h("line", x1=_percent(scale(value)), x2=_percent(scale(value)), y1=0, y2=height, class_="grid")
        for value in scale.ticks(5)
    ]
    return h("svg", grid, content, width="100%", height=str(height), aria_hidden="true", focusable="false")


def _dot(scale: Scale, series: int, spread: Spread) -> Html:
    y = _PADDING + _ROW * (series + 0.5)
    low, high = scale(max(spread.low, 0.0)), scale(min(spread.high, scale.high))
    return h(
        "g",
        h("line", x1=_percent(low), x2=_percent(high), y1=y, y2=y, class_=f"whisker b{series}"),
        h("svg", mark(series, 0, y), x=_percent(scale(spread.mean)), overflow="visible"),
    )


def _bar(scale: Scale, series: int, begin: float, length: float) -> Html:
    y = _PADDING + _ROW * series
    return h(
        "rect", x=_percent(scale(begin)), width=_percent(max(scale(begin + length) - scale(begin), 0.35)),
        y=y + 1.5, height=_ROW - 3, class_=f"span b{series}",
    )  # fmt: skip


def _percent(place: float) -> str:
    return f"{plain(place, 2)}%"


def interval_bar(low: float, mean: float, high: float) -> Html:
    """Draw one difference against zero, on a scale of its own: which side it lies on, and whether it reaches zero."""
    reach = max(abs(low), abs(high), 1e-12)
    scale = Scale(-reach, reach, 4, 96)
    return h(
        "svg",
        h("line", x1="50%", x2="50%", y1=0, y2=20, class_="zero"),
        h("line", x1=_percent(scale(low)), x2=_percent(scale(high)), y1=10, y2=10, class_="whisker ink"),
        h("circle", cx=_percent(scale(mean)), cy=10, r=3.5, class_="dot"),
        class_="interval", width="100%", height="20", aria_hidden="true", focusable="false",
    )  # fmt: skip
