"""How brains are told apart in charts: by colour, by line style and by the shape of their marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from twin.charts.html import Child, Html, h, plain

MOST_SERIES: Final = 6
"""More lines than this in one chart cannot be told apart; the tables have the rest."""

_SHAPES: Final = (
    "M-4 0A4 4 0 1 0 4 0A4 4 0 1 0-4 0Z",
    "M-3.6-3.6H3.6V3.6H-3.6Z",
    "M0-4.8L4.6 3.6H-4.6Z",
    "M0-5L5 0L0 5L-5 0Z",
    "M0 4.8L4.6-3.6H-4.6Z",
    "M-5-1.7H-1.7V-5H1.7V-1.7H5V1.7H1.7V5H-1.7V1.7H-5Z",
)


def mark(series: int, x: float = 0, y: float = 0) -> Html:
    """Return the mark of a series at a place of a chart."""
    return h(
        "path", d=_SHAPES[series % MOST_SERIES], class_=f"mark b{series}", transform=f"translate({plain(x)} {plain(y)})"
    )


def legend(titles: Sequence[str], *, lines: bool = True) -> Html:
    """Return the key to a chart's series as a list, with a sample of line or mark before each title."""
    items = [h("li", _sample(series, lines), title) for series, title in enumerate(titles)]
    return h("ul", items, class_="legend")


def swatches(classes_and_titles: Sequence[tuple[str, Child]]) -> Html:
    """Return the key to filled areas: a class of the style sheet and a title each."""
    return h(
        "ul",
        [
            h(
                "li",
                h("svg", h("rect", width="100%", height="100%", class_=name), class_="swatch", aria_hidden="true"),
                title,
            )
            for name, title in classes_and_titles
        ],
        class_="legend",
    )


def symbols(shapes_and_titles: Sequence[tuple[str, str, Child]]) -> Html:
    """Return the key to symbols: a class of the style sheet, an outline of 24 units and a title each."""
    items = [
        h(
            "li",
            h("svg", h("path", d=shape, class_=name), class_="sample", viewBox="-30 -12 60 24", aria_hidden="true"),
            title,
        )
        for name, shape, title in shapes_and_titles
    ]
    return h("ul", items, class_="legend")


def _sample(series: int, lines: bool) -> Html:
    inner = h("line", x1=0, x2=30, y1=6, y2=6, class_=f"curve b{series}") if lines else mark(series, 15, 6)
    return h("svg", inner, class_="sample", viewBox="0 0 30 12", aria_hidden="true", focusable="false")
