"""Puffs against the steady plume, their budget of mass, and what calm and turning winds must do."""

from __future__ import annotations

import numpy as np
import pytest
from support.air import changing, cold, one_cold, stacks, steady

from twin.atmosphere.conditions import Conditions, Setting
from twin.atmosphere.grid import Grid
from twin.atmosphere.lines import Roads
from twin.atmosphere.plumes import PointSources, concentrations
from twin.atmosphere.puffs import PuffModel, PuffPlan, areas_of_roads, layer_mixing

GRID = Grid(-10_000.0, -10_000.0, 1000.0, 20, 20)
NEVER_OLD = PuffPlan(wide_m=1e9, old_after_h=1e9)
OPEN = Setting(urban=False)


@pytest.mark.parametrize("stability", [1, 3, 4, 5])
def test_puffs_of_steady_wind_join_into_the_plume(stability: int) -> None:
    """On the axis and off it, below a lid that is felt; to 1e-5 where puffs are short beside a step's path."""
    hours = 8
    air = steady(hours, wind=2.5, stability=stability, lid=300.0)
    x, y = np.array([300.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0]), np.array([10.0, 0.0, 50.0, -100.0, 20.0, 200.0])
    known = concentrations(one_cold(), air, np.full((hours, 1), 10.0), x, y, 1.5, OPEN)[-1]
    puffs = PuffModel(one_cold(), air, GRID, x, y, setting=OPEN, plan=NEVER_OLD)
    for _ in range(hours):
        found = puffs.hour([[10.0]])[0]
    np.testing.assert_allclose(found[GRID.cells :], known, rtol=1e-3)
    np.testing.assert_allclose(found[GRID.cells : -1], known[:-1], rtol=1e-5)
    cells = concentrations(one_cold(), air, np.full((hours, 1), 10.0), *GRID.centres(), 1.5, OPEN)[-1]
    reached = cells > 1e-3 * cells.max()
    assert reached.sum() > 10
    np.testing.assert_allclose(found[: GRID.cells][reached], cells[reached], rtol=2e-2)


@pytest.mark.parametrize(("stability", "lid", "tolerance"), [(1, 750.0, 0.03), (3, 500.0, 0.05), (4, 300.0, 0.15)])
def test_old_air_gives_nearly_what_the_plume_gives(stability: int, lid: float, tolerance: float) -> None:
    """Summed across the plume, where puffs have become old air whose wind is that of the stack."""
    hours, grid = 12, Grid(0.0, -8000.0, 1000.0, 24, 16)
    air = steady(hours, wind=3.0, stability=stability, lid=lid)
    known = concentrations(one_cold(), air, np.full((hours, 1), 10.0), *grid.centres(), 1.5, OPEN)[-1]
    puffs = PuffModel(one_cold(), air, grid, setting=OPEN, plan=PuffPlan(wide_m=300.0, carried_at_m=30.0))
    for _ in range(hours):
        found = puffs.hour([[10.0]])[0]
    assert puffs.budget().in_old_air_g[0] > 0.5 * puffs.budget().in_puffs_g[0]
    known, found = known.reshape(16, 24), found.reshape(16, 24)
    for column in (12, 16, 20):
        assert found[:, column].sum() == pytest.approx(known[:, column].sum(), rel=tolerance), column


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost(seed: int) -> None:
    """What was emitted is in puffs, in old air, on the ground, or has left; to 1e-9, in two days of all weathers."""
    hours, sources = 48, stacks(12)
    areas, stretch, area, share = areas_of_roads(
        Roads(*np.random.default_rng(seed).uniform(-6000.0, 6000.0, (4, 20))), 2000.0
    )
    assert np.bincount(stretch, share) == pytest.approx(np.ones(20))
    assert area.max() == len(areas) - 1
    names = ("x_m", "y_m", "height_m", "diameter_m", "exit_c", "exit_mps", "first_across_m", "first_up_m")
    both = PointSources(*(np.concatenate([getattr(sources, name), getattr(areas, name)]) for name in names))
    chance = np.random.default_rng(seed)
    puffs = PuffModel(
        both, changing(hours, seed), GRID, deposition_mps=(0.0, 0.003, 0.02), plan=PuffPlan(margin_m=10_000.0)
    )
    for _ in range(hours):
        found = puffs.hour(chance.uniform(0.0, 3.0, (3, len(both))))
        assert np.all(found >= 0.0)
    budget = puffs.budget()
    assert np.all(budget.missing_share < 1e-9)
    assert budget.deposited_g[0] == 0.0
    assert budget.deposited_g[2] > budget.deposited_g[1] > 0.0
    assert np.all(budget.left_g > 0.1 * budget.emitted_g), "much has left in two days"
    assert np.all(budget.in_old_air_g > 0.0)


