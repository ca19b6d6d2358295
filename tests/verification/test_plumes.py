"""Plumes of stacks against closed forms, published values and another program."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr
from support.air import changing, cold, one_cold, plain_plume, stacks, steady

from twin.atmosphere.conditions import Setting, air_of
from twin.atmosphere.plume_rise import lowered_by_downwash, plume_rise
from twin.atmosphere.plumes import PointSources, concentrations, stacks_in, unit_contributions
from twin.atmosphere.spread import RURAL, URBAN, Curve, Spread
from twin.atmosphere.wind_profile import wind_at
from twin.kernels.compile import arithmetic_kernel
from twin.kernels.gauss import EXPONENTIAL_ERROR, TAIL_ERROR, exponential, share_between, tail_and_bell
from twin.kernels.plumes import plume_at, shape_of

OPEN = Setting(urban=False, wind_floor_mps=0.5)


@arithmetic_kernel
def all_of(values: np.ndarray, powers: np.ndarray, tails: np.ndarray) -> None:
    for i in range(len(values)):
        powers[i] = exponential(-values[i])
        tails[i], _ = tail_and_bell(values[i])


def test_exponential_and_tail_err_less_than_they_promise() -> None:
    values = np.concatenate([np.linspace(0.0, 36.0, 200_001), np.geomspace(1e-12, 1.0, 1000)])
    powers, tails = np.empty_like(values), np.empty_like(values)
    all_of(values, powers, tails)
    assert np.max(np.abs(powers / np.exp(-values) - 1.0)) < EXPONENTIAL_ERROR
    assert np.max(np.abs(tails / ndtr(-values) - 1.0)) < TAIL_ERROR
    assert share_between(-1.0, 2.0) == pytest.approx(ndtr(2.0) - ndtr(-1.0), abs=TAIL_ERROR)


@pytest.mark.parametrize("stability", range(6))
@pytest.mark.parametrize("urban", [False, True])
def test_a_plume_is_the_closed_form_to_ten_digits(stability: int, urban: bool) -> None:
    """Near and far, below a low lid and a high one, on the axis and far off it, at the ground and above."""
    chance = np.random.default_rng(stability)
    x, y = np.exp(chance.uniform(3.0, 11.0, 400)), chance.normal(0.0, 1.0, 400)
    curves = URBAN if urban else RURAL
    across, up = curves.across.at(x, stability), curves.vertical.at(x, stability)
    y = y * across
    for lid, release, height in ((180.0, 30.0, 1.5), (180.0, 170.0, 40.0), (900.0, 60.0, 0.0), (1e5, 200.0, 1.5)):
        air, setting = steady(wind=3.0, stability=stability, lid=lid), Setting(urban=urban)
        wind = float(wind_at(3.0, release, stability, urban, 0.5))
        found = concentrations(one_cold(release), air, [[1.0]], x, y, height, setting)[0]
        units = unit_contributions(one_cold(release), air, x, y, height, setting)[0, :, 0]
        known = 1e6 * plain_plume(across, up, y, wind, release, height, lid, images=4000 if lid < 1000 else 20)
        seen = known > 1e-9 * known.max()
        assert seen.sum() > 100
        np.testing.assert_allclose(found[seen], known[seen], rtol=1e-10)
        np.testing.assert_allclose(units[seen], known[seen], rtol=1e-10)


def at_spreads(across: float, up: float, wind: float, release: float, emission: float) -> float:
    """The kernel's concentration at the ground on the axis, where the spreads are given ones: at the source itself."""
    source = cold(np.zeros(1), np.zeros(1), np.array([release]), across, up)
    found = concentrations(source, steady(wind=wind, stability=3), [[emission]], [1e-6], [0.0], 0.0, OPEN)[0, 0]
    return float(found * wind_at(wind, release, 3, urban=False, floor_mps=0.5) / wind)


