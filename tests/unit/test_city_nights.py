"""Promises of a city's nights: mixed as high as its residents make them, never stable, and gone where they are off."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from functools import cache

import numpy as np
import pytest
from support.air_runs import air_parameters, run_air

from twin.atmosphere.city_nights import city_classes, city_lids_m, layer_wind_factors, night_height_m
from twin.atmosphere.stability import A, B, C, D, E, F
from twin.atmosphere.typical_year import draw_weather
from twin.atmosphere.weather import Weather
from twin.atmosphere.wind_profile import exponent_of, wind_at
from twin.core.clock import DAY_S, Clock
from twin.core.domain import WorldEvent
from twin.core.streams import Streams
from twin.domains.air.carried import hour_of, way_of
from twin.domains.air.fresh import conditions_of
from twin.domains.air.hours import Hours
from twin.domains.air.tracers import setting_of
from twin.domains.air.weather_source import weather_of

START, DAYS = datetime(2018, 1, 5), 10
RESIDENTS = 6_500_000.0
CLASSES = np.array([A, B, C, D, E, F], np.int8)


def weather(residents: float, *events: WorldEvent) -> Weather:
    hours = Hours.of(Clock(START, 0.0, DAY_S * DAYS), 0)
    return weather_of(hours, Streams(1, 0), None, events, residents)


@cache
def course(residents: float) -> np.ndarray:
    """Mean of PM2.5 at a small town's stations in each hour of the day; nobody is warned."""
    given = air_parameters(urban_residents=residents)
    _, _, frames = run_air(given, days=3, rules={"air_warning": "tomorrow_as_today"}, connections={"station_feed": 0.0})
    return np.asarray(frames["air.hours"]["pm25_without"].to_numpy(np.float64).reshape(-1, 24).mean(axis=0))


def test_two_million_people_mix_their_nights_up_to_400_m_and_sixteen_times_as_many_twice_as_high() -> None:
    assert night_height_m(2e6) == 400.0
    assert night_height_m(32e6) == pytest.approx(800.0, rel=1e-12)
    assert night_height_m(RESIDENTS) == pytest.approx(400.0 * np.sqrt(np.sqrt(3.25)), rel=1e-12)
    assert night_height_m(0.0) == 0.0


def test_lids_below_the_citys_height_are_lifted_to_it_and_no_other_is_touched() -> None:
    country = np.array([80.0, 536.0, 538.0, 1500.0])
    height = night_height_m(RESIDENTS)
    assert city_lids_m(country, RESIDENTS).tolist() == [height, height, 538.0, 1500.0]
    assert np.array_equal(city_lids_m(country, 0.0), country)


def test_only_the_stable_classes_change_and_become_neutral() -> None:
    assert city_classes(CLASSES).tolist() == [A, B, C, D, D, D]


def test_older_air_goes_as_wind_does_at_one_height_over_open_country() -> None:
    """By the power law of all plumes here: with the exponent 0.2 the wind of 89.5 m is 1.55 times that of 10 m."""
    height_m = 10.0 * 1.55**5
    known = wind_at(1.0, height_m, CLASSES, urban=False, floor_mps=0.1)
    assert layer_wind_factors(1.55) == pytest.approx(known.tolist(), rel=1e-12)
    assert layer_wind_factors(1.0) == (1.0,) * 6


def test_over_a_year_older_air_goes_as_fast_as_before_but_nearly_as_fast_by_night_as_by_day() -> None:
    year = draw_weather(Streams(1, 0), date(2018, 1, 1), 364)
    layer = year.wind_mps * np.array(layer_wind_factors(1.55))[year.stability]
    assert layer.mean() == pytest.approx(1.55 * year.wind_mps.mean(), rel=0.05)
    low, high = (np.sort(wind.reshape(-1, 24).mean(axis=0))[[0, -1]] for wind in (year.wind_mps, layer))
    assert low[1] / low[0] > 2.0
    assert high[1] / high[0] < 1.6


def test_without_residents_weather_plumes_and_older_air_are_those_of_open_country_to_the_last_bit() -> None:
    off = air_parameters(urban_residents=0.0)
    country, drawn = weather(0.0), draw_weather(Streams(1, 0), START.date(), DAYS)
    for field in fields(Weather):
        found, known = (getattr(one, field.name) for one in (country, drawn))
        same = np.array_equal(found[: drawn.hours], known) if isinstance(known, np.ndarray) else found == known
        assert same, field.name
    assert np.array_equal(conditions_of(country, city_nights=off.city_nights).stability, country.stability)
    assert setting_of(off).wind_factors == (off.layer_wind_factor,) * 6


def test_a_city_changes_lids_and_classes_of_plumes_and_nothing_else_of_the_weather() -> None:
    country, city = weather(0.0), weather(RESIDENTS)
    for name in ("wind_mps", "wind_from_deg", "temperature_c", "humidity_percent", "rain_mm", "stability"):
        assert np.array_equal(getattr(country, name), getattr(city, name)), name
    assert (country.mixing_height_m < 300).mean() > 0.3
    assert city.mixing_height_m.min() == night_height_m(RESIDENTS)
    assert (country.stability >= E).any()
    assert conditions_of(city, city_nights=True).stability.max() == D


def test_stagnation_lowers_the_citys_lids_too() -> None:
    still = WorldEvent("air_stagnates", 0.5, 0.0, DAYS * DAY_S)
    assert weather(RESIDENTS, still).mixing_height_m.min() == 0.5 * night_height_m(RESIDENTS)


def test_older_air_takes_the_wind_of_its_hours_class() -> None:
    city, setting = weather(RESIDENTS), setting_of(air_parameters(urban_residents=RESIDENTS))
    for class_ in np.unique(city.stability):
        hour = int(np.flatnonzero(city.stability == class_)[0])
        times = 1.55 ** float(exponent_of(class_, False) / 0.2)
        assert way_of(city, hour, setting).carried_m == pytest.approx(times * city.wind_mps[hour] * 3600.0)
        assert hour_of(city, hour).stability == class_


def test_nights_of_a_city_are_less_dirty_against_its_afternoons_than_those_of_open_country() -> None:
    country, city = course(0.0), course(RESIDENTS)
    night, afternoon = slice(0, 6), slice(13, 16)
    assert city[night].mean() < 0.8 * country[night].mean()
    assert city[night].mean() / city[afternoon].mean() < 0.8 * country[night].mean() / country[afternoon].mean()
