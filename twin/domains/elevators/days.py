"""What each day does to all elevators alike: season, chance of the day, heat, rain; drawn before any policy acts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from twin.core.clock import DAY_S, DRAIN_LIMIT_S, Clock
from twin.domains.elevators.happenings import HEAT_WAVE, RAIN
from twin.domains.elevators.parameters import ElevatorParameters

if TYPE_CHECKING:
    from twin.core.domain import WorldEvent

MONTHS: Final = 12


def first_midnight_s(clock: Clock) -> float:
    """Return the local midnight at which the day begins in which the run begins, seconds since its start."""
    begins_s = -clock.warm_up_s
    return begins_s - clock.second_of_day(begins_s)


def draw_days(
    draw: Callable[[str], np.random.Generator],
    clock: Clock,
    parameters: ElevatorParameters,
    events: Sequence[WorldEvent],
) -> pd.DataFrame:
    """Draw what multiplies failures on each day, from the beginning of the fleet's history to the end of the run.

    Returns
    -------
    DataFrame
        ``day`` (0: in which the run begins), ``begins_s`` (its midnight), ``outside`` and ``wear``: factors.
    """
    first_s = first_midnight_s(clock)
    ahead = int((clock.duration_s + DRAIN_LIMIT_S - first_s) // DAY_S) + 1
    day = np.arange(-parameters.history_days, ahead, dtype=np.int32)
    begins_s = first_s + DAY_S * day
    season = np.array(parameters.season_by_month) / np.mean(parameters.season_by_month)
    wear = season[[clock.at(float(at_s)).month - 1 for at_s in begins_s]]
    shape = parameters.day_shape
    outside = wear * draw("outside").standard_gamma(shape, len(day)) / shape
    for event in events:
        within = np.minimum(begins_s + DAY_S, event.ends_s) - np.maximum(begins_s, event.begins_s)
        share = np.maximum(within, 0.0) / DAY_S
        if event.kind == HEAT_WAVE.name:
            wear = wear * (1 + share * (float(event.value) - 1))
            outside = outside * (1 + share * (float(event.value) - 1))
        elif event.kind == RAIN:
            outside = outside * (1 + share * parameters.rain_per_mm * float(event.value))
    return pd.DataFrame({"day": day, "begins_s": begins_s, "outside": outside, "wear": wear})
