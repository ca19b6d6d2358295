"""Sources that fill a cell, against many small plumes and against the streets that the cells stand for."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from numpy.typing import NDArray
from support.air import cold, steady
from support.traffic import zhengzhou

from twin.atmosphere.area_plumes import AirOfHour, cell_units
from twin.atmosphere.conditions import Setting
from twin.atmosphere.lines import Roads, road_contributions
from twin.atmosphere.plumes import unit_contributions
from twin.atmosphere.weather import Weather
from twin.atmosphere.wind_profile import wind_at
from twin.core.clock import DAY_S, Clock
from twin.core.streams import Streams
from twin.domains.air.fresh import SETTING, conditions_of, reach_m, some_hours
from twin.domains.air.hours import Hours
from twin.domains.air.inventory import Inventory
from twin.domains.air.parameters import AirParameters
from twin.domains.air.weather_source import weather_of

Floats = NDArray[np.float64]
SIDE_M, HEIGHT_M = 2000.0, 4.0


TOWARDS = np.radians(250.0 + 180.0)


def dense(dx_m: float, dy_m: float, stability: int, *, mean: bool) -> float:
    """Return the mean over 4,900 sources in a cell, at a place or over 225 places of a cell that far away."""
    steps = SIDE_M * ((np.arange(70) + 0.5) / 70 - 0.5)
    x, y = (axis.ravel() for axis in np.meshgrid(steps, steps))
    small = cold(x, y, np.full(len(x), HEIGHT_M), SIDE_M / 70 / 4.3, HEIGHT_M / 2.15)
    there = SIDE_M * ((np.arange(15) + 0.37) / 15 - 0.5) if mean else np.zeros(1)
    at_x, at_y = (axis.ravel() for axis in np.meshgrid(dx_m + there, dy_m + there))
    air = steady(wind=3.0, start=250.0, stability=stability, lid=600.0)
    return float(unit_contributions(small, air, at_x, at_y, 1.5, Setting(urban=True)).mean())


def of_cell(dx_m: float, dy_m: float, stability: int, *, mean: bool) -> float:
    """Return what the cell gives."""
    wind = float(wind_at(np.array(3.0), HEIGHT_M, stability, True, 0.5))
    air = AirOfHour(wind, float(np.sin(TOWARDS)), float(np.cos(TOWARDS)), stability, 600.0)
    at = np.array([dx_m]), np.array([dy_m])
    return float(cell_units(*at, SIDE_M, HEIGHT_M, air, 1e6, Setting(urban=True), mean=mean)[0])


@pytest.mark.parametrize("stability", [1, 3, 5])
@pytest.mark.parametrize("mean", [False, True])
def test_within_a_cell_its_own_emission_is_the_sum_of_many_plumes(stability: int, mean: bool) -> None:
    """Four clouds in its quarters would give a third to a half of it in the middle."""
    places = [(0.0, 0.0)] if mean else [(0.0, 0.0), (600.0, -300.0)]
    for dx_m, dy_m in places:
        known = dense(dx_m, dy_m, stability, mean=mean)
        assert of_cell(dx_m, dy_m, stability, mean=mean) == pytest.approx(known, rel=0.06)


@pytest.mark.parametrize("stability", [1, 3, 5])
def test_cells_around_a_cell_get_what_many_plumes_give_them(stability: int) -> None:
    """Next to it and diagonally downwind, then two and four cells away, where the plume is as wide as a cell."""
    for dx, dy, error in ((1, 0, 0.05), (1, 1, 0.1), (2, 1, 0.3), (4, 1, 0.15)):
        known = dense(dx * SIDE_M, dy * SIDE_M, stability, mean=True)
        assert of_cell(dx * SIDE_M, dy * SIDE_M, stability, mean=True) == pytest.approx(known, rel=error)
    assert of_cell(-2 * SIDE_M, 0.0, stability, mean=True) < 1e-3 * of_cell(0.0, 0.0, stability, mean=True)


def some_weather() -> Weather:
    hours = Hours.of(Clock(datetime(2018, 1, 1), 0.0, DAY_S), 5)
    return weather_of(hours, Streams(1, 0), None, (), AirParameters().urban_residents)


def test_where_people_live_cells_of_roads_give_what_their_streets_give() -> None:
    """Four cells of 4 km with many people, all streets as lines in 50 places each, none older than an hour.

    Four clouds a cell of 2 km gave three fifths of it.
    """
    city = zhengzhou()
    inventory = Inventory.of(city, AirParameters())
    weather, roads, cells = some_weather(), city.roads, inventory.receptors.cells
    begin, end = roads.node_xy_m[roads.edge_from], roads.node_xy_m[roads.edge_to]
    middle, emitted = (begin + end) / 2, inventory.roads._edge_km
    gps = np.zeros(len(inventory.sources))
    patches = inventory.roads.patches
    gps[inventory.sources.of_kind("roads")] = np.bincount(patches.of_edge, emitted, len(patches))
    chosen = np.argsort(-inventory.receptors.residents)[:28:7]
    conditions, chance = conditions_of(weather, city_nights=False), np.random.default_rng(5)
    calmest = np.argsort(reach_m(conditions))
    known, found = [], []
    for hour in (int(calmest[weather.hours // 10]), int(calmest[weather.hours // 3])):
        one = some_hours(conditions, slice(hour, hour + 1))
        east, north = (float(part[0]) for part in one.towards)
        reach = float(reach_m(one)[0])
        for centre in cells.centre[chosen]:
            place = centre + chance.uniform(-2000.0, 2000.0, (50, 2))
            near = np.abs(middle - centre).max(axis=1) < 2500.0 + reach
            lines = Roads(begin[near, 0], begin[near, 1], end[near, 0], end[near, 1])
            units = road_contributions(lines, one, place[:, 0], place[:, 1], 1.5, SETTING)[0]
            apart = place[:, None] - middle[near]
            units[apart[:, :, 0] * east + apart[:, :, 1] * north > reach] = 0.0
            known.append((units @ emitted[near]).mean())
        found.append(inventory.transport.exposure_of_cells(weather, hour, gps)[chosen])
    assert np.mean(found) == pytest.approx(np.mean(known), rel=0.15)
