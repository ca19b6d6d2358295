"""The drawn year is Zhengzhou's: by month, by hour, from day to day; and chance is repeatable."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from twin.atmosphere.section import WeatherParameters
from twin.atmosphere.typical_year import draw_weather
from twin.atmosphere.weather import Weather
from twin.core.errors import TwinError
from twin.core.streams import Streams

YEARS = 6


@pytest.fixture(scope="module")
def weather() -> Weather:
    """Six years: as many as were observed."""
    return draw_weather(Streams(11, 0), date(2014, 1, 1), 2191)


def by_month(weather: Weather, column: np.ndarray) -> np.ndarray:
    first = np.datetime64(weather.start, "h") + np.arange(weather.hours)
    month = first.astype("datetime64[M]").astype(int) % 12
    return np.array([column[month == number].mean() for number in range(12)])


def test_the_same_seed_gives_the_same_weather_and_another_another() -> None:
    first, again, other, longer = (
        draw_weather(Streams(3, replication), date(2021, 1, 10), days)
        for replication, days in ((0, 5), (0, 5), (1, 5), (0, 9))
    )
    for name in ("wind_mps", "temperature_c", "rain_mm", "cloud_tenths", "mixing_height_m", "humidity_percent"):
        assert getattr(first, name).tobytes() == getattr(again, name).tobytes()
        assert getattr(first, name).tobytes() == getattr(longer, name)[:120].tobytes(), f"{name}: a longer run differs"
    assert not np.array_equal(first.wind_mps, other.wind_mps)


def test_months_have_their_normals(weather: Weather) -> None:
    parameters = WeatherParameters()
    assert by_month(weather, weather.temperature_c) == pytest.approx(parameters.temperature_c, abs=1.8)
    assert by_month(weather, weather.humidity_percent) == pytest.approx(parameters.humidity_percent, abs=9)
    assert by_month(weather, weather.wind_mps) == pytest.approx(parameters.wind_mps, abs=0.3)
    assert by_month(weather, weather.pressure_hpa) == pytest.approx(parameters.pressure_hpa, abs=3)
    assert weather.rain_mm.sum() / YEARS == pytest.approx(30.44 * sum(parameters.rain_mm), rel=0.2)


def test_days_follow_one_another_as_observed(weather: Weather) -> None:
    """Observed, lag one: temperature 0.72, wind 0.26; wind and humidity of a day -0.30."""
    temperature = weather.temperature_c.reshape(-1, 24).mean(axis=1)
    wind = np.log(weather.wind_mps.reshape(-1, 24).mean(axis=1))
    day = 2 * np.pi * np.arange(len(wind)) / 365.25
    season = np.column_stack([np.ones_like(day), np.cos(day), np.sin(day), np.cos(2 * day), np.sin(2 * day)])

    def anomaly(values: np.ndarray) -> np.ndarray:
        return values - season @ np.linalg.lstsq(season, values, rcond=None)[0]

    def lag_one(values: np.ndarray) -> float:
        return float(np.corrcoef(values[1:], values[:-1])[0, 1])

    assert lag_one(anomaly(temperature)) == pytest.approx(0.77, abs=0.08)
    assert lag_one(anomaly(wind)) == pytest.approx(0.30, abs=0.08)
    humidity = weather.humidity_percent.reshape(-1, 24).mean(axis=1)
    assert np.corrcoef(anomaly(wind), anomaly(humidity))[0, 1] == pytest.approx(-0.30, abs=0.08)


def test_winters_have_long_spells_of_weak_wind(weather: Weather) -> None:
    """Observed a year from November to February: 4.8 spells of three days and more, 1.2 of five and more."""
    wind = weather.wind_mps.reshape(-1, 24).mean(axis=1)
    month = (np.datetime64(weather.start, "D") + np.arange(len(wind))).astype("datetime64[M]").astype(int) % 12
    weak = (wind < 0.7 * wind.mean()) & np.isin(month, (10, 11, 0, 1))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], weak.astype(int), [0]])))
    length = edges[1::2] - edges[::2]
    assert 2.5 <= (length >= 3).sum() / YEARS <= 7.5
    assert 0.5 <= (length >= 5).sum() / YEARS <= 2.5


def test_the_day_has_its_course(weather: Weather) -> None:
    hourly = weather.wind_mps.reshape(-1, 24).mean(axis=0)
    assert 13 <= hourly.argmax() <= 16
    assert hourly.max() > 1.6 * hourly.min()
    temperature = weather.temperature_c.reshape(-1, 24).mean(axis=0)
    assert (temperature.argmin(), temperature.argmax()) in {(5, 14), (6, 14), (5, 15), (6, 15)}
    range_k = np.ptp(weather.temperature_c.reshape(-1, 24), axis=1).mean()
    assert range_k == pytest.approx(np.mean(WeatherParameters().daily_range_k), rel=0.1)
    assert 0.04 < weather.calm.mean() < 0.15
    assert weather.radiation_wm2.reshape(-1, 24)[:, 0].max() == 0


def test_what_cannot_go_together_is_refused() -> None:
    same = [list(row) for row in WeatherParameters().same_day]
    same[0][1] = same[1][0] = 0.99
    with pytest.raises(TwinError, match="no days can go together as same_day"):
        draw_weather(Streams(1, 0), date(2021, 1, 1), 3, WeatherParameters(same_day=same))
    with pytest.raises(ValueError, match="below and above its diagonal"):
        WeatherParameters(same_day=[[1.0, 0.5, 0, 0, 0], *WeatherParameters().same_day[1:]])
