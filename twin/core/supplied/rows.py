"""Checks of a supplied table that look past a single cell: its columns, and pairs of which a row fills one."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.core.errors import TwinError
from twin.core.supplied.columns import Column, Pairs
from twin.core.supplied.reading import Problems, Raw

REMARK: Final = "_"


def check_names(columns: Sequence[Column], pairs: Pairs, raw: Raw, problems: Problems) -> None:
    """Find columns that are missing or not known."""
    known = [column.name for column in columns]
    needed = {column.name for column in columns if column.required}
    place: dict[str, object] = {"path": str(problems.path) if raw.lines is None else f"{problems.path}:1"}
    for name in known:
        if name in needed and name not in raw.columns:
            problems.add(TwinError("{path}:{column}: the column is missing; add it", column=name, **place))
    for pair in pairs:
        if not set(pair) & raw.columns.keys():
            problems.add(
                TwinError(
                    "{path}: the column {one} or {other} is missing; add one of them",
                    one=pair[0],
                    other=pair[1],
                    **place,
                )
            )
    for name in raw.columns:
        if name in known or name.startswith(REMARK):
            continue
        near = difflib.get_close_matches(name, [one for one in known if one not in raw.columns], 1, 0.6)
        if near:
            problems.add(
                TwinError(
                    "{path}:{column}: there is no such column; did you mean {near}?", column=name, near=near[0], **place
                )
            )
        else:
            problems.add(
                TwinError(
                    "{path}:{column}: there is no such column; begin its name with _ where it is a remark",
                    column=name,
                    **place,
                )
            )


def check_pair(raw: Raw, pair: tuple[str, str], missing: dict[str, NDArray[np.bool_]], problems: Problems) -> None:
    """Find rows that fill none of two columns, or both."""
    one, other = pair
    if not set(pair) & raw.columns.keys():
        return
    for _, where in problems.rows(raw, _empty(raw, one) & _empty(raw, other), one):
        problems.add(
            TwinError(
                "{where}: neither {one} nor {other} has a value; fill one of them", where=where, one=one, other=other
            )
        )
    for _, where in problems.rows(raw, ~(missing[one] | missing[other]), one):
        problems.add(
            TwinError(
                "{where}: both {one} and {other} have a value; empty one of them", where=where, one=one, other=other
            )
        )


def _empty(raw: Raw, name: str) -> NDArray[np.bool_]:
    """Return where a column has no value at all; a wrong one, which is told of elsewhere, is a value."""
    cells = raw.columns.get(name)
    if cells is None:
        return np.ones(raw.count, dtype=np.bool_)
    series = cells.to_pandas()
    return np.asarray(series.isna() | (series == ""), dtype=np.bool_)
