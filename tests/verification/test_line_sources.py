"""Roads as line sources, against the dense sum of points and against the exact sum over all stretches."""

from __future__ import annotations

import numpy as np
import pytest
from support.air import changing, cold, steady

from twin.atmosphere.conditions import Setting
from twin.atmosphere.grid import Grid
from twin.atmosphere.lines import Roads, road_contributions, road_fields
from twin.atmosphere.plumes import unit_contributions


def one_road(length_m: float, angle_deg: float = 0.0) -> Roads:
    x, y = 0.5 * length_m * np.cos(np.radians(angle_deg)), 0.5 * length_m * np.sin(np.radians(angle_deg))
    return Roads(np.array([-x]), np.array([-y]), np.array([x]), np.array([y]))


@pytest.mark.parametrize(("length_m", "angle_deg"), [(60.0, 0.0), (250.0, 30.0), (800.0, 75.0), (3000.0, 45.0)])
def test_a_road_is_nearly_the_sum_of_dense_points(length_m: float, angle_deg: float) -> None:
    """All classes and winds, near and far; receptors that get less than a thousandth of the most are left out."""
    chance, road = np.random.default_rng(3), one_road(length_m, angle_deg)
    x, y = chance.normal(0.0, 1.0, (2, 60)) * np.exp(chance.uniform(2.5, 7.5, (2, 60)))
    air = changing(12)
    count = int(4 * length_m)
    along = (np.arange(count) + 0.5) / count - 0.5
    points = cold(
        along * length_m * np.cos(np.radians(angle_deg)), along * length_m * np.sin(np.radians(angle_deg)),
        np.full(count, road.release_m), road.first_across_m, road.first_up_m,
    )  # fmt: skip
    known = unit_contributions(points, air, x, y).mean(axis=2)
    found = road_contributions(road, air, x, y)[:, :, 0]
    seen = known > 1e-3 * known.max()
    ratio = found[seen] / known[seen]
    assert seen.sum() > 100
    assert np.sqrt(np.mean((ratio - 1.0) ** 2)) < 0.015
    assert found.sum() / known.sum() == pytest.approx(1.0, abs=2e-3)


def test_a_road_and_its_halves_give_the_same() -> None:
    """Cutting a road changes nothing but the error of its elements."""
    road, air = one_road(1500.0, 20.0), changing(12)
    pieces, of, share = road.cut(100.0)
    x, y = np.random.default_rng(1).uniform(-2500.0, 2500.0, (2, 80))
    whole = road_contributions(road, air, x, y)[:, :, 0]
    parts = road_contributions(pieces, air, x, y) @ share
    assert set(of) == {0}
    assert share.sum() == pytest.approx(1.0)
    assert np.abs(parts - whole).max() < 0.02 * whole.max()
    assert parts.sum() == pytest.approx(whole.sum(), rel=2e-3)


def test_an_endless_road_across_the_wind_is_the_known_formula() -> None:
    """Q / u times twice the bell of a ground release, over sqrt(2 pi) times the vertical spread."""
    road, air = one_road(60_000.0, 90.0), steady(wind=3.0, stability=3, lid=1e5)
    x = np.array([50.0, 200.0, 1000.0])
    setting = Setting(urban=False)
    found = road_contributions(road, air, x, 0 * x, 1.5, setting)[0, :, 0] * 60_000.0
    up = np.hypot(0.06 * x / np.sqrt(1.0 + 1.5e-3 * x), road.first_up_m)
    bells = np.exp(-0.5 * (0.2 / up) ** 2) + np.exp(-0.5 * (2.8 / up) ** 2)
    np.testing.assert_allclose(found, 1e6 / 3.0 * bells / (np.sqrt(2.0 * np.pi) * up), rtol=1e-6)


def network(chance: np.random.Generator, count: int = 400, half_m: float = 6000.0) -> Roads:
    x, y = chance.uniform(-half_m, half_m, (2, count))
    angle, length = chance.uniform(0.0, np.pi, count), chance.lognormal(5.3, 0.6, count)
    return Roads(x, y, x + length * np.cos(angle), y + length * np.sin(angle))


@pytest.mark.parametrize("deposition_mps", [0.0, 0.01])
def test_far_roads_may_be_lumped(deposition_mps: float) -> None:
    """The field of a network, far cells lumped, against the exact sum; some roads lie outside the grid."""
    chance = np.random.default_rng(7)
    roads, air, grid = network(chance), changing(12), Grid(-4000.0, -5000.0, 250.0, 36, 30)
    emission = chance.uniform(0.0, 2.0, (12, 400))
    setting = Setting(deposition_mps=deposition_mps)
    x, y = grid.centres()
    seen = chance.choice(grid.cells, 150, replace=False)
    known = np.einsum("hrs,hs->hr", road_contributions(roads, air, x[seen], y[seen], 1.5, setting), emission)
    errors = {}
    for near in (1, 3, 40):
        found = road_fields(roads, air, emission, grid, setting=setting, near_cells=near)[:, seen]
        errors[near] = np.sqrt(np.mean((found - known) ** 2)) / known.mean()
        assert found.mean() == pytest.approx(known.mean(), rel=0.01)
    assert errors[40] < errors[3] < errors[1]
    assert errors[3] < 0.08, "few roads, so that single ones count; on the map it is 0.014"
    assert errors[40] < 0.01, "with all roads near only the elements' length differs"


def test_a_network_is_linear_in_what_it_emits() -> None:
    chance = np.random.default_rng(8)
    roads, air, grid = network(chance, 50), changing(6), Grid(-4000.0, -4000.0, 500.0, 16, 16)
    first, second = chance.uniform(0.0, 2.0, (2, 6, 50))
    both = road_fields(roads, air, np.stack([first, first + 3.0 * second]), grid)
    alone = road_fields(roads, air, second, grid)
    np.testing.assert_allclose(both[1] - both[0], 3.0 * alone, rtol=1e-9, atol=1e-9 * alone.max())
