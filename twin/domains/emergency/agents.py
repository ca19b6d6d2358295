"""Callers, call takers, crews with their ambulances, patients, hospitals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
import simpy
from numpy.typing import NDArray

from twin.city.conditions import Trip
from twin.city.places import Hospital as HospitalPlace
from twin.city.places import Station as StationPlace

if TYPE_CHECKING:
    from twin.core.model import Twin


@dataclass(slots=True)
class CallRecord:
    """The stamps of one call, seconds since the scenario's start; None for what did not happen."""

    call: int
    ring_s: float
    one_tap: bool = False
    sent_wrong: bool = False
    answer_s: float | None = None
    locate_s: float | None = None
    triage_s: float | None = None
    dispatch_s: float | None = None
    waited_for_vehicle: bool = False
    vehicle: int | None = None
    out_s: float | None = None
    at_scene_s: float | None = None
    at_patient_s: float | None = None
    leave_s: float | None = None
    hospital: int | None = None
    green_channel_s: float | None = None
    door_s: float | None = None
    bay_s: float | None = None
    transferred_to: int | None = None
    treatment_s: float | None = None


class CallTaker(mesa.Agent):
    """Answers one call at a time."""

    def __init__(self, twin: Twin, seat: int) -> None:
        super().__init__(twin)
        self.seat = seat


class Caller(mesa.Agent):
    """Somebody who rings 120, and what has become of the call so far.

    Attributes
    ----------
    row
        The call's row in the table of cases; None where it ends in advice.
    """

    def __init__(
        self, twin: Twin, call: int, ring_s: float, node: int, pick_up_s: float, advice_s: float, row: Any = None
    ) -> None:
        super().__init__(twin)
        self.row = row
        self.node = node
        self.reported_node = node
        self.pick_up_s = pick_up_s
        self.advice_s = advice_s
        self.cause = "call"
        self.record = CallRecord(call, ring_s)


class Patient(mesa.Agent):
    """Somebody who is taken to hospital."""

    def __init__(self, twin: Twin, caller: Caller) -> None:
        super().__init__(twin)
        self.caller = caller
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
    """A crew on duty with its vehicle."""

    def __init__(self, twin: Twin, number: int, station: Station) -> None:
        super().__init__(twin)
        self.number = number
        self.station = station
        self.node = station.node
        self.status = "at_station"
        self.call: int | None = None
        self.way_home: Trip | None = None
        self.homeward: simpy.Process | None = None

    @property
    def is_free(self) -> bool:
        """Whether it may be sent: at its station or on its way back, and the station not closed."""
        return self.status in ("at_station", "returning") and not self.station.closures


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
    """The vehicles as columns, kept beside the agents so that a view of them costs little."""

    ambulances: list[Ambulance]
    station: NDArray[np.int32] = field(init=False)
    node: NDArray[np.int32] = field(init=False)
    free: NDArray[np.bool_] = field(init=False)
    at_station: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.station = np.array([ambulance.station.position for ambulance in self.ambulances], dtype=np.int32)
        self.node = np.array([ambulance.node for ambulance in self.ambulances], dtype=np.int32)
        self.free = np.ones(len(self.ambulances), dtype=np.bool_)
        self.at_station = np.ones(len(self.ambulances), dtype=np.bool_)

    def note(self, ambulance: Ambulance) -> None:
        """Take over an agent's state."""
        number = ambulance.number
        self.node[number] = ambulance.node
        self.free[number] = ambulance.is_free
        self.at_station[number] = ambulance.status == "at_station"
