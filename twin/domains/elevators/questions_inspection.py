"""The question of maintenance: its view, its answer, and what makes an answer illegal; and what can be known for it."""

from __future__ import annotations

from typing import Any, Final

from twin.core.decisions import Connection, Decision
from twin.domains.elevators.decisions_inspection import Inspect, InspectionView, Reasons

ELEVATOR_TELEMETRY: Final = Connection(
    "elevator_telemetry", "elevators", "Elevators report the fault codes of their controllers to the city"
)


def _inspection_objection(view: InspectionView, answer: Inspect) -> str | None:
    who = answer.elevators
    problem = _not_whole(who) or _not_in_fleet(view, who) or _beyond_capacity(view, who)
    if problem is None and answer.expected is not None:
        problem = _not_expected(view, answer.expected)
    if problem is None and answer.reasons is not None:
        problem = _not_reasons(len(who), answer.reasons)
    return problem


def _not_whole(who: Any) -> str | None:
    import numpy as np

    if not isinstance(who, np.ndarray) or who.ndim != 1 or who.dtype.kind not in "iu":
        return "elevators must be a NumPy array of whole numbers, one an elevator"
    return None


def _not_in_fleet(view: InspectionView, who: Any) -> str | None:
    import numpy as np

    outside = who[(who < 0) | (who >= len(view.fleet))]
    if len(outside):
        return f"there is no elevator {outside[0]}; there are 0 to {len(view.fleet) - 1}"
    times = np.bincount(who, minlength=1)
    return f"elevator {times.argmax()} stands in it {times.max()} times" if times.max() > 1 else None


def _beyond_capacity(view: InspectionView, who: Any) -> str | None:
    import numpy as np

    asked = np.bincount(view.fleet.firm[who], minlength=len(view.capacity))
    firm = int((asked - view.capacity).argmax())
    if asked[firm] <= view.capacity[firm]:
        return None
    return f"firm {firm} can make {view.capacity[firm]} visits tomorrow, not {asked[firm]}"


def _not_expected(view: InspectionView, expected: Any) -> str | None:
    import numpy as np

    if not isinstance(expected, np.ndarray) or expected.dtype.kind != "f" or expected.shape != (len(view.fleet),):
        return "expected must be a NumPy array of numbers, one for each elevator of the fleet"
    wrong = np.flatnonzero(~(np.isfinite(expected) & (expected >= 0)))
    if len(wrong):
        return f"expected of elevator {wrong[0]} is {expected[wrong[0]]}; it must be 0 or above"
    return None


def _not_reasons(visits: int, reasons: Any) -> str | None:
    import numpy as np

    if not isinstance(reasons, Reasons) or not isinstance(reasons.names, tuple):
        return "reasons must be Reasons with a tuple of names"
    if not all(isinstance(name, str) for name in reasons.names) or len(set(reasons.names)) < len(reasons.names):
        return "the names of reasons must be words that differ"
    times, form = reasons.times, (visits, len(reasons.names))
    if not isinstance(times, np.ndarray) or times.dtype.kind != "f" or times.shape != form:
        return f"times of the reasons must be a NumPy array of numbers with shape {form}"
    if not (np.isfinite(times) & (times > 0)).all():
        return "times of the reasons must be above 0"
    return None


INSPECTION: Final = Decision(
    "inspection",
    "elevators",
    "Which elevators are visited for maintenance tomorrow?",
    InspectionView,
    (Inspect,),
    _inspection_objection,
)
