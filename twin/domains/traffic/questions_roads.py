"""The questions about guidance and gates: each with its view, its answers, and what makes an answer illegal."""

from __future__ import annotations

from typing import Final

from twin.core.decisions import Decision
from twin.domains.traffic.decisions_roads import GateView, GuidanceView, GuideBy, LetIn

LONGEST_LINK_S: Final = 86_400.0


def _guide_objection(view: GuidanceView, answer: GuideBy) -> str | None:
    import numpy as np

    column, count = answer.link_s, len(view.known_s)
    if not isinstance(column, np.ndarray) or column.dtype.kind not in "fiu" or column.shape != (count,):
        return f"link_s must be an array of {count} numbers"
    if not (np.isfinite(column).all() and column.min(initial=1.0) > 0 and column.max(initial=1.0) <= LONGEST_LINK_S):
        return f"link_s must lie above 0 and within {LONGEST_LINK_S:g} s"
    return None


def _gate_objection(view: GateView, answer: LetIn) -> str | None:
    if isinstance(answer.per_h, bool) or not isinstance(answer.per_h, (int, float)):
        return "per_h must be a number"
    if not 0.0 <= answer.per_h <= view.full_per_h:
        return f"per_h must lie within 0..{view.full_per_h:g}"
    return None


GUIDANCE: Final = Decision(
    "guidance", "traffic", "By which ways are informed drivers led?", GuidanceView, (GuideBy,), _guide_objection,
    "fastest",
)  # fmt: skip
GATING: Final = Decision(
    "gating", "traffic", "How many may come in through the ring road?", GateView, (LetIn,), _gate_objection,
    "open_gates",
)  # fmt: skip
DECISIONS: Final = (GUIDANCE, GATING)
