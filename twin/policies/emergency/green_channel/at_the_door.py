"""Begin when the patient is at the door."""

from __future__ import annotations

from twin.domains.emergency.decisions import AtTheDoor, GreenChannelView


def at_the_door(view: GreenChannelView) -> AtTheDoor:
    """Begin at the door, whatever is known.

    References
    ----------
    The practice before the city brain: vehicle and hospital not connected.
    """
    return AtTheDoor()
