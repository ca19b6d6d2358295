"""Keep the last free vehicles for the life-threatening calls."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from twin.core.decisions import Within
from twin.domains.emergency.decisions import DispatchView, Send, Wait


def fastest_with_reserve(
    view: DispatchView,
    reserve: Annotated[int, Within(low=0)] = 3,
    near_s: Annotated[float, Within(low=0)] | None = None,
) -> Send | Wait:
    """Send the fastest free vehicle, but no one of the last ``reserve`` to a call that is not life-threatening.

    Such a call waits while no more than ``reserve`` vehicles are free. With ``near_s`` the reserve is kept of the free
    vehicles that are within this drive time of the call; one from farther away may then be sent.

    Parameters
    ----------
    reserve
        Vehicles kept for severity 1; 3 is assumed. Must be less than there are, or the other calls are never served.
    near_s
        Drive time in seconds within which the reserve is counted; None, as published, counts the whole fleet. A local
        reserve is an addition.

    References
    ----------
    The cutoff queue: Taylor and Templeton (1980), "Waiting time in a multi-server cutoff-priority queue, and its
    application to an urban ambulance service", Operations Research 28(5); with places, Yoon and Albert (2018), "An
    expected coverage model with a cutoff priority queue", Health Care Management Science 21(4).
    """
    free = view.free_vehicles
    may_go = np.ones(len(free), np.bool_)
    if view.severity > 1:
        near = may_go if near_s is None else free.drive_time_s <= near_s
        if np.count_nonzero(near) <= reserve:
            may_go = ~near
    chosen = np.flatnonzero(may_go)
    return Send(int(free.id[chosen[free.drive_time_s[chosen].argmin()]])) if len(chosen) else Wait()