def test_cases_of_textbooks() -> None:
    """CCPS 1999, p. 97: 0.1 kg/s at the ground, 2 m/s, class F, 500 m: 1.0347e-4 kg/m3; and 321.8 micrograms/m3.

    The first has its spreads from DEGADIS (crosswind, EPA-450/4-89-019) and Seinfeld 1986 (vertical); Briggs' curves of
    the same class give an eighth more.
    """
    across = 0.0674 * 500.0**0.9
    up = 0.01122 * 500.0**1.4024 * math.exp(-0.0540 * math.log(500.0) ** 2)
    assert at_spreads(across, up, 2.0, 0.0, 100.0) * 1e-9 == pytest.approx(1.0347e-4, rel=1e-4)
    assert at_spreads(50.0, 30.0, 2.0, 30.0, 5.0) == pytest.approx(321.8, abs=0.1)
    briggs = concentrations(one_cold(0.0), steady(wind=2.0, stability=5), [[100.0]], [500.0], [0.0], 0.0, OPEN)
    assert briggs[0, 0] * 1e-9 == pytest.approx(1.133 * 1.0347e-4, rel=1e-3)


def test_briggs_curves_at_published_distances() -> None:
    """Hand-worked from Briggs (1973): FACTS.md has the formulas."""
    assert RURAL.across.at(1000.0, [0, 3, 5]) == pytest.approx([209.76, 76.28, 38.14], abs=0.01)
    assert RURAL.vertical.at(1000.0, [0, 2, 3, 4, 5]) == pytest.approx([200.0, 73.03, 37.95, 23.08, 12.31], abs=0.01)
    assert URBAN.across.at(2000.0, [0, 2, 3, 5]) == pytest.approx([477.03, 327.96, 238.51, 163.98], abs=0.01)
    assert URBAN.vertical.at(2000.0, [0, 2, 3, 4]) == pytest.approx([831.38, 400.0, 221.36, 80.0], abs=0.01)


def test_plumes_rise_as_briggs_says() -> None:
    """Worked by hand from ISC3's equations 1-11 to 1-24; a stack of 3 m with 150 degrees C at 15 m/s in air of 20."""
    d, hot, speed, cold_c = (np.array([v]) for v in (3.0, 150.0, 15.0, 20.0))
    buoyancy = 9.80616 * 15.0 * 9.0 / 4.0 * 130.0 / 423.15
    assert buoyancy == pytest.approx(101.69, abs=0.02)
    neutral = plume_rise(d, hot, speed, cold_c, np.array([5.0]), np.array([3]))
    assert neutral.final_m[0] == pytest.approx(38.71 * buoyancy**0.6 / 5.0) == pytest.approx(123.9, abs=0.1)
    assert neutral.after(1000.0)[0] == pytest.approx(neutral.final_m[0])
    assert neutral.after(200.0)[0] == pytest.approx(1.6 * buoyancy ** (1 / 3) * 200.0 ** (2 / 3) / 5.0, rel=1e-12)
    small = plume_rise(d / 3.0, hot, speed, cold_c, np.array([5.0]), np.array([1]))
    assert small.final_m[0] == pytest.approx(21.425 * (buoyancy / 9.0) ** 0.75 / 5.0)
    stable = plume_rise(d, hot, speed, cold_c, np.array([5.0]), np.array([5]))
    frequency = 9.80616 * 0.035 / 293.15
    assert (
        stable.final_m[0]
        == pytest.approx(2.6 * (buoyancy / (5.0 * frequency)) ** (1 / 3))
        == pytest.approx(67.5, abs=0.2)
    )
    jet = plume_rise(d, cold_c, speed, cold_c, np.array([5.0]), np.array([3]))
    assert jet.final_m[0] == pytest.approx(3.0 * 3.0 * 15.0 / 5.0)
    assert jet.after(50.0)[0] == pytest.approx(
        (3.0 * 9.0 * 225.0 / 4.0 * 50.0 / ((1 / 3 + 1 / 3) * 5.0) ** 2) ** (1 / 3)
    )


def test_a_slow_plume_is_drawn_down_behind_its_stack() -> None:
    lowered = lowered_by_downwash(
        np.array([40.0, 40.0, 1.0]), np.full(3, 2.0), np.array([5.0, 10.0, 0.0]), np.full(3, 5.0)
    )
    assert lowered == pytest.approx([40.0 + 4.0 * (1.0 - 1.5), 40.0, 0.0])


