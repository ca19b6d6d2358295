"""Promises of the city's air over the hours: what is old differs from place to place, and who reads it sees that."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from support.air_runs import air_parameters, run_air

from twin.atmosphere.weather import Weather
from twin.domains.air.carried import CarriedGrid, hour_of, way_of
from twin.domains.air.city_air import LIVED, WITHOUT, AirOfHour, CityAir, StationUnits
from twin.domains.air.domain import AirDomain
from twin.domains.air.forecasts import WeatherForecast
from twin.domains.air.known_air import KnownAir
from twin.domains.air.tracers import fine_of, setting_of

PARAMETERS = air_parameters(
    region_emission_share=0.0, carried_cell_km=1.0, carried_margin_km=20.0, carried_mixing_m2ps=50.0, grid_km=1.0,
    clean_air_ugm3={"pm25": 0.0, "coarse": 0.0, "so2": 0.0, "no2": 0.0},
)  # fmt: skip
EMITS_GPS = 10.0


@cache
def domain() -> AirDomain:
    return run_air(PARAMETERS, days=1.0)[0]


def steady(from_deg: float, wind_mps: float = 0.4) -> Weather:
    """The run's weather with one slow wind and a low lid all the time."""
    weather = domain().weather
    return replace(
        weather, wind_from_deg=np.full(weather.hours, from_deg), wind_mps=np.full(weather.hours, wind_mps),
        stability=np.full(weather.hours, 3, np.int8), mixing_height_m=np.full(weather.hours, 400.0),
        rain_mm=np.zeros(weather.hours),
    )  # fmt: skip


def turning(wind_mps: float) -> Weather:
    """The same with a wind that turns by 40 degrees an hour."""
    weather = steady(0.0, wind_mps)
    return replace(weather, wind_from_deg=np.arange(weather.hours) * 40.0 % 360.0)


@cache
def emitter() -> int:
    """Return the enterprise nearest to the middle of the town."""
    sources, cells = domain().inventory.sources, domain().inventory.receptors.cells
    away = np.column_stack([sources.x_m, sources.y_m])[: sources.plants] - cells.centre.mean(axis=0)
    return int(np.hypot(*away.T).argmin())


def emission(times: float = 1.0) -> np.ndarray:
    gps = np.zeros((len(domain().inventory.sources), 5))
    gps[emitter()] = EMITS_GPS * times
    return gps


def lived(weather: Weather, hours: int, times: float = 1.0) -> tuple[CityAir, AirOfHour]:
    """The air after some hours in which one enterprise was all that emitted, half as much without measures."""
    own = domain()
    chance = pd.DataFrame({"inflow": np.ones(own.hours.known)})
    air = CityAir(own.inventory, own.hours, weather, chance, PARAMETERS)
    for hour in range(hours):
        found = air.live(hour, emission(times), emission(times) / 2, region_joins=False)
    return air, found


@pytest.mark.parametrize(("from_deg", "axis", "sign"), [(270.0, 0, 1), (180.0, 1, 1), (90.0, 0, -1)])
def test_homes_downwind_breathe_what_is_older_than_an_hour_and_those_upwind_do_not(
    from_deg: float, axis: int, sign: int
) -> None:
    own = domain().inventory
    source = np.array([own.sources.x_m[emitter()], own.sources.y_m[emitter()]])
    _, air = lived(steady(from_deg), 8)
    away = (own.receptors.cells.centre - source)[:, axis] * sign
    old = air.aged_fine[LIVED]
    assert old[away > 2500].mean() > 20 * old[away < -1000].mean()
    assert old[away > 2500].mean() > 0.1


def test_when_the_wind_turns_back_what_it_took_away_comes_back() -> None:
    out, back = steady(270.0), steady(90.0)
    first = 8
    to_and_fro = replace(
        out, wind_from_deg=np.where(np.arange(out.hours) < first, out.wind_from_deg, back.wind_from_deg)
    )
    own = domain().inventory
    upwind = own.receptors.cells.centre[:, 0] < own.sources.x_m[emitter()] - 2000
    before = lived(to_and_fro, first)[1].aged_fine[LIVED, upwind].mean()
    after = lived(to_and_fro, first + 6)[1].aged_fine[LIVED, upwind].mean()
    assert after > 20 * before


