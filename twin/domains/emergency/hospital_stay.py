"""From the hospital's door to treatment.

In the old practice the steps follow one another after the door. Where the green channel was opened on the way, first
look and consultation have gone on by distance, consent and preparation after them side by side, and only what is left
over remains at the door.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy
from simpy.resources.resource import PriorityRequest

from twin.core.errors import MapError
from twin.domains.emergency.agents import CallRecord, Hospital, Patient
from twin.domains.emergency.parameters import CONDITIONS
from twin.domains.emergency.service import Service

Life = Generator[simpy.Event, Any, None]


def stay_in_hospital(service: Service, patient: Patient, hospital: Hospital, handed_over: simpy.Event) -> Life:
    """Live a patient's stay; ``handed_over`` is triggered when the crew may leave."""
    env, row, record = service.env, patient.caller.row, patient.caller.record
    condition = CONDITIONS[row.condition]
    patient.place = "hospital"
    record.door_s = service.now
    bay = yield from _enter_bay(service, hospital, record, int(row.severity))
    record.bay_s = service.now
    env.process(_hand_over(service, patient, handed_over))
    if hospital.can_treat(condition):
        ready_s = ready_for_treatment_s(row, record, service.now)
    else:
        hospital, bay = yield from _move_on(service, patient, hospital, bay)
        ready_s = service.now + row.consent_s + row.transfer_s + row.preparation_s
    yield env.timeout(max(0.0, ready_s - service.now))
    if condition == "stemi":
        yield from _intervene(service, patient, hospital, bay)
    else:
        record.treatment_s = service.now
        service.end(patient.caller, "treated")
        yield env.timeout(row.bay_stay_s)
        _leave_bay(service, hospital, record, bay)
    patient.remove()


def ready_for_treatment_s(row: Any, record: CallRecord, bay_s: float) -> float:
    """Return when treatment can begin in a hospital that offers it, seconds since the scenario's start."""
    if record.green_channel_s is None:
        return bay_s + float(row.first_look_s + row.consultation_s + row.consent_s + row.transfer_s + row.preparation_s)
    by_distance_s = record.green_channel_s + row.first_look_s + row.consultation_s
    return max(bay_s + float(row.transfer_s), float(by_distance_s + max(row.consent_s, row.preparation_s)))


def _enter_bay(
    service: Service, hospital: Hospital, record: CallRecord, severity: int
) -> Generator[simpy.Event, Any, PriorityRequest]:
    bay = hospital.bays.request(priority=severity)
    yield bay
    service.records.hospitals.add(service.now, hospital.position, record.call, "bay", 1)
    return bay


def _leave_bay(service: Service, hospital: Hospital, record: CallRecord, bay: PriorityRequest) -> None:
    hospital.bays.release(bay)
    service.records.hospitals.add(service.now, hospital.position, record.call, "bay", -1)


def _hand_over(service: Service, patient: Patient, handed_over: simpy.Event) -> Life:
    yield service.env.timeout(patient.caller.row.handover_s)
    handed_over.succeed()


def _move_on(
    service: Service, patient: Patient, hospital: Hospital, bay: PriorityRequest
) -> Generator[simpy.Event, Any, tuple[Hospital, PriorityRequest]]:
    """Find out that this hospital cannot treat the patient, and take him to the nearest that can."""
    row, record = patient.caller.row, patient.caller.record
    begun_s = service.now if record.green_channel_s is None else record.green_channel_s
    leave_s = begun_s + row.first_look_s + row.consultation_s + row.arrange_transfer_s
    yield service.env.timeout(max(0.0, leave_s - service.now))
    capable = [other for other in service.views.open_hospitals() if other.can_treat(CONDITIONS[row.condition])]
    if not capable:
        raise MapError(
            "{path}: no open hospital can treat {condition}; add one or let it stay open",
            path=str(service.twin.city.map.folder / "hospitals.csv"),
            condition=CONDITIONS[row.condition],
        )
    times = service.views.known_times(service.now)
    nearest = min(capable, key=lambda other: (times.time_ms(hospital.node, other.node), other.position))
    _leave_bay(service, hospital, record, bay)
    trip = service.roads.trip(
        hospital.node,
        nearest.node,
        service.now,
        service.parameters.siren_time_factor,
        informed=service.views.informed(),
    )
    yield service.env.timeout(max(0.0, trip.arrive_s - service.now))
    record.transferred_to = nearest.position
    second_bay = yield from _enter_bay(service, nearest, record, int(row.severity))
    return nearest, second_bay


def _intervene(service: Service, patient: Patient, hospital: Hospital, bay: PriorityRequest) -> Life:
    """Wait for a catheterisation laboratory and hold it."""
    row, record = patient.caller.row, patient.caller.record
    laboratory = hospital.laboratories.request()
    yield laboratory
    service.records.hospitals.add(service.now, hospital.position, record.call, "laboratory", 1)
    record.treatment_s = service.now
    _leave_bay(service, hospital, record, bay)
    service.end(patient.caller, "treated")
    yield service.env.timeout(row.laboratory_s)
    hospital.laboratories.release(laboratory)
    service.records.hospitals.add(service.now, hospital.position, record.call, "laboratory", -1)
