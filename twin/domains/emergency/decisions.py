"""What the emergency domain asks: which vehicle, which hospital, when to open the green channel.

A policy is a function of one of the views below, or a class with ``decide(view)``; it returns one of the answers.
Columns are read-only NumPy arrays of one length, one entry a vehicle or hospital.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Final

from twin.core.decisions import Decision

if TYPE_CHECKING:  # checking a scenario needs no arrays, and NumPy costs a tenth of a second
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Vehicles:
    """Free vehicles, in order of id.

    Attributes
    ----------
    id
        Vehicle number.
    station
        Position of its home station.
    at_station
        Whether it stands at home; otherwise it is on its way back.
    station_order
        Place of its home station in the list of stations that the call's district of responsibility prefers (0 first).
    straight_line_m
        Straight distance to the reported place, metres.
    drive_time_s
        Drive time to the reported place in seconds: of the live traffic where ``live_traffic`` works, else of an
        ordinary day at this hour.
    """

    id: NDArray[np.int32]
    station: NDArray[np.int32]
    at_station: NDArray[np.bool_]
    station_order: NDArray[np.int32]
    straight_line_m: NDArray[np.float32]
    drive_time_s: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, slots=True)
class DispatchView:
    """What the dispatcher sees when a call waits for a vehicle.

    Attributes
    ----------
    time_s
        Now, seconds since the scenario's start.
    call
        Number of the call.
    condition, severity
        As understood on the phone; severity 1 is life-threatening, 2 is not.
    exact_location
        Whether the position came with the call (``one_tap_location``) or was described.
    waiting_s
        Seconds since the call was ready for dispatch.
    calls_waiting
        Calls that wait for a vehicle, this one included.
    free_vehicles
        The vehicles that may be sent.
    """

    time_s: float
    call: int
    condition: str
    severity: int
    exact_location: bool
    waiting_s: float
    calls_waiting: int
    free_vehicles: Vehicles


@dataclass(frozen=True, slots=True)
class Send:
    """Send this vehicle."""

    vehicle: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Send nobody now; the question is asked again when a vehicle becomes free."""


@dataclass(frozen=True, slots=True)
class Hospitals:
    """Open hospitals, in order of id.

    Attributes
    ----------
    id
        Position of the hospital in the map's list.
    capable
        Whether it can treat this condition for good.
    straight_line_m, drive_time_s
        From the patient; the drive time as in `Vehicles`.
    """

    id: NDArray[np.int32]
    capable: NDArray[np.bool_]
    straight_line_m: NDArray[np.float32]
    drive_time_s: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, slots=True)
class HospitalView:
    """What the crew sees when the patient is ready to leave the scene.

    Attributes
    ----------
    time_s, call
        As in `DispatchView`.
    condition, severity
        As found by the crew.
    hospitals
        The open hospitals.
    """

    time_s: float
    call: int
    condition: str
    severity: int
    hospitals: Hospitals


@dataclass(frozen=True, slots=True)
class TakeTo:
    """Take the patient to this hospital."""

    hospital: int


@dataclass(frozen=True, slots=True)
class GreenChannelView:
    """What the hospital sees of a patient who leaves the scene for it.

    Attributes
    ----------
    time_s, call
        As in `DispatchView`.
    vital_signs
        Whether electrocardiogram and vital signs have reached the hospital (``vitals_stream`` works).
    condition, severity
        What they show; empty and 0 while nothing has come.
    drive_time_s
        Expected seconds until arrival.
    """

    time_s: float
    call: int
    vital_signs: bool
    condition: str
    severity: int
    drive_time_s: float


@dataclass(frozen=True, slots=True)
class Open:
    """Open it now: consultation by distance, then consent and preparation side by side, while the patient is driven."""


@dataclass(frozen=True, slots=True)
class AtTheDoor:
    """Begin at the door, one step after another."""


def _vehicle_objection(view: DispatchView, answer: Send | Wait) -> str | None:
    if isinstance(answer, Wait):
        return None
    if not isinstance(answer.vehicle, Integral):
        return "vehicle must be a whole number"
    free = view.free_vehicles.id
    position = int(free.searchsorted(answer.vehicle))
    if position < len(free) and free[position] == answer.vehicle:
        return None
    return f"vehicle {answer.vehicle} is not free"


def _hospital_objection(view: HospitalView, answer: TakeTo) -> str | None:
    if not isinstance(answer.hospital, Integral):
        return "hospital must be a whole number"
    if answer.hospital in view.hospitals.id:
        return None
    return f"hospital {answer.hospital} is not open"


def _channel_objection(view: GreenChannelView, answer: Open | AtTheDoor) -> str | None:
    if isinstance(answer, Open) and not view.vital_signs:
        return "nothing about this patient has reached the hospital"
    return None


DISPATCH: Final = Decision(
    "dispatch", "emergency", "Which vehicle goes to this call?", DispatchView, (Send, Wait), _vehicle_objection
)
HOSPITAL: Final = Decision(
    "hospital", "emergency", "To which hospital is this patient taken?", HospitalView, (TakeTo,), _hospital_objection
)
GREEN_CHANNEL: Final = Decision(
    "green_channel",
    "emergency",
    "Does the hospital open the green channel for this patient now?",
    GreenChannelView,
    (Open, AtTheDoor),
    _channel_objection,
)

DECISIONS: Final = (DISPATCH, HOSPITAL, GREEN_CHANNEL)
