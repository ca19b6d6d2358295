"""The days of a typical year: daily means that follow one another as observed days do.

Temperature, pressure, humidity, wind and sunshine are a first-order autoregressive process of five values (Richardson
1981), so fronts and spells come by themselves. Episodes of stagnation, in which the wind is weak for days, come on top:
the process alone has too few long ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.section import WeatherParameters
from twin.core.errors import TwinError
from twin.core.streams import Streams

Column = NDArray[np.float64]

TEMPERATURE, PRESSURE, HUMIDITY, WIND, SUNSHINE = range(5)
_SUNSHINE_SIGMA: Final = 0.6
"""Spread of the share of sunshine before it is cut at 0 and 1: with it, as many days are without sun as observed."""
_MOST_SUNSHINE: Final = 0.95
_RAIN_WITHOUT_SUN: Final = 0.58
"""Correlation of rain with missing sunshine, from the mean sunshine of observed wet days."""
_MONTH_DAYS: Final = 30.44
_YEAR_DAYS: Final = 365.2422


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """Daily means, one more day before the first and after the last, all of shape (days + 2,)."""

    temperature_c: Column
    daily_range_k: Column
    humidity_percent: Column
    pressure_hpa: Column
    wind_mps: Column
    sunshine_share: Column
    rain_mm: Column
    wind_from_deg: Column
    stagnation: NDArray[np.bool_]


def draw_days(streams: Streams, first: date, days: int, parameters: WeatherParameters, day_length_h: Column) -> Days:
    """Draw days of weather.

    A longer stretch from the same first day begins with the same days.

    Parameters
    ----------
    day_length_h
        Hours from sunrise to sunset of each day, shape (days + 2,).
    """
    count = days + 2
    dates = [first + timedelta(days=number - 1) for number in range(count)]
    state = _states(streams, count, parameters)
    normal = _Normals(dates)
    at = normal.by_month
    calm, calm_share = _stagnation(streams, dates, parameters)
    slowed = np.where(calm, parameters.stagnation_wind_share, 1.0)
    usual = 1.0 - calm_share * (1.0 - parameters.stagnation_wind_share)
    sigma = at(parameters.wind_sigma)
    sunshine = _sunshine(at(parameters.sunshine_h) / day_length_h, state[:, SUNSHINE])
    sunny = sunshine - np.minimum(at(parameters.sunshine_h) / day_length_h, _MOST_SUNSHINE)
    humidity = at(parameters.humidity_percent) + at(parameters.humidity_sd_percent) * state[:, HUMIDITY]
    return Days(
        temperature_c=at(parameters.temperature_c) + at(parameters.temperature_sd_k) * state[:, TEMPERATURE],
        daily_range_k=at(parameters.daily_range_k) * np.clip(1.0 + sunny, 0.3, 1.8),
        humidity_percent=np.clip(humidity, 8.0, 100.0),
        pressure_hpa=at(parameters.pressure_hpa) + at(parameters.pressure_sd_hpa) * state[:, PRESSURE],
        wind_mps=at(parameters.wind_mps) / usual * slowed * np.exp(sigma * state[:, WIND] - sigma**2 / 2),
        sunshine_share=sunshine,
        rain_mm=_rain(streams, at(parameters.wet_day_share), at(parameters.rain_mm), state[:, SUNSHINE], parameters),
        wind_from_deg=_directions(streams, dates, parameters),
        stagnation=calm,
    )


class _Normals:
    """Goes from month to month without steps: a month's value holds in its middle."""

    def __init__(self, dates: list[date]) -> None:
        self.place = np.array([day.timetuple().tm_yday - 0.5 for day in dates]) / _YEAR_DAYS * 12.0 - 0.5

    def by_month(self, values: list[float]) -> Column:
        return np.asarray(np.interp(self.place, np.arange(-1, 13), [values[-1], *values, values[0]]), dtype=np.float64)


