"""Warn by what followed on such days in the years before: a table by season, today's air and wind."""

from __future__ import annotations

from typing import Final

import numpy as np

from twin.domains.air.decisions_warning import AirWarningView, Warn

COLD_MONTHS: Final = (11, 12, 1, 2)
AIR_STEPS_UGM3: Final = (75.0, 115.0, 150.0)
WIND_STEPS_MPS: Final = (1.5, 2.5)
EXPECTED_UGM3: Final = {
    True: ((101, 79, 59), (130, 112, 79), (165, 148, 73), (193, 146, 73)),
    False: ((58, 54, 47), (86, 90, 75), (114, 120, 90), (122, 109, 88)),
}
"""PM2.5 of the day after, by cold season, today's PM2.5 (rows) and today's wind (columns)."""


def history_and_experience(view: AirWarningView) -> Warn:
    """Warn as the plan calls for if tomorrow brings what followed, on average, on such days.

    What is expected falls back towards the mean from day to day, so no spell is foreseen: that is what experience by
    averages does.

    References
    ----------
    Practice before the city brain ("before, history and experience", article of 2021-01-07). The table was reckoned
    here from the daily means and winds of Zhengzhou, 2014 to 2017; the wind is today's mean.
    """
    known = [day for day in (*view.past_ugm3.tolist(), view.today_ugm3) if np.isfinite(day)]
    today = known[-1] if known else 0.0
    row = int(np.digitize(today, AIR_STEPS_UGM3))
    column = int(np.digitize(view.weather.wind_mps[0], WIND_STEPS_MPS))
    tomorrow = EXPECTED_UGM3[view.month in COLD_MONTHS][row][column]
    return Warn(view.called_for([today, float(tomorrow)]))
