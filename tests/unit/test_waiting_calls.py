"""Calls that wait for a vehicle, and hospitals that take nobody."""

from __future__ import annotations

from itertools import pairwise

import pytest
from support.cities import small_city
from support.runs import CITY_BRAIN, run_emergency

from twin.core.domain import WorldEvent
from twin.core.errors import MapError
from twin.core.parameters import Duration
from twin.domains.emergency.decisions import DispatchView, Send, Wait
from twin.domains.emergency.parameters import EmergencyParameters

ONE_VEHICLE = small_city(side=4, stations=1, crews=1)
BUSY = EmergencyParameters(calls_per_day=400.0, dispatches_per_day=400.0, patients_per_day=0.0)


def test_a_vehicle_that_becomes_free_goes_to_one_of_those_who_wait():
    """It was once sent to all of them at the same moment, and became every mission's vehicle."""
    _, frames = run_emergency(ONE_VEHICLE, BUSY, hours=2)
    calls = frames["emergency.calls"]
    assert calls["waited_for_vehicle"].sum() > 5
    sent_s = calls["dispatch_s"].dropna()
    assert len(sent_s) > 5
    assert sent_s.is_unique


def test_a_waiting_call_is_looked_at_once_a_minute_and_not_more_often():
    """A policy that is asked more often than the domain says could not be compared with one in the literature."""
    asked: dict[int, list[float]] = {}

    def never(view: DispatchView) -> Wait:
        asked.setdefault(view.call, []).append(view.time_s)
        return Wait()

    _, frames = run_emergency(ONE_VEHICLE, BUSY, rules={**CITY_BRAIN, "dispatch": never}, hours=0.5)
    assert set(frames["emergency.calls"]["ending"]) == {"unserved"}
    assert len(asked) == len(frames["emergency.calls"]) > 3
    for times_s in asked.values():
        again_s = times_s[1:]
        assert again_s == sorted(set(again_s))
        assert all(b - a == pytest.approx(EmergencyParameters().reconsider_s) for a, b in pairwise(again_s))


def test_a_list_that_empties_and_fills_again_is_not_looked_at_twice_a_minute():
    """Each emptying once left another clock ticking behind."""
    asked: list[tuple[float, int]] = []

    def at_the_second_time_of_asking(view: DispatchView) -> Send | Wait:
        asked.append((view.time_s, view.call))
        tries = sum(call == view.call for _, call in asked)
        return Wait() if tries < 2 + view.call % 3 else CITY_BRAIN["dispatch"](view)

    city = small_city(side=4, stations=1, crews=50)
    nobody_comes_back = BUSY.model_copy(update={"no_patient_scene_min": Duration(median=4e4, p90=5e4)})
    run_emergency(city, nobody_comes_back, rules={**CITY_BRAIN, "dispatch": at_the_second_time_of_asking}, hours=1)
    by_call: dict[int, list[float]] = {}
    for time_s, call in asked:
        by_call.setdefault(call, []).append(time_s)
    gaps_s = [b - a for times in by_call.values() for a, b in pairwise(times[1:])]
    assert len(gaps_s) > 5
    assert min(gaps_s) == pytest.approx(EmergencyParameters().reconsider_s)


@pytest.mark.parametrize(
    ("closed", "message"),
    [
        (["capable", "other"], "hospitals.csv: no hospital takes patients at 2021-03-15 0"),
        (["capable"], "hospitals.csv: no open hospital can treat st"),
    ],
)
def test_a_city_without_a_hospital_to_go_to_is_the_scenarios_fault_and_not_the_policys(closed, message):
    events = [(WorldEvent("hospital_closes", name, 0.0, float("inf")), "emergency") for name in closed]
    with pytest.raises(MapError, match=message):
        run_emergency(small_city(side=4), events=events, hours=6)


def test_a_vehicle_that_is_lost_during_its_mission_ends_it_drives_home_and_is_out_of_service():
    """It once stayed where its mission had ended, and counted as on duty."""
    lost = WorldEvent("vehicles_lost", 1.0, 600.0, float("inf"))
    _, frames = run_emergency(
        small_city(side=7, stations=2, crews=2),
        EmergencyParameters(calls_per_day=900.0, dispatches_per_day=900.0, patients_per_day=0.0),
        hours=1, events=[(lost, "emergency")],
    )  # fmt: skip
    last = frames["emergency.vehicles"].groupby("vehicle").tail(1).set_index("vehicle")
    assert (last["status"] == "out_of_service").all()
    home = frames["emergency.fleet"].set_index("vehicle")["node"]
    assert (last["node"] == home[last.index]).all()
    sent_s = frames["emergency.calls"]["dispatch_s"].dropna()
    assert (sent_s <= 600.0).all()
    assert len(sent_s) > 0
