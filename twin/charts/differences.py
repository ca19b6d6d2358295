"""Classes of a difference for maps: three below nothing, one about it, three above."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.charts.html import Child
from twin.charts.scales import round_step

if TYPE_CHECKING:
    from twin.core.language import Language

_SMALL: Final = 0.1
"""Differences below this share of a step count as none."""


def difference_bounds(values: NDArray[np.float64]) -> tuple[float, ...]:
    """Return six bounds about zero, round, by the size that nine in ten of the values stay below."""
    reach = float(np.percentile(np.abs(values), 90)) if len(values) else 0.0
    step = round_step(reach, 3) if reach > 0 else 1.0
    return (-2 * step, -step, -_SMALL * step, _SMALL * step, step, 2 * step)


def difference_key(bounds: Sequence[float], less: str, more: str, language: Language) -> list[tuple[str, Child]]:
    """Return class and title of each class; ``less`` and ``more`` hold a place ``{bound}``."""
    step, twice = f"{bounds[4]:g}", f"{bounds[5]:g}"
    return [
        ("area d0", less.format(bound=f"> {twice}")),
        ("area d1", less.format(bound=f"{step}–{twice}")),
        ("area d2", less.format(bound=f"< {step}")),
        ("area d3", language("the same")),
        ("area d4", more.format(bound=f"< {step}")),
        ("area d5", more.format(bound=f"{step}–{twice}")),
        ("area d6", more.format(bound=f"> {twice}")),
    ]
