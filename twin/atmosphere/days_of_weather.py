"""Days for the daily model from weather by the hour, as the twin has it."""

from __future__ import annotations

from typing import Final

import numpy as np

from twin.atmosphere.daily_record import Column, DailyRecord
from twin.atmosphere.sun import ZHENGZHOU, Place, sun_altitude_deg
from twin.atmosphere.weather import Weather, WeatherError

LIVED: Final = (
    "pm25_ugm3", "temperature_c", "highest_c", "lowest_c", "humidity_percent", "lowest_humidity_percent", "wind_mps",
    "strongest_wind_mps", "wind_sector", "sunshine_h", "pressure_pa", "rain_mm",
)  # fmt: skip
"""What days made of hours hold, the last where rain is known."""
SUNNY_TENTHS: Final = 5.0
"""With fewer tenths of cloud an hour of day counts as sunshine."""


def days_of_weather(weather: Weather, pm25_ugm3: Column, place: Place = ZHENGZHOU) -> DailyRecord:
    """Return days with their weather and PM2.5.

    What a station reports beyond hourly means (gusts, the ground's frost) is absent; a model that shall predict such
    days must be fitted on `DailyRecord.only` of their columns. Rain is absent where it is not known.

    Parameters
    ----------
    weather
        Whole days from midnight.
    pm25_ugm3
        Mean of each day, NaN where it is not known (days ahead), shape (days,).

    Raises
    ------
    WeatherError
        Where the weather does not begin at midnight, or is not as many whole days as there are values.
    """
    if weather.hours != 24 * len(pm25_ugm3) or (weather.start.hour, weather.start.minute) != (0, 0):
        raise WeatherError(
            "weather: {hours} h from {first} are not the {days} whole days of the PM2.5; give weather from midnight on",
            hours=weather.hours,
            first=f"{weather.start:%Y-%m-%d %H:%M}",
            days=len(pm25_ugm3),
        )

    def by_day(column: Column) -> Column:
        return column.reshape(-1, 24)

    temperature, humidity, wind = map(by_day, (weather.temperature_c, weather.humidity_percent, weather.wind_mps))
    up = sun_altitude_deg(weather.start, weather.hours, place) > 0
    strongest = wind.argmax(axis=1)
    from_deg = by_day(weather.wind_from_deg)[np.arange(len(wind)), strongest]
    columns = {
        "pm25_ugm3": np.asarray(pm25_ugm3, dtype=np.float64),
        "temperature_c": temperature.mean(axis=1),
        "highest_c": temperature.max(axis=1),
        "lowest_c": temperature.min(axis=1),
        "humidity_percent": humidity.mean(axis=1),
        "lowest_humidity_percent": humidity.min(axis=1),
        "wind_mps": wind.mean(axis=1),
        "strongest_wind_mps": wind.max(axis=1),
        "wind_sector": np.rint(from_deg / 22.5 - 1.0) % 16.0 + 1.0,
        "sunshine_h": by_day((up & (weather.cloud_tenths < SUNNY_TENTHS)).astype(np.float64)).sum(axis=1),
        "pressure_pa": 100.0 * by_day(weather.pressure_hpa).mean(axis=1),
    }
    if weather.rain_known:
        columns["rain_mm"] = by_day(weather.rain_mm).sum(axis=1)
    return DailyRecord(weather.start.date(), columns)
