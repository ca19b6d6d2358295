"""A vehicle's mission: out, to the scene, to the patient, to the hospital, and to the place where it waits."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import simpy

from twin.city.conditions import Trip
from twin.city.under_siren import ENDS, SETS_OUT, UnderSiren
from twin.core.errors import MapError
from twin.domains.emergency.agents import Ambulance, Caller, Hospital, Patient
from twin.domains.emergency.connections import PATIENT_HISTORY
from twin.domains.emergency.crews import arrive_at_post, meal_delay_s, stay_at_post
from twin.domains.emergency.decisions import HospitalView, Open
from twin.domains.emergency.hospital_stay import stay_in_hospital
from twin.domains.emergency.questions import GREEN_CHANNEL, HOSPITAL
from twin.domains.emergency.service import Service
from twin.domains.emergency.stairs import access_s
from twin.domains.emergency.tables import NO_PATIENT
from twin.domains.emergency.under_way import be_at

Life = Generator[simpy.Event, Any, None]
OnFree = Callable[[Service, Ambulance], None]


def begin_mission(service: Service, ambulance: Ambulance, caller: Caller, on_free: OnFree) -> None:
    """Send a vehicle. It belongs to the call at once: a question asked at this same moment must not offer it again.

    Parameters
    ----------
    on_free
        Called with the vehicle when it is free again.
    """
    record = caller.record
    record.dispatch_s, record.vehicle = service.now, ambulance.number
    ambulance.call, ambulance.caller = record.call, caller
    stands = ambulance.status == "at_station"
    if ambulance.homeward is not None:
        ambulance.homeward.interrupt()
        ambulance.homeward = None
    service.set_status(ambulance, "alerted")
    ambulance.mission = service.env.process(_live_mission(service, ambulance, caller, stands, on_free))


def call_off(service: Service, ambulance: Ambulance) -> Caller:
    """Take a vehicle off a call that it has not reached; return the caller, who has no vehicle now.

    The vehicle is free: where it stands, or, if it has set out, from the next junction on.
    """
    caller, mission = ambulance.caller, ambulance.mission
    if caller is None or mission is None:
        raise RuntimeError("only a vehicle under way to a scene can be called off")
    mission.interrupt()
    record = caller.record
    record.called_off += 1
    record.vehicle = record.dispatch_s = record.out_s = None
    ambulance.mission = ambulance.caller = ambulance.call = None
    if ambulance.way is None and ambulance.node == ambulance.post.node:
        service.set_status(ambulance, "at_station")
    else:
        service.set_status(ambulance, "returning")
    return caller


def _live_mission(service: Service, ambulance: Ambulance, caller: Caller, stands: bool, on_free: OnFree) -> Life:
    env, row, record = service.env, caller.row, caller.record
    try:
        yield env.timeout(row.alert_s)
        if stands:
            yield env.timeout(_chute_s(service, ambulance, caller))
        record.out_s = service.now
        yield from turn_round(service, ambulance)
        yield from _drive(service, ambulance, caller.reported_node, "to_scene")
        if caller.reported_node != caller.node:
            record.sent_wrong = True
            service.set_status(ambulance, "searching")
            yield env.timeout(row.access_s)
            yield from _drive(service, ambulance, caller.node, "to_scene")
    except simpy.Interrupt:  # called off
        return
    ambulance.mission = ambulance.caller = None
    record.at_scene_s = service.now
    service.set_status(ambulance, "on_scene")
    yield env.timeout(access_s(service, caller))
    record.at_patient_s = service.now
    if row.kind == NO_PATIENT:
        yield env.timeout(row.no_patient_scene_s)
        service.end(caller, "no_patient")
    else:
        yield from _take_to_hospital(service, ambulance, caller)
        service.set_status(ambulance, "cleaning")
        yield env.timeout(row.clean_s)
    ambulance.call = None
    service.set_status(ambulance, "returning")
    on_free(service, ambulance)


def _chute_s(service: Service, ambulance: Ambulance, caller: Caller) -> float:
    """Return how long a crew that stands needs to set out: by hour, by station, and longer from a meal."""
    parameters, row = service.parameters, caller.row
    hour = service.twin.clock.second_of_day(service.now) / 3600
    begins_h, ends_h = parameters.night_from_h, parameters.night_until_h
    by_night = (hour >= begins_h) != (hour < ends_h) if begins_h > ends_h else begins_h <= hour < ends_h
    factor = service.chute_factors[ambulance.post.position]
    return float(row.chute_night_s if by_night else row.chute_day_s) * factor + meal_delay_s(service, ambulance)


def _take_to_hospital(service: Service, ambulance: Ambulance, caller: Caller) -> Life:
    """Look after the patient on the scene, choose a hospital, drive there and hand over."""
    env, row, record = service.env, caller.row, caller.record
    patient = Patient(service.twin, row, record, lambda: service.end(caller, "treated"))
    scene_s = row.scene_s
    if row.history_saves_s and service.twin.brain.works(PATIENT_HISTORY.name):
        record.history = True
        scene_s -= min(row.history_saves_s, scene_s / 2)
    ecg_s = min(row.first_vital_signs_s, scene_s)
    yield env.timeout(ecg_s)
    record.ecg_s = service.now
    hospital = _choose_hospital(service, caller)
    yield env.timeout(scene_s - ecg_s)
    record.leave_s = service.now
    patient.place = "ambulance"
    yield from _drive(service, ambulance, hospital.node, "to_hospital")
    service.set_status(ambulance, "at_hospital")
    handed_over = env.event()
    env.process(stay_in_hospital(service, patient, hospital, handed_over))
    yield handed_over


def _choose_hospital(service: Service, caller: Caller) -> Hospital:
    view = service.views.hospital(service.now, caller)
    number, drive_time_s = int(caller.row.fixed_hospital), 0.0
    if number < 0:
        number, drive_time_s = _ask_hospital(service, view)
    caller.record.hospital = number
    channel = service.views.green_channel(service.now, caller, drive_time_s)
    if isinstance(service.twin.brain.ask(GREEN_CHANNEL, channel, service.now), Open):
        caller.record.green_channel_s = service.now
    return service.hospitals[number]


def _ask_hospital(service: Service, view: HospitalView) -> tuple[int, float]:
    if not len(view.hospitals):
        raise MapError(
            "{path}: no hospital takes patients at {time}; add one or let one stay open",
            path=str(service.twin.city.map.folder / "hospitals.csv"),
            time=f"{service.twin.clock.at(service.now):%Y-%m-%d %H:%M}",
        )
    answer = service.twin.brain.ask(HOSPITAL, view, service.now)
    number = int(answer.hospital)
    return number, float(view.hospitals.drive_time_s[view.hospitals.id.searchsorted(number)])


# -- driving ---------------------------------------------------------------------------------------------------------


def _drive(service: Service, ambulance: Ambulance, target: int, purpose: str) -> Life:
    """Drive under lights and siren."""
    service.set_status(ambulance, purpose)
    trip = _set_out(service, ambulance, target, purpose, service.parameters.siren_time_factor)
    ambulance.siren = UnderSiren(ambulance.number, _severity(service, ambulance), purpose == "to_hospital", trip)
    service.twin.channels.publish(SETS_OUT, ambulance.siren)
    yield from be_at(service, trip.timing, len(trip.edges))
    arrive(service, ambulance)


def _severity(service: Service, ambulance: Ambulance) -> int:
    if ambulance.call is None:
        raise RuntimeError("a vehicle drives under lights and siren for a call")
    return int(service.open_calls[ambulance.call].row.severity)


def _set_out(service: Service, ambulance: Ambulance, target: int, purpose: str, factor: float) -> Trip:
    trip = service.roads.trip(ambulance.node, target, service.now, factor, informed=service.views.informed())
    ambulance.way, ambulance.way_purpose, ambulance.way_call = trip, purpose, ambulance.call
    return trip


def arrive(service: Service, ambulance: Ambulance) -> None:
    """End a drive at its target."""
    if ambulance.way is not None:
        _end_way(service, ambulance, ambulance.way, len(ambulance.way.edges))


def turn_round(service: Service, ambulance: Ambulance) -> Life:
    """Leave the way that a vehicle is on at the next junction; nothing where it stands."""
    trip = ambulance.way
    if trip is None:
        return
    place = trip.timing.position_at(service.now).place
    yield from be_at(service, trip.timing, place)
    _end_way(service, ambulance, trip, place)


def _end_way(service: Service, ambulance: Ambulance, trip: Trip, edge_count: int) -> None:
    """Stand at the node after so many edges, and record the drive that was."""
    ambulance.node = service.roads.node_after(trip, edge_count)
    ambulance.way = None
    if ambulance.siren is not None:
        service.twin.channels.publish(ENDS, ambulance.siren)
        ambulance.siren = None
    service.records.track(ambulance, trip, edge_count)
    length_m, free_s = trip.length_m, trip.free_s
    if edge_count < len(trip.edges):
        length_m, free_s = service.roads.extent_of(trip.edges[:edge_count])
    service.records.trips.add(
        ambulance.number,
        ambulance.way_call,
        ambulance.way_purpose,
        float(trip.timing.arrive_s[0]),
        service.now,
        trip.source,
        ambulance.node,
        length_m,
        free_s,
        trip.factor,
        trip.through_closure,
    )


def go_to_post(service: Service, ambulance: Ambulance, station: int) -> None:
    """Begin the way to the station where a vehicle is to wait, which a new call may interrupt."""
    ambulance.post = service.stations[station]
    if ambulance.status == "at_station" and ambulance.node == ambulance.post.node:
        stay_at_post(service, ambulance)
        return
    if ambulance.status != "returning":
        service.set_status(ambulance, "returning")
    service.fleet.note(ambulance)
    ambulance.homeward = service.env.process(_return(service, ambulance))


def _return(service: Service, ambulance: Ambulance) -> Life:
    try:
        yield from turn_round(service, ambulance)
        trip = _set_out(service, ambulance, ambulance.post.node, "home", 1.0)
        yield from be_at(service, trip.timing, len(trip.edges))
    except simpy.Interrupt:
        return
    arrive(service, ambulance)
    ambulance.homeward = None
    arrive_at_post(service, ambulance)
