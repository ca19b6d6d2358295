"""The firm alone rescues."""

from __future__ import annotations

from twin.domains.elevators.decisions_rescue import CallTeam, LeaveToFirm, SecondLevelView


def never(view: SecondLevelView) -> CallTeam | LeaveToFirm:
    """Call nobody.

    References
    ----------
    What was before there were second-level stations.
    """
    return LeaveToFirm()
