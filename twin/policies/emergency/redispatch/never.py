"""Let every vehicle finish what it was sent to."""

from __future__ import annotations

from twin.domains.emergency.decisions import LeaveAsIs, RedispatchView


def never(view: RedispatchView) -> LeaveAsIs:
    """Let those who are under way go on, even where the freed vehicle is nearer.

    References
    ----------
    The practice: a vehicle that has been sent is not called back.
    """
    return LeaveAsIs()
