"""Warn by the chance of bad days that a statistical model learned from days before."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np

from twin.core.decisions import Within
from twin.domains.air.decisions_warning import AirWarningView, Warn

ABOVE: Final = 1.001
"""A day that counts as bad is taken to lie so little above the limit."""


def learned_days(
    view: AirWarningView,
    cost_loss: Annotated[float, Within(0, 1)] = 0.0,
    days_ahead: Annotated[int, Within(1, 3)] = 2,
) -> Warn:
    """Warn as the plan calls for if those days are bad whose chance is great enough.

    It needs days to learn from, which the scenario names (``air.tables.days``), and the weather's forecast; emissions
    it does not know.

    Parameters
    ----------
    cost_loss
        A day counts as bad from this chance on; 0: from that which brought the highest threat score in the days it
        learned from.
    days_ahead
        No warning begins before a bad day is at most so many days away.

    References
    ----------
    Murphy (1977), The value of climatological, categorical and probabilistic forecasts in the cost-loss ratio
    situation, Monthly Weather Review 105(7); the model is told of in docs/model.md.
    """
    enough = np.full(4, cost_loss) if cost_loss else view.learned.warn_from()
    days = np.minimum(view.learned.pm25_ugm3(), view.heavy_ugm3)
    days[view.learned.chance_over(view.heavy_ugm3) > enough] = ABOVE * view.heavy_ugm3
    days[view.learned.chance_over(view.severe_ugm3) > enough] = ABOVE * view.severe_ugm3
    return Warn(view.called_for(days) if view.bad_within(days, days_ahead) else 0)
