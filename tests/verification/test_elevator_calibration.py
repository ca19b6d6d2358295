"""Zhengzhou's fleet against what is published: what was fitted, and what was not (docs/validation.md)."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from support.traffic import zhengzhou

from twin.core.clock import DAY_S, HOUR_S, Clock
from twin.core.streams import Streams
from twin.domains.elevators.days import draw_days
from twin.domains.elevators.fleet import draw_fleet
from twin.domains.elevators.history import live_history
from twin.domains.elevators.parameters import CAUSES, USES, ElevatorParameters
from twin.domains.elevators.particulars import Particulars

FLEET_END_OF_2018 = 91_685
ENTRAPMENTS_2018 = 12_052


class Year(NamedTuple):
    """The entrapments of a year, and the fleet in which they were."""

    fleet: pd.DataFrame
    trapping: pd.DataFrame
    by_day: np.ndarray


@cache
def year(replication: int) -> Year:
    """Live the year 2018 as a history, which nobody's decisions reach."""
    parameters = ElevatorParameters(history_days=365)
    named = Streams(0, 0)
    fleet = draw_fleet(lambda column: named("elevators", "fleet", column), zhengzhou(), parameters)
    fleet["age_years"] += 1.0  # ages are those of the end, the figure is of the year that begins with the table's
    streams = Streams(5, replication)
    clock = Clock(datetime(2019, 1, 1), 0.0, DAY_S)
    days = draw_days(lambda column: streams("elevators", "days", column), clock, parameters, ())
    key = streams("elevators", "key").integers(0, 2**64, len(fleet), np.uint64)
    history = live_history(fleet, parameters, key, days).failures
    trapping = history[history["people"] > 0].reset_index(drop=True)
    told = Particulars(fleet, key, parameters).of(trapping["elevator"].to_numpy(), trapping["number"].to_numpy())
    trapping["hour"] = (told.second_of_day // HOUR_S).astype(int)
    trapping["use"] = fleet["use"].to_numpy()[trapping["elevator"]]
    trapping["age_years"] = fleet["age_years"].to_numpy()[trapping["elevator"]] - 1
    return Year(fleet, trapping, np.bincount(trapping["day"] + 365, minlength=365))


def test_there_are_as_many_elevators_as_in_the_city() -> None:
    assert len(year(0).fleet) == FLEET_END_OF_2018


def test_a_year_has_the_published_number_of_entrapments() -> None:
    counts = [len(year(replication).trapping) for replication in range(3)]
    assert np.mean(counts) == pytest.approx(ENTRAPMENTS_2018, rel=0.03)


def test_causes_and_uses_are_those_of_the_bulletins() -> None:
    trapping = year(0).trapping
    causes = trapping["cause"].value_counts(normalize=True).rename(lambda code: CAUSES[code])
    assert causes["human"] + causes["rubbish"] == pytest.approx(0.208, abs=0.03)
    assert causes["power"] + causes["water_heat"] == pytest.approx(0.296, abs=0.03)
    assert causes["door"] == pytest.approx(0.060, abs=0.01)
    uses = trapping["use"].value_counts(normalize=True).rename(lambda code: USES[code])
    for use, published in (("residential", 4078), ("office", 936), ("mall", 335), ("hospital", 318)):
        assert uses[use] == pytest.approx(published / 6532, abs=0.02), use


def test_people_and_hours_are_those_of_the_bulletins() -> None:
    trapping = pd.concat([year(replication).trapping for replication in range(3)])
    assert trapping["people"].mean() == pytest.approx(12_215 / 6_532, abs=0.04)
    hours = np.bincount(trapping["hour"], minlength=24) / len(trapping)
    assert hours[6:12].sum() + hours[18:22].sum() == pytest.approx(0.745, abs=0.015)
    assert hours[18:20].sum() == pytest.approx(0.147, abs=0.01)


def test_elevators_of_ten_to_fifteen_years_are_worst() -> None:
    """Fitted: 1.6 times the mean. Not fitted: younger ones are better, and modernisation shows beyond fifteen years."""
    fleet, trapping, _ = year(0)
    age = fleet["age_years"].to_numpy() - 1
    bands = [(0, 5), (5, 10), (10, 15), (15, 25)]
    per_elevator = [
        trapping["age_years"].between(low, high).sum() / ((age >= low) & (age < high)).sum() for low, high in bands
    ]
    relative = np.array(per_elevator) / (len(trapping) / len(fleet))
    assert relative[2] == pytest.approx(1.45 / 0.91, abs=0.15)
    assert relative[0] < relative[1] < relative[2]
    assert relative[3] < relative[2]


def test_december_has_forty_a_day_and_worst_days_like_the_published_ones() -> None:
    """Fitted: 40 a day, 67 on the worst of 31 (one December of many; the model's differ from one another)."""
    decembers = np.array([year(replication).by_day[-31:] for replication in range(3)])
    assert decembers.mean() == pytest.approx(40, abs=4)
    assert 50 < decembers.max(axis=1).mean() < 85
