"""Views of the decisions about signals, made up: for trying a policy without running a city."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.domains.traffic.decisions import Approaches, SignalPlanView
from twin.domains.traffic.questions import SIGNAL_PLAN

MOST_SIGNALS: Final = 60


def _firsts(generator: np.random.Generator, count: int, most: int) -> NDArray[np.int32]:
    firsts = np.cumsum([0, *generator.integers(2 if most == 3 else 1, most + 1, count)]).astype(np.int32)
    firsts.flags.writeable = False
    return firsts


def _read_only(values: NDArray[Any]) -> NDArray[Any]:
    values.flags.writeable = False
    return values


def _signal_plan(generator: np.random.Generator) -> SignalPlanView:
    """Return some signals with two or three phases; now and then nobody comes, or more than a cycle can pass."""
    signals = int(MOST_SIGNALS ** generator.random())
    phase_first = _firsts(generator, signals, 3)
    approach_first = _firsts(generator, int(phase_first[-1]), 4)
    count = int(approach_first[-1])
    lost_s, cycle_s = float(generator.uniform(2, 8)), float(generator.choice([60.0, 90.0, 120.0]))
    phases = np.diff(phase_first)
    load = float(generator.choice([0.0, 0.3, 1.5]))
    saturation_per_h = 1700.0 * generator.integers(1, 5, count)
    queue = (load * 20 * generator.random(count)).astype(np.int32)
    return SignalPlanView(
        time_s=float(generator.uniform(0, 86_400)),
        interval_s=float(generator.choice([10.0, 120.0])),
        lost_s=lost_s,
        cycle_s=cycle_s,
        queued=int(queue.sum()),
        phase_first=phase_first,
        approach_first=approach_first,
        fixed_green_s=_read_only(np.repeat(cycle_s / phases - lost_s, phases)),
        approaches=Approaches(
            arrivals_per_h=_read_only(load * generator.random(count) * saturation_per_h),
            saturation_per_h=_read_only(saturation_per_h),
            queue=_read_only(queue),
            downstream_queue=_read_only(load * 20 * generator.random(count)),
        ),
    )


SIGNAL_EXAMPLES: Final[dict[str, Callable[[np.random.Generator], Any]]] = {SIGNAL_PLAN.name: _signal_plan}
