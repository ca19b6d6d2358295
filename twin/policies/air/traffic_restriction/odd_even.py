"""Let cars drive by odd and even plates under a red warning."""

from __future__ import annotations

from typing import Annotated

from twin.core.decisions import Within
from twin.domains.air.decisions_traffic import Restrict, TrafficRestrictionView

YELLOW = 2


def odd_even(view: TrafficRestrictionView, from_level: Annotated[int, Within(1, 4)] = 4) -> Restrict:
    """Bar every other car from this level on, and lorries inside the Fourth Ring from yellow on.

    Parameters
    ----------
    from_level
        1 (blue) to 4 (red).

    References
    ----------
    Odd-even driving is possible under a red warning (郑州晚报 2016-10-28).
    """
    if view.level >= from_level:
        return Restrict("odd_even")
    return Restrict("lorries_inside_fourth_ring" if view.level >= YELLOW else "none")
