"""The air of Zhengzhou in the twin beside what is known of it."""

from __future__ import annotations

from datetime import datetime
from functools import cache

import numpy as np
import pandas as pd
import pytest
from support.air_runs import run_air
from support.traffic import zhengzhou

from twin.core.clock import DAY_S
from twin.core.domain import WorldEvent
from twin.domains.air.decisions_traffic import Restrict, TrafficRestrictionView
from twin.domains.air.decisions_warning import AirWarningView, Warn
from twin.domains.air.kinds import GROUPS
from twin.domains.air.parameters import AirParameters

COARSE = AirParameters(grid_km=50, inspections_a_day=0)
"""Exposure is not looked at here, and it takes most of the time."""


def never(view: AirWarningView) -> Warn:
    return Warn(0)


def red(view: AirWarningView) -> Warn:
    return Warn(4)


def odd_even(view: TrafficRestrictionView) -> Restrict:
    return Restrict("odd_even")


@cache
def weeks(start: datetime, urban_residents: float = 0.0) -> dict[str, pd.DataFrame]:
    """Return the events of three weeks in which nobody is warned."""
    given = COARSE.model_copy(update={"urban_residents": urban_residents})
    return run_air(given, days=21, start=start, rules={"air_warning": never}, city=zhengzhou())[2]


def month(start: datetime) -> tuple[float, dict[str, float]]:
    """Return the mean of PM2.5 over three weeks, and by group of sources."""
    frames = weeks(start)
    parts = frames["air.contributions"].groupby("group", observed=True)["pm25"].mean()
    return float(frames["air.hours"]["pm25"].mean()), {group: float(parts[group]) for group in GROUPS}


@pytest.mark.long
def test_winter_and_summer_are_as_far_apart_as_they_were() -> None:
    """Zhengzhou's stations of 2017 to 2019: some 110 to 130 µg/m³ in January, some 30 to 45 in July."""
    winter, summer = month(datetime(2018, 1, 5))[0], month(datetime(2018, 7, 5))[0]
    assert 80 < winter < 170
    assert 20 < summer < 60


@pytest.mark.long
def test_with_nights_of_a_city_winter_days_are_as_uneven_as_in_cities_of_the_plain() -> None:
    """Highest over lowest hour of the mean course: some 1.2 to 1.6, as recalled; with nights of open country 1.9."""
    course = (
        weeks(datetime(2018, 1, 5), urban_residents=6_500_000.0)["air.hours"]["pm25"]
        .to_numpy(np.float64)
        .reshape(-1, 24)
        .mean(axis=0)
    )
    assert 1.2 < course.max() / course.min() < 1.6
    assert course[13:16].mean() < 0.85 * course[6:9].mean()


@pytest.mark.long
def test_half_of_the_mass_is_secondary_and_coal_is_burnt_in_winter() -> None:
    winter = month(datetime(2018, 1, 5))[1]
    share = (winter["inorganic"] + winter["organic"]) / sum(winter.values())
    assert 0.4 < share < 0.65
    summer = month(datetime(2018, 7, 5))[1]
    assert winter["coal"] / sum(winter.values()) > 1.5 * summer["coal"] / sum(summer.values())


@pytest.mark.long
def test_a_red_alert_relieves_as_much_as_published_and_as_late() -> None:
    """Published: 11 to 28 %, for some 36 % fewer emissions, full after 48 to 72 h."""
    still = WorldEvent("air_stagnates", 0.6, 0.0, 6 * DAY_S)
    _, _, frames = run_air(
        COARSE, days=6, start=datetime(2018, 1, 8), events=[still], brain="city_brain", city=zhengzhou(),
        rules={"air_warning": red, "traffic_restriction": odd_even},
    )  # fmt: skip
    hours = frames["air.hours"]
    cut = 1 - hours["emitted_gps"].to_numpy() / hours["ordinary_gps"].to_numpy()
    assert cut[24:].mean() == pytest.approx(0.36, abs=0.05)
    relief = (1 - hours["pm25"].to_numpy(np.float64) / hours["pm25_without"].to_numpy(np.float64)).reshape(6, 24)
    by_day = relief.mean(axis=1)
    assert by_day[0] == 0
    assert 0.11 <= by_day[1:].mean() <= 0.28
    full = by_day[4:].mean()
    assert by_day[1] < 0.75 * full, "half of it comes at once, with what is fresh"
    assert by_day[3] > 0.85 * full, "nearly all of it after 48 to 72 h"
