"""Reads weather from an EPW file (EnergyPlus Weather), the format in which typical years are published.

Missing values are what the format says they are (99.9 for temperatures, 999 for winds, 9999 for radiation, 99 for
clouds ...). Short gaps are interpolated; a long one is an error. Clouds that are missing, or that change from hour to
hour as if by dice (China's standard weather data of 2005 hold random digits there), are taken from the radiation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.derive import complete_weather
from twin.atmosphere.mixing import Ground
from twin.atmosphere.sun import Column, Place, clouds_by_radiation, sun_altitude_deg
from twin.atmosphere.weather import Weather, WeatherError

LONGEST_GAP_H: Final = 6
"""Missing hours in a row that are interpolated."""
_HEADER_LINES: Final = 8
_FEWEST_CELLS: Final = 27
_YEAR_H: Final = (8760, 8784)
_LEAST_CLOUD_PERSISTENCE: Final = 0.3
"""Real skies of two hours are alike (0.8 and more); below this the column says nothing."""


@dataclass(frozen=True, slots=True)
class _Field:
    """A column of the format: its number, from which value on it is missing, and what it can be."""

    name: str
    number: int
    missing_from: float
    low: float
    high: float


_FIELDS: Final = (
    _Field("dry bulb temperature", 6, 99.9, -70.0, 70.0),
    _Field("relative humidity", 8, 999.0, 0.0, 110.0),
    _Field("pressure", 9, 999_999.0, 31_000.0, 120_000.0),
    _Field("global radiation", 13, 9999.0, 0.0, 1500.0),
    _Field("wind direction", 20, 999.0, 0.0, 360.0),
    _Field("wind speed", 21, 999.0, 0.0, 75.0),
)
_CLOUD: Final = _Field("sky cover", 22, 99.0, 0.0, 10.0)
_RAIN: Final = _Field("rain", 33, 999.0, 0.0, 500.0)


@dataclass(frozen=True, slots=True)
class EpwFile:
    """What an EPW file holds.

    Attributes
    ----------
    name
        The place, as the file calls it.
    filled
        Missing hours that were interpolated, by column.
    cloud_by_radiation
        Whether clouds were taken from the radiation, since the column is missing or says nothing.
    """

    name: str
    place: Place
    weather: Weather
    filled: dict[str, int]
    cloud_by_radiation: bool


def read_epw(path: Path, ground: Ground | None = None) -> EpwFile:
    """Read an EPW file of a whole year.

    Parameters
    ----------
    ground
        What the mixing height needs to know of the ground; a city's where None.

    Raises
    ------
    WeatherError
        Where the file is no EPW file of a year of hours, or lacks too many hours in a row.
    """
    lines = _lines_of(path)
    name, place = _location(path, lines[0])
    rows = _rows_of(path, lines)
    start = _start_of(path, rows)
    columns, filled = _columns_of(path, rows)
    cloud = _numbers(path, rows, _CLOUD)
    by_radiation = not _is_sky(cloud)
    if by_radiation:
        cloud = clouds_by_radiation(columns["global radiation"], sun_altitude_deg(start, len(rows), place))
    rain = _numbers(path, rows, _RAIN) if all(len(row) > _RAIN.number for row in rows) else np.full(len(rows), np.nan)
    weather = complete_weather(
        start,
        place,
        wind_mps=columns["wind speed"],
        wind_from_deg=columns["wind direction"] % 360.0,
        temperature_c=columns["dry bulb temperature"],
        humidity_percent=np.minimum(columns["relative humidity"], 100.0),
        pressure_hpa=columns["pressure"] / 100.0,
        radiation_wm2=columns["global radiation"],
        cloud_tenths=cloud if by_radiation else _without_gaps(path, cloud, _CLOUD),
        rain_mm=np.nan_to_num(rain),
        rain_known=bool(np.isfinite(rain).mean() > 0.5),
        ground=ground,
    )
    return EpwFile(name, place, weather, filled, by_radiation)


def _columns_of(path: Path, rows: list[list[str]]) -> tuple[dict[str, Column], dict[str, int]]:
    """Return the columns without gaps, and how many hours of each were missing."""
    columns, filled = {}, {}
    for field in _FIELDS:
        column = _numbers(path, rows, field)
        fill = _direction if field.name == "wind direction" else _without_gaps
        columns[field.name] = fill(path, column, field)
        if missing := int(np.isnan(column).sum()):
            filled[field.name] = missing
    return columns, filled


def _lines_of(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="latin-1")
    except OSError as error:
        raise WeatherError(
            "{path}: cannot be read ({problem}); name an EPW file", path=str(path), problem=str(error.strerror)
        ) from None
    lines = text.splitlines()
    if not lines or not lines[0].upper().startswith("LOCATION,"):
        raise WeatherError(
            "{path}:1: an EPW file begins with LOCATION, this one does not; name an EPW file", path=str(path)
        )
    return lines


def _location(path: Path, line: str) -> tuple[str, Place]:
    cells = line.split(",")
    try:
        place = Place(float(cells[6]), float(cells[7]), float(cells[8]))
    except (IndexError, ValueError):
        raise WeatherError(
            "{path}:1: LOCATION must hold latitude, longitude and time zone as its 7th to 9th cells; correct them",
            path=str(path),
        ) from None
    if not (abs(place.lat_deg) <= 90 and abs(place.lon_deg) <= 180 and abs(place.utc_offset_h) <= 14):
        raise WeatherError(
            "{path}:1: latitude {lat:g}, longitude {lon:g} and time zone {zone:g} are no place on earth; correct them",
            path=str(path),
            lat=place.lat_deg,
            lon=place.lon_deg,
            zone=place.utc_offset_h,
        )
    return cells[1].strip(), place


def _rows_of(path: Path, lines: list[str]) -> list[list[str]]:
    rows = [line.split(",") for line in lines[_HEADER_LINES:] if line.strip()]
    if len(rows) not in _YEAR_H:
        raise WeatherError(
            "{path}: holds {found:,} h after its eight lines of header, but a year has 8,760 or 8,784; "
            "give a file of a whole year, hour by hour",
            path=str(path),
            found=len(rows),
        )
    for number, row in enumerate(rows):
        if len(row) < _FEWEST_CELLS:
            raise WeatherError(
                "{path}:{line}: has {found} cells where an hour has at least {wanted}; complete the line",
                path=str(path),
                line=_HEADER_LINES + 1 + number,
                found=len(row),
                wanted=_FEWEST_CELLS,
            )
    return rows


def _start_of(path: Path, rows: list[list[str]]) -> datetime:
    """Return where the year begins, having looked that hour follows hour; months may be of different years."""
    year = 2004 if len(rows) == _YEAR_H[1] else 2005
    start = datetime(year, 1, 1)
    for number, row in enumerate(rows):
        wanted = start + timedelta(hours=number)
        found = tuple(cell.strip().split(".")[0] for cell in row[1:4])
        if found != (str(wanted.month), str(wanted.day), str(wanted.hour + 1)):
            raise WeatherError(
                "{path}:{line}: month, day and hour are {found}, but the hour after the one before is {wanted}; "
                "put the hours in order, 1 to 24 each day",
                path=str(path),
                line=_HEADER_LINES + 1 + number,
                found="-".join(found),
                wanted=f"{wanted.month}-{wanted.day}-{wanted.hour + 1}",
            )
    return start


def _numbers(path: Path, rows: list[list[str]], field: _Field) -> Column:
    """Return a column with NaN where it is missing."""
    values = np.empty(len(rows))
    for number, row in enumerate(rows):
        try:
            values[number] = float(row[field.number] or "nan")
        except ValueError:
            raise WeatherError(
                "{path}:{line}: {field} is {text!r}, which is not a number; correct the {cell}th cell",
                path=str(path),
                line=_HEADER_LINES + 1 + number,
                field=field.name,
                text=row[field.number],
                cell=field.number + 1,
            ) from None
    values[values >= field.missing_from] = np.nan
    wrong = (values < field.low) | (values > field.high)
    if wrong.any():
        number = int(np.flatnonzero(wrong)[0])
        raise WeatherError(
            "{path}:{line}: {field} is {value:g}, which is not between {low:g} and {high:g}; correct the {cell}th cell",
            path=str(path),
            line=_HEADER_LINES + 1 + number,
            field=field.name,
            value=float(values[number]),
            low=field.low,
            high=field.high,
            cell=field.number + 1,
        )
    return values


def _without_gaps(path: Path, column: Column, field: _Field) -> Column:
    """Interpolate short gaps."""
    missing = np.isnan(column)
    if not missing.any():
        return column
    first, length = _longest_gap(missing)
    if length > LONGEST_GAP_H:
        raise WeatherError(
            "{path}:{line}: {field} is missing for {length} h in a row, and only gaps of up to {most} h are filled; "
            "give a file that has it",
            path=str(path),
            line=_HEADER_LINES + 1 + first,
            field=field.name,
            length=length,
            most=LONGEST_GAP_H,
        )
    hours = np.arange(len(column))
    return np.asarray(np.interp(hours, hours[~missing], column[~missing]), dtype=np.float64)


def _direction(path: Path, column: Column, field: _Field) -> Column:
    """Fill gaps of a direction by way of its sine and cosine."""
    radians = np.radians(column)
    east, north = (_without_gaps(path, part, field) for part in (np.sin(radians), np.cos(radians)))
    turned = np.degrees(np.arctan2(east, north)) % 360.0
    return np.where(np.isnan(column), turned, column)


def _longest_gap(missing: NDArray[np.bool_]) -> tuple[int, int]:
    """Return first hour and length of the longest run."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], missing, [False]]).astype(np.int8)))
    begins, ends = edges[::2], edges[1::2]
    longest = int((ends - begins).argmax())
    return int(begins[longest]), int(ends[longest] - begins[longest])


def _is_sky(cloud: Column) -> bool:
    """Say whether clouds are known, and follow one another as clouds do."""
    known = ~np.isnan(cloud)
    both = known[1:] & known[:-1]
    if known.mean() < 0.9 or np.nanstd(cloud) == 0:
        return False
    alike = np.corrcoef(cloud[1:][both], cloud[:-1][both])[0, 1]
    return bool(alike >= _LEAST_CLOUD_PERSISTENCE)
