"""The questions of the emergency domain: each with its view, its answers, and what makes an answer illegal."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any, Final

from twin.core.decisions import Decision
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

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral)


def _holds(column: NDArray[np.integer], value: int) -> bool:
    position = int(column.searchsorted(value))
    return position < len(column) and bool(column[position] == value)


def _vehicle_objection(view: DispatchView, answer: Send | Wait) -> str | None:
    if isinstance(answer, Wait):
        return None
    if not _is_whole(answer.vehicle):
        return "vehicle must be a whole number"
    if _holds(view.free_vehicles.id, answer.vehicle) or _holds(view.under_way.id, answer.vehicle):
        return None
    return f"vehicle {answer.vehicle} is neither free nor under way to a less severe call"


def _hospital_objection(view: HospitalView, answer: TakeTo) -> str | None:
    if not _is_whole(answer.hospital):
        return "hospital must be a whole number"
    return None if _holds(view.hospitals.id, answer.hospital) else f"hospital {answer.hospital} is not open"


def _channel_objection(view: GreenChannelView, answer: Open | AtTheDoor) -> str | None:
    if isinstance(answer, Open) and not view.vital_signs:
        return "nothing about this patient has reached the hospital"
    return None


def _order_objection(view: QueueView, answer: ServeInOrder) -> str | None:
    if not isinstance(answer.calls, tuple) or not all(map(_is_whole, answer.calls)):
        return "calls must be a tuple of whole numbers"
    if sorted(answer.calls) != sorted(view.calls.call.tolist()):
        return "each waiting call must stand in the order once"
    return None


def _station_objection(view: StandbyView, answer: WaitAt) -> str | None:
    if not _is_whole(answer.station):
        return "station must be a whole number"
    return None if _holds(view.stations.id, answer.station) else f"station {answer.station} is not open"


def _take_over_objection(view: RedispatchView, answer: TakeOver | LeaveAsIs) -> str | None:
    if isinstance(answer, LeaveAsIs):
        return None
    if not _is_whole(answer.call):
        return "call must be a whole number"
    return None if answer.call in view.calls.call else f"no vehicle is under way to call {answer.call}"


def _decision(
    name: str, text: str, view: type, answers: tuple[type, ...], objection: Any, silent: str = ""
) -> Decision:
    return Decision(name, "emergency", text, view, answers, objection, silent)


QUEUE: Final = _decision(
    "queue", "In which order are waiting calls served?", QueueView, (ServeInOrder,), _order_objection
)
DISPATCH: Final = _decision(
    "dispatch", "Which vehicle goes to this call?", DispatchView, (Send, Wait), _vehicle_objection
)
REDISPATCH: Final = _decision(
    "redispatch",
    "Does a freed vehicle take over a call from one under way?",
    RedispatchView,
    (TakeOver, LeaveAsIs),
    _take_over_objection,
    "never",
)
STANDBY: Final = _decision(
    "standby",
    "Where does a freed vehicle wait for the next call?",
    StandbyView,
    (WaitAt,),
    _station_objection,
    "home_station",
)
HOSPITAL: Final = _decision(
    "hospital", "To which hospital is this patient taken?", HospitalView, (TakeTo,), _hospital_objection
)
GREEN_CHANNEL: Final = _decision(
    "green_channel",
    "Does the hospital open the green channel for this patient now?",
    GreenChannelView,
    (Open, AtTheDoor),
    _channel_objection,
)

DECISIONS: Final = (QUEUE, DISPATCH, REDISPATCH, STANDBY, HOSPITAL, GREEN_CHANNEL)