def _states(streams: Streams, count: int, parameters: WeatherParameters) -> Column:
    """Draw the process of five values, shape (count, 5), each of mean 0 and variance 1."""
    same, follows = np.array(parameters.same_day), np.array(parameters.next_day)
    kept = follows @ np.linalg.inv(same)
    fresh = same - kept @ follows.T
    roots = []
    for name, matrix in (("same_day", same), ("same_day and next_day", fresh)):
        values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
        if values.min() < -0.02:
            raise TwinError(
                "weather: no days can go together as {names} say (the least eigenvalue is {value:.2f}); correct them",
                names=name,
                value=float(values.min()),
            )
        roots.append(vectors * np.sqrt(np.maximum(values, 0.0)))
    draws = streams("weather", "days").standard_normal((count, 5))
    states = np.empty((count, 5))
    states[0] = roots[0] @ draws[0]
    for day in range(1, count):
        states[day] = kept @ states[day - 1] + roots[1] @ draws[day]
    return states


def _stagnation(streams: Streams, dates: list[date], parameters: WeatherParameters) -> tuple[NDArray[np.bool_], Column]:
    """Return which days are of an episode of stagnation, and what share of such days is usual then."""
    draws = streams("weather", "stagnation").random((len(dates), 2))
    begins = np.array([parameters.stagnation_per_month[day.month - 1] for day in dates]) / _MONTH_DAYS
    lasting = np.ceil(-np.log1p(-draws[:, 1]) * parameters.stagnation_days).astype(np.int64)
    ends = np.where(draws[:, 0] < begins, np.arange(len(dates)) + lasting, 0)
    inside = np.arange(len(dates)) < np.maximum.accumulate(ends)
    return inside, 1.0 - np.exp(-begins * (parameters.stagnation_days + 0.5))


def _sunshine(share: Column, state: Column) -> Column:
    """Return the share of the possible sunshine that has this mean, cut at 0 and at what is possible."""
    from scipy.stats import norm

    middles = np.linspace(-2.0, 3.0, 501)
    low, high = -middles / _SUNSHINE_SIGMA, (_MOST_SUNSHINE - middles) / _SUNSHINE_SIGMA
    inside = middles * (norm.cdf(high) - norm.cdf(low)) + _SUNSHINE_SIGMA * (norm.pdf(low) - norm.pdf(high))
    means = inside + _MOST_SUNSHINE * norm.sf(high)
    middle = np.interp(share, means, middles)
    return np.clip(middle + _SUNSHINE_SIGMA * state, 0.0, _MOST_SUNSHINE)


def _rain(streams: Streams, wet_share: Column, mean_mm: Column, sun: Column, parameters: WeatherParameters) -> Column:
    """Draw each day's rain; it falls rather when the sun does not shine."""
    from scipy.stats import gamma, norm

    draws = streams("weather", "rain").random((len(sun), 2))
    chance = -_RAIN_WITHOUT_SUN * sun + np.sqrt(1 - _RAIN_WITHOUT_SUN**2) * norm.ppf(draws[:, 0])
    amount = gamma.ppf(draws[:, 1], parameters.rain_shape) / parameters.rain_shape * mean_mm / wet_share
    return np.where(chance > norm.isf(wet_share), np.maximum(amount, 0.1), 0.0)


def _directions(streams: Streams, dates: list[date], parameters: WeatherParameters) -> Column:
    """Draw where each day's wind comes from, degrees."""
    draws = streams("weather", "directions").random((len(dates), 3))
    roses = [np.cumsum(season) / np.sum(season) for season in parameters.wind_rose]
    directions = np.empty(len(dates))
    for number, day in enumerate(dates):
        if number and draws[number, 0] < parameters.wind_keeps_direction:
            directions[number] = directions[number - 1]
        else:
            sector = int(np.searchsorted(roses[day.month % 12 // 3], draws[number, 1], side="right")) + 1
            directions[number] = (sector + draws[number, 2] - 0.5) * 22.5
    return directions % 360.0
