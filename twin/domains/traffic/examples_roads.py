"""Views of the decisions about guidance and gates, made up: for trying a policy without running a city."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.domains.traffic.decisions_roads import GateView, GuidanceView
from twin.domains.traffic.questions_roads import GATING, GUIDANCE


def _read_only(values: NDArray[Any]) -> NDArray[Any]:
    values.flags.writeable = False
    return values


def _guidance(generator: np.random.Generator) -> GuidanceView:
    """Return some hundred links, empty or congested."""
    free_s = generator.uniform(2.0, 60.0, int(400 ** generator.random()))
    delay = generator.choice([0.0, 0.5, 5.0]) * generator.random(len(free_s))
    return GuidanceView(
        time_s=float(generator.uniform(0, 86_400)), interval_s=300.0, informed_share=float(generator.random()),
        shares=int(generator.integers(1, 7)), known_s=_read_only(free_s * (1 + delay)), free_s=_read_only(free_s),
    )  # fmt: skip


def _gating(generator: np.random.Generator) -> GateView:
    """Return an inner city that is empty, near its set point, or far beyond it."""
    set_point = float(generator.uniform(100, 50_000))
    full_per_h = float(generator.uniform(500, 200_000))
    inside = int(generator.choice([0.0, 0.9, 1.1, 4.0]) * set_point)
    allowed_per_h = float(generator.choice([0.0, 0.5, 1.0]) * full_per_h)
    return GateView(
        time_s=float(generator.uniform(0, 86_400)), interval_s=180.0, inside=inside,
        inside_before=int(inside * generator.uniform(0.8, 1.2)), set_point=set_point,
        entered_per_h=float(generator.random()) * full_per_h, allowed_per_h=allowed_per_h, full_per_h=full_per_h,
        waiting=int(generator.integers(0, 2000)),
    )  # fmt: skip


ROAD_EXAMPLES: Final[dict[str, Callable[[np.random.Generator], Any]]] = {
    GUIDANCE.name: _guidance, GATING.name: _gating,
}  # fmt: skip
