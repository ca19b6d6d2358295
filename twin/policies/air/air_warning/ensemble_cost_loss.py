"""Warn where a level is probable enough for what measures cost."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from twin.core.decisions import Within
from twin.domains.air.decisions_warning import AirWarningView, Warn


def ensemble_cost_loss(
    view: AirWarningView,
    cost_loss: Annotated[float, Within(0, 1, ends=False)] = 0.35,
    days_ahead: Annotated[int, Within(1, 3)] = 2,
) -> Warn:
    """Warn at the highest level that at least so great a share of the forecasts calls for.

    Parameters
    ----------
    cost_loss
        Cost of acting over the loss where nothing was done and the bad day came: acting pays where the probability
        is at least this. Assumed.
    days_ahead
        No warning begins before a bad day is at most so many days away.

    References
    ----------
    Murphy (1977), The value of climatological, categorical and probabilistic forecasts in the cost-loss ratio
    situation, Monthly Weather Review 105(7).
    """
    levels = np.array([
        view.called_for(days) if view.bad_within(days, days_ahead) else 0 for days in view.outlook.pm25_ugm3()[1:]
    ])  # fmt: skip
    probable = [level for level in range(1, 5) if (levels >= level).mean() >= cost_loss]
    return Warn(max(probable, default=0))
