"""Views of the traffic domain, made up: for trying a policy without running a city."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from twin.domains.traffic.examples_parking import PARKING_EXAMPLES
from twin.domains.traffic.examples_priority import PRIORITY_EXAMPLES
from twin.domains.traffic.examples_roads import ROAD_EXAMPLES
from twin.domains.traffic.examples_signals import SIGNAL_EXAMPLES

_EXAMPLES: Final[dict[str, Callable[[np.random.Generator], Any]]] = {
    **SIGNAL_EXAMPLES, **ROAD_EXAMPLES, **PRIORITY_EXAMPLES, **PARKING_EXAMPLES,
}  # fmt: skip


def example_view(decision: str, generator: np.random.Generator) -> Any:
    """Return a view that could be put to a policy of this decision."""
    return _EXAMPLES[decision](generator)
