"""KPIs from a hand-made day of five calls, each value worked out by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
import pytest

from twin.core.clock import Clock
from twin.core.kpis import HOURS, names_of
from twin.core.recorder import Recorder
from twin.core.statistics import statistic_of
from twin.domains.emergency import DESCRIPTION
from twin.domains.emergency.kpis import compute, observations
from twin.domains.emergency.records import CALLS, COVERAGE, FLEET, TRIPS, VEHICLES, WALK_INS

CLOCK = Clock(datetime(2021, 3, 15), 3600.0, 7200.0)


def call(number: int, **given: Any) -> tuple[Any, ...]:
    plain = dict.fromkeys(CALLS) | {
        "call": number, "cause": "call", "kind": "patient", "ending": "treated", "condition": "stemi", "severity": 1,
        "district": "jinshui", "lon": 113.6, "lat": 34.7, "one_tap": False, "sent_wrong": False,
        "waited_for_vehicle": False, "history": False, "called_off": 0, "age": "from_65", "smartphone": False,
    }  # fmt: skip
    return tuple({**plain, **given}.values())


@pytest.fixture(scope="module")
def events() -> dict[str, pd.DataFrame]:
    recorder = Recorder()
    calls = recorder.table("emergency.calls", CALLS)
    stamps = {
        "answer_s": 2.0, "locate_s": 32.0, "triage_s": 62.0, "dispatch_s": 62.0, "out_s": 122.0, "at_scene_s": 602.0,
        "at_patient_s": 722.0, "leave_s": 1322.0, "door_s": 1922.0, "bay_s": 1922.0, "treatment_s": 7322.0,
    }  # fmt: skip
    calls.add(*call(0, ring_s=-60.0, **{name: value - 60 for name, value in stamps.items()}))  # warm-up: not counted
    calls.add(*call(1, ring_s=0.0, vehicle=0, hospital=0, **stamps))
    later = {name: value + 3600 for name, value in stamps.items()} | {"answer_s": 3604.0, "treatment_s": 3600 + 13322.0}
    calls.add(*call(2, ring_s=3600.0, vehicle=1, hospital=0, transferred_to=1, waited_for_vehicle=True, **later))
    calls.add(*call(3, ring_s=10.0, answer_s=12.0, kind="advice", ending="advice", condition="other"))
    calls.add(*call(4, ring_s=20.0, answer_s=22.0, triage_s=80.0, ending="unserved", waited_for_vehicle=True))
    fleet = recorder.table("emergency.fleet", FLEET)
    vehicles = recorder.table("emergency.vehicles", VEHICLES)
    for number in range(2):
        fleet.add(number, number, f"station{number}", 0)
        vehicles.add(-3600.0, number, "at_station", 0, None)
    vehicles.add(62.0, 0, "alerted", 0, 1)
    vehicles.add(3662.0, 0, "returning", 0, None)
    trips = recorder.table("emergency.trips", TRIPS)
    trips.add(0, 1, "to_hospital", -900.0, -800.0, 1, 2, 9000.0, 300.0, 0.85, False)  # in the warm-up: not counted
    trips.add(0, 1, "to_scene", 122.0, 602.0, 0, 1, 2500.0, 300.0, 0.85, False)  # congestion: 480 - 255 = 225 s
    trips.add(0, 1, "to_hospital", 1322.0, 1922.0, 1, 2, 0.0, 400.0, 0.85, False)  # 600 - 340 = 260 s
    trips.add(0, None, "home", 2000.0, 3000.0, 2, 0, 0.0, 400.0, 1.0, False)  # not under siren
    trips.add(0, 2, "to_scene", 3650.0, 3700.0, 0, 3, 0.0, 40.0, 0.85, False)  # called off: 50 - 34 = 16 s
    trips.add(1, 2, "to_scene", 3722.0, 4202.0, 0, 1, 0.0, 400.0, 0.85, False)  # 480 - 340 = 140 s
    trips.add(1, 2, "to_hospital", 4922.0, 5522.0, 1, 2, 0.0, 600.0, 0.85, False)  # 600 - 510 = 90 s
    walk_ins = recorder.table("emergency.walk_ins", WALK_INS)
    for arrived_s, minutes in ((-60.0, 500), (0.0, 100), (900.0, 200)):  # the first in the warm-up: not counted
        treated_s = arrived_s + 60 * minutes
        walk_ins.add(0, 0, "stemi", 1, arrived_s, arrived_s, treated_s, treated_s, None)
    looks = recorder.table("emergency.coverage", COVERAGE)
    for time_s, covered, waiting, bays in ((-900.0, 0.0, 9, 9), (0.0, 0.9, 0, 4), (900.0, 0.5, 2, 8)):
        looks.add(time_s, 1, 2, waiting, covered, bays, 0, 0)
    recorder.close()
    return recorder.frames()


@pytest.mark.parametrize(
    ("name", "value", "count"),
    [
        ("emergency.calls", 4, 4),
        ("emergency.find_min.mean", 2.0, 2),
        ("emergency.response_min.no_smartphone.mean", 602 / 60, 2),
        ("emergency.response_min.from_65.mean", 602 / 60, 2),
        ("emergency.called_off", 0.0, 2),
        ("emergency.stemi_mortality.mean", (0.165 + 0.253 + (0.279 - 0.253) * 10 / 30) / 2, 2),  # 90 and 190 min
        ("emergency.walk_ins", 2, 2),
        ("emergency.walk_in_door_to_treatment_min.stemi.mean", 150.0, 2),
        ("emergency.coverage", 0.7, 2),
        ("emergency.least_coverage", 0.5, 2),
        ("emergency.most_waiting_calls", 2, 2),
        ("emergency.bays_taken", 6.0, 2),
        ("emergency.dispatched_calls", 2, 4),
        ("emergency.treated", 2, 4),
        ("emergency.treated.stemi", 2, 4),
        ("emergency.unserved", 1, 4),
        ("emergency.answer_s.mean", (2 + 4 + 2 + 2) / 4, 4),
        ("emergency.answered_within_3_s", 0.75, 4),
        ("emergency.answer_to_out_s.median", (120 + 118) / 2, 2),
        ("emergency.out_within_120_s", 1.0, 2),
        ("emergency.response_min.mean", 602 / 60, 2),
        ("emergency.response_min.h00.mean", 602 / 60, 1),
        ("emergency.response_min.h01.mean", 602 / 60, 1),
        ("emergency.response_min.jinshui.mean", 602 / 60, 2),
        ("emergency.door_to_treatment_min.stemi.median", (90 + 190) / 2, 2),
        ("emergency.door_to_treatment_within_90_min.stemi", 0.5, 2),
        ("emergency.ring_to_treatment_within_120_min.stemi", 0.0, 2),
        ("emergency.queued_for_vehicle", 2 / 3, 3),
        ("emergency.secondary_transfers", 0.5, 2),
        ("emergency.crew_utilisation", 3600 / (2 * 7200), 2),
        ("emergency.vehicle_km", 2.5, 7),
        ("emergency.congestion_to_scene_min.mean", (225 + 140) / 2 / 60, 2),
        ("emergency.congestion_to_scene_min.h00.mean", 225 / 60, 1),
        ("emergency.congestion_with_patient_min.mean", (260 + 90) / 2 / 60, 2),
        ("emergency.congestion_share", (225 + 260 + 16 + 140 + 90) / (480 + 600 + 50 + 480 + 600), 5),
        ("emergency.congestion_share.h01", (16 + 140 + 90) / (50 + 480 + 600), 3),
    ],
)
def test_a_kpi_is_what_a_hand_works_out(events: dict[str, pd.DataFrame], name: str, value: float, count: int) -> None:
    rows = {row.name: row for row in compute(events, CLOCK)}
    assert rows[name].value == pytest.approx(value)
    assert rows[name].count == count


def test_every_kpi_computed_is_in_the_catalogue_that_scenarios_are_checked_against(
    events: dict[str, pd.DataFrame],
) -> None:
    members = {"district": ("jinshui",), "hour": HOURS, **DESCRIPTION.members}
    known = {kpi.name for kpi in names_of("emergency", DESCRIPTION.kpi_families, members)}
    assert {row.name for row in compute(events, CLOCK)} <= known


def test_calls_of_the_warm_up_are_not_counted(events: dict[str, pd.DataFrame]) -> None:
    assert 0 not in observations(events, CLOCK).index


def test_percentiles_interpolate_linearly() -> None:
    values = pd.Series([1.0, 2.0, 3.0, 4.0, 5.0]).to_numpy()
    assert [statistic_of(values, name) for name in ("mean", "median", "p90", None)] == [3.0, 3.0, 4.6, 3.0]
