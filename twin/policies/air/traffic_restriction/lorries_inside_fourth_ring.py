"""Bar lorries inside the Fourth Ring from a yellow warning on."""

from __future__ import annotations

from typing import Annotated

from twin.core.decisions import Within
from twin.domains.air.decisions_traffic import Restrict, TrafficRestrictionView


def lorries_inside_fourth_ring(view: TrafficRestrictionView, from_level: Annotated[int, Within(1, 4)] = 2) -> Restrict:
    """Bar lorries under a yellow warning or a higher one.

    Parameters
    ----------
    from_level
        1 (blue) to 4 (red).

    References
    ----------
    Zhengzhou's plan: diesel lorries of stage IV stay outside the Fourth Ring (郑州晚报 2016-11-22).
    """
    return Restrict("lorries_inside_fourth_ring" if view.level >= from_level else "none")
