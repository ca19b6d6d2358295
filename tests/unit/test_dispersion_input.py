"""What dispersion is asked wrongly is refused with the name of what is wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.air import one_cold, stacks, steady

from twin.atmosphere.conditions import Conditions, Setting
from twin.atmosphere.grid import Grid
from twin.atmosphere.lines import Roads, road_fields
from twin.atmosphere.parameters import SHIPPED
from twin.atmosphere.plumes import RECEPTOR_HEIGHT_M, PointSources, concentrations, unit_contributions
from twin.atmosphere.puffs import PuffModel, PuffPlan
from twin.atmosphere.similarity import SurfaceLayer

GRID = Grid(0.0, 0.0, 100.0, 4, 3)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("wind_mps", [-1.0], "wind_mps must not be negative"),
        ("wind_mps", [np.nan], "wind_mps needs one finite number for each of 1 hours"),
        ("wind_from_deg", [0.0, 1.0], "wind_from_deg needs one finite number"),
        ("stability", [6], "stability must be 0 to 5"),
        ("mixing_height_m", [0.0], "mixing_height_m must be above 0"),
    ],
)
def test_air_must_make_sense(column: str, value: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(steady(), **{column: np.array(value)})


@pytest.mark.parametrize("column", ["height_m", "diameter_m", "exit_mps"])
def test_stacks_must_make_sense(column: str) -> None:
    with pytest.raises(ValueError, match=f"{column} must not be negative"):
        replace(stacks(2), **{column: np.array([1.0, -1.0])})
    with pytest.raises(ValueError, match="x_m needs one finite number for each of 2 sources"):
        replace(stacks(2), x_m=np.array([0.0, np.inf]))


def test_settings_and_receptors_must_make_sense() -> None:
    with pytest.raises(ValueError, match="wind_floor_mps must be above 0"):
        Setting(wind_floor_mps=0.0)
    with pytest.raises(ValueError, match="deposition_mps must not be negative"):
        Setting(deposition_mps=-0.1)
    with pytest.raises(ValueError, match="height_m must lie between"):
        unit_contributions(one_cold(), steady(lid=100.0), [100.0], [0.0], 120.0)
    with pytest.raises(ValueError, match="one number for each receptor"):
        unit_contributions(one_cold(), steady(), [100.0], [0.0, 1.0])
    with pytest.raises(ValueError, match=r"emission_gps needs shape \(1, 1\)"):
        concentrations(one_cold(), steady(), [[1.0, 2.0]], [100.0], [0.0])
    with pytest.raises(ValueError, match="not negative"):
        concentrations(one_cold(), steady(), [[np.nan]], [100.0], [0.0])


def test_roads_and_grids_must_make_sense() -> None:
    with pytest.raises(ValueError, match="cell_m above 0"):
        Grid(0.0, 0.0, 0.0, 4, 4)
    road = Roads(*np.array([[0.0], [0.0], [100.0], [0.0]]))
    with pytest.raises(ValueError, match="spreads above 0"):
        replace(road, first_up_m=0.0)
    with pytest.raises(ValueError, match=r"shape \(1, 1\)"):
        road_fields(road, steady(), np.ones((2, 1)), GRID)
    with pytest.raises(ValueError, match="near_cells must be at least 1"):
        road_fields(road, steady(), np.ones((1, 1)), GRID, near_cells=0)


def test_puffs_must_make_sense() -> None:
    with pytest.raises(ValueError, match="tops_m must rise"):
        PuffPlan(tops_m=(100.0, 50.0))
    with pytest.raises(ValueError, match="steps_per_hour"):
        PuffPlan(steps_per_hour=0)
    with pytest.raises(ValueError, match="deposition_mps"):
        PuffModel(one_cold(), steady(), GRID, deposition_mps=(-1.0,))
    puffs = PuffModel(one_cold(), steady(), GRID)
    with pytest.raises(ValueError, match=r"of shape \(1, 1\)"):
        puffs.hour([1.0])
    puffs.hour([[1.0]])
    with pytest.raises(ValueError, match="conditions for 1 hours only"):
        puffs.hour([[1.0]])


def test_a_surface_layer_must_make_sense() -> None:
    with pytest.raises(ValueError, match="obukhov_m other than 0"):
        SurfaceLayer(np.array([0.3]), np.array([0.0]), np.array([0.1]), 0.01)


def test_nothing_emitted_or_nobody_there_gives_nothing() -> None:
    nobody = PointSources(*np.zeros((6, 0)))
    assert not concentrations(nobody, steady(2), np.zeros((2, 0)), [1.0, 2.0], [0.0, 0.0]).any()
    assert concentrations(one_cold(), steady(2), np.ones((2, 1)), [], []).shape == (2, 0)
    assert not road_fields(Roads(*np.zeros((4, 0))), steady(2), np.zeros((2, 0)), GRID).any()
    assert not PuffModel(nobody, steady(2), GRID).hour(np.zeros((1, 0))).any()


def test_weather_s_columns_are_taken_over() -> None:
    assert Conditions.of(steady(3)).stability.dtype == np.int8
    assert len(Conditions.of(steady(3))) == 3


def test_every_parameter_is_used_and_lies_in_its_range() -> None:
    plan, road, setting = PuffPlan(), Roads(*np.zeros((4, 1))), Setting()
    used = {
        "wind_floor_mps": setting.wind_floor_mps, "road_release_m": road.release_m, "road_first_up_m": road.first_up_m,
        "road_first_across_m": road.first_across_m, "puffs_per_hour": plan.steps_per_hour,
        "puff_old_after_h": plan.old_after_h, "puff_wide_m": plan.wide_m, "old_air_cell_m": plan.cell_m,
        "old_air_margin_m": plan.margin_m, "old_air_carried_at_m": plan.carried_at_m,
        "receptor_height_m": RECEPTOR_HEIGHT_M,
    }  # fmt: skip
    by_domain = {"fine_deposition_mps", "coarse_deposition_mps"}
    assert set(SHIPPED) == set(used) | by_domain
    for name, value in used.items():
        low, high = SHIPPED[name].range or (value, value)
        assert low <= value <= high, name
        assert value == SHIPPED[name].value
