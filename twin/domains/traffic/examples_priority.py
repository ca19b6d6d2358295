"""Views about way for ambulances, made up: for trying a policy without running a city."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from twin.domains.traffic.decisions_priority import PriorityView, SignalsAhead
from twin.domains.traffic.questions_priority import PRIORITY

MOST_SIGNALS: Final = 25

Number = TypeVar("Number", bound=np.generic)


def _read_only(values: NDArray[Number]) -> NDArray[Number]:
    values.flags.writeable = False
    return values.view()


def _priority(generator: np.random.Generator) -> PriorityView:
    """Return one signal or many, with queues from none to a quarter of an hour of green."""
    count = int(MOST_SIGNALS ** generator.random())
    cycle_s, share = float(generator.choice([60.0, 120.0])), generator.uniform(0.1, 0.7, count)
    most = int(generator.choice([1, 20, 400]))
    return PriorityView(
        time_s=float(generator.uniform(-7200, 86_400)),
        vehicle=int(generator.integers(0, 104)),
        severity=int(generator.integers(1, 4)),
        with_patient=bool(generator.random() < 0.5),
        lost_s=float(generator.uniform(0, 8)),
        held=int(generator.integers(0, 30)),
        signals=SignalsAhead(
            signal=_read_only(generator.integers(0, 400, count).astype(np.int32)),
            passes_in_s=_read_only(np.asarray(np.cumsum(generator.exponential(60.0, count)), np.float64)),
            queue=_read_only(generator.integers(0, most, count).astype(np.int32)),
            saturation_per_h=_read_only(np.asarray(1800.0 * generator.integers(1, 5, count), np.float64)),
            green_share=_read_only(share),
            red_delay_s=_read_only(np.asarray(cycle_s * (1 - share) ** 2 / 2, np.float64)),
        ),
    )


PRIORITY_EXAMPLES: Final[dict[str, Callable[[np.random.Generator], Any]]] = {PRIORITY.name: _priority}
