"""A vehicle's mission: out, to the scene, to the patient, to the hospital, and home again."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Final

import simpy

from twin.city.conditions import Trip
from twin.core.errors import MapError
from twin.domains.emergency.agents import Ambulance, Caller, Hospital, Patient
from twin.domains.emergency.decisions import GREEN_CHANNEL, HOSPITAL, Open
from twin.domains.emergency.hospital_stay import stay_in_hospital
from twin.domains.emergency.service import Service
from twin.domains.emergency.tables import NO_PATIENT

Life = Generator[simpy.Event, Any, None]

DAY_BEGINS_H: Final = 7
NIGHT_BEGINS_H: Final = 22


def begin_mission(service: Service, ambulance: Ambulance, caller: Caller, on_free: Callable[[Service], None]) -> None:
    """Send a vehicle. It belongs to the call at once: a question asked at this same moment must not offer it again.

    Parameters
    ----------
    on_free
        Called when the vehicle is free again, or may be because something else has changed.
    """
    record = caller.record
    record.dispatch_s, record.vehicle = service.now, ambulance.number
    ambulance.call = record.call
    stood = ambulance.status == "at_station"
    if ambulance.homeward is not None:
        ambulance.homeward.interrupt()
        ambulance.homeward = None
    service.set_status(ambulance, "alerted")
    service.env.process(_live_mission(service, ambulance, caller, stood, on_free))


def _live_mission(
    service: Service, ambulance: Ambulance, caller: Caller, stood: bool, on_free: Callable[[Service], None]
) -> Life:
    env, row, record = service.env, caller.row, caller.record
    yield env.timeout(row.alert_s)
    if stood:
        by_day = DAY_BEGINS_H <= service.twin.clock.hour_of_day(service.now) < NIGHT_BEGINS_H
        yield env.timeout(row.chute_day_s if by_day else row.chute_night_s)
        record.out_s = service.now
    else:
        record.out_s = service.now
        yield from _turn_round(service, ambulance)
    yield from _drive(service, ambulance, caller.reported_node, "to_scene")
    if caller.reported_node != caller.node:
        record.sent_wrong = True
        service.set_status(ambulance, "searching")
        yield env.timeout(row.access_s)
        yield from _drive(service, ambulance, caller.node, "to_scene")
    record.at_scene_s = service.now
    service.set_status(ambulance, "on_scene")
    yield env.timeout(row.access_s)
    record.at_patient_s = service.now
    if row.kind == NO_PATIENT:
        yield env.timeout(row.no_patient_scene_s)
        service.end(caller, "no_patient")
    else:
        yield from _take_to_hospital(service, ambulance, caller)
        service.set_status(ambulance, "cleaning")
        yield env.timeout(row.clean_s)
    _go_home(service, ambulance)
    on_free(service)


def _take_to_hospital(service: Service, ambulance: Ambulance, caller: Caller) -> Life:
    """Look after the patient on the scene, choose a hospital, drive there and hand over."""
    env, row, record = service.env, caller.row, caller.record
    patient = Patient(service.twin, caller)
    vital_signs_s = min(row.first_vital_signs_s, row.scene_s)
    yield env.timeout(vital_signs_s)
    hospital = _choose_hospital(service, caller)
    yield env.timeout(row.scene_s - vital_signs_s)
    record.leave_s = service.now
    patient.place = "ambulance"
    yield from _drive(service, ambulance, hospital.node, "to_hospital")
    service.set_status(ambulance, "at_hospital")
    handed_over = env.event()
    env.process(stay_in_hospital(service, patient, hospital, handed_over))
    yield handed_over


def _choose_hospital(service: Service, caller: Caller) -> Hospital:
    view = service.views.hospital(service.now, caller)
    if not len(view.hospitals):
        raise MapError(
            "{path}: no hospital takes patients at {time}; add one or let one stay open",
            path=str(service.twin.city.map.folder / "hospitals.csv"),
            time=f"{service.twin.clock.at(service.now):%Y-%m-%d %H:%M}",
        )
    answer = service.twin.brain.ask(HOSPITAL, view, service.now)
    number = int(answer.hospital)
    caller.record.hospital = number
    drive_time_s = float(view.hospitals.drive_time_s[view.hospitals.id == number][0])
    channel = service.views.green_channel(service.now, caller, drive_time_s)
    if isinstance(service.twin.brain.ask(GREEN_CHANNEL, channel, service.now), Open):
        caller.record.green_channel_s = service.now
    return service.hospitals[number]


def _drive(service: Service, ambulance: Ambulance, target: int, purpose: str) -> Life:
    """Drive under lights and siren."""
    service.set_status(ambulance, purpose)
    trip = service.roads.trip(
        ambulance.node,
        target,
        service.now,
        service.parameters.siren_time_factor,
        informed=service.views.informed(),
    )
    departed_s = service.now
    yield service.env.timeout(max(0.0, trip.arrive_s - departed_s))
    ambulance.node = target
    record_trip(service, ambulance.number, ambulance.call, purpose, departed_s, trip, len(trip.edges))


def _turn_round(service: Service, ambulance: Ambulance) -> Life:
    """Leave the way home at the next junction."""
    trip = ambulance.way_home
    if trip is None:
        return
    turn = trip.timing.position_at(service.now)
    yield service.env.timeout(max(0.0, turn.at_s - service.now))
    ambulance.node = service.roads.node_after(trip, turn.place)
    ambulance.way_home = None
    record_trip(service, ambulance.number, None, "home", float(trip.timing.arrive_s[0]), trip, turn.place)


def _go_home(service: Service, ambulance: Ambulance) -> None:
    """Begin the way back to the station, which a new call may interrupt."""
    ambulance.call = None
    ambulance.way_home = service.roads.trip(
        ambulance.node, ambulance.station.node, service.now, 1.0, informed=service.views.informed()
    )
    service.set_status(ambulance, "returning")
    ambulance.homeward = service.env.process(_return(service, ambulance, ambulance.way_home))


def _return(service: Service, ambulance: Ambulance, trip: Trip) -> Life:
    try:
        yield service.env.timeout(max(0.0, trip.arrive_s - service.now))
    except simpy.Interrupt:
        return
    record_trip(service, ambulance.number, None, "home", float(trip.timing.arrive_s[0]), trip, len(trip.edges))
    ambulance.node = ambulance.station.node
    ambulance.way_home = None
    ambulance.homeward = None
    service.set_status(ambulance, "at_station")


def record_trip(
    service: Service, vehicle: int, call: int | None, purpose: str, departed_s: float, trip: Trip, edge_count: int
) -> None:
    """Record a drive, or the first ``edge_count`` edges of one that was broken off."""
    length_m, free_s = trip.length_m, trip.free_s
    if edge_count < len(trip.edges):
        length_m, free_s = service.roads.extent_of(trip.edges[:edge_count])
    service.records.trips.add(
        vehicle,
        call,
        purpose,
        departed_s,
        service.now,
        trip.source,
        service.roads.node_after(trip, edge_count),
        length_m,
        free_s,
        trip.through_closure,
    )