def test_a_rising_plume_is_wider_by_what_it_has_risen() -> None:
    """Pasquill (1976): both spreads grow by the rise over 3.5; the plume is reckoned where it has risen to by then."""
    source = PointSources(*(np.array([v]) for v in (0.0, 0.0, 50.0, 3.0, 150.0, 15.0)))
    air = steady(wind=4.0, stability=3, lid=2000.0)
    found = unit_contributions(source, air, [150.0, 400.0, 4000.0], [20.0, 0.0, -100.0], 1.5, OPEN)[0, :, 0]
    wind = wind_at(4.0, 50.0, 3, urban=False, floor_mps=0.5)
    rise = plume_rise(source.diameter_m, source.exit_c, source.exit_mps, np.array([15.0]), wind, np.array([3]))
    x, y = np.array([150.0, 400.0, 4000.0]), np.array([20.0, 0.0, -100.0])
    risen = rise.after(x)
    assert risen[0] < risen[1] < risen[2] == rise.final_m[0]
    across = np.hypot(RURAL.across.at(x, 3), risen / 3.5)
    up = np.hypot(RURAL.vertical.at(x, 3), risen / 3.5)
    known = [
        1e6 * plain_plume(across[k : k + 1], up[k : k + 1], y[k : k + 1], float(wind), 50.0 + risen[k], 1.5, 2000.0)[0]
        for k in range(3)
    ]
    np.testing.assert_allclose(found, known, rtol=1e-10)


def test_nothing_comes_down_from_above_the_lid() -> None:
    source = PointSources(*(np.array([v]) for v in (0.0, 0.0, 120.0, 4.0, 180.0, 20.0)))
    x = np.geomspace(100.0, 30_000.0, 50)
    assert not concentrations(source, steady(lid=200.0), [[10.0]], x, 0.0 * x).any()
    assert concentrations(source, steady(lid=900.0), [[10.0]], x, 0.0 * x).max() > 1.0


@pytest.mark.parametrize("stability", [0, 3, 5])
def test_what_crosses_a_plane_is_what_was_emitted(stability: int) -> None:
    """Wind times concentration, summed over a plane across the wind from the ground to the lid, is the emission."""
    air = steady(wind=3.0, stability=stability, lid=400.0)
    shape = shape_of(air_of(air, OPEN), stacks_in(one_cold(60.0), air, OPEN), 0, 0)
    y, z = np.linspace(-6.0, 6.0, 401), np.linspace(0.0, 400.0, 801)
    for x in (300.0, 3000.0, 30_000.0):
        wide = y * float(RURAL.across.at(x, stability))
        plane = np.array([[plume_at_(x, b, a, shape) for b in wide[::8]] for a in z[::8]])
        flow = np.trapezoid(np.trapezoid(plane, wide[::8], axis=1), z[::8]) / shape.per_wind
        assert flow == pytest.approx(1.0, rel=1e-3 if stability < 5 else 2e-2)


@arithmetic_kernel
def plume_at_(x: float, y: float, height: float, shape) -> float:
    return plume_at(x, y, height, shape)


def test_what_settles_is_what_the_ground_took() -> None:
    """Source depletion: minus the logarithm of what is left is the integral of speed times the share at the ground."""
    setting = Setting(urban=False, deposition_mps=0.01)
    x = np.array([200.0, 1000.0, 5000.0, 20_000.0])
    for stability, release in ((1, 20.0), (3, 20.0), (5, 5.0)):
        air = steady(wind=2.5, stability=stability, lid=600.0)
        kept = concentrations(one_cold(release), air, [[1.0]], x, 0 * x, 1.5, setting)[0]
        kept /= concentrations(one_cold(release), air, [[1.0]], x, 0 * x, 1.5, OPEN)[0]
        shape = shape_of(air_of(air, OPEN), stacks_in(one_cold(release), air, OPEN), 0, 0)

        def at_ground(log_x: float, stability: int = stability, release: float = release) -> float:
            up = RURAL.vertical.at(np.exp(log_x), stability)
            wide = np.sqrt(2.0 * np.pi) * RURAL.across.at(np.exp(log_x), stability)
            return float(
                np.exp(log_x) * wide * plain_plume(wide / np.sqrt(2 * np.pi), up, 0.0 * up, 1.0, release, 0.0, 600.0)[0]
            )

        known = [math.exp(-0.01 * shape.per_wind * quad(at_ground, 0.0, math.log(end), limit=200)[0]) for end in x]
        np.testing.assert_allclose(kept, known, rtol=2e-3)
        assert np.all(np.diff(kept) < 0.0)


