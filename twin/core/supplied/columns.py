"""What a column of a supplied table is: the reference page and the checks both come from here (no pandas)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Type = Literal["number", "whole", "word", "text", "time", "yes_no"]
Pairs = tuple[tuple[str, str], ...]
"""Pairs of columns of which each row fills exactly one."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a supplied table.

    Attributes
    ----------
    type
        ``number``; ``whole`` number; ``word`` out of ``words`` or of the names in ``among``; free ``text``; local
        ``time`` as 2021-03-15 08:30:00; ``yes_no``.
    required
        Whether each row needs a value.
    default
        What holds where a cell is empty, for people.
    fill
        The value put in there; None leaves the cell missing, for the domain to draw or to decide.
    low, high
        Bounds of a number, both allowed.
    among
        What the words are that the map or another table gives, such as ``stations``.
    unique
        Whether no value may stand in two rows.
    """

    name: str
    type: Type
    unit: str
    required: bool
    default: str
    text: str
    fill: float | str | None = None
    low: float = float("-inf")
    high: float = float("inf")
    words: tuple[str, ...] = ()
    among: str = ""
    unique: bool = False


def needed(name: str, type_: Type, unit: str, text: str, **more: object) -> Column:
    """Return a column of which each row needs a value."""
    return Column(name, type_, unit, True, "", text, **more)  # type: ignore[arg-type]


def maybe(name: str, type_: Type, unit: str, default: str, text: str, **more: object) -> Column:
    """Return a column whose cells may be empty."""
    return Column(name, type_, unit, False, default, text, **more)  # type: ignore[arg-type]


_WRITTEN: Final = {
    "number": "number",
    "whole": "whole number",
    "text": "text",
    "time": "local time",
    "yes_no": "yes or no",
}


def as_markdown(columns: Sequence[Column], pairs: Pairs, among: Mapping[str, str]) -> str:
    """Return the reference table of a kind of supplied table as Markdown.

    Parameters
    ----------
    among
        What the words of ``Column.among`` are, for people.
    """
    either = {name: pair for pair in pairs for name in pair}
    rows = ["| column | type | unit | required | if empty | what it says |", "|---|---|---|---|---|---|"]
    for column in columns:
        other = next((name for name in either.get(column.name, ()) if name != column.name), None)
        required = f"this or `{other}`" if other else "yes" if column.required else "no"
        default = "" if other else column.default
        kind = _type_in_words(column, among)
        rows.append(f"| `{column.name}` | {kind} | {column.unit} | {required} | {default} | {column.text} |")
    return "\n".join(rows) + "\n"


def _type_in_words(column: Column, among: Mapping[str, str]) -> str:
    if column.type == "word":
        return among[column.among] if column.among else ", ".join(column.words)
    finite = column.low > float("-inf") and column.high < float("inf")
    return _WRITTEN[column.type] + (f", {column.low:g} to {column.high:g}" if finite else "")
