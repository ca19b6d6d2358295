"""The city's grid of old air held against single puffs, which are reckoned another way: same places, same amounts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.air import one_cold
from support.air_runs import air_parameters

from twin.atmosphere.air_mass import HOUR_S, Hour
from twin.atmosphere.carried_air import CarriedAir, Places, Way
from twin.atmosphere.conditions import Conditions
from twin.atmosphere.grid import Grid
from twin.atmosphere.puffs import PuffModel, PuffPlan
from twin.atmosphere.stability import D
from twin.domains.air.carried import FINE_TRACERS
from twin.domains.air.tracers import TRACERS, setting_of

HOURS, LID_M, GPS = 6, 500.0, 10.0
GRID = Grid(-62_000.0, -62_000.0, 4000.0, 31, 31)


def turning(class_: int, wind_mps: float = 3.0) -> Conditions:
    """Hours of one class whose wind turns by 35 degrees each."""
    return Conditions(
        np.full(HOURS, wind_mps), 250.0 + 35.0 * np.arange(HOURS) % 360.0, np.full(HOURS, 5.0),
        np.full(HOURS, class_, np.int8), np.full(HOURS, LID_M),
    )  # fmt: skip


def by_puffs(conditions: Conditions) -> tuple[np.ndarray, float]:
    """Return the field of the last hour of what was given off in the first, and how fast old air mixed sideways."""
    model = PuffModel(one_cold(10.0), conditions, GRID, plan=PuffPlan(carried_at_m=10.0, cell_m=2000.0))
    for hour in range(HOURS):
        field = model.hour([[GPS if hour == 0 else 0.0]])
    return field[0], model._mixing_m2ps(model._now(HOURS - 1), upwards=False)


def by_grid(conditions: Conditions, mixing_m2ps: float) -> np.ndarray:
    still = replace(setting_of(air_parameters()), deposition_mps=np.zeros(TRACERS))
    air, places = CarriedAir(GRID, still, mixing_m2ps), Places(np.empty(0), np.empty(0), *GRID.centres(), FINE_TRACERS)
    given = np.zeros((1, TRACERS, 2, GRID.rows, GRID.columns))
    given[0, 0, 0, GRID.rows // 2, GRID.columns // 2] = GPS
    weather = Hour(*(np.array(value) for value in (3.0, LID_M, 50.0, 5.0, 0.0)), D)
    east, north = conditions.towards
    for hour in range(HOURS):
        path_m = float(conditions.wind_mps[hour]) * HOUR_S
        emitted = given * (hour == 1)  # what was given off in the hour before
        field = air.hour(weather, Way(float(east[hour]), float(north[hour]), path_m, path_m), emitted, places)[1]
    return field[0]


@pytest.mark.parametrize("class_", [1, 3])
def test_old_air_of_a_turning_wind_lies_where_puffs_lie_and_is_as_much(class_: int) -> None:
    conditions = turning(class_)
    puffs, mixing_m2ps = by_puffs(conditions)
    grid = by_grid(conditions, mixing_m2ps)
    x, y = GRID.centres()
    middles = [np.array([(field * x).sum(), (field * y).sum()]) / field.sum() for field in (puffs, grid)]
    assert np.hypot(*(middles[0] - middles[1])) < 1000.0
    assert np.hypot(*middles[0]) > 10_000.0
    assert grid.sum() == pytest.approx(puffs.sum(), rel=0.1)
    assert np.corrcoef(puffs, grid)[0, 1] > 0.9
