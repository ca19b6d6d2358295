"""Calls that wait for a vehicle, vehicles that are under way, and hospitals that take nobody."""

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
QUIET = EmergencyParameters(calls_per_day=0.0, dispatches_per_day=0.0, patients_per_day=0.0)


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


def test_the_drive_time_of_a_vehicle_under_way_counts_from_the_junction_where_it_turns_once_alerted():
    """It drives on while its crew is told: counted from where it was, it looked nearer or farther than it is."""
    city = small_city(side=8, stations=2, crews=2)
    told_in_a_minute = BUSY.model_copy(update={"alert_s": Duration(median=60.0, p90=60.0)})
    calls_per_hour = told_in_a_minute.model_copy(update={"calls_per_day": 800.0, "dispatches_per_day": 800.0})
    seen: dict[int, tuple[float, DispatchView]] = {}

    def nearest_on_its_way(view: DispatchView) -> Send | Wait:
        seen[view.call] = (view.time_s, view)
        free = view.free_vehicles
        return Send(int(free.id[(free.drive_time_s + 1e4 * free.at_station).argmin()])) if len(free) else Wait()

    _, frames = run_emergency(city, calls_per_hour, rules={**CITY_BRAIN, "dispatch": nearest_on_its_way}, hours=6)
    compared = 0
    for call in frames["emergency.calls"].dropna(subset="at_scene_s").itertuples():
        time_s, view = seen[call.call]
        place = int(view.free_vehicles.id.searchsorted(call.vehicle))
        same_hour = time_s // 3600 == call.at_scene_s // 3600  # speeds change with the hour
        if view.free_vehicles.at_station[place] or call.sent_wrong or not same_hour:
            continue
        expected_s = 60 + float(view.free_vehicles.drive_time_s[place])
        assert call.at_scene_s - time_s == pytest.approx(expected_s, abs=0.1)
        compared += 1
    assert compared > 20


def test_a_mass_casualty_is_where_the_scenario_says_or_drawn():
    """Whoever names the place changes the place alone: the same people are hurt."""
    city = small_city(side=8)
    corner = (float(city.roads.node_lon[7]), float(city.roads.node_lat[7]))
    hurt = {}
    for name, details in (("named", (("place", corner),)), ("drawn", ())):
        event = WorldEvent("mass_casualty", 6.0, 600.0, float("inf"), details)
        twin, frames = run_emergency(city, QUIET, hours=1, events=[(event, "emergency")])
        calls = frames["emergency.calls"]
        assert len(calls) == 6
        assert calls["lon"].nunique() == calls["lat"].nunique() == 1
        hurt[name] = twin.tables["emergency.casualties"], (float(calls["lon"].iloc[0]), float(calls["lat"].iloc[0]))
    assert hurt["named"][1] == corner != hurt["drawn"][1]
    others = [column for column in hurt["named"][0].columns if column not in ("node", "wrong_node")]
    assert hurt["named"][0][others].equals(hurt["drawn"][0][others])
