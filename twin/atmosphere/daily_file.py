"""Reads a CSV table of observed days."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.daily_record import QUANTITIES, Column, DailyRecord, Quantity
from twin.core.errors import TwinError
from twin.core.supplied.reading import Problems, Raw, TableError, as_text, read_raw

FEWEST_DAYS: Final = 200
MOST_CITIES: Final = 8
"""So many are named in a message."""
_DATE: Final = re.compile(
    r"(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{4})(\d{2})(\d{2}))(?:[ T]0?0:00(?::00(?:\.0+)?)?)?"
)
"""A day, with or without midnight behind it, as spreadsheets write it."""
_MISSING: Final = frozenset({"", "na", "nan", "null", "none", "-"})


def read_daily_record(path: Path, city: str | None = None) -> DailyRecord:
    """Read observed days, CSV or Parquet; days that the file lacks are there, without values.

    Columns are those of `QUANTITIES`; others are not looked at, but for `city`.

    Parameters
    ----------
    city
        Whose rows are read, by the column `city`; needed where the file holds several cities.

    Raises
    ------
    TwinError
        Where the file cannot be read, lacks a column that is needed, or holds what cannot be; all problems at once.
    """
    if not path.is_file():
        raise TwinError("{path}: there is no such file; name a CSV table of observed days", path=str(path))
    problems = Problems(path)
    raw = read_raw(path, problems)
    if raw is None:
        raise TableError.of(problems.found)
    raw = _of_city(raw, city, problems)
    found = _columns(raw, problems)
    days = _dates(raw, problems)
    values = {quantity.name: _numbers(raw, name, quantity, problems) for quantity, name in found}
    problems.stop_if_any()
    return _in_calendar(path, days, values)


def _of_city(raw: Raw, city: str | None, problems: Problems) -> Raw:
    """Return the rows of one city.

    Raises
    ------
    TwinError
        Where the file holds several and none of them is named, or does not hold the one that is.
    """
    name = next((name for name in raw.columns if name.lower() == "city"), None)
    if name is None and city is None:
        return raw
    if name is None:
        raise TwinError("{path}:1: no column city, by which to find {city}; add it, or leave out --city",
                        path=str(problems.path), city=city or "")  # fmt: skip
    texts = np.array([text or "" for text in _texts(raw.columns[name])], dtype=np.str_)
    there = sorted({text for text in texts.tolist() if text.lower() not in _MISSING})
    if city is None and len(there) <= 1:
        return raw
    if city is None or city not in there:
        raise TwinError("{path}:{column}: {city} is none of the cities that it holds ({there}); name one with --city, "
                        "or leave its rows alone in the file",
                        path=str(problems.path), column=name, city=repr(city or ""),
                        there=", ".join(there[:MOST_CITIES]) + (" .." if len(there) > MOST_CITIES else ""))  # fmt: skip
    rows = np.flatnonzero(texts == city)
    columns = {key: column.take(rows) for key, column in raw.columns.items()}
    return Raw(columns, None if raw.lines is None else raw.lines[rows], len(rows))


def _texts(column: Any) -> list[str | None]:
    """Return cells as text; numbers and days, which Parquet files hold, become their text."""
    import pyarrow as pa

    if pa.types.is_floating(column.type):
        return [None if value is None or value != value else repr(value) for value in column.to_pylist()]
    if pa.types.is_temporal(column.type):
        return [None if value is None else str(value) for value in column.to_pylist()]
    return list(as_text(column).to_pylist())


def _columns(raw: Raw, problems: Problems) -> list[tuple[Quantity, str]]:
    """Return which quantities the file has, and under which names."""
    found = []
    for quantity in QUANTITIES:
        called = {one.lower() for one in quantity.names}
        there = [name for name in raw.columns if name.lower() in called]
        if len(there) > 1:
            problems.add(
                TwinError("{path}:1: columns {names} hold the same ({what}); leave one out", path=str(problems.path),
                          names=", ".join(there), what=quantity.text)
            )  # fmt: skip
        if there:
            found.append((quantity, there[0]))
        elif quantity.needed:
            problems.add(
                TwinError(
                    "{path}:1: no column {names} ({what}, {unit}); add it, or rename the one that holds it",
                    path=str(problems.path),
                    names=" / ".join(quantity.names),
                    what=quantity.text,
                    unit=quantity.unit,
                )
            )
    return found


def _dates(raw: Raw, problems: Problems) -> list[date | None]:
    name = next((name for name in raw.columns if name.lower() == "date"), None)
    if name is None:
        problems.add(
            TwinError("{path}:1: no column date; add it, with days such as 2018-01-31", path=str(problems.path))
        )
        return []
    texts = _texts(raw.columns[name])
    days = [_day_of(text) for text in texts]
    wrong = np.array([day is None for day in days])
    for row, where in problems.rows(raw, wrong, name):
        problems.add(
            TwinError("{where}: {text!r} is no day; write it as 2018-01-31", where=where, text=texts[row] or "")
        )
    seen: dict[date, int] = {}
    for row, day in enumerate(days):
        if day is not None and day in seen:
            problems.add(
                TwinError(
                    "{where}: {day} stands there twice, first in {first}; leave one out",
                    where=problems.where(raw, row, name),
                    day=str(day),
                    first=raw.place(seen[day]),
                )
            )
            break
        if day is not None:
            seen[day] = row
    return days


def _day_of(text: str | None) -> date | None:
    match = _DATE.fullmatch(text or "")
    try:
        return date(*(int(part) for part in match.groups() if part is not None)) if match else None
    except ValueError:
        return None


def _numbers(raw: Raw, name: str, quantity: Quantity, problems: Problems) -> Column:
    """Return a column with NaN where it is missing; below 0.01 µg/m³ PM2.5 is missing, too."""
    texts = _texts(raw.columns[name])
    values = np.full(raw.count, np.nan)
    wrong: NDArray[np.bool_] = np.zeros(raw.count, dtype=np.bool_)
    for row, text in enumerate(texts):
        if text is None or text.lower() in _MISSING:
            continue
        try:
            values[row] = float(text)
        except ValueError:
            wrong[row] = True
        wrong[row] |= "_" in text
    for row, where in problems.rows(raw, wrong, name):
        problems.add(
            TwinError(
                "{where}: {text!r} is not a number; write one such as 12.5, without a unit, or NA where it is missing",
                where=where,
                text=texts[row],
            )
        )
    outside = (values < quantity.low) | (values > quantity.high)
    for row, where in problems.rows(raw, outside, name):
        problems.add(
            TwinError(
                "{where}: {text} is not between {low:g} and {high:g} {unit}; correct it, or write NA",
                where=where,
                text=texts[row],
                low=quantity.low,
                high=quantity.high,
                unit=quantity.unit,
            )
        )
    if quantity.unit == "%" and np.isfinite(values).any() and np.nanmax(values) <= 1.0:
        problems.add(
            TwinError("{path}:{column}: no value is above 1, so these are shares; write them in per cent",
                      path=str(problems.path), column=name)
        )  # fmt: skip
    if quantity.name.startswith("pm"):
        values[values < 0.01] = np.nan
    return values


def _in_calendar(path: Path, days: list[date | None], values: dict[str, Column]) -> DailyRecord:
    """Put the rows where they belong; what is in between is missing."""
    known = [day for day in days if day is not None]
    first, last = min(known), max(known)
    count = (last - first).days + 1
    with_pm25 = int(np.isfinite(values["pm25_ugm3"]).sum())
    if with_pm25 < FEWEST_DAYS:
        raise TwinError(
            "{path}: holds {found} days with PM2.5, but {wanted} are needed to learn anything; give more days",
            path=str(path),
            found=with_pm25,
            wanted=FEWEST_DAYS,
        )
    if count > 20 * len(known):
        raise TwinError(
            "{path}: its {found} days lie between {first} and {last}; correct the dates",
            path=str(path),
            found=len(known),
            first=str(first),
            last=str(last),
        )
    place = np.array([(day - first).days for day in known])
    columns = {}
    for name, column in values.items():
        columns[name] = np.full(count, np.nan)
        columns[name][place] = column
    return DailyRecord(first, columns)
