"""What a column of a supplied table holds: the reference page and the checks both come from it (no pandas)."""

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
        Name of the list of words that the map or another table gives, such as ``stations``.
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
    """Return a column in which each row needs a value."""
    return Column(name, type_, unit, True, "", text, **more)  # type: ignore[arg-type]


def maybe(name: str, type_: Type, unit: str, default: str, text: str, **more: object) -> Column:
    """Return a column whose cells may be empty, or which may be left out."""
    return Column(name, type_, unit, False, default, text, **more)  # type: ignore[arg-type]


LON: Final = needed("lon", "number", "degrees", "Longitude, WGS84", low=-180, high=180)
LAT: Final = needed("lat", "number", "degrees", "Latitude, WGS84", low=-90, high=90)

_WRITTEN: Final = {
    "number": "number",
    "whole": "whole number",
    "text": "text",
    "time": "local time",
    "yes_no": "yes or no",
}


def markdown(columns: Sequence[Column], pairs: Pairs, among: Mapping[str, str]) -> str:
    """Return the reference table of a supplied table as Markdown.

    Parameters
    ----------
    among
        What a word of each list is, for people: ``stations`` are ids of a station.
    """
    either = {name: pair for pair in pairs for name in pair}
    rows = ["| column | type | unit | required | if empty | what it says |", "|---|---|---|---|---|---|"]
    for column in columns:
        pair = either.get(column.name, ())
        other = next((name for name in pair if name != column.name), None)
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
