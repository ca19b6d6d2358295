"""KPIs of elevators from a hand-made day, each value worked out by hand."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pyarrow as pa
import pytest
from support.elevator_runs import run_elevators

from twin.core.clock import DAY_S, HOUR_S, Clock
from twin.core.kpis import HOURS, names_of
from twin.core.recorder import Recorder
from twin.domains.elevators import DESCRIPTION
from twin.domains.elevators.kpis import compute, observations
from twin.domains.elevators.kpis_maintenance import prediction_kpis
from twin.domains.elevators.parameters import CAUSES
from twin.domains.elevators.records import DAYS, FAILURES, FLEET
from twin.domains.elevators.records_maintenance import MAINTENANCE, PREDICTIONS

CLOCK = Clock(datetime(2021, 3, 15, 6), 2 * HOUR_S, DAY_S)


@pytest.fixture(scope="module")
def events() -> dict[str, pd.DataFrame]:
    """Four elevators; three entrapments and two other faults are counted, one of each is not."""
    recorder = Recorder()
    fleet = recorder.table("elevators.fleet", FLEET)
    for elevator, use in enumerate(("residential", "residential", "office", "mall")):
        fleet.add(elevator, str(elevator), 113.6, 34.7, 0, use, 10, 5.0, 300.0, 0)
    failures = recorder.table("elevators.failures", FAILURES)
    for case, (elevator, at_s, cause, people) in enumerate(
        [
            (0, -60.0, "door", 2), (0, 0.0, "door", 1), (1, HOUR_S, "human", 0), (2, 2 * HOUR_S + 1, "power", 4),
            (2, 20 * HOUR_S, "control", 0), (3, 2 * HOUR_S + 2, "power_cut", 2), (3, DAY_S, "drive", 0),
        ]
    ):  # fmt: skip
        failures.add(case, elevator, 0, at_s, CAUSES.index(cause), people)
    days = recorder.table("elevators.days", DAYS)
    days.add(-6 * HOUR_S, 9, 3)
    days.add(18 * HOUR_S, 7, 1)
    maintenance = recorder.table("elevators.maintenance", MAINTENANCE)
    maintenance.add(-6 * HOUR_S, 9, 10, 4, 1, 9, 3, 100.0)
    maintenance.add(18 * HOUR_S, 8, 10, 5, 2, 11, 5, 2500.0)
    recorder.table("elevators.predictions", PREDICTIONS)
    recorder.close()
    return recorder.frames()


def test_kpis_are_those_worked_out_by_hand(events: dict[str, pd.DataFrame]) -> None:
    found = {row.name.removeprefix("elevators."): row.value for row in compute(events, CLOCK)}
    assert found.pop("entrapments_per_1000_year") == pytest.approx(1000 * 3 / 4 * 365.25)
    assert found == {
        "faults": 5, "entrapments": 3, "people_trapped": 7.0, "people.mean": 7 / 3, "visits": 7.0,
        "stopped_share": 0.25, "entrapments.residential": 1, "entrapments.office": 1, "entrapments.mall": 1,
        "entrapments.door": 1, "entrapments.power": 1, "entrapments.power_cut": 1, "entrapments.h06": 1,
        "entrapments.h08": 2, "prevented": 6, "prevented_entrapments": 3, "maintenance_yuan": 2500.0,
        "prevented_per_1000_visits": 750, "prevented_entrapments_per_1000_visits": 375,
    }  # fmt: skip


def test_entrapments_are_the_cases_that_are_paired(events: dict[str, pd.DataFrame]) -> None:
    cases = observations(events, CLOCK)
    assert cases.index.tolist() == [1, 3, 5]
    assert cases["people"].tolist() == [1, 4, 2]


def test_nothing_at_all_gives_counts_of_nothing(events: dict[str, pd.DataFrame]) -> None:
    empty = {**events, "elevators.failures": events["elevators.failures"].iloc[:0]}
    found = {row.name: row.value for row in compute(empty, CLOCK)}
    assert found["elevators.entrapments"] == 0
    assert "elevators.people.mean" not in found


def test_lift_and_true_positives_are_those_worked_out_by_hand() -> None:
    """A hundred parts of two elevators: 8 of 20 failures in the first tenth, 2 in the next, 10 in the last."""
    recorder = Recorder()
    predictions = recorder.table("elevators.predictions", PREDICTIONS)
    failed = [1] * 8 + [0] * 2 + [1] * 2 + [0] * 78 + [1] * 10
    for day in (0, 7):
        for part, count in enumerate(failed):
            predictions.add(day, "rule", part, 2, 0.25, 0.3, count, 0)
    recorder.close()
    found = {
        row.name.removeprefix("elevators.prediction_"): row
        for row in prediction_kpis(recorder.frames()["elevators.predictions"])
    }
    assert found["lift"].value == pytest.approx(8 / 20 * 10)
    assert found["ratio"].value == pytest.approx(100 * 0.25 / 20)
    # 9 % of the 180 sound ones are 16.2: 8 in the first eight parts, 4 in the next two, 2 in two, 2.2 in 1.1 more
    assert found["found"].value == pytest.approx(10 / 20)
    assert found["lift"].count == 40


def test_every_kpi_of_a_run_has_a_name_that_is_listed() -> None:
    _, twin, frames = run_elevators(days=10)
    names = {
        kpi.name for kpi in names_of("elevators", DESCRIPTION.kpi_families, {**DESCRIPTION.members, "hour": HOURS})
    }
    found = [row.name for row in compute(frames, twin.clock)]
    assert set(found) <= names
    assert len(found) == len(set(found)) > 30


def test_tables_have_the_columns_that_are_written_down() -> None:
    _, _, frames = run_elevators(days=1)
    for name, schema in (("failures", FAILURES), ("days", DAYS), ("fleet", FLEET), ("maintenance", MAINTENANCE)):
        assert list(frames[f"elevators.{name}"].columns) == list(schema)
        assert all(isinstance(kind, pa.DataType) for kind in schema.values())
