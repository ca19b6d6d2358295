"""A triangle of pairs: a disc or a ring for each, whose area is the size of what two rows have with one another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from twin.charts.html import Child, Html, h, scrolling

_SIZE: Final = 40
_LARGEST: Final = 17.0
_LEAST: Final = 1.2


@dataclass(frozen=True, slots=True)
class Pair:
    """A cell.

    Attributes
    ----------
    size
        What the area shows; 0 draws nothing.
    filled
        Whether a disc is drawn, and no ring.
    sure
        Whether it is drawn strongly.
    text
        What stands below it.
    """

    size: float
    filled: bool
    sure: bool
    text: str


def triangle(names: Sequence[Child], pairs: Sequence[Sequence[Pair]], label: str) -> Html:
    """Draw the pairs of rows below the diagonal; columns bear the rows' numbers.

    Parameters
    ----------
    pairs
        For each row those with the rows before it.
    """
    most = max((pair.size for row in pairs for pair in row), default=0.0) or 1.0
    numbers = [h("th", str(number), scope="col") for number in range(1, len(names))]
    rows = []
    for number, (name, row) in enumerate(zip(names, pairs, strict=True), start=1):
        cells = [h("td", _symbol(pair, most), h("span", pair.text), class_="pair-cell") for pair in row]
        empty = [h("td")] * (len(names) - 1 - len(row)) if number < len(names) else []
        rows.append(h("tr", h("th", f"{number} ", name, scope="row"), cells, empty))
    head = h("thead", h("tr", h("td"), numbers))
    return scrolling(h("table", head, h("tbody", rows), class_="triangle"), label)


def _symbol(pair: Pair, most: float) -> Html | None:
    if not pair.size:
        return None
    radius = max(_LARGEST * math.sqrt(pair.size / most), _LEAST)
    kind = f"bubble {'disc' if pair.filled else 'ring'} {'sure' if pair.sure else 'unsure'}"
    inside = h("circle", cx=_SIZE / 2, cy=_SIZE / 2, r=radius, class_=kind)
    return h("svg", inside, width=str(_SIZE), height=str(_SIZE), aria_hidden="true", focusable="false")
