"""Promises of the air that wind carries over the hours: mass is kept, it goes where the wind goes, all is linear."""

from __future__ import annotations

import numpy as np
import pytest
from support.air_runs import air_parameters

from twin.atmosphere.air_mass import CITY, GROUND, HOUR_S, SO2, VOC, AirMass, Hour
from twin.atmosphere.carried_air import CarriedAir, Places, Way
from twin.atmosphere.grid import Grid
from twin.atmosphere.stability import D
from twin.domains.air.carried import FINE_TRACERS
from twin.domains.air.tracers import TRACERS, setting_of

SETTING = setting_of(air_parameters())
SIDE = 31
GRID = Grid(-SIDE * 2000.0, -SIDE * 2000.0, 4000.0, SIDE, SIDE)
MIDDLE = SIDE // 2
NOWHERE = Places(*(np.empty(0) for _ in range(4)), FINE_TRACERS)
CELLS = Places(np.empty(0), np.empty(0), *GRID.centres(), FINE_TRACERS)


def hour(lid: float = 400.0, damp: float = 70.0, warm: float = 2.0, rain: float = 0.0) -> Hour:
    return Hour(*(np.array(value) for value in (2.0, lid, damp, warm, rain)), D)


def way(plume_m: float, carried_m: float, towards_deg: float = 90.0) -> Way:
    return Way(float(np.sin(np.radians(towards_deg))), float(np.cos(np.radians(towards_deg))), plume_m, carried_m)


CALM = way(1800.0, 0.0)
NONE = np.zeros((1, TRACERS, 2, SIDE, SIDE))


def given(gps: float = 1.0, tracer: int = 0, column: int = MIDDLE, row: int = MIDDLE, members: int = 1) -> np.ndarray:
    cells = np.repeat(NONE, members, axis=0)
    cells[:, tracer, GROUND, row, column] = gps
    return cells


def centre_m(air: CarriedAir) -> np.ndarray:
    """Where the mass of all is in the mean, metres east and north."""
    cells = air.mass_g.sum(axis=(0, 1))
    x, y = GRID.centres()
    return np.array([(cells.ravel() * x).sum(), (cells.ravel() * y).sum()]) / cells.sum() + air._drift_m


def test_what_was_emitted_is_in_the_air_or_has_settled_left_or_turned_to_1e_9() -> None:
    chance = np.random.default_rng(1)
    air = CarriedAir(GRID, SETTING, 1000.0, 2)
    for _ in range(40):
        wind, towards, *weather = chance.random(6)
        own = hour(100 + 1500 * weather[0], 100 * weather[1], 30 * weather[2] - 5, 3 * (weather[3] > 0.8))
        cells = chance.random((2, TRACERS, 2, SIDE, SIDE)) * (chance.random((2, TRACERS, 2, SIDE, SIDE)) > 0.9)
        air.hour(own, way(36_000 * wind, 50_000 * wind, 360 * towards), cells, NOWHERE)
    budget = air.budget()
    kept = budget.emitted_g + budget.turned_g - budget.settled_g - budget.left_g
    assert kept == pytest.approx(budget.in_air_g, rel=1e-9)
    assert (air.mass_g >= 0).all()
    assert (budget.left_g > 0).all()
    assert (budget.settled_g[:, FINE_TRACERS] > 0).all()


def test_where_nothing_leaves_mass_ages_as_in_a_box_without_wind() -> None:
    """The same hours in the tested box, so wide that nothing blows through, and on the grid."""
    weather = [hour(lid, 80.0, 2.0, rain) for lid, rain in ((300, 0), (900, 0), (150, 1), (1200, 0), (400, 0))]
    air, box = CarriedAir(GRID, SETTING, 0.0), AirMass(SETTING)
    box.ugm3[:] = 0.0
    area = SETTING.city_m**2
    air.hour(weather[0], CALM, given(tracer=SO2), NOWHERE)
    box._mix(np.array([300.0]))
    box.ugm3[CITY, GROUND, SO2, 0] = air.mass_g[SO2, GROUND].sum() * 1e6 / (area * 300.0)
    box.ugm3[CITY, GROUND, -2, 0] = air.mass_g[-2, GROUND].sum() * 1e6 / (area * 300.0)
    for own in weather:
        air.hour(own, CALM, NONE, NOWHERE)
        box._mix(np.array([float(own.mixing_height_m)]))
        box._exchange(CITY, own, np.array([0.0]) + 1e-12, np.zeros((2, TRACERS, 1)), np.zeros((TRACERS, 1)))
        box._turn(own)
    assert air.budget().in_air_g[0] == pytest.approx(box.grams(CITY)[:, 0], rel=1e-6)


