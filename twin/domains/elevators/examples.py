"""Views of the elevator domain, made up: for trying a policy without running a city."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from twin.domains.elevators.examples_inspection import INSPECTION_EXAMPLES
from twin.domains.elevators.examples_rescue import RESCUE_EXAMPLES

_EXAMPLES: Final[dict[str, Callable[[np.random.Generator], Any]]] = {**RESCUE_EXAMPLES, **INSPECTION_EXAMPLES}


def example_view(decision: str, generator: np.random.Generator) -> Any:
    """Return a view that could be put to a policy of this decision."""
    return _EXAMPLES[decision](generator)