def test_calm_hours_leave_it_where_it_was_emitted_and_it_piles_up() -> None:
    calm = steady(270.0, wind_mps=0.0)
    few, many = (lived(calm, hours)[1].aged_fine[LIVED] for hours in (4, 16))
    own = domain().inventory
    most = own.receptors.cells.centre[many.argmax()]
    assert np.hypot(*(most - [own.sources.x_m[emitter()], own.sources.y_m[emitter()]])) < 2500
    assert many.max() > 2 * few.max()


def test_old_air_is_linear_in_emissions_and_what_is_lived_does_not_meet_what_is_without_measures() -> None:
    _, once = lived(steady(200.0), 6)
    _, thrice = lived(steady(200.0), 6, times=3.0)
    assert thrice.stations == pytest.approx(3 * once.stations, rel=1e-9)
    assert thrice.aged_fine == pytest.approx(3 * once.aged_fine, rel=1e-9)
    assert once.aged_fine[WITHOUT] == pytest.approx(once.aged_fine[LIVED] / 2, rel=1e-9)


def test_all_that_the_city_gave_off_is_on_the_grid_or_has_settled_left_or_turned() -> None:
    hours = 12
    air, _ = lived(domain().weather, hours)
    budget = air.carried.budget()
    assert budget.emitted_g[LIVED, :5].sum() == pytest.approx((hours - 1) * 3600 * EMITS_GPS)
    kept = budget.in_air_g + budget.settled_g + budget.left_g - budget.turned_g
    assert kept == pytest.approx(budget.emitted_g, rel=1e-9, abs=1e-6)


def test_what_a_day_of_an_enterprise_gives_by_one_field_is_what_living_it_gives() -> None:
    """Curbs are chosen by what a gram gives the stations in two days; here those two days are lived."""
    own, weather = domain().inventory, turning(0.4)
    setting, hours, emits_h = setting_of(PARAMETERS), 30, 12
    told = own.carried.response(weather, hours, emits_h, setting)[0, :, emitter()].sum()
    air, low = own.carried.air(setting), np.zeros(len(own.sources), np.bool_)
    total = 0.0
    for hour in range(1, hours):
        cells = own.carried.given(emission(hour <= emits_h), low)[None]
        seen, _ = air.hour(hour_of(weather, hour), way_of(weather, hour, setting), cells, own.carried.stations())
        total += fine_of(seen[0]).mean()
    assert told * EMITS_GPS == pytest.approx(total / hours, rel=0.1)
    assert total > 0.1


def test_an_enterprise_far_outside_of_the_grid_gives_old_air_to_nobody() -> None:
    inventory, sources = domain().inventory, domain().inventory.sources
    away = np.where(np.arange(len(sources)) == emitter(), sources.x_m + 1e6, sources.x_m)
    grid = CarriedGrid(replace(sources, x_m=away), inventory.receptors, PARAMETERS)
    low = np.zeros(len(sources), np.bool_)
    assert inventory.carried.given(emission(), low).sum() == pytest.approx(emission().sum())
    assert grid.given(emission(), low).sum() == 0
    told = grid.response(domain().weather, 6, 3, setting_of(PARAMETERS))
    assert (told[:, :, emitter()] == 0).all()
    assert (told >= 0).all()
    assert told.max() > 0


def test_a_forecast_is_the_air_that_is_lived_on_and_a_member_with_less_wind_holds_more() -> None:
    own, weather = domain(), turning(1.2)
    known = KnownAir(own.inventory, weather, StationUnits(own.inventory, weather, own.hours), PARAMETERS)
    unseen = np.full(own.inventory.receptors.stations, np.nan)
    begins, ahead = 6, 10
    for hour in range(begins):
        known.live(hour, emission(), unseen)
    control = weather.between(own.hours.moment(begins), ahead)
    by_member = np.ones((ahead, 2))
    forecast = WeatherForecast(
        control, control.wind_mps[:, None] * [1.0, 0.5], control.mixing_height_m[:, None] * by_member,
        control.humidity_percent[:, None] * by_member, control.temperature_c[:, None] * by_member,
    )  # fmt: skip
    expected = known.expect(forecast, [emission()] * ahead)
    for hour in range(begins, begins + ahead):
        known.live(hour, emission(), unseen)
    lived_on = np.array(known.expected[begins:]).mean(axis=1)
    assert expected[:, 0] == pytest.approx(lived_on, rel=1e-5)
    assert (expected[1:, 1] >= expected[1:, 0]).all()
    assert expected[:, 1].mean() > 1.05 * expected[:, 0].mean()
