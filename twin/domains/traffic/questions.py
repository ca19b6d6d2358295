"""The questions about roads and signals: each with its view, its answers, and what makes an answer illegal."""

from __future__ import annotations

from typing import Any, Final

from twin.core.decisions import Decision
from twin.domains.traffic.decisions import SetPlans, SignalPlanView

LONGEST_GREEN_S: Final = 600.0


def _column_objection(name: str, column: Any, count: int, low: float, high: float) -> str | None:
    import numpy as np

    if not isinstance(column, np.ndarray) or column.dtype.kind not in "fiu" or column.shape != (count,):
        return f"{name} must be an array of {count} numbers"
    if not np.isfinite(column).all() or column.min(initial=low) < low or column.max(initial=high) > high:
        return f"{name} must lie within {low:g}..{high:g}"
    return None


def _plan_objection(view: SignalPlanView, answer: SetPlans) -> str | None:
    import numpy as np

    problem = _column_objection("green_s", answer.green_s, len(view.fixed_green_s), 0.0, LONGEST_GREEN_S)
    if problem is None and answer.offset_s is not None:
        problem = _column_objection("offset_s", answer.offset_s, len(view.phase_first) - 1, -86_400.0, 86_400.0)
    if problem is not None:
        return problem
    millisecond = 0.001
    signals = np.add.reduceat(answer.green_s >= millisecond, view.phase_first[:-1])
    dark = np.flatnonzero(signals == 0)
    return f"signal {dark[0]} has no green" if len(dark) else None


SIGNAL_PLAN: Final = Decision(
    "signal_plan",
    "traffic",
    "How long is each phase of each signal green?",
    SignalPlanView,
    (SetPlans,),
    _plan_objection,
    "fixed",
)

DECISIONS: Final = (SIGNAL_PLAN,)
