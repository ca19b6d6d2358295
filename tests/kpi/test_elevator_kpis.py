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
from twin.domains.elevators.rescue_records import HELPERS, RESCUES, TEAMS, WORKER_DAYS, WORKERS

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
    members = {**DESCRIPTION.members, "hour": HOURS, "district": tuple(twin.city.roads.districts)}
    names = {kpi.name for kpi in names_of("elevators", DESCRIPTION.kpi_families, members)}
    found = [row.name for row in compute(frames, twin.clock)]
    assert set(found) <= names
    assert len(found) == len(set(found)) > 30


def test_tables_have_the_columns_that_are_written_down() -> None:
    _, _, frames = run_elevators(days=1)
    for name, schema in (
        ("maintenance", MAINTENANCE),
        ("failures", FAILURES),
        ("days", DAYS),
        ("fleet", FLEET),
        ("rescues", RESCUES),
        ("helpers", HELPERS),
        ("workers", WORKERS),
        ("teams", TEAMS),
        ("worker_days", WORKER_DAYS),
    ):
        assert list(frames[f"elevators.{name}"].columns) == list(schema)
        assert all(isinstance(kind, pa.DataType) for kind in schema.values())


# -- rescue ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rescued(events: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The three counted entrapments are freed after 10, 40 and 100 minutes; a false alarm; two days of workers."""
    recorder = Recorder()
    table = recorder.table("elevators.rescues", RESCUES)
    for case, elevator, people, at_s, minutes, level, own, team in (
        (0, 0, 2, -60.0, (1, 1, 5, 6), 1, True, False), (1, 0, 1, 0.0, (1, 2, 7, 10), 1, True, False),
        (3, 2, 4, 7201.0, (5, 6, 37, 40), 1, False, False), (5, 3, 2, 7202.0, (50, 50, 80, 100), 2, False, True),
        (9, 1, 0, 9000.0, (1, 1, 8, 13), 1, True, False),
    ):  # fmt: skip
        stamps = [at_s + 60 * minute for minute in minutes]
        table.add(case, elevator, "east" if elevator == 3 else "west", "door", people, 0, "property", at_s, *stamps,
                  stamps[-1] + 600, level, 0, own, 1000.0, team, case == 5, False)  # fmt: skip
    days = recorder.table("elevators.worker_days", WORKER_DAYS)
    days.add(-6 * HOUR_S, 10, 100.0, 20.0, 5.0, 5.0, 700.0)
    days.add(18 * HOUR_S, 10, 300.0, 40.0, 10.0, 20.0, 800.0)
    recorder.close()
    return {**events, **recorder.frames()}


def test_kpis_of_rescue_are_those_worked_out_by_hand(rescued: dict[str, pd.DataFrame]) -> None:
    found = {row.name.removeprefix("elevators."): row.value for row in compute(rescued, CLOCK)}
    wanted = {
        "alarm_min.mean": (1 + 5 + 50) / 3, "alarm_min.worst": 50, "arrival_min.mean": (6 + 32 + 30) / 3,
        "arrival_min.west.mean": (6 + 32) / 2, "arrival_min.east.worst": 30, "release_min.mean": (3 + 3 + 20) / 3,
        "trapped_min.mean": 50, "trapped_min.worst": 100, "trapped_min.p90": 40 + 0.8 * 60,
        "trapped_min.office.mean": 40, "over_30_min": 2 / 3, "over_30_min.residential": 0, "over_30_min.east": 1,
        "people_minutes": 1 * 10 + 4 * 40 + 2 * 100, "still_trapped": 0, "second_level": 1, "freed_by_another": 2 / 3,
        "false_alarms": 1, "fell_ill": 1, "worker_utilisation": 100 / 400, "cost_yuan": 1500,
    }  # fmt: skip
    assert {name: found[name] for name in wanted} == pytest.approx(wanted)


def test_whom_power_freed_counts_as_such_and_in_no_arrival(rescued: dict[str, pd.DataFrame]) -> None:
    rows = rescued["elevators.rescues"].copy()
    rows["own_firm"] = rows["own_firm"].astype(object)
    for name, value in (("arrive_s", float("nan")), ("own_firm", None), ("by_power", True)):
        rows.loc[rows["case"] == 5, name] = value
    found = {row.name: row.value for row in compute({**rescued, "elevators.rescues": rows}, CLOCK)}
    assert found["elevators.freed_by_power"] == 1
    assert found["elevators.still_trapped"] == 0
    assert found["elevators.arrival_min.mean"] == pytest.approx((6 + 32) / 2)
    assert found["elevators.trapped_min.worst"] == pytest.approx(100)
    assert found["elevators.freed_by_another"] == pytest.approx(0.5)


def test_who_is_still_trapped_counts_as_such_and_in_no_time(rescued: dict[str, pd.DataFrame]) -> None:
    rows = rescued["elevators.rescues"].copy()
    rows.loc[rows["case"] == 5, ["arrive_s", "freed_s", "back_s"]] = float("nan")
    found = {row.name: row.value for row in compute({**rescued, "elevators.rescues": rows}, CLOCK)}
    assert found["elevators.still_trapped"] == 1
    assert found["elevators.trapped_min.worst"] == pytest.approx(40)
    assert found["elevators.people_minutes"] == pytest.approx(170)
    assert found["elevators.freed_by_another"] == pytest.approx(0.5)
