"""Weather is what it says: columns of equal length, values that can be, hours that are found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from twin.atmosphere.weather import Weather, WeatherError


def some_weather(hours: int = 48, start: datetime = datetime(2021, 3, 15)) -> Weather:
    flat = np.ones(hours)
    return Weather(
        start, 2.0 * flat, 90.0 * flat, np.arange(hours) / 300.0, 50.0 * flat, 1000.0 * flat, 0.0 * flat, 5.0 * flat,
        np.full(hours, 3, np.int8), 400.0 * flat, 0.0 * flat,
    )  # fmt: skip


def test_a_stretch_begins_where_it_is_asked_for() -> None:
    part = some_weather().between(datetime(2021, 3, 15, 5, 30), 3)
    assert part.start == datetime(2021, 3, 15, 5)
    assert part.temperature_c.tolist() == [5 / 300, 6 / 300, 7 / 300]


@pytest.mark.parametrize(("begin", "hours"), [(datetime(2021, 3, 14, 23), 2), (datetime(2021, 3, 16, 20), 5)])
def test_hours_that_are_not_known_are_refused(begin: datetime, hours: int) -> None:
    with pytest.raises(WeatherError, match=r"known from 2021-03-15 00:00 to 2021-03-17 00:00 only"):
        some_weather().between(begin, hours)


def test_columns_must_be_equally_long_and_possible() -> None:
    weather = some_weather()
    with pytest.raises(WeatherError, match="rain_mm has 3 hours where wind_mps has 48"):
        replace(weather, rain_mm=np.zeros(3))
    with pytest.raises(WeatherError, match="humidity_percent is 101 in hour 0"):
        replace(weather, humidity_percent=np.full(48, 101.0))
    with pytest.raises(WeatherError, match="temperature_c is nan"):
        replace(weather, temperature_c=np.full(48, np.nan))


def test_nobody_can_change_the_weather() -> None:
    with pytest.raises(ValueError, match="read-only"):
        some_weather().wind_mps[0] = 9.0


def test_calm_is_wind_without_direction() -> None:
    weather = replace(some_weather(3), wind_mps=np.array([0.0, 0.49, 0.5]))
    assert weather.calm.tolist() == [True, True, False]


@pytest.mark.parametrize("hours", [8760, 8784])
def test_a_typical_year_serves_any_year_and_goes_round(hours: int) -> None:
    year = some_weather(hours, datetime(2005 if hours == 8760 else 2004, 1, 1))
    turn = year.on_calendar(datetime(2023, 12, 31, 22), 4)
    assert (turn.temperature_c * 300).round().tolist() == [hours - 2, hours - 1, 0, 1]
    leap_day = year.on_calendar(datetime(2024, 2, 29), 1).temperature_c[0] * 300
    assert round(leap_day) == (58 if hours == 8760 else 59) * 24
    march = year.on_calendar(datetime(2024, 3, 1), 1).temperature_c[0] * 300
    assert round(march) == (59 if hours == 8760 else 60) * 24


def test_part_of_a_year_is_no_typical_year() -> None:
    with pytest.raises(WeatherError, match="no whole year"):
        some_weather().on_calendar(datetime(2024, 1, 1), 5)
