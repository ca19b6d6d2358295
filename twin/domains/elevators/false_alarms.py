"""When connected elevators report people who are not there: drawn for all, and heard where an elevator is connected."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from twin.core.clock import DAY_S, Clock
from twin.domains.elevators.chances import case_of
from twin.domains.elevators.hazards import DAYS_A_YEAR
from twin.domains.elevators.rescue_chances import FALSE_NUMBERS


def draw_false_alarms(
    draw: Callable[[str], np.random.Generator], clock: Clock, elevators: int, per_year: float
) -> pd.DataFrame:
    """Draw the false alarms of a run, at any time of the day and in any elevator alike.

    Returns
    -------
    DataFrame
        In order of time: ``at_s``; ``elevator``; ``number``, by which its chance is drawn; ``case``.
    """
    lasts_s = clock.warm_up_s + clock.duration_s
    count = int(draw("count").poisson(per_year * elevators * lasts_s / DAY_S / DAYS_A_YEAR))
    at_s = np.sort(draw("at").random(count)) * lasts_s - clock.warm_up_s
    elevator = draw("elevator").integers(0, elevators, count)
    number = FALSE_NUMBERS + np.arange(count, dtype=np.int64)
    return pd.DataFrame({"at_s": at_s, "elevator": elevator, "number": number, "case": case_of(elevator, number)})