def even_spread(angle_across_deg: float, angle_up_deg: float) -> Spread:
    """Spreads that grow evenly with distance, as pyelq has them."""
    across, up = (math.tan(math.radians(angle)) for angle in (angle_across_deg, angle_up_deg))
    none = (0.0,) * 6
    return Spread(Curve((across,) * 6, none, (-1.0,) * 6), Curve((up,) * 6, none, none))


def test_pyelq_s_figure_for_one_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """1,000 m downwind, 50 m aside: 0.00447361, by pyelq 1.2.7 in ppm for each kg/h at 1.2 kg/m3."""
    monkeypatch.setattr("twin.atmosphere.conditions.spread_of", lambda urban: even_spread(4.6, 3.4))
    wind = float(wind_at(2.5, 30.0, 3, urban=False, floor_mps=0.5))
    found = unit_contributions(one_cold(30.0), steady(wind=2.5), [1000.0], [50.0], 1.5, OPEN)[0, 0, 0] * wind / 2.5
    assert found / (1.2 * 3600.0) == pytest.approx(0.00447361, abs=5e-9)


def test_pyelq_gives_the_same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    plume = pytest.importorskip(
        "pyelq.dispersion_model.gaussian_plume", reason="pyelq brings plotly (64 MB) and is in the extra `bench`"
    )
    source_map = pytest.importorskip("pyelq.source_map")
    monkeypatch.setattr("twin.atmosphere.conditions.spread_of", lambda urban: even_spread(4.6, 3.4))
    x, y = np.random.default_rng(1).uniform(-3000.0, 3000.0, (2, 2000))
    wind = float(wind_at(3.5, 40.0, 3, urban=False, floor_mps=0.5))
    found = unit_contributions(one_cold(40.0), steady(wind=3.5), x, y, 1.5, OPEN)[0, :, 0] / 3600.0
    other = plume.GaussianPlume(source_map=source_map.SourceMap(), source_half_width=0.0)
    other.minimum_contribution = 0.0
    known = other.compute_coupling_array(
        x[:, None], y[:, None], np.full((2000, 1), 1.5), np.full((1, 1), 40.0), np.full((1, 1), wind), np.zeros((1, 1)),
        np.full((1, 1), 4.6), np.full((1, 1), 3.4), 1.0,
    )[:, 0]  # fmt: skip
    seen = known > 1e-12 * known.max()
    assert seen.sum() > 100
    np.testing.assert_allclose(found[seen], known[seen], rtol=1e-10)


def test_fields_are_sums_of_units_whatever_the_tracers_and_heights() -> None:
    sources, air = stacks(25), changing(12)
    chance = np.random.default_rng(1)
    emission = chance.uniform(0.0, 5.0, (2, 12, 25)) * (chance.random((2, 12, 25)) < 0.7)
    x, y = chance.uniform(-9000.0, 9000.0, (2, 600))
    height = np.where(np.arange(600) % 3 == 0, 20.0, 1.5)
    setting = Setting(deposition_mps=0.004)
    fields = concentrations(sources, air, emission, x, y, height, setting)
    units = unit_contributions(sources, air, x, y, height, setting)
    known = np.einsum("hrs,ths->thr", units, emission)
    np.testing.assert_allclose(fields, known, rtol=1e-10, atol=1e-11 * known.max())
    half = concentrations(sources, air, emission[0] * 0.5, x, y, height, setting)
    np.testing.assert_allclose(half * 2.0, fields[0], rtol=1e-12)


def test_the_whole_turns_with_the_wind() -> None:
    """A map turned by 37 degrees in a wind turned by 37 degrees looks the same."""
    x, y = np.random.default_rng(2).uniform(-4000.0, 4000.0, (2, 300))
    angle = math.radians(37.0)
    turned_x, turned_y = x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)
    before = concentrations(one_cold(), steady(start=270.0), [[1.0]], x, y)
    after = concentrations(one_cold(), steady(start=307.0), [[1.0]], turned_x, turned_y)
    np.testing.assert_allclose(after, before, rtol=1e-9, atol=1e-12)
