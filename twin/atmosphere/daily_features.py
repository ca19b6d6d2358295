"""What the daily model looks at: the days before, and the weather up to the day that is predicted.

Everything about a day is known on the evening of its origin, `lead` days before, but for the weather of the days
between, which is a forecast (or, where a record is judged with the weather known, the observed weather).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.daily_record import Column, DailyRecord

YEAR_DAYS: Final = 365.25
_WEATHER_GAP_DAYS: Final = 2
_PM25_GAP_DAYS: Final = 4
_DAYS_OF_WEATHER: Final = 2
"""The day itself and the one before; two more bring nothing (docs/validation.md)."""

GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "the days before": ("pm_",),
    "stagnation: wind": ("wind", "strongest", "gust", "from_", "season_x_wind", "pm_x_wind", "wind_x_humidity"),
    "humidity and rain": ("humidity", "driest", "rain", "season_x_humidity"),
    "mixing: sun and daily range": ("sunshine", "range", "ground_frost"),
    "temperature and pressure": ("temperature", "pressure"),
    "season": ("season_",),
}
"""Beginnings of the features' names in each group; the first group that fits has it, the longest name first."""


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """A row a day, a column a feature; rows with a gap are not used."""

    names: tuple[str, ...]
    values: Column

    @property
    def complete(self) -> NDArray[np.bool_]:
        """Days of which everything is known, boolean, shape (days,)."""
        return np.asarray(np.isfinite(self.values).all(axis=1), dtype=np.bool_)


def group_of(feature: str) -> str:
    """Return the group to which a feature belongs."""
    fits = [(len(begin), group) for group, begins in GROUPS.items() for begin in begins if feature.startswith(begin)]
    return max(fits)[1]


def weather_of(record: DailyRecord) -> dict[str, Column]:
    """Return the weather of each day on scales on which it acts; short gaps hold the day before's."""
    has: Mapping[str, Column] = record.columns
    makers: dict[str, tuple[tuple[str, ...], Callable[..., Column]]] = {
        "temperature": (("temperature_c",), lambda mean: mean),
        "range": (("highest_c", "lowest_c"), lambda high, low: high - low),
        "humidity": (("humidity_percent",), lambda mean: mean),
        "driest": (("lowest_humidity_percent",), lambda lowest: lowest),
        "wind": (("wind_mps",), lambda mean: np.log(np.maximum(mean, 0.3))),
        "strongest": (("strongest_wind_mps",), lambda most: np.log(np.maximum(most, 0.5))),
        "gust": (("gust_mps",), lambda most: np.log(np.maximum(most, 0.5))),
        "from_east": (("wind_sector",), lambda sector: np.sin(sector * np.pi / 8)),
        "from_north": (("wind_sector",), lambda sector: np.cos(sector * np.pi / 8)),
        "sunshine": (("sunshine_h",), lambda hours: hours),
        "rain": (("rain_mm",), lambda amount: np.log1p(amount)),
        "pressure": (("pressure_pa",), lambda pascal: pascal / 100.0),
        "ground_frost": (("lowest_ground_c", "lowest_c"), lambda ground, air: ground - air),
    }
    return {
        name: _held(make(*(has[one] for one in needs)), _WEATHER_GAP_DAYS)
        for name, (needs, make) in makers.items()
        if all(one in has for one in needs)
    }


def features_of(
    record: DailyRecord,
    lead: int,
    estimates: Mapping[int, Column],
    forecasts: Sequence[Mapping[str, Column]] | None = None,
) -> Features:
    """Return the features of every day, as known `lead` days before.

    Parameters
    ----------
    lead
        Days ahead, from 1.
    estimates
        The logarithm of each day's PM2.5 as estimated one day before, two days before .. `lead` - 1: they stand for
        the days between.
    forecasts
        Weather as forecast one day ahead, two days ahead .. `lead`; the observed weather where None.
    """
    observed = weather_of(record)

    def weather(name: str, back: int) -> Column:
        ahead = lead - back
        source = observed if forecasts is None or ahead < 1 else forecasts[ahead - 1]
        return _shifted(source[name], back)

    columns = _season(record)
    for back in range(_DAYS_OF_WEATHER):
        for name in observed:
            columns[f"{name}_{back}"] = weather(name, back)
        for name in ("temperature", "pressure", "humidity"):
            if name in observed:
                columns[f"{name}_change_{back}"] = weather(name, back) - weather(name, back + 1)
    columns |= _days_before(record, lead, estimates)
    columns |= _together(columns)
    return Features(tuple(columns), np.column_stack(list(columns.values())))


def _season(record: DailyRecord) -> dict[str, Column]:
    angle = 2 * np.pi * np.array([day.timetuple().tm_yday for day in record.dates]) / YEAR_DAYS
    return {"season_winter": np.cos(angle), "season_spring": np.sin(angle)}


def _days_before(record: DailyRecord, lead: int, estimates: Mapping[int, Column]) -> dict[str, Column]:
    """Return the logarithm of PM2.5 on the last three days, and its means of a week and a month."""
    log = np.log(record.pm25_ugm3)
    between = [_shifted(estimates[lead - back], back) for back in range(1, lead)]

    def back_by(days: int) -> Column:
        return between[days - 1] if days < lead else _held(_shifted(log, days), _PM25_GAP_DAYS)

    def mean_of(days: int, fewest: int) -> Column:
        measured = days - len(between)
        known = _held(_shifted(_mean_of_last(log, measured, fewest), lead), _PM25_GAP_DAYS)
        return (known * measured + sum(between, np.zeros(record.days))) / days

    return {f"pm_{back}": back_by(back + 1) for back in range(3)} | {
        "pm_week": mean_of(7, 3),
        "pm_month": mean_of(30, 10),
    }


def _together(columns: Mapping[str, Column]) -> dict[str, Column]:
    """Return products of what acts together; a sum of curves of single features cannot find them."""
    wind, humidity, pm25 = columns["wind_0"], columns["humidity_0"] / 100.0, columns["pm_0"]
    return {
        "wind_x_humidity": wind * humidity,
        "season_x_humidity": columns["season_winter"] * humidity,
        "season_x_wind": columns["season_winter"] * wind,
        "pm_x_wind": pm25 * wind,
        "pm_level": np.exp(np.minimum(pm25, 6.3)) / 100.0,
    }


def _shifted(column: Column, days: int) -> Column:
    """Return what was so many days before."""
    if not days:
        return column
    return np.concatenate([np.full(days, np.nan), column[:-days]])[: len(column)]


def _held(column: Column, days: int) -> Column:
    """Fill gaps of up to so many days with the value before."""
    filled = column.copy()
    for back in range(1, days + 1):
        gap = np.isnan(filled)
        filled[gap] = _shifted(column, back)[gap]
    return filled


def _mean_of_last(column: Column, days: int, fewest: int) -> Column:
    """Return the mean of the last days up to each, where so many are known."""
    known = np.isfinite(column)
    total = np.cumsum(np.where(known, column, 0.0))
    count = np.cumsum(known)
    total, count = total - np.nan_to_num(_shifted(total, days)), count - np.nan_to_num(_shifted(count + 0.0, days))
    return np.where(count >= fewest, total / np.maximum(count, 1), np.nan)
