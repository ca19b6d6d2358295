"""KPIs of the air from hand-made days, each value worked out by hand."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from twin.core.clock import DAY_S, HOUR_S, Clock
from twin.core.recorder import Recorder
from twin.domains.air.judging import days_of, judged
from twin.domains.air.kpis import compute, observations
from twin.domains.air.records import (
    CALLS,
    CONTRIBUTIONS,
    HOURS,
    INSPECTIONS,
    JUDGED_BY,
    SECRETS,
    STATION_HOURS,
    WARNINGS,
)

DAYS = 7
WITHOUT = (100.0, 120.0, 140.0, 200.0, 180.0, 60.0, 170.0)
"""Days 3, 4 and 6 are bad: above 150 the index is above 200."""
LEVELS = (0, 0, 2, 3, 3, 1, 0)
"""Warned on 2 (leads on to a bad day), 3 and 4 (hits) and 5 (false); 6 is missed."""
CLOCK = Clock(datetime(2018, 1, 10), 0.0, DAYS * DAY_S)


def made_up(levels: tuple[int, ...] = LEVELS, without: tuple[float, ...] = WITHOUT) -> dict[str, pd.DataFrame]:
    recorder = Recorder()
    recorder.table("air.judged_by", JUDGED_BY).add(200.0)
    hours, stations = recorder.table("air.hours", HOURS), recorder.table("air.station_hours", STATION_HOURS)
    parts = recorder.table("air.contributions", CONTRIBUTIONS)
    warnings = recorder.table("air.warnings", WARNINGS)
    for day, (level, ugm3) in enumerate(zip(levels, without, strict=True)):
        lived = ugm3 * (0.9 if level else 1.0)
        warnings.add((day - 1) * DAY_S + 16 * HOUR_S, day * DAY_S, level, 10, 1.0, "none", 100.0 if level else 0.0,
                     2500.0 if level else 0.0)  # fmt: skip
        for hour in range(24):
            at_s = day * DAY_S + hour * HOUR_S
            hours.add(at_s, level, "none", lived, ugm3, 1e6 * lived, 1e6 * ugm3, 1e6, 2.0, 90.0, 300.0, 60.0,
                      1000.0 if level else 0.0, 90.0, 100.0)  # fmt: skip
            for station in range(2):
                stations.add(at_s, station, lived + station, 1.5 * lived, 20.0, 40.0, ugm3, lived, True)
                parts.add(at_s, station, "coal", 0.4 * lived, 0.4 * ugm3)
    visits = recorder.table("air.inspections", INSPECTIONS)
    for day, (plant, found) in enumerate([(3, False), (8, False), (5, True)]):
        visits.add(day * DAY_S + 9 * HOUR_S, plant, found)
    secrets = recorder.table("air.secrets", SECRETS)
    secrets.add(5, 0.0, 3.0)
    secrets.add(6, DAY_S, 3.0)
    recorder.table("air.calls", CALLS).add(DAY_S, "respiratory", 113.6, 34.7, 160.0)
    recorder.close()
    return recorder.frames()


@pytest.fixture(scope="module")
def values() -> dict[str, float]:
    return {row.name: row.value for row in compute(made_up(), CLOCK)}


def test_warnings_are_judged_by_what_would_have_been(values: dict[str, float]) -> None:
    assert values["air.bad_days"] == 3
    assert values["air.warned_days"] == 4
    assert values["air.warned_days.orange"] == 2
    assert (values["air.hits"], values["air.misses"], values["air.false_alarms"]) == (2, 1, 1)
    assert values["air.threat_score"] == 0.5
    assert values["air.lead_time_h.mean"] == 32, "decided at 16 h of day 1 for a spell that begins with day 3"


def test_a_warning_that_leads_nowhere_is_false_and_one_without_a_break_is_lead_for_two_days_alone() -> None:
    days = days_of(made_up((1, 1, 1, 1, 0, 0, 0), (50.0, 50.0, 50.0, 200.0, 50.0, 50.0, 50.0)), CLOCK)
    found = judged(days)
    assert (found.hits, found.misses, found.false_alarms) == (1, 0, 1)
    assert found.leads_h == (80.0,)
    apart = judged(days_of(made_up((1, 0, 1, 0, 0, 0, 0), (50.0, 50.0, 50.0, 200.0, 50.0, 50.0, 50.0)), CLOCK))
    assert (apart.hits, apart.misses, apart.false_alarms) == (0, 1, 2)
    assert not apart.leads_h


def test_a_day_that_measures_kept_good_is_no_false_alarm() -> None:
    """160 without measures is bad; 144 with them is not."""
    days = days_of(made_up((0, 0, 0, 1, 0, 0, 0), (50.0, 50.0, 50.0, 160.0, 50.0, 50.0, 50.0)), CLOCK)
    assert days.lived[3] == pytest.approx(144)
    assert (judged(days).hits, judged(days).false_alarms) == (1, 0)


def test_relief_costs_and_exposure(values: dict[str, float]) -> None:
    without, warned = np.array(WITHOUT), np.array(LEVELS) > 0
    assert values["air.relief_share"] == pytest.approx(0.1)
    assert values["air.relief_ugm3"] == pytest.approx(0.1 * without[warned].mean())
    assert values["air.production_million_yuan"] == pytest.approx(4 * 24 * 1000 / 1e6)
    assert values["air.trips_suppressed"] == 400
    assert values["air.measures_million_yuan"] == pytest.approx((4 * 24 * 1000 + 4 * 2500) / 1e6)
    spared = 0.1 * without[warned].sum() * 24 * 1e6
    assert values["air.relief_per_million_yuan"] == pytest.approx(spared / (96_000 + 10_000) * 1e6)
    assert values["air.exposure_ugm3"] == pytest.approx(np.where(warned, 0.9, 1.0) @ without / DAYS)
    assert values["air.pm25_from_ugm3.coal"] == pytest.approx(0.4 * values["air.pm25_ugm3.mean"], rel=1e-6)


def test_hours_over_a_level_are_those_of_the_index_of_an_hour(values: dict[str, float]) -> None:
    """PM2.5 of 180 on both stations (day 3: 200 less a tenth): index 230; day 6: 170, index 220; day 4: 162, 212."""
    assert values["air.hours_over_200.station_1"] == 3 * 24
    assert values["air.hours_over_300.station_1"] == 0
    assert values["air.hours_over_100"] == 6 * 24


def test_who_is_found_when(values: dict[str, float]) -> None:
    assert values["air.inspections"] == 3
    assert values["air.found_out"] == 1
    assert values["air.days_to_find.mean"] == pytest.approx((2 + 9 / 24 + DAYS - 1) / 2), (
        "who is not found counts whole"
    )
    assert values["air.calls_by_exposure"] == 1


def test_cases_are_days_for_hours_in_a_row_have_the_same_air() -> None:
    """Whole days each by itself; the twelve hours left over are shared, so that the mean stays that of all hours."""
    frames = made_up()
    days = observations(frames, CLOCK)
    lived = [ugm3 * (0.9 if level else 1.0) for ugm3, level in zip(WITHOUT, LEVELS, strict=True)]
    assert days["pm25"].tolist() == pytest.approx(lived)
    assert days["pm25"].mean() == pytest.approx(frames["air.hours"]["pm25"].mean())
    part = observations(frames, Clock(datetime(2018, 1, 10), 0.0, 1.5 * DAY_S))
    assert part["pm25"].tolist() == pytest.approx([frames["air.hours"]["pm25"][:36].mean()])
