"""Warn of tomorrow as if it were today."""

from __future__ import annotations

import numpy as np

from twin.domains.air.decisions_warning import AirWarningView, Warn


def tomorrow_as_today(view: AirWarningView) -> Warn:
    """Warn as the plan calls for if tomorrow is as the last 24 hours were.

    Where the city does not know them, as the last whole day that it knows.

    References
    ----------
    Persistence, the forecast that every other is held against (Wilks 2011, Statistical methods in the atmospheric
    sciences, section 8.1).
    """
    known = [day for day in (*view.past_ugm3.tolist(), view.today_ugm3) if np.isfinite(day)]
    today = known[-1] if known else 0.0
    return Warn(view.called_for([today, today]))
