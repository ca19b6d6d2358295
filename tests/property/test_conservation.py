"""What may never happen, whatever the city, the fleet, the calls, the policy, the connections and the events."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.cities import small_city
from support.runs import CITY_BRAIN, run_emergency

from twin.city.city import City
from twin.core.clock import HOUR_S
from twin.core.decisions import ConnectionSetting, Rule
from twin.core.domain import WorldEvent
from twin.core.model import Twin
from twin.domains.emergency.connections import CONNECTIONS
from twin.domains.emergency.decisions import (
    AtTheDoor,
    DispatchView,
    GreenChannelView,
    HospitalView,
    LeaveAsIs,
    Open,
    QueueView,
    RedispatchView,
    Send,
    ServeInOrder,
    StandbyView,
    TakeOver,
    TakeTo,
    Wait,
    WaitAt,
)
from twin.domains.emergency.parameters import CONDITIONS, EmergencyParameters
from twin.domains.emergency.records import ENDINGS

Frames = Mapping[str, pd.DataFrame]

ROUNDING_S = 1e-6
"""A clock that adds up floats is this far off at most."""
ALONG_THE_WAY = (
    "ring_s", "answer_s", "locate_s", "triage_s", "dispatch_s", "out_s", "at_scene_s", "at_patient_s", "leave_s",
    "door_s", "bay_s", "treatment_s",
)  # fmt: skip
MAY_FOLLOW = {
    None: {"at_station"},
    "at_station": {"alerted", "changing_crew", "out_of_service", "returning"},
    "alerted": {"to_scene", "at_station", "returning"},
    "to_scene": {"on_scene", "searching", "returning"},
    "searching": {"to_scene", "returning"},
    "on_scene": {"to_hospital", "returning"},
    "to_hospital": {"at_hospital"},
    "at_hospital": {"cleaning"},
    "cleaning": {"returning"},
    "returning": {"at_station", "alerted", "out_of_service"},
    "changing_crew": {"at_station", "out_of_service"},
    "out_of_service": {"at_station", "changing_crew"},
}


FREE = {"at_station", "returning", "changing_crew", "out_of_service"}
UNDER_WAY = {"alerted", "to_scene", "searching"}


# -- random cities, services and policies ------------------------------------------------------------------------------


@cache
def city_of(side: int, stations: int, crews: int, bays: int, labs: int) -> City:
    return small_city(side=side, stations=stations, crews=crews, bays=bays, labs=labs, second_capable=True)


cities = st.builds(
    city_of,
    side=st.sampled_from([4, 7]),
    stations=st.integers(1, 4),
    crews=st.integers(1, 3),
    bays=st.integers(1, 3),
    labs=st.integers(1, 2),
)


@st.composite
def services(draw: st.DrawFn) -> EmergencyParameters:
    """Parameters from an idle service to one that is far overloaded."""
    calls = draw(st.sampled_from([0.0, 60.0, 600.0, 2400.0]))
    dispatched = calls * draw(st.floats(0, 1))
    return EmergencyParameters(
        calls_per_day=calls,
        dispatches_per_day=dispatched,
        patients_per_day=dispatched * draw(st.floats(0, 1)),
        seats=draw(st.integers(1, 4)),
        wrong_place_share=draw(st.sampled_from([0.0, 0.06, 1.0])),
        share_vehicles=draw(st.booleans()),
        life_threatening_shares=dict.fromkeys(CONDITIONS, draw(st.sampled_from([0.0, 0.5, 1.0]))),
        shift_changes_h=draw(st.sampled_from([[0.0, 1.0], [], [1.5]])),
        meals_from_h=draw(st.sampled_from([[0.5], []])),
    )


def random_rules(seed: int, wait_share: float) -> dict[str, Rule]:
    """Rules that answer legally and otherwise without sense."""
    chance = random.Random(seed)

    def queue(view: QueueView) -> ServeInOrder:
        calls = view.calls.call.tolist()
        chance.shuffle(calls)
        return ServeInOrder(tuple(calls))

    def dispatch(view: DispatchView) -> Send | Wait:
        choice = [*view.free_vehicles.id, *view.under_way.id]
        if not choice or chance.random() < wait_share:
            return Wait()
        return Send(int(chance.choice(choice)))

    def redispatch(view: RedispatchView) -> TakeOver | LeaveAsIs:
        return TakeOver(int(chance.choice(view.calls.call))) if chance.random() < 0.5 else LeaveAsIs()

    def standby(view: StandbyView) -> WaitAt:
        return WaitAt(int(chance.choice(view.stations.id)))

    def hospital(view: HospitalView) -> TakeTo:
        return TakeTo(int(chance.choice(view.hospitals.id)))

    def green_channel(view: GreenChannelView) -> Open | AtTheDoor:
        return Open() if view.vital_signs and chance.random() < 0.5 else AtTheDoor()

    return {
        "queue": queue, "dispatch": dispatch, "redispatch": redispatch, "standby": standby, "hospital": hospital,
        "green_channel": green_channel,
    }  # fmt: skip


rules = st.one_of(
    st.just(CITY_BRAIN),
    st.builds(random_rules, seed=st.integers(0, 2**32), wait_share=st.sampled_from([0.0, 0.2, 0.6])),
)
connections = st.fixed_dictionaries(
    {one.name: st.builds(ConnectionSetting, st.booleans(), st.sampled_from([0.0, 0.3, 1.0])) for one in CONNECTIONS}
)
HAPPENINGS = (
    *(("connections", "connection_fails", one.name) for one in CONNECTIONS),
    ("emergency", "hospital_closes", "capable"),  # the other capable hospital stays open
    ("emergency", "hospital_closes", "other"),
    ("emergency", "station_closes", "station0"),
    ("emergency", "station_closes", "station1"),
    ("emergency", "vehicles_lost", 0.5),
    ("emergency", "vehicles_lost", 1.0),
    ("emergency", "mass_casualty", 12.0),
    ("roads", "road_closes", "Main Street"),
    ("roads", "traffic_slows", 3.0),
)


@st.composite
def events(draw: st.DrawFn) -> list[tuple[WorldEvent, str]]:
    """What happens to the world: failures and closures that begin, overlap and end, or last."""
    happening = []
    for who, kind, value in draw(st.lists(st.sampled_from(HAPPENINGS), max_size=5)):
        begins_s = draw(st.floats(0, 2 * HOUR_S))
        ends_s = draw(st.one_of(st.just(float("inf")), st.floats(begins_s + 1, 3 * HOUR_S)))
        happening.append((WorldEvent(kind, value, begins_s, ends_s), who))
    return happening


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    city=cities, parameters=services(), chosen=rules, connected=connections, happening=events(),
    hours=st.sampled_from([0.5, 2.0]), warm_up_h=st.sampled_from([0.0, 0.4]), seed=st.integers(0, 2**63 - 1),
)  # fmt: skip
def test_nothing_is_lost_doubled_or_in_two_places(
    city: City,
    parameters: EmergencyParameters,
    chosen: dict[str, Rule],
    connected: dict[str, ConnectionSetting],
    happening: list[tuple[WorldEvent, str]],
    hours: float,
    warm_up_h: float,
    seed: int,
) -> None:
    twin, frames = run_emergency(
        city, parameters, rules=chosen, connections=connected, events=happening, hours=hours, warm_up_h=warm_up_h,
        seed=seed, record_views=False,
    )  # fmt: skip
    every_call_ends_once(twin, frames)
    stamps_are_in_order(frames["emergency.calls"])
    recorded_times_never_go_back(frames)
    each_vehicle_does_one_thing_after_another(frames)
    each_vehicle_serves_one_call_at_a_time(frames)
    each_vehicle_drives_from_where_it_is(frames)
    no_vehicle_leaves_a_closed_station(frames, happening, city)
    no_hospital_is_over_capacity(frames)
    patients_are_treated_where_they_can_be(frames, twin)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    city=cities, parameters=services(), chosen=rules, connected=connections, happening=events(),
    seed=st.integers(0, 2**63 - 1),
)  # fmt: skip
def test_chance_does_not_depend_on_the_brain(
    city: City,
    parameters: EmergencyParameters,
    chosen: dict[str, Rule],
    connected: dict[str, ConnectionSetting],
    happening: list[tuple[WorldEvent, str]],
    seed: int,
) -> None:
    """Otherwise two brains would not meet the same day, and their difference would not be a paired one."""
    options: dict[str, Any] = {"hours": 0.5, "seed": seed, "record_views": False}
    one, _ = run_emergency(city, parameters, events=happening, **options)
    other, _ = run_emergency(
        city, parameters, rules=chosen, connections=connected, events=happening, connected=False, **options
    )
    assert one.table_hashes == other.table_hashes
    assert set(one.table_hashes) >= {"emergency.calls", "roads.district_deviation"}


# -- what must hold ----------------------------------------------------------------------------------------------------


def every_call_ends_once(twin: Twin, frames: Frames) -> None:
    """A call that is lost would make every mean too good; one recorded twice would count double."""
    drawn, calls = twin.tables["emergency.calls"], frames["emergency.calls"]
    hurt = len(twin.tables["emergency.casualties"])
    assert sorted(calls["call"]) == [*drawn["call"], *range(len(drawn), len(drawn) + hurt)]
    ordinary = calls.set_index("call").loc[drawn["call"]]
    assert ordinary["kind"].astype(str).tolist() == drawn["kind"].tolist()
    assert ordinary["ring_s"].tolist() == drawn["ring_s"].tolist()
    assert set(calls["ending"]) <= set(ENDINGS)
    ending, kind = calls["ending"].astype(str), calls["kind"].astype(str)
    assert (calls["treatment_s"].notna() == (ending == "treated")).all()
    assert (kind[ending == "treated"] == "patient").all()
    assert (kind[ending == "no_patient"] == "no_patient").all()
    assert (kind[ending == "advice"] == "advice").all()
    assert calls["vehicle"][ending.isin(["advice", "unserved"])].isna().all()
    assert calls["vehicle"][ending.isin(["treated", "no_patient", "open"])].notna().all()


def stamps_are_in_order(calls: pd.DataFrame) -> None:
    """A step that ends before it begins would give a negative duration in the KPIs."""
    stamps = calls[list(ALONG_THE_WAY)].to_numpy(dtype=np.float64)
    talked_only = (calls["kind"].astype(str) == "advice").to_numpy()
    present = ~np.isnan(stamps)
    assert (present[:, :-1] | ~present[:, 1:]).all(), "a step was skipped"
    assert not present[talked_only][:, ALONG_THE_WAY.index("dispatch_s") :].any()
    steps_s = np.diff(stamps, axis=1)
    assert (steps_s[~np.isnan(steps_s)] >= -ROUNDING_S).all()
    opened = calls[calls["green_channel_s"].notna()]
    assert (opened["green_channel_s"] >= opened["at_patient_s"] - ROUNDING_S).all()
    assert not (opened["green_channel_s"] > opened["door_s"] + ROUNDING_S).any()


def recorded_times_never_go_back(frames: Frames) -> None:
    """A clock that goes back would mean that an effect came before its cause."""
    for name, column in (
        ("emergency.vehicles", "time_s"), ("emergency.hospitals", "time_s"), ("emergency.trips", "arrive_s"),
        ("emergency.decisions.dispatch", "time_s"), ("emergency.decisions.hospital", "time_s"),
        ("emergency.decisions.green_channel", "time_s"),
    ):  # fmt: skip
        if name in frames:
            assert frames[name][column].is_monotonic_increasing, name


def each_vehicle_does_one_thing_after_another(frames: Frames) -> None:
    """A vehicle alerted while it drives somebody to hospital would be in two places."""
    for vehicle, rows in frames["emergency.vehicles"].groupby("vehicle"):
        before = None
        for status in rows["status"]:
            assert status in MAY_FOLLOW[before], f"vehicle {vehicle}: {before} -> {status}"
            before = status


def each_vehicle_serves_one_call_at_a_time(frames: Frames) -> None:
    """A vehicle belongs to one call until it is free or called off, and a call to one vehicle; served calls stay so."""
    calls = frames["emergency.calls"].set_index("call")
    vehicle_of: dict[int, int] = {}
    mission_of: dict[int, int] = {}
    before: dict[int, str] = {}
    called_off: dict[int, int] = {}
    served: dict[int, int] = {}
    for row in frames["emergency.vehicles"].itertuples():
        if row.status in FREE:
            assert pd.isna(row.call)
            call = mission_of.pop(row.vehicle, None)
            if call is not None:
                assert vehicle_of.pop(call) == row.vehicle
                if before[row.vehicle] in UNDER_WAY:
                    called_off[call] = called_off.get(call, 0) + 1
                else:
                    served[call] = row.vehicle
        elif row.status == "alerted":
            assert row.call not in vehicle_of, f"call {row.call} got two vehicles at once"
            assert row.call not in served, f"call {row.call} was served twice"
            assert row.vehicle not in mission_of
            vehicle_of[int(row.call)], mission_of[row.vehicle] = row.vehicle, int(row.call)
        else:
            assert row.call == mission_of[row.vehicle], f"vehicle {row.vehicle} left its call for {row.call}"
        before[row.vehicle] = row.status
    assert served | vehicle_of == {call: int(vehicle) for call, vehicle in calls["vehicle"].dropna().items()}
    counted = calls["called_off"][calls["called_off"] > 0]
    assert called_off == counted.astype(int).to_dict()


def each_vehicle_drives_from_where_it_is(frames: Frames) -> None:
    """Trips of one vehicle follow one another in time and begin where the last one ended."""
    home = frames["emergency.fleet"].set_index("vehicle")["node"]
    for vehicle, trips in frames["emergency.trips"].groupby("vehicle"):
        node, free_s = home[vehicle], -np.inf
        for trip in trips.itertuples():
            assert trip.from_node == node, f"vehicle {vehicle} stood at {node} and left from {trip.from_node}"
            assert free_s - ROUNDING_S <= trip.depart_s <= trip.arrive_s + ROUNDING_S
            assert trip.length_m >= 0
            assert (trip.length_m > 0) or trip.from_node == trip.to_node
            node, free_s = trip.to_node, trip.arrive_s


def no_vehicle_leaves_a_closed_station(frames: Frames, happening: list[tuple[WorldEvent, str]], city: City) -> None:
    """A closed station's vehicles cannot be sent."""
    sent = frames["emergency.calls"].dropna(subset=["vehicle"])
    station_of = frames["emergency.fleet"].set_index("vehicle")["station_id"]
    stations = station_of.loc[sent["vehicle"].astype(int)].to_numpy()
    for event, _ in happening:
        if event.kind == "station_closes":
            away_s = sent["dispatch_s"].to_numpy()[stations == event.value]
            assert not ((away_s > event.begins_s) & (away_s < event.ends_s)).any()


