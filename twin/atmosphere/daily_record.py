"""Observed days of one city: PM2.5 with the day's weather, without gaps in the calendar (missing values are NaN)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A column of daily observations.

    Attributes
    ----------
    name
        Its name here.
    names
        What it may be called in a file, capitals or not; the first is what error messages say.
    low, high
        What it can be.
    needed
        Whether there is no model without it.
    """

    name: str
    names: tuple[str, ...]
    unit: str
    low: float
    high: float
    text: str
    needed: bool = False


QUANTITIES: Final = (
    Quantity("pm25_ugm3", ("PM25", "PM2.5", "pm25_ugm3"), "µg/m³", 0, 2000, "Mean PM2.5 of the city", True),
    Quantity("pm10_ugm3", ("PM10", "pm10_ugm3"), "µg/m³", 0, 5000, "Mean PM10; only looked at, never used"),
    Quantity("temperature_c", ("avgtemp", "temperature_c"), "°C", -60, 60, "Mean temperature", True),
    Quantity("highest_c", ("maxtemp", "highest_c"), "°C", -60, 65, "Highest temperature"),
    Quantity("lowest_c", ("mintemp", "lowest_c"), "°C", -70, 60, "Lowest temperature"),
    Quantity("humidity_percent", ("avgrh", "humidity_percent"), "%", 0, 100, "Mean relative humidity", True),
    Quantity("lowest_humidity_percent", ("minrh", "lowest_humidity_percent"), "%", 0, 100, "Lowest humidity"),
    Quantity("wind_mps", ("avgws", "wind_mps"), "m/s", 0, 60, "Mean wind", True),
    Quantity("strongest_wind_mps", ("maxws", "strongest_wind_mps"), "m/s", 0, 90, "Strongest mean wind of ten minutes"),
    Quantity("gust_mps", ("extremews", "gust_mps"), "m/s", 0, 120, "Strongest gust"),
    Quantity("wind_sector", ("maxwswd", "wind_sector"), "1 to 16", 1, 16,
             "Where the strongest wind came from: 4 east, 8 south, 12 west, 16 north"),
    Quantity("sunshine_h", ("daylight", "sunshine_h"), "h", 0, 24, "Hours of sunshine"),
    Quantity("rain_mm", ("precipitation", "rain_mm"), "mm", 0, 1000, "Rain"),
    Quantity("pressure_pa", ("avgp", "pressure_pa"), "Pa", 50_000, 110_000, "Mean pressure"),
    Quantity("lowest_ground_c", ("mingt", "lowest_ground_c"), "°C", -80, 70, "Lowest temperature of the ground"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class DailyRecord:
    """Days in a row.

    Attributes
    ----------
    first
        The first day.
    columns
        Values by `Quantity.name`, shape (days,); a quantity that nobody knows is absent.
    """

    first: date
    columns: Mapping[str, Column]

    @property
    def days(self) -> int:
        """Number of days."""
        return len(self.columns["pm25_ugm3"])

    @property
    def pm25_ugm3(self) -> Column:
        """PM2.5 of each day, NaN where missing."""
        return self.columns["pm25_ugm3"]

    @property
    def dates(self) -> list[date]:
        """The days."""
        return [self.first + timedelta(days=number) for number in range(self.days)]

    @property
    def years(self) -> NDArray[np.int64]:
        """The year of each day."""
        return np.array([day.year for day in self.dates], dtype=np.int64)

    def until(self, day: date, ahead: int = 0) -> DailyRecord:
        """Return what is known on an evening: PM2.5 up to that day, weather for some days more.

        Parameters
        ----------
        ahead
            Days after it whose weather (a forecast) is known.
        """
        last = (day - self.first).days
        kept = {name: column[: last + 1 + ahead].copy() for name, column in self.columns.items()}
        for name in ("pm25_ugm3", "pm10_ugm3"):
            if name in kept:
                kept[name][last + 1 :] = np.nan
        return replace(self, columns=kept)

    def only(self, names: Iterable[str]) -> DailyRecord:
        """Return the days with these columns alone, as far as they are known; PM2.5 always stays."""
        wanted = {"pm25_ugm3", *names}
        return replace(self, columns={name: column for name, column in self.columns.items() if name in wanted})
