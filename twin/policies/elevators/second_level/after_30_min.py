"""The second level is called when the firm is late."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from twin.core.decisions import Within
from twin.domains.elevators.decisions_rescue import CallTeam, LeaveToFirm, SecondLevelView

SECOND = 2


def after_30_min(
    view: SecondLevelView,
    late_min: Annotated[float, Within(low=0)] = 30.0,
    fire_min: Annotated[float, Within(low=0)] = 60.0,
) -> CallTeam | LeaveToFirm:
    """Call the nearest second-level team when nobody has come for 30 minutes, anybody when nobody has for an hour.

    Parameters
    ----------
    late_min
        Minutes after which the firm is late.
    fire_min
        Minutes after which the fire brigade may be called as well.

    References
    ----------
    TSG T5002-2017 gives the firm 30 minutes; the platform of Zhengzhou called its second level for 25 of 1,241
    entrapments in December 2018.
    """
    teams = view.teams
    if view.since_told_s < 60 * late_min:
        return LeaveToFirm()
    may = np.flatnonzero((teams.level == SECOND) | (view.since_told_s >= 60 * fire_min))
    return CallTeam(int(teams.id[may[teams.arrives_in_s[may].argmin()]])) if len(may) else LeaveToFirm()
