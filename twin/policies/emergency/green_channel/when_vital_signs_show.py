"""Open the green channel as soon as vital signs show a condition in which minutes count."""

from __future__ import annotations

from typing import Final

from twin.domains.emergency.decisions import AtTheDoor, GreenChannelView, Open

TIME_CRITICAL: Final = frozenset({"stemi", "stroke", "cardiac_arrest", "trauma"})


def when_vital_signs_show(view: GreenChannelView) -> Open | AtTheDoor:
    """Open it on the way for a life-threatening time-critical condition that the hospital has seen.

    References
    ----------
    The city brain's rule ("once infarction is confirmed the hospital opens the green channel", 2021).
    """
    seen = view.vital_signs and view.severity == 1 and view.condition in TIME_CRITICAL
    return Open() if seen else AtTheDoor()
