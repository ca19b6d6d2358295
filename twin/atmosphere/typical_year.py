"""Weather of Zhengzhou hour by hour, drawn: the embedded default where no file of weather is given.

Days come first (`weather_days`); the hours of each follow the course that the sun gives them, with chance of their own.
Nothing here is copied from a published typical year; docs/validation.md compares the two.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

import numpy as np

from twin.atmosphere.derive import complete_weather
from twin.atmosphere.mixing import Ground
from twin.atmosphere.section import WeatherParameters
from twin.atmosphere.sun import SOLAR_WM2, ZHENGZHOU, Column, Place, sun_altitude_deg
from twin.atmosphere.weather import Weather
from twin.atmosphere.weather_days import Days, draw_days
from twin.core.streams import Streams

_CLOUD_SIGMA: Final = 1.5
_CLOUD_PERSISTENCE: Final = 0.9
_TIDE_HPA: Final = 1.2
"""The air's half-daily tide."""


def draw_weather(
    streams: Streams,
    first: date,
    days: int,
    parameters: WeatherParameters | None = None,
    place: Place = ZHENGZHOU,
) -> Weather:
    """Draw weather for whole days.

    The same streams give the same weather to the last bit, and a longer stretch from the same day begins with it.

    Parameters
    ----------
    streams
        Those of a replication; used are ``weather/..``.
    first
        The first day.
    days
        How many; 365 for a typical year.
    """
    parameters = parameters or WeatherParameters()
    start = datetime(first.year, first.month, first.day)
    padded = start - timedelta(days=1)
    high = sun_altitude_deg(padded, (days + 2) * 24, place).reshape(-1, 24) > 0
    drawn = draw_days(streams, first, days, parameters, np.maximum(high.sum(axis=1), 1.0))
    altitude = sun_altitude_deg(start, days * 24, place)
    temperature = _temperature(drawn, days)
    cloud = _cloud(streams, drawn, days)
    return complete_weather(
        start,
        place,
        wind_mps=_wind(streams, drawn, days, parameters),
        wind_from_deg=_direction(streams, drawn, days, parameters),
        temperature_c=temperature,
        humidity_percent=_humidity(drawn, days, temperature),
        pressure_hpa=_between_middays(drawn.pressure_hpa, days) + _TIDE_HPA * np.cos(_clock(days, 10.0) * 2),
        radiation_wm2=_radiation(cloud, altitude),
        cloud_tenths=cloud,
        rain_mm=_rain(streams, drawn, days, parameters),
        ground=ground_of(parameters),
    )


def ground_of(parameters: WeatherParameters) -> Ground:
    """Return the ground that the parameters describe."""
    return Ground(parameters.albedo, parameters.ground_moisture, parameters.morning_lapse_k_per_m)


def _clock(days: int, peak_h: float) -> Column:
    """Return each hour's angle on the day's clock, 0 at the hour of the peak."""
    return np.asarray(2 * np.pi * ((np.arange(days * 24) % 24) + 0.5 - peak_h) / 24.0, dtype=np.float64)


def _between_middays(daily: Column, days: int) -> Column:
    """Go from one day's value to the next from midday to midday."""
    at_h = np.arange(days * 24) + 0.5
    return np.asarray(np.interp(at_h, (np.arange(days + 2) - 0.5) * 24.0, daily), dtype=np.float64)


def _of_day(daily: Column) -> Column:
    """Return each hour's value of its day, without the days before and after."""
    return np.repeat(daily[1:-1], 24)


def _persistent(streams: Streams, name: str, hours: int, persistence: float) -> Column:
    """Draw a standard normal process in which neighbours are alike."""
    from scipy.signal import lfilter

    draws = streams("weather", name).standard_normal(hours)
    draws[1:] *= np.sqrt(1.0 - persistence**2)
    return np.asarray(lfilter([1.0], [1.0, -persistence], draws), dtype=np.float64)


def _temperature(drawn: Days, days: int) -> Column:
    """Lowest at six, highest at three in the afternoon."""
    hour = (np.arange(days * 24) % 24) + 0.5
    since_low = (hour - 6.0) % 24.0
    shape = np.where(since_low < 9.0, -np.cos(np.pi * since_low / 9.0), np.cos(np.pi * (since_low - 9.0) / 15.0)) / 2
    course: Column = _between_middays(drawn.daily_range_k, days) * shape
    return _between_middays(drawn.temperature_c, days) + course


def _humidity(drawn: Days, days: int, temperature_c: Column) -> Column:
    """Hold the day's water vapour, so that it is dry in the afternoon, and keep the day's mean."""
    saturation = np.exp(17.27 * temperature_c / (temperature_c + 237.3))
    daily = _between_middays(drawn.humidity_percent, days)
    hourly = daily.reshape(days, 24).mean(axis=1, keepdims=True) / saturation.reshape(days, 24)
    hourly *= daily.reshape(days, 24).mean(axis=1, keepdims=True) / hourly.mean(axis=1, keepdims=True)
    return np.asarray(np.clip(hourly.ravel(), 3.0, 100.0), dtype=np.float64)


def _wind(streams: Streams, drawn: Days, days: int, parameters: WeatherParameters) -> Column:
    """Let the wind rise by day, and keep the day's mean."""
    gusts = _persistent(streams, "gusts", days * 24, parameters.gust_persistence)
    course = (1.0 + parameters.afternoon_wind * np.cos(_clock(days, 15.0))) * np.exp(parameters.gust_sigma * gusts)
    shares = course.reshape(days, 24)
    shares /= shares.mean(axis=1, keepdims=True)
    return np.minimum(_of_day(drawn.wind_mps) * shares.ravel(), 40.0)


def _direction(streams: Streams, drawn: Days, days: int, parameters: WeatherParameters) -> Column:
    turns = parameters.wind_turns_deg * _persistent(streams, "turns", days * 24, 0.8)
    return (_of_day(drawn.wind_from_deg) + turns) % 360.0


def _cloud(streams: Streams, drawn: Days, days: int) -> Column:
    """Let clouds come and go within the day; what the sun's share leaves is their mean."""
    passing = _CLOUD_SIGMA * _persistent(streams, "clouds", days * 24, _CLOUD_PERSISTENCE)
    return np.clip(10.0 * (1.0 - _of_day(drawn.sunshine_share)) + passing, 0.0, 10.0)


def _radiation(cloud_tenths: Column, altitude_deg: Column) -> Column:
    """Return global radiation by Angstrom and Prescott (coefficients of FAO-56), W/m²."""
    above = SOLAR_WM2 * np.sin(np.radians(np.maximum(altitude_deg, 0.0)))
    return np.asarray((0.25 + 0.5 * (1.0 - cloud_tenths / 10.0)) * above, dtype=np.float64)


def _rain(streams: Streams, drawn: Days, days: int, parameters: WeatherParameters) -> Column:
    """Let each wet day's rain fall in one stretch of hours."""
    draws = streams("weather", "rain_hours").random((days, 2))
    hours = np.zeros((days, 24))
    for day in np.flatnonzero(drawn.rain_mm[1:-1]):
        length = min(1 + int(-np.log1p(-draws[day, 0]) * (parameters.rain_hours - 1.0)), 24)
        begin = int(draws[day, 1] * (25 - length))
        hours[day, begin : begin + length] = drawn.rain_mm[day + 1] / length
    return hours.ravel()
