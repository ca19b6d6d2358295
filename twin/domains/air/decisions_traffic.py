"""What is asked when there is a warning: whether and how traffic is restricted tomorrow.

A policy is a function of the view below, or a class with ``decide(view)``; it returns the answer.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrafficRestrictionView:
    """What the city knows.

    Attributes
    ----------
    time_s
        Seconds since the scenario's start.
    level
        Tomorrow's warning, 1 (blue) to 4 (red).
    lorries_relief_ugm3, odd_even_relief_ugm3
        What the mean of PM2.5 over the stations would fall by, tomorrow and on the day after, without lorries inside
        the Fourth Ring; and if half of the cars stood still too.
    lorries_trips, odd_even_trips
        How many trips each would suppress or send round.
    """

    time_s: float
    level: int
    lorries_relief_ugm3: float
    odd_even_relief_ugm3: float
    lorries_trips: float
    odd_even_trips: float


@dataclass(frozen=True, slots=True)
class Restrict:
    """Let this hold tomorrow: ``none``, ``lorries_inside_fourth_ring``, or ``odd_even`` (which bars lorries too)."""

    rule: str
