"""A policy's view as text, and as plain data."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

LONGEST_LIST = 12


def view_lines(view: Any, rows: int) -> list[str]:
    """Return a view as lines: scalars, short arrays, and its tables with their first rows."""
    lines: list[str] = []
    for field in dataclasses.fields(view):
        value = getattr(view, field.name)
        columns = _columns(value)
        if columns:
            lines += _table(field.name, value, columns, rows)
        elif dataclasses.is_dataclass(value):
            lines += [f"  {field.name}.{inner}" for inner in (line.strip() for line in view_lines(value, rows))]
        else:
            lines.append(f"  {field.name}: {_shown(value)}")
    return lines


def _columns(value: Any) -> list[str]:
    """Return the names of a table's columns: of a dataclass of arrays of one length; nothing of anything else."""
    if not dataclasses.is_dataclass(value):
        return []
    arrays = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    found = [name for name, each in arrays.items() if isinstance(each, np.ndarray) and each.ndim == 1]
    return found if len(found) > 1 and len({len(arrays[name]) for name in found}) == 1 else []


def _table(name: str, value: Any, columns: list[str], rows: int) -> list[str]:
    count = len(getattr(value, columns[0]))
    cells = [[column, *(_shown(each) for each in getattr(value, column)[:rows])] for column in columns]
    widths = [max(map(len, column)) for column in cells]
    lines = [f"  {name} ({count}):"]
    lines += [
        "    " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in zip(*cells, strict=True)
    ]
    if count > rows:
        lines.append(f"    … {count - rows}")
    rest = [field.name for field in dataclasses.fields(value) if field.name not in columns]
    return lines + [f"  {name}.{other}: {_shown(getattr(value, other))}" for other in rest]


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        whole = value.ndim == 1 and len(value) <= LONGEST_LIST
        return "[" + ", ".join(map(_shown, value)) + "]" if whole else f"array {'×'.join(map(str, value.shape))}"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        return f"{float(value):.6g}"
    text = str(value)
    return text if len(text) <= 80 else text[:79] + "…"


def plain(value: Any) -> Any:
    """Return a view or an answer as JSON can hold it: arrays as lists, what is infinite or no number as None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, np.ndarray):
        return [plain(each) for each in value.tolist()]
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)