def test_old_air_goes_where_each_hours_wind_goes() -> None:
    """Given off within one hour: half of that hour's way, half of the next, and what it is carried from then on."""
    still = CarriedAir(GRID, SETTING, 500.0)
    still.hour(hour(), way(7000.0, 9000.0, 90.0), NONE, NOWHERE)
    still.hour(hour(), way(5000.0, 8000.0, 0.0), given(), NOWHERE)
    assert centre_m(still) == pytest.approx([3500.0, 2500.0 + 4000.0], abs=30.0)
    still.hour(hour(), way(5000.0, 11_000.0, 270.0), NONE, NOWHERE)
    assert centre_m(still) == pytest.approx([3500.0 - 11_000.0, 6500.0], abs=30.0)


def test_calm_air_piles_up_where_it_is_emitted() -> None:
    air = CarriedAir(GRID, SETTING, 300.0)
    seen = [air.hour(hour(), CALM, given(), CELLS)[1][0] for _ in range(12)]
    x, y = GRID.centres()
    assert np.hypot(x[seen[-1].argmax()], y[seen[-1].argmax()]) <= 4000.0
    assert seen[-1].max() > 3.0 * seen[1].max()


def test_the_flux_through_a_line_across_a_steady_wind_is_what_is_emitted() -> None:
    """Organic vapours neither settle nor are washed out: what is missing has turned into particles on its way."""
    air, carried_m, lid = CarriedAir(GRID, SETTING, 300.0), 12_000.0, 400.0
    column, x_m = 4, 40_000.0
    for _ in range(9):
        cells = given(tracer=VOC, column=column)
        seen, _ = air.hour(hour(lid, damp=30.0), way(8000.0, carried_m), cells, at_line(x_m))
    across_gps = seen[0, VOC].sum() * GRID.cell_m * lid * carried_m / HOUR_S / 1e6
    underway_h = (x_m - GRID.west_m - (column + 0.5) * GRID.cell_m - 8000.0) / carried_m
    assert across_gps == pytest.approx(np.exp(-SETTING.oxidation_per_h[2] * underway_h), rel=0.01)


def at_line(x_m: float) -> Places:
    _, y = GRID.centres()
    rows = np.unique(y)
    return Places(np.full(len(rows), x_m), rows, np.empty(0), np.empty(0), FINE_TRACERS)


def test_twice_the_emission_gives_twice_the_air_and_members_do_not_meet() -> None:
    both, alone = CarriedAir(GRID, SETTING, 1000.0, 2), CarriedAir(GRID, SETTING, 1000.0)
    for towards in (10.0, 80.0, 200.0):
        cells = given(members=2) * np.array([1.0, 2.0])[:, None, None, None, None]
        one = alone.hour(hour(), way(7000.0, 9000.0, towards), given(), CELLS)[1]
        two = both.hour(hour(), way(7000.0, 9000.0, towards), cells, CELLS)[1]
    assert np.array_equal(two[0], one[0])
    assert two[1] == pytest.approx(2 * one[0], rel=1e-12)


def test_a_copy_is_lived_on_apart() -> None:
    air = CarriedAir(GRID, SETTING, 1000.0)
    air.hour(hour(), CALM, given(), NOWHERE)
    before, other = air.mass_g.copy(), air.copy()
    other.hour(hour(900.0), way(7000.0, 9000.0), given(), NOWHERE)
    assert np.array_equal(air.mass_g, before)
    assert air.height_m == 400.0
