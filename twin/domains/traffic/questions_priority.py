"""The question about way for vehicles under lights and siren: its view, its answers, and what makes one illegal."""

from __future__ import annotations

import math
from numbers import Real
from typing import Final

from twin.core.decisions import Decision
from twin.domains.traffic.decisions_priority import GreenWave, NoPriority, PriorityView

LONGEST_AHEAD_S: Final = 300.0


def _wave_objection(view: PriorityView, answer: NoPriority | GreenWave) -> str | None:
    if isinstance(answer, NoPriority):
        return None
    ahead_s = answer.ahead_s
    if not isinstance(ahead_s, tuple) or not all(isinstance(each, Real) for each in ahead_s):
        return "ahead_s must be a tuple of numbers"
    if len(ahead_s) != len(view.signals):
        return f"ahead_s must have a number for each of the {len(view.signals)} signals"
    if not all(math.isfinite(each) and each <= LONGEST_AHEAD_S for each in ahead_s):
        return f"ahead_s must be at most {LONGEST_AHEAD_S:g}"
    return None


PRIORITY: Final = Decision(
    "priority",
    "traffic",
    "Which signals make way for this ambulance, and how early?",
    PriorityView,
    (NoPriority, GreenWave),
    _wave_objection,
    "never",
)

DECISIONS: Final = (PRIORITY,)
