"""The second level is called at once where it is there before the firm."""

from __future__ import annotations

from typing import Annotated

from twin.core.decisions import Within
from twin.domains.elevators.decisions_rescue import CallTeam, LeaveToFirm, SecondLevelView


def at_once_if_sooner(
    view: SecondLevelView,
    sooner_min: Annotated[float, Within(low=0)] = 5.0,
    late_min: Annotated[float, Within(low=0)] = 30.0,
) -> CallTeam | LeaveToFirm:
    """Call the team that is there first where it is so much sooner than the worker, or no worker is known to come.

    Who cannot see when the worker comes (``worker_position``) waits until the firm is late.

    Parameters
    ----------
    sooner_min
        Minutes by which the team must be sooner: 5 are assumed, for it costs a call and knows the elevator less.
    late_min
        Minutes after which the firm is late, whatever is expected.

    References
    ----------
    A rule of this model; what it leans on, sending whoever is sooner, is the platform's "nearest rescue" (就近救援).
    """
    teams = view.teams
    if not len(teams):
        return LeaveToFirm()
    first = int(teams.arrives_in_s.argmin())
    sooner_s = view.worker_arrives_in_s - float(teams.arrives_in_s[first])
    expected = view.worker_arrives_in_s >= 0
    late = view.since_told_s >= 60 * late_min
    wanted = late or (expected and sooner_s >= 60 * sooner_min)
    return CallTeam(int(teams.id[first])) if wanted else LeaveToFirm()
