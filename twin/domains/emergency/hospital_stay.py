"""From the hospital's door to treatment.

In the old practice the steps follow one another after the door: a bay, registration, first look, consultation, consent,
transfer and preparation; off hours the catheterisation team is called once the cardiologist has seen the patient. Where
the green channel was opened on the way, registration, first look and consultation have gone on by distance, the team
was called and consent sought during the drive, and only what is left over remains at the door.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import simpy
from simpy.resources.resource import PriorityRequest

from twin.core.clock import HOUR_S
from twin.core.errors import MapError
from twin.domains.emergency.agents import CallRecord, Hospital, Patient
from twin.domains.emergency.parameters import CONDITIONS
from twin.domains.emergency.under_way import be_at

if TYPE_CHECKING:
    from twin.domains.emergency.service import Service

Life = Generator[simpy.Event, Any, None]
SATURDAY: Final = 5
LABORATORY: Final = "stemi"
"""The condition that is treated in a catheterisation laboratory."""


def stay_in_hospital(service: Service, patient: Patient, hospital: Hospital, handed_over: simpy.Event | None) -> Life:
    """Live a patient's stay; ``handed_over`` is triggered when the crew may leave (None: he came by himself)."""
    env, row, record = service.env, patient.row, patient.record
    condition = CONDITIONS[row.condition]
    patient.place = "hospital"
    record.door_s = service.now
    bay = yield from _enter_bay(service, hospital, record, int(row.severity))
    record.bay_s = service.now
    if handed_over is not None:
        service.after(row.handover_s, partial(_let_go, handed_over))
    if hospital.can_treat(condition):
        plan_steps(service, row, record, condition)
    else:
        hospital, bay = yield from _move_on(service, patient, hospital, bay)
        record.consented_s = service.now + consent_s(service, row, condition, service.now)
        record.ready_s = max(record.consented_s + row.transfer_s, _given(record.team_s)) + row.preparation_s
    yield env.timeout(max(0.0, _given(record.ready_s) - service.now))
    if condition == LABORATORY:
        yield from _intervene(service, patient, hospital, bay)
    else:
        record.treatment_s = service.now
        patient.on_treated()
        yield env.timeout(row.bay_stay_s)
        _leave_bay(service, hospital, record, bay)
    patient.remove()


def _let_go(handed_over: simpy.Event) -> None:
    handed_over.succeed()


def plan_steps(service: Service, row: Any, record: CallRecord, condition: str) -> None:
    """Stamp every step until treatment can begin in a hospital that offers it; all is known when the bay is reached."""
    bay_s = _given(record.bay_s)
    opened = record.green_channel_s is not None
    begun_s = _given(record.green_channel_s) if opened else bay_s
    record.registered_s = begun_s + row.registration_s
    record.seen_s = record.registered_s + row.first_look_s
    record.consulted_s = record.seen_s + row.consultation_s
    record.consented_s = record.consulted_s + consent_s(service, row, condition, record.consulted_s)
    record.team_s = record.consulted_s
    if condition == LABORATORY and not team_is_on_site(service, record.consulted_s):
        record.team_s += row.team_call_in_s
    if opened:
        prepared_s = max(record.consulted_s, record.team_s) + row.preparation_s
        record.ready_s = max(bay_s + row.transfer_s, record.consented_s, prepared_s)
    else:
        record.ready_s = max(record.consented_s + row.transfer_s, record.team_s) + row.preparation_s


def consent_s(service: Service, row: Any, condition: str, time_s: float) -> float:
    """Return how long it takes to get consent that is sought from now on; longer off hours for an intervention."""
    off_hours = condition == LABORATORY and not team_is_on_site(service, time_s)
    return float(row.consent_s) * (service.parameters.off_hours_consent_factor if off_hours else 1.0)


def team_is_on_site(service: Service, time_s: float) -> bool:
    """Say whether the catheterisation team is in the house: by day from Monday to Friday."""
    clock, parameters = service.twin.clock, service.parameters
    hour = clock.second_of_day(time_s) / HOUR_S
    by_day = parameters.team_on_site_from_h <= hour < parameters.team_on_site_until_h
    return by_day and clock.at(time_s).weekday() < SATURDAY


def _given(time_s: float | None) -> float:
    if time_s is None:
        raise RuntimeError("a step was asked for before it was stamped")
    return time_s


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


def _move_on(
    service: Service, patient: Patient, hospital: Hospital, bay: PriorityRequest
) -> Generator[simpy.Event, Any, tuple[Hospital, PriorityRequest]]:
    """Find out that this hospital cannot treat the patient, and take him to the nearest that can."""
    row, record = patient.row, patient.record
    begun_s = service.now if record.green_channel_s is None else record.green_channel_s
    record.registered_s = begun_s + row.registration_s
    record.seen_s = record.registered_s + row.first_look_s
    record.consulted_s = record.seen_s + row.consultation_s
    yield service.env.timeout(max(0.0, record.consulted_s + row.arrange_transfer_s - service.now))
    capable = [other for other in service.views.open_hospitals() if other.can_treat(CONDITIONS[row.condition])]
    if not capable:
        raise MapError(
            "{path}: no open hospital can treat {condition}; add one or let it stay open",
            path=str(service.twin.city.map.folder / "hospitals.csv"),
            condition=CONDITIONS[row.condition],
        )
    drive_ms = service.views.known_times(service.now).times_to_places(hospital.node, service.twin.city.hospitals)
    nearest = min(capable, key=lambda other: (drive_ms[other.position], other.position))
    _leave_bay(service, hospital, record, bay)
    called_in = CONDITIONS[row.condition] == LABORATORY and not team_is_on_site(service, service.now)
    record.team_s = service.now + (row.team_call_in_s if called_in else 0.0)
    trip = service.roads.trip(
        hospital.node,
        nearest.node,
        service.now,
        service.parameters.siren_time_factor,
        informed=service.views.informed(),
    )
    yield from be_at(service, trip.timing, len(trip.edges))
    record.transferred_to = nearest.position
    second_bay = yield from _enter_bay(service, nearest, record, int(row.severity))
    return nearest, second_bay


def _intervene(service: Service, patient: Patient, hospital: Hospital, bay: PriorityRequest) -> Life:
    """Wait for a catheterisation laboratory and hold it."""
    row, record = patient.row, patient.record
    laboratory = hospital.laboratories.request()
    yield laboratory
    service.records.hospitals.add(service.now, hospital.position, record.call, "laboratory", 1)
    record.treatment_s = service.now
    _leave_bay(service, hospital, record, bay)
    patient.on_treated()
    yield service.env.timeout(row.laboratory_s)
    hospital.laboratories.release(laboratory)
    service.records.hospitals.add(service.now, hospital.position, record.call, "laboratory", -1)
