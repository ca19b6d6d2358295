"""Callers, call takers, crews with their ambulances, patients, hospitals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy
from numpy.typing import NDArray

from twin.city.conditions import Trip
from twin.city.places import Hospital as HospitalPlace
from twin.city.places import Station as StationPlace
from twin.city.under_siren import UnderSiren
from twin.core.light_mesa import mesa

if TYPE_CHECKING:
    from twin.core.model import Twin


class CallRecord:
    """The stamps of one call or self-arriving patient, seconds since the scenario's start; None: did not happen.

    What has not happened yet stands in the class: a year has nearly a million calls, most of them but a talk.
    """

    symptom_s: float | None = None
    one_tap: bool = False
    history: bool = False
    sent_wrong: bool = False
    answer_s: float | None = None
    locate_s: float | None = None
    triage_s: float | None = None
    dispatch_s: float | None = None
    waited_for_vehicle: bool = False
    called_off: int = 0
    vehicle: int | None = None
    out_s: float | None = None
    at_scene_s: float | None = None
    at_patient_s: float | None = None
    ecg_s: float | None = None
    leave_s: float | None = None
    hospital: int | None = None
    green_channel_s: float | None = None
    door_s: float | None = None
    bay_s: float | None = None
    registered_s: float | None = None
    seen_s: float | None = None
    consulted_s: float | None = None
    consented_s: float | None = None
    team_s: float | None = None
    transferred_to: int | None = None
    ready_s: float | None = None
    treatment_s: float | None = None

    def __init__(self, call: int, ring_s: float) -> None:
        self.call = call
        self.ring_s = ring_s


class CallTaker(mesa.Agent):
    """Answers one call at a time."""

    def __init__(self, twin: Twin, seat: int) -> None:
        super().__init__(twin)
        self.seat = seat


class Caller:
    """Somebody who rings 120, and what has become of the call so far.

    No Mesa agent: four in five only talk, and a year has nearly a million; who is taken along becomes a `Patient`.

    Attributes
    ----------
    row
        The call's row in the table of cases; None where it ends in advice.
    """

    __slots__ = ("advice_s", "cause", "node", "pick_up_s", "record", "reported_node", "row", "with_him")

    def __init__(self, call: int, ring_s: float, node: int, pick_up_s: float, advice_s: float, row: Any = None) -> None:
        self.row = row
        self.node = node
        self.reported_node = node
        self.pick_up_s = pick_up_s
        self.advice_s = advice_s
        self.cause = "call"
        self.with_him: Sequence[Caller] = ()
        self.record = CallRecord(call, ring_s)


class Patient(mesa.Agent):
    """Somebody who is taken to hospital, or comes by himself."""

    def __init__(self, twin: Twin, row: Any, record: CallRecord, on_treated: Callable[[], None]) -> None:
        super().__init__(twin)
        self.row = row
        self.record = record
        self.on_treated = on_treated
        self.place = "scene"


class Station(mesa.Agent):
    """Where crews wait for calls."""

    def __init__(self, twin: Twin, position: int, place: StationPlace, node: int) -> None:
        super().__init__(twin)
        self.position = position
        self.place = place
        self.node = node
        self.closures = 0


class Ambulance(mesa.Agent):
    """A crew on duty with its vehicle.

    Attributes
    ----------
    station
        Its home.
    post
        The station where it waits, or is on its way to wait.
    way
        The drive it is on, or None while it stands.
    way_purpose, way_call
        What that drive is for: ``to_scene``, ``to_hospital``, ``home``.
    siren
        What was said of that drive if it is under lights and siren.
    mission, caller
        Its mission and whom it is for, while it can still be called off.
    expected_s
        When it will be at the scene, as far as the dispatch centre knew when it was sent.
    homeward
        Its drive to its post, which a call may interrupt.
    stood_since_s
        When it last arrived at its post.
    ate_until_s
        When its last meal ended.
    changes_due
        How long the change of crew takes that waits until it is at its post; 0 where none is due.
    losses
        Events that have put it out of service.
    advanced
        Whether its crew can give advanced life support.
    """

    def __init__(self, twin: Twin, number: int, station: Station, advanced: bool = True) -> None:
        super().__init__(twin)
        self.number = number
        self.station = station
        self.post = station
        self.node = station.node
        self.status = "at_station"
        self.call: int | None = None
        self.way: Trip | None = None
        self.way_purpose = ""
        self.way_call: int | None = None
        self.siren: UnderSiren | None = None
        self.mission: simpy.Process | None = None
        self.caller: Caller | None = None
        self.expected_s = 0.0
        self.homeward: simpy.Process | None = None
        self.stood_since_s = float("-inf")
        self.ate_until_s = float("-inf")
        self.changes_due = 0.0
        self.losses = 0
        self.advanced = advanced

    @property
    def is_free(self) -> bool:
        """Whether it may be sent: at its post or on its way there, its home not closed, the vehicle in service."""
        return self.status in ("at_station", "returning") and not self.station.closures and not self.losses


class Hospital(mesa.Agent):
    """A hospital with emergency bays and catheterisation laboratories."""

    def __init__(self, twin: Twin, position: int, place: HospitalPlace, node: int) -> None:
        super().__init__(twin)
        self.position = position
        self.place = place
        self.node = node
        self.closures = 0
        self.bays = simpy.PriorityResource(twin.env, max(1, place.emergency_bays))
        self.laboratories = simpy.Resource(twin.env, max(1, place.catheterisation_labs))

    def can_treat(self, condition: str) -> bool:
        """Say whether a patient with this condition can be treated here for good."""
        if condition == "stemi":
            return self.place.chest_pain_centre and self.place.catheterisation_labs > 0
        if condition == "stroke":
            return self.place.stroke_centre
        return True


@dataclass(slots=True)
class Fleet:
    """The vehicles as columns, kept beside the agents so that a view of them costs little.

    `station` is where each waits or is on its way to wait; `sent` says that it is under way to a scene and can still be
    called off.
    """

    ambulances: list[Ambulance]
    station: NDArray[np.int32] = field(init=False)
    node: NDArray[np.int32] = field(init=False)
    free: NDArray[np.bool_] = field(init=False)
    on_duty: NDArray[np.bool_] = field(init=False)
    at_station: NDArray[np.bool_] = field(init=False)
    sent: NDArray[np.bool_] = field(init=False)
    advanced: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.station = np.array([ambulance.station.position for ambulance in self.ambulances], dtype=np.int32)
        self.node = np.array([ambulance.node for ambulance in self.ambulances], dtype=np.int32)
        self.free = np.ones(len(self.ambulances), dtype=np.bool_)
        self.on_duty = np.ones(len(self.ambulances), dtype=np.bool_)
        self.at_station = np.ones(len(self.ambulances), dtype=np.bool_)
        self.sent = np.zeros(len(self.ambulances), dtype=np.bool_)
        self.advanced = np.array([ambulance.advanced for ambulance in self.ambulances], dtype=np.bool_)

    def sent_ones(self) -> list[Ambulance]:
        """Return the vehicles that can still be called off, in order of their numbers."""
        return [self.ambulances[number] for number in self.sent.nonzero()[0].tolist()]

    def note(self, ambulance: Ambulance) -> None:
        """Take over an agent's state."""
        number = ambulance.number
        self.station[number] = ambulance.post.position
        self.node[number] = ambulance.node
        self.on_duty[number] = ambulance.status not in ("out_of_service", "changing_crew")
        self.free[number] = ambulance.is_free
        self.at_station[number] = ambulance.status == "at_station"
        self.sent[number] = ambulance.caller is not None