def test_concentrations_are_linear_and_add_up() -> None:
    """Emissions may change from hour to hour; three tracers at once are three runs."""
    hours, sources = 10, stacks(6)
    chance = np.random.default_rng(3)
    first, second = chance.uniform(0.0, 3.0, (2, hours, 6))
    together = PuffModel(sources, changing(hours), GRID, deposition_mps=(0.01, 0.01, 0.01))
    alone = PuffModel(sources, changing(hours), GRID, deposition_mps=(0.01,))
    for hour in range(hours):
        one, two, sum_of_both = together.hour(np.stack([first[hour], second[hour], first[hour] + 2.0 * second[hour]]))
        np.testing.assert_allclose(one + 2.0 * two, sum_of_both, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(alone.hour(first[hour][None])[0], one, rtol=1e-12, atol=1e-13)


def test_a_copy_lives_on_by_itself() -> None:
    """A forecast from the present state, and the day as it goes on, do not disturb one another."""
    day = PuffModel(stacks(4), changing(9), GRID)
    for _ in range(4):
        day.hour(np.ones((1, 4)))
    forecast = day.copy()
    for _ in range(5):
        other = forecast.hour(np.zeros((1, 4)))
    for _ in range(5):
        same = day.hour(np.ones((1, 4)))
    again = PuffModel(stacks(4), changing(9), GRID)
    for _ in range(9):
        known = again.hour(np.ones((1, 4)))
    assert np.array_equal(same, known)
    assert other.sum() < same.sum()


def test_calm_air_fills_up() -> None:
    """Without wind nothing leaves: hour by hour more is there, all round the source; no plume can show that."""
    hours = 10
    air = Conditions(np.zeros(hours), np.zeros(hours), np.full(hours, 2.0), np.full(hours, 4), np.full(hours, 200.0))
    puffs = PuffModel(cold(np.zeros(1), np.zeros(1), np.array([10.0])), air, Grid(-4000.0, -4000.0, 500.0, 16, 16))
    means = []
    for _ in range(hours):
        field = puffs.hour([[10.0]])[0].reshape(16, 16)
        means.append(field.mean())
        np.testing.assert_allclose(field, field[::-1], rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(field, field.T, rtol=1e-6, atol=1e-6)
    assert np.all(np.diff(means) > 0.0)
    assert puffs.budget().left_g[0] == 0.0


def test_what_was_carried_away_comes_back_with_the_wind() -> None:
    """Three hours of west wind, then of east wind: the source's own place sees its old puffs again."""
    air = Conditions(
        np.full(6, 2.0), np.repeat([270.0, 90.0], 3), np.full(6, 5.0), np.full(6, 3), np.full(6, 400.0)
    )  # fmt: skip
    upwind = np.array([-3000.0])
    puffs = PuffModel(one_cold(), air, Grid(-12_000.0, -6000.0, 1000.0, 24, 12), upwind, np.zeros(1))
    seen = [puffs.hour([[10.0 if hour < 3 else 0.0]])[0, -1] for hour in range(6)]
    assert seen[:3] == [0.0, 0.0, 0.0]
    assert max(seen[3:]) > 0.5


def test_a_night_s_puff_aloft_comes_down_in_the_morning() -> None:
    """Released above the lid it is not felt below; once the lid rises past it, it is."""
    air = Conditions(
        np.full(3, 0.5), np.full(3, 270.0), np.full(3, 5.0), np.array([4, 4, 1]), np.array([80.0, 80.0, 900.0])
    )
    puffs = PuffModel(one_cold(150.0), air, Grid(-4000.0, -4000.0, 500.0, 24, 16))
    sums = [puffs.hour([[10.0]])[0].sum() for _ in range(3)]
    assert sums[0] == sums[1] == 0.0
    assert sums[2] > 1.0


def test_layers_mix_below_the_lid_only_and_keep_their_mass() -> None:
    tops = np.array([50.0, 150.0, 300.0, 600.0])
    mixing = layer_mixing(tops, 30.0, 240.0, 0.0, 3600.0)
    np.testing.assert_allclose(mixing.sum(axis=0), 1.0, rtol=1e-14)
    assert np.all(mixing[3, :3] == 0.0)
    well_mixed = np.array([50.0, 100.0, 150.0, 0.0])
    assert layer_mixing(tops, 30.0, 220.0, 0.0, 3600.0)[2, 2] == 1.0, "the third layer's middle lies above it"
    np.testing.assert_allclose(mixing[:4] @ well_mixed, well_mixed, rtol=1e-9, atol=1e-12)
    settling = layer_mixing(tops, 30.0, 240.0, 0.01, 3600.0)
    assert settling[-1, 0] > settling[-1, 1] > settling[-1, 2] > settling[-1, 3] == 0.0
