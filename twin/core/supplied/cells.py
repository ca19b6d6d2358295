"""Turns one column of a supplied table into values, and tells of each cell that does not fit."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from twin.core.errors import TwinError
from twin.core.supplied.columns import Column
from twin.core.supplied.reading import Problems, Raw, as_text

_TIME: Final = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$"
_YES: Final = ("yes", "true", "1")
_NO: Final = ("no", "false", "0")
_LISTED: Final = 12

Values = pd.Series
Missing = NDArray[np.bool_]


def read_column(table: Raw, column: Column, words: Sequence[str], problems: Problems) -> tuple[Values, Missing]:
    """Return the values of a column and which of them are missing, shapes (n,).

    Numbers are float64 with NaN, whole numbers Int64, words categorical over ``words``, texts str with "" where
    missing, times datetime64[us], yes and no boolean. A column that the table lacks is missing throughout.
    """
    cells = table.columns.get(column.name)
    if cells is None:
        cells = pa.nulls(table.count, pa.string())
    try:
        values, missing, wrong = _READERS[column.type](cells, column, words, table, problems)
    except TypeError as error:
        problems.add(
            TwinError(
                "{path}:{column}: the column holds {found}, which does not fit; write it as {wanted}",
                path=str(problems.path),
                column=column.name,
                found=str(error),
                wanted="text" if column.type == "word" else column.type,
            )
        )
        return read_column(Raw({}, table.lines, table.count), column, words, problems)
    _check_missing(table, column, missing & ~wrong, problems)
    return values, missing | wrong


def _check_missing(table: Raw, column: Column, missing: Missing, problems: Problems) -> None:
    if column.required and missing.any():
        for _, where in problems.rows(table, missing, column.name):
            problems.add(TwinError("{where}: the cell is empty, but each row needs a value; write one", where=where))


def _texts(cells: Any) -> tuple[Any, Missing]:
    text = as_text(cells)
    return text, text.is_null().to_numpy(zero_copy_only=False).astype(np.bool_)


def _is_number(cells: Any) -> bool:
    return bool(pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type))


def _numbers(
    cells: Any, column: Column, words: Sequence[str], table: Raw, problems: Problems
) -> tuple[Values, Missing, Missing]:
    del words
    if _is_number(cells):
        values = cells.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64)
        missing, wrong = np.isnan(values), np.isinf(values)
    else:
        text, missing = _texts(cells)
        values = _parsed(text)
        wrong = ~missing & ~np.isfinite(values)
    for row, where in problems.rows(table, wrong, column.name):
        problems.add(
            TwinError(
                "{where}: {text!r} is not a number; write one such as 12.5, without a unit",
                where=where,
                text=_shown(cells, row),
            )
        )
    outside = ~missing & ~wrong & ~((values >= column.low) & (values <= column.high))
    for row, where in problems.rows(table, outside, column.name):
        problems.add(
            TwinError(
                "{where}: {text} is not between {low:g} and {high:g}{unit}; correct it",
                where=where,
                text=_shown(cells, row),
                low=column.low,
                high=column.high,
                unit=f" {column.unit}" if column.unit else "",
            )
        )
    return pd.Series(np.where(wrong, np.nan, values)), missing, wrong | outside


def _parsed(text: Any) -> NDArray[np.float64]:
    """Return texts as numbers, NaN where they are none; nearly always all are, and then it is fast."""
    try:
        numbers = pc.cast(text, pa.float64())
    except pa.ArrowInvalid:
        return np.asarray(pd.to_numeric(pd.Series(text.to_pylist(), dtype=object), errors="coerce"), dtype=np.float64)
    return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)


def _whole(
    cells: Any, column: Column, words: Sequence[str], table: Raw, problems: Problems
) -> tuple[Values, Missing, Missing]:
    values, missing, wrong = _numbers(cells, column, words, table, problems)
    numbers = values.to_numpy()
    broken = ~missing & ~wrong & (numbers != np.rint(numbers))
    for row, where in problems.rows(table, broken, column.name):
        problems.add(
            TwinError("{where}: {text} is not a whole number; it must be one", where=where, text=_shown(cells, row))
        )
    bad = missing | wrong | broken
    whole = pd.array(np.where(bad, 0, numbers).astype(np.int64), dtype="Int64")
    whole[bad] = pd.NA
    return pd.Series(whole), missing, wrong | broken


def _free_text(
    cells: Any, column: Column, words: Sequence[str], table: Raw, problems: Problems
) -> tuple[Values, Missing, Missing]:
    del words
    text, missing = _texts(cells)
    values = pd.Series(pc.fill_null(text, "").to_pylist(), dtype=object)
    if column.unique:
        double = values.duplicated().to_numpy() & ~missing
        for row, where in problems.rows(table, double, column.name):
            first = table.place(int(np.flatnonzero(values.to_numpy() == values.iloc[row])[0]))
            problems.add(
                TwinError(
                    "{where}: {text!r} stands there twice, first in {first}; give each row a name of its own",
                    where=where,
                    text=values.iloc[row],
                    first=first,
                )
            )
    return values, missing, np.zeros(table.count, dtype=np.bool_)


def _words(
    cells: Any, column: Column, words: Sequence[str], table: Raw, problems: Problems
) -> tuple[Values, Missing, Missing]:
    text, missing = _texts(cells)
    code = pc.index_in(text, value_set=pa.array(list(words), text.type))
    codes = pc.fill_null(code, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    wrong = (codes < 0) & ~missing
    listed = ", ".join(words[:_LISTED]) + (" .." if len(words) > _LISTED else "")
    for row, where in problems.rows(table, wrong, column.name):
        word = text[row].as_py()
        near = difflib.get_close_matches(word, words, 1, 0.6)
        if near:
            problems.add(
                TwinError(
                    "{where}: {text!r} is not known; did you mean {near!r}?", where=where, text=word, near=near[0]
                )
            )
        else:
            problems.add(
                TwinError(
                    "{where}: {text!r} is not one of {words}; write one of them", where=where, text=word, words=listed
                )
            )
    kinds = pd.CategoricalDtype(list(words))
    return pd.Series(pd.Categorical.from_codes(codes, dtype=kinds)), missing, wrong


def _times(
    cells: Any, column: Column, words: Sequence[str], table: Raw, problems: Problems
) -> tuple[Values, Missing, Missing]:
    del words
    if pa.types.is_timestamp(cells.type):
        if cells.type.tz is not None:
            raise TypeError(str(cells.type))
        moments = pd.Series(cells.cast(pa.timestamp("us"), safe=False).to_numpy(zero_copy_only=False))
        return moments, moments.isna().to_numpy(), np.zeros(table.count, dtype=np.bool_)
    text, missing = _texts(cells)
    fits = pc.fill_null(pc.match_substring_regex(text, _TIME), False).to_numpy(zero_copy_only=False).astype(np.bool_)
    written = pc.replace_substring(pc.if_else(pa.array(fits), text, None), "T", " ")
    parsed = pd.to_datetime(pd.Series(written.to_pylist(), dtype=object), format="ISO8601", errors="coerce")
    moments = pd.Series(parsed.to_numpy().astype("datetime64[us]"))
    wrong = ~missing & moments.isna().to_numpy()
    for row, where in problems.rows(table, wrong, column.name):
        problems.add(
            TwinError(
                "{where}: {text!r} is no local date and time; write it as 2021-03-15 08:30:00, without a time zone",
                where=where,
                text=_shown(cells, row),
            )
        )
    return moments, missing, wrong


def _yes_no(
    cells: Any, column: Column, words: Sequence[str], table: Raw, problems: Problems
) -> tuple[Values, Missing, Missing]:
    del words
    text, missing = _texts(cells.cast(pa.string()) if pa.types.is_boolean(cells.type) else cells)
    lower = pc.utf8_lower(text)
    yes, no = (
        pc.is_in(lower, value_set=pa.array(known, lower.type)).to_numpy(zero_copy_only=False).astype(np.bool_)
        for known in (_YES, _NO)
    )
    wrong = ~missing & ~yes & ~no
    for row, where in problems.rows(table, wrong, column.name):
        problems.add(
            TwinError("{where}: {text!r} is not yes or no; write one of them", where=where, text=_shown(cells, row))
        )
    values = pd.array(yes, dtype="boolean")
    values[missing | wrong] = pd.NA
    return pd.Series(values), missing, wrong


def _shown(cells: Any, row: int) -> str:
    return str(cells[row].as_py()).strip()


_READERS: Final = {
    "number": _numbers, "whole": _whole, "text": _free_text, "word": _words, "time": _times, "yes_no": _yes_no,
}  # fmt: skip
