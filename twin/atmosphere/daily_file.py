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
_DATE: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_MISSING: Final = frozenset({"", "na", "nan", "null", "none", "-"})


def read_daily_record(path: Path) -> DailyRecord:
    """Read observed days; days that the file lacks are there, without values.

    Columns are those of `QUANTITIES`; others are not looked at.

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
    found = _columns(raw, problems)
    days = _dates(raw, problems)
    values = {quantity.name: _numbers(raw, name, quantity, problems) for quantity, name in found}
    problems.stop_if_any()
    return _in_calendar(path, days, values)


def _columns(raw: Raw, problems: Problems) -> list[tuple[Quantity, str]]:
    """Return which quantities the file has, and under which names."""
    by_lower = {name.lower(): name for name in raw.columns}
    found = []
    for quantity in QUANTITIES:
        name = next((by_lower[one.lower()] for one in quantity.names if one.lower() in by_lower), None)
        if name is not None:
            found.append((quantity, name))
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
    if "date" not in by_lower:
        problems.add(
            TwinError("{path}:1: no column date; add it, with days such as 2018-01-31", path=str(problems.path))
        )
    return found


def _dates(raw: Raw, problems: Problems) -> list[date | None]:
    name = next((name for name in raw.columns if name.lower() == "date"), None)
    if name is None:
        return []
    texts = as_text(raw.columns[name]).to_pylist()
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
        return date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None


def _numbers(raw: Raw, name: str, quantity: Quantity, problems: Problems) -> Column:
    """Return a column with NaN where it is missing; below 0.01 µg/m³ PM2.5 is missing, too."""
    texts: list[Any] = as_text(raw.columns[name]).to_pylist()
    values = np.full(raw.count, np.nan)
    wrong: NDArray[np.bool_] = np.zeros(raw.count, dtype=np.bool_)
    for row, text in enumerate(texts):
        if text is None or text.lower() in _MISSING:
            continue
        try:
            values[row] = float(text)
        except ValueError:
            wrong[row] = True
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
