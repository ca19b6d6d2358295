"""Days made of hourly weather hold what a station would report of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest

from twin.atmosphere.days_of_weather import days_of_weather
from twin.atmosphere.typical_year import draw_weather
from twin.atmosphere.weather import Weather, WeatherError
from twin.core.streams import Streams


@pytest.fixture(scope="module")
def weather() -> Weather:
    return draw_weather(Streams(2, 0), date(2021, 1, 10), 20)


def test_each_day_has_its_means_and_extremes(weather: Weather) -> None:
    record = days_of_weather(weather, np.arange(20.0))
    assert (record.first, record.days) == (date(2021, 1, 10), 20)
    third = slice(48, 72)
    for name, expected in (
        ("temperature_c", weather.temperature_c[third].mean()),
        ("lowest_c", weather.temperature_c[third].min()),
        ("strongest_wind_mps", weather.wind_mps[third].max()),
        ("rain_mm", weather.rain_mm[third].sum()),
        ("pressure_pa", 100 * weather.pressure_hpa[third].mean()),
        ("pm25_ugm3", 2.0),
    ):
        assert record.columns[name][2] == pytest.approx(expected)
    assert 0 <= record.columns["sunshine_h"].min() <= record.columns["sunshine_h"].max() <= 11


@pytest.mark.parametrize(("degrees", "sector"), [(90, 4), (180, 8), (270, 12), (0, 16), (355, 16), (22.5, 1), (100, 4)])
def test_the_sector_is_where_the_strongest_wind_came_from(weather: Weather, degrees: float, sector: int) -> None:
    turned = replace(weather, wind_from_deg=np.full(weather.hours, float(degrees)))
    assert set(days_of_weather(turned, np.zeros(20)).columns["wind_sector"]) == {float(sector)}


def test_rain_that_is_not_known_is_absent(weather: Weather) -> None:
    dry = replace(weather, rain_mm=np.zeros(weather.hours), rain_known=False)
    assert "rain_mm" not in days_of_weather(dry, np.zeros(20)).columns


def test_only_whole_days_are_days(weather: Weather) -> None:
    with pytest.raises(WeatherError, match="not the 19 whole days"):
        days_of_weather(weather, np.zeros(19))
    with pytest.raises(WeatherError, match="from midnight on"):
        days_of_weather(weather.between(datetime(2021, 1, 10, 6), 24), np.zeros(1))
