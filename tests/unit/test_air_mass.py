"""Promises of the air as boxes and of sources that fill cells: mass is kept, all is linear, memory fades."""

from __future__ import annotations

import numpy as np
import pytest
from support.air_runs import air_parameters

from twin.atmosphere.air_mass import CITY, GROUND, REGION, AirMass, Hour
from twin.atmosphere.area_plumes import AirOfHour, cell_units
from twin.atmosphere.conditions import Setting
from twin.atmosphere.stability import D
from twin.domains.air.tracers import TRACERS, fine_of, setting_of

SETTING = setting_of(air_parameters())


def hour(wind: float = 2.0, lid: float = 400.0, damp: float = 70.0, warm: float = 2.0, rain: float = 0.0) -> Hour:
    return Hour(*(np.array(value) for value in (wind, lid, damp, warm, rain)), D)


def emission(gps: float, tracer: int = 0) -> np.ndarray:
    given = np.zeros((2, TRACERS, 1))
    given[GROUND, tracer] = gps
    return given


def lived(hours: int, gps: float, *, weather: list[Hour] | None = None) -> AirMass:
    mass = AirMass(SETTING)
    for number in range(hours):
        own = weather[number % len(weather)] if weather else hour()
        mass.step(own, emission(gps), np.full((TRACERS, 1), gps * 1e-10), np.ones(1))
    return mass


def test_what_came_in_is_there_or_has_left_or_has_turned_to_1e_9() -> None:
    generator = np.random.default_rng(1)
    weather = [
        hour(*(float(value) for value in (5 * u, 100 + 1500 * v, 100 * w, 30 * x - 5, 3 * (y > 0.8))))
        for u, v, w, x, y in generator.random((50, 5))
    ]
    mass = AirMass(SETTING)
    before = {box: mass.grams(box).copy() for box in (CITY, REGION)}
    for one in weather:
        given = generator.random((2, TRACERS, 1)) * 1000
        mass.step(one, given, generator.random((TRACERS, 1)) * 1e-7, np.ones(1))
    for box in (CITY, REGION):
        kept = before[box] + mass.budget["in"][box] - mass.budget["out"][box] + mass.budget["turned"][box]
        assert kept == pytest.approx(mass.grams(box), rel=1e-9)
        assert (mass.budget["out"][box] >= -1e-6).all()
    assert (mass.ugm3 >= 0).all()


def test_a_layer_that_shrinks_and_grows_again_loses_nothing() -> None:
    mass = lived(40, 500.0)
    before = mass.grams(CITY).copy()
    for lid in (900.0, 150.0, 1200.0, 80.0, 400.0):
        mass._mix(np.array([lid]))
        assert mass.grams(CITY) == pytest.approx(before, rel=1e-12)


def test_twice_the_emission_gives_twice_the_increment() -> None:
    none, once, twice = (fine_of(lived(60, gps).ugm3[CITY, GROUND]) for gps in (0.0, 700.0, 1400.0))
    assert twice - none == pytest.approx(2 * (once - none), rel=1e-12)


def test_steady_air_comes_to_what_the_closed_form_says() -> None:
    """One tracer of primary particles in the city alone: emission over what wind and the ground take away."""
    mass = AirMass(SETTING)
    for _ in range(600):
        mass.step(hour(), emission(1000.0), np.zeros((TRACERS, 1)), np.zeros(1))
    side, lid = SETTING.city_m, 400.0
    wind = SETTING.wind_factors[D] * 2.0
    taken = wind / side + SETTING.deposition_mps[0] / lid
    expected = 1000.0 * 1e6 / (side**2 * lid) / taken
    assert float(mass.ugm3[CITY, GROUND, 0, 0]) == pytest.approx(expected, rel=1e-6)


def test_the_city_forgets_in_hours_and_the_region_in_days() -> None:
    half_h = []
    for box in (CITY, REGION):
        mass = AirMass(SETTING)
        mass.ugm3[box, :, 0] = 100.0
        hours = 0
        while mass.ugm3[box, GROUND, 0, 0] > 50 and hours < 500:
            mass.step(hour(), emission(0.0), np.zeros((TRACERS, 1)), np.zeros(1))
            hours += 1
        half_h.append(hours)
    assert 2 <= half_h[0] <= 8
    assert 12 <= half_h[1] <= 48


def test_humid_and_cold_air_makes_more_secondary_particles() -> None:
    dry, humid, warm = (
        float(lived(48, 500.0, weather=[own]).ugm3[CITY, GROUND, -2, 0])
        for own in (hour(damp=30), hour(damp=90), hour(damp=90, warm=28))
    )
    # no gas is emitted here but what clean air holds, so only ratios count
    assert humid > 1.5 * dry
    assert warm < humid


def test_members_are_lived_side_by_side_as_each_would_be_alone() -> None:
    alone = [lived(10, 300.0, weather=[hour(wind=wind)]) for wind in (1.0, 4.0)]
    both = AirMass(SETTING, 2)
    weather = Hour(np.array([1.0, 4.0]), *(np.asarray(value) for value in hour()[1:-1]), D)
    for _ in range(10):
        both.step(weather, emission(300.0), np.full((TRACERS, 1), 300.0 * 1e-10), np.ones(1))
    for place, one in enumerate(alone):
        assert np.array_equal(both.ugm3[..., place], one.ugm3[..., 0])


# -- cells -------------------------------------------------------------------------------------------------------------

AIR = AirOfHour(wind_mps=3.0, east=1.0, north=0.0, stability=3, lid_m=600.0)


def units(x: float, y: float, side: float = 2000.0, reach: float = 50_000.0, air: AirOfHour = AIR) -> float:
    return float(cell_units(np.array([x]), np.array([y]), side, 8.0, air, reach, Setting())[0])


def test_a_cell_gives_downwind_and_to_itself_and_nothing_upwind() -> None:
    assert units(0, 0) > 0
    assert units(3000, 0) > units(3000, 4000) >= 0
    assert units(-3000, 0) == 0


def test_nothing_is_counted_beyond_the_reach() -> None:
    assert units(6000, 0, reach=5000) == 0
    assert units(6000, 0, reach=9000) == units(6000, 0)


def test_the_flux_through_a_plane_downwind_is_what_is_emitted() -> None:
    """Mixed up to the lid, concentration times wind times height, summed across, is one gram a second."""
    mixed = AirOfHour(wind_mps=3.0, east=1.0, north=0.0, stability=1, lid_m=100.0)
    across = np.arange(-30_000.0, 30_000.0, 50.0)
    found = cell_units(np.full(across.shape, 15_000.0), across, 2000.0, 8.0, mixed, 1e9, Setting())
    assert found.sum() * 50.0 * 3.0 * 100.0 / 1e6 == pytest.approx(1.0, rel=0.01)


def test_four_clouds_are_near_what_many_points_give_a_cell_away() -> None:
    """A cell as 400 points on a lattice, each with a lattice step's width, against the four clouds."""
    few = units(5000, 800)
    step = np.linspace(-950, 950, 20)
    many = np.mean([
        cell_units(np.array([5000 - east]), np.array([800 - north]), 100.0, 8.0, AIR, 1e9, Setting())[0]
        for east in step for north in step
    ])  # fmt: skip
    assert few == pytest.approx(float(many), rel=0.15)
