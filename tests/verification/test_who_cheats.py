"""Who secretly emits at night is found by the gap as far as stations see something of it, and no further."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import numpy as np
import pytest
from support.air_runs import air_parameters, run_air, town
from support.commands import ROOT
from support.night_cheats import (
    FROM_H,
    UNTIL_H,
    Mornings,
    chosen_cheats,
    days_to_find,
    honest_mornings,
    secret_ugm3,
    seen_over_noise,
)

from twin.city.city import City
from twin.city.map import read_map
from twin.city.section import RoadParameters
from twin.core.clock import DAY_S
from twin.core.domain import WorldEvent
from twin.domains.air.decisions_inspection import InspectPlants, PlantInspectionView
from twin.domains.air.decisions_warning import Warn
from twin.domains.air.inventory import Inventory
from twin.domains.air.parameters import AirParameters
from twin.policies.air.plant_inspection.by_gap import by_gap

START = datetime(2018, 11, 20)
FACTOR = 20.0
EXACT = air_parameters(station_error=0.0, cheat_share=0.0, cheat_found_share=1.0, inspections_a_day=3)


@pytest.fixture(scope="module")
def mornings() -> Mornings:
    return honest_mornings(town(), 4, START, EXACT)


def test_a_plume_that_ends_above_the_lid_gives_stations_nothing() -> None:
    """Why a high stack that cheats on nights of a low lid, as over open country, stays hidden whatever it emits."""
    mornings = honest_mornings(town(), 2, START, EXACT.model_copy(update={"urban_residents": 0.0}))
    assert 0.05 < mornings.aloft[mornings.night].mean() < 0.95
    units = np.moveaxis(mornings.units_ugm3, 1, 2)
    assert (units[mornings.aloft] == 0).all()
    assert (units[~mornings.aloft] > 0).any()


def test_who_is_seen_best_is_found_first(mornings: Mornings) -> None:
    over = np.array([seen_over_noise(mornings, plant, FACTOR) for plant in range(len(mornings.stack_m))])
    best = int(over.argmax())
    assert days_to_find(mornings, best, FACTOR, partial(by_gap, pause_days=0)) == 1
    assert days_to_find(mornings, best, 1.0, lambda view: InspectPlants(())) is None


def test_what_is_added_to_the_residuals_is_what_a_run_with_the_cheat_brings(mornings: Mornings) -> None:
    """The study's shortcut against the twin itself: what is left is old air, which the wind carries on."""
    over = np.array([seen_over_noise(mornings, plant, FACTOR) for plant in range(len(mornings.stack_m))])
    plant = int(over.argmax())
    sources, city = Inventory.of(town(), EXACT).sources, town()
    lon, lat = city.roads.origin
    at = city.moved(np.array([lon]), np.array([lat]), sources.x_m[plant : plant + 1], sources.y_m[plant : plant + 1])
    place = (float(at[0][0]), float(at[1][0]))
    details = (("from_h", float(FROM_H)), ("place", place), ("until_h", float(UNTIL_H)))
    event = WorldEvent("plant_cheats", FACTOR, FROM_H * 3600.0, 9 * DAY_S, details)
    seen: list[PlantInspectionView] = []

    def look(view: PlantInspectionView) -> InspectPlants:
        seen.append(view)
        return InspectPlants(())

    _, _, frames = run_air(
        EXACT, days=4, start=START, brain="city_brain", events=[event],
        rules={"plant_inspection": look, "air_warning": lambda view: Warn(0)},
    )  # fmt: skip
    assert frames["air.secrets"]["plant"].tolist() == [plant]
    end = mornings.last_hour[1]
    brought = (seen[1].residual_ugm3 - mornings.views[1].residual_ugm3)[-end:]
    expected = secret_ugm3(mornings, plant, FACTOR)[:end]
    apart = brought - expected
    assert expected.max() > 1.0
    assert np.abs(apart[: FROM_H + 1]).max() < 1e-3 * expected.max(), "before and in its first hour nothing is old"
    clear = expected > 0.5 * expected.max()
    assert brought[clear] == pytest.approx(expected[clear], rel=0.1)
    assert apart.min() > -1e-3 * expected.max(), "old air is never less than nothing"
    assert apart.max() < 0.2 * expected.max()


@pytest.mark.study
def test_in_zhengzhou_who_stands_out_is_found_within_a_week_and_who_is_not_seen_by_chance_alone() -> None:
    """Twenty cheats, fourteen days; the table stands in docs/validation.md (tests/bench/air_inspection.py)."""
    city = City(read_map(ROOT / "maps" / "zhengzhou"), RoadParameters())
    mornings = honest_mornings(city, 14, START, AirParameters(grid_km=16, cheat_share=0.0))
    found = {}
    for plant in chosen_cheats(mornings, 3.0, 20, 7):
        found[plant] = (seen_over_noise(mornings, plant, 3.0), days_to_find(mornings, plant, 3.0, partial(by_gap)))
    clear = [day for over, day in found.values() if over > 6]
    assert clear
    assert all(day is not None and day <= 7 for day in clear)
    unseen = [day for over, day in found.values() if over < 0.1]
    assert len(unseen) >= 5
    assert sum(day is not None for day in unseen) <= 3, "seven in a hundred would be found at random"
