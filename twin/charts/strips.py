"""Timelines as rows of a table that can be sorted and filtered: a bar of phases for each series in each row.

A phase is told by its number, its pattern and its colour. The table is whole without a script; with one, the controls
above it sort and filter its rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from twin.charts.html import Child, Html, h, plain, scrolling
from twin.charts.rows import axis
from twin.charts.scales import Scale

if TYPE_CHECKING:
    from twin.core.language import Language

_LEAST_SHOWN: Final = 0.05
"""A phase shorter than this many per cent of the width is left out of the drawing."""
_ROOM: Final = 6.0
"""Per cent of the width that a phase needs to carry its number."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A row.

    Attributes
    ----------
    name
        Who it is about.
    phases
        For each series, how long each phase lasts.
    cells
        Cells after the drawing.
    keys
        What the row is sorted and filtered by: names of letters and digits, numbers or words.
    """

    name: Child
    phases: Sequence[Sequence[float]]
    cells: Sequence[Child]
    keys: Mapping[str, float | str]


@dataclass(frozen=True, slots=True)
class Order:
    """A way to sort: a key, its title, and whether it is a word."""

    key: str
    title: str
    is_word: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter: a key, its title, and what each value is called."""

    key: str
    title: str
    values: Mapping[str, str]


def strip_table(rows: Sequence[Strip], head: Sequence[str], high: float, name: str, label: str) -> Html:
    """Draw the rows; ``high`` is where the axis ends, and bars that go on are cut there and say so.

    Parameters
    ----------
    head
        Titles of the name's column and of the cells after the drawing.
    name
        The table's id, for `controls`.
    """
    scale = Scale(0, high, 0, 100)
    first, *others = head
    titles = [
        h("th", first, scope="col"),
        h("td", axis(scale), class_="drawing"),
        [h("th", title, scope="col", class_="number") for title in others],
    ]
    body = [
        h(
            "tr",
            h("th", row.name, scope="row"),
            h("td", [_bar(phases, scale) for phases in row.phases], class_="drawing"),
            [h("td", cell, class_="number") for cell in row.cells],
            **{f"data_{key}": _key(value) for key, value in row.keys.items()},
        )
        for row in rows
    ]
    step = scale.ticks(5)[1] if len(scale.ticks(5)) > 1 else high
    whole = h(
        "table", h("thead", h("tr", titles)), h("tbody", body),
        class_="strips", id=name, style=f"--step:{plain(scale(step), 3)}%",
    )  # fmt: skip
    return h("div", scrolling(whole, label), class_="long")


def _key(value: float | str) -> str:
    return value if isinstance(value, str) else plain(value, 2)


def _bar(phases: Sequence[float], scale: Scale) -> Html:
    """Return a bar as elements whose widths are per cent, so that it fits any column and needs no drawing."""
    left, parts = 100.0, []
    for number, length in enumerate(phases, start=1):
        width = min(scale(length), left)
        left -= width
        if width >= _LEAST_SHOWN:
            text = str(number) if width >= _ROOM else None
            parts.append(h("i", text, class_=f"p{number}", style=f"width:{plain(width)}%"))
    cut = sum(phases) > scale.high + 1e-9
    return h("div", parts, class_="strip cut" if cut else "strip", aria_hidden="true")


def phase_key(names: Sequence[str]) -> Html:
    """Return the key to the phases: number, pattern and name."""
    items = [
        h("li", h("i", str(number), class_=f"p{number}"), h("span", name)) for number, name in enumerate(names, start=1)
    ]
    return h("ul", items, class_="legend phases")


def controls(
    name: str, orders: Sequence[Order], choices: Sequence[Choice], language: Language, *, largest_first: bool = False
) -> Html:
    """Return what sorts and filters the rows of a table; hidden until a script shows it."""
    by = [h("option", o.title, value=o.key, data_word="yes" if o.is_word else None) for o in orders]
    ways = [
        h("option", title, value=value, selected=largest_first and value == "down")
        for value, title in (("up", language("smallest first")), ("down", language("largest first")))
    ]
    parts = [
        h("label", language("Sort by"), " ", h("select", by, class_="by")),
        h("label", language("Order"), " ", h("select", ways, class_="way")),
    ]
    for choice in choices:
        options = [h("option", language("all"), value="")]
        options += [h("option", title, value=value) for value, title in choice.values.items()]
        parts.append(h("label", choice.title, " ", h("select", options, data_key=choice.key)))
    told = h("output", data_text=language("{n} of {all} rows shown"))
    return h("div", parts, told, class_="filters", data_rows=name, hidden=True)
