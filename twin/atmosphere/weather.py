"""Weather hour by hour at one place: equal columns, an element an hour, in local standard time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.core.errors import TwinError

Column = NDArray[np.float64]

CALM_MPS: Final = 0.5
"""Winds below this have no direction (EPA-454/R-99-005: the starting threshold of a usual anemometer)."""
CLASSES: Final = "ABCDEF"
"""Pasquill's classes, from very unstable to stable, in the order of `Weather.stability`."""

_LIMITS: Final[dict[str, tuple[float, float]]] = {
    "wind_mps": (0.0, 75.0),
    "wind_from_deg": (0.0, 360.0),
    "temperature_c": (-70.0, 70.0),
    "humidity_percent": (0.0, 100.0),
    "pressure_hpa": (300.0, 1200.0),
    "radiation_wm2": (0.0, 1500.0),
    "cloud_tenths": (0.0, 10.0),
    "stability": (0, 5),
    "mixing_height_m": (1.0, 10_000.0),
    "rain_mm": (0.0, 500.0),
}


class WeatherError(TwinError):
    """Weather cannot be read, or what it says cannot be."""


@dataclass(frozen=True, slots=True, eq=False)
class Weather:
    """Hours of weather at one place; element i is the mean of the hour that begins i hours after `start`.

    Attributes
    ----------
    start
        Local standard time at which the first hour begins.
    wind_mps
        Wind at 10 m; below `CALM_MPS` it is calm.
    wind_from_deg
        Where the wind comes from, clockwise from north, [0, 360).
    temperature_c, humidity_percent, pressure_hpa
        Of the air at the ground.
    radiation_wm2
        Global radiation on the horizontal.
    cloud_tenths
        Share of the sky in clouds, in tenths.
    stability
        Pasquill's class, 0 to 5 for A to F, int8.
    mixing_height_m
        Height of the lid above the ground.
    rain_mm
        Rain of the hour; 0 throughout where `rain_known` is false.
    rain_known
        Whether anything is known of rain.

    Raises
    ------
    WeatherError
        Where columns differ in length, or a value cannot be.
    """

    start: datetime
    wind_mps: Column
    wind_from_deg: Column
    temperature_c: Column
    humidity_percent: Column
    pressure_hpa: Column
    radiation_wm2: Column
    cloud_tenths: Column
    stability: NDArray[np.int8]
    mixing_height_m: Column
    rain_mm: Column
    rain_known: bool = True

    def __post_init__(self) -> None:
        for name, (low, high) in _LIMITS.items():
            column = getattr(self, name)
            if column.shape != (self.hours,):
                raise WeatherError(
                    "weather: {column} has {found} hours where wind_mps has {wanted}; give both as many",
                    column=name,
                    found=len(np.atleast_1d(column)),
                    wanted=self.hours,
                )
            wrong = ~((column >= low) & (column <= high))
            if wrong.any():
                hour = int(np.flatnonzero(wrong)[0])
                raise WeatherError(
                    "weather: {column} is {value:g} in hour {hour}, which is not between {low:g} and {high:g}; "
                    "correct it",
                    column=name,
                    value=float(column[hour]),
                    hour=hour,
                    low=low,
                    high=high,
                )
            column.flags.writeable = False

    @property
    def hours(self) -> int:
        """Number of hours."""
        return len(self.wind_mps)

    @property
    def calm(self) -> NDArray[np.bool_]:
        """Hours whose wind has no direction, shape (hours,)."""
        return self.wind_mps < CALM_MPS

    def at(self, hour: int) -> datetime:
        """Return when an hour begins."""
        return self.start + timedelta(hours=hour)

    def hour_of(self, moment: datetime) -> int:
        """Return the number of the hour that holds a moment; it may lie outside of what is known."""
        return int((moment - self.start) // timedelta(hours=1))

    def between(self, begin: datetime, hours: int) -> Weather:
        """Return a stretch of hours.

        Raises
        ------
        WeatherError
            Where the stretch is not within what is known.
        """
        first = self.hour_of(begin)
        if first < 0 or hours < 1 or first + hours > self.hours:
            raise WeatherError(
                "weather: {hours} h from {begin} are asked for, but it is known from {first} to {last} only; "
                "give weather that covers them",
                hours=hours,
                begin=f"{begin:%Y-%m-%d %H:%M}",
                first=f"{self.start:%Y-%m-%d %H:%M}",
                last=f"{self.at(self.hours):%Y-%m-%d %H:%M}",
            )
        return self._picked(np.arange(first, first + hours), self.at(first))

    def on_calendar(self, begin: datetime, hours: int) -> Weather:
        """Return the hours of a typical year for dates of any year, beginning anew after its end.

        29 February, where the typical year lacks it, has the weather of the 28th.

        Raises
        ------
        WeatherError
            Where this is not a whole year.
        """
        if self.hours not in (8760, 8784) or (self.start.month, self.start.day, self.start.hour) != (1, 1, 0):
            raise WeatherError(
                "weather: {hours} h from {first} are no whole year from 1 January, 0:00; give 8,760 or 8,784 h",
                hours=self.hours,
                first=f"{self.start:%Y-%m-%d %H:%M}",
            )
        leap = self.hours == 8784
        first = begin.replace(minute=0, second=0, microsecond=0)
        moments = [first + timedelta(hours=hour) for hour in range(hours)]
        return self._picked(np.array([_hour_of_year(moment, leap) for moment in moments]), first)

    def followed_by(self, later: Weather) -> Weather:
        """Return these hours and those of other weather behind them.

        Raises
        ------
        WeatherError
            Where the other one does not begin when this one ends.
        """
        if later.start != self.at(self.hours):
            raise WeatherError(
                "weather: ends at {end} and cannot be followed by hours from {begin}; give those that follow",
                end=f"{self.at(self.hours):%Y-%m-%d %H:%M}",
                begin=f"{later.start:%Y-%m-%d %H:%M}",
            )
        columns: dict[str, Any] = {
            name: np.concatenate([getattr(self, name), getattr(later, name)]) for name in _LIMITS
        }
        return Weather(start=self.start, rain_known=self.rain_known and later.rain_known, **columns)

    def _picked(self, hours: NDArray[np.int64], start: datetime) -> Weather:
        columns: dict[str, Any] = {name: getattr(self, name)[hours] for name in _LIMITS}
        return Weather(start=start, rain_known=self.rain_known, **columns)


def _hour_of_year(moment: datetime, leap: bool) -> int:
    day = 28 if (moment.month, moment.day) == (2, 29) and not leap else moment.day
    moved = moment.replace(year=2000 if leap else 2001, day=day)
    return int((moved - datetime(moved.year, 1, 1)) // timedelta(hours=1))