def no_hospital_is_over_capacity(frames: Frames) -> None:
    """More patients than bays or laboratories, or one who leaves twice, would make waits too short."""
    capacity = frames["emergency.hospital_list"].set_index("hospital")
    for (hospital, resource), rows in frames["emergency.hospitals"].groupby(["hospital", "resource"], observed=True):
        taken = rows["change"].astype(int).cumsum()
        places = capacity.loc[hospital, {"bay": "bays", "laboratory": "laboratories"}[resource]]
        assert taken.between(0, places).all(), f"{resource} of hospital {hospital}"
        for call, changes in rows.groupby("call"):
            assert changes["change"].tolist() in ([1], [1, -1]), f"call {call}"


def patients_are_treated_where_they_can_be(frames: Frames, twin: Twin) -> None:
    """An infarction treated where there is no laboratory would be treated in words only."""
    calls = frames["emergency.calls"]
    treated = calls[calls["ending"] == "treated"]
    where = treated["transferred_to"].fillna(treated["hospital"]).astype(int)
    hospitals = twin.domains["emergency"].service.hospitals
    for position, condition in zip(where, treated["condition"], strict=True):
        assert hospitals[position].can_treat(condition), (position, condition)
    moved = calls[calls["transferred_to"].notna()]
    for position, condition in zip(moved["hospital"].astype(int), moved["condition"], strict=True):
        assert not hospitals[position].can_treat(condition)
