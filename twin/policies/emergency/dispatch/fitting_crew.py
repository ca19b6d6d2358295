"""Send advanced life support to the life-threatened, and keep it from the others."""

from __future__ import annotations

from typing import Annotated

from twin.core.decisions import Within
from twin.domains.emergency.decisions import DispatchView, Send, Wait


def fitting_crew(view: DispatchView, worth_s: Annotated[float, Within(low=0)] = 120.0) -> Send | Wait:
    """Send the fastest crew whose level fits the call, unless one of the other level is there clearly sooner.

    Advanced life support fits calls of severity 1, basic the others, so that advanced crews are there when they are
    needed.

    Parameters
    ----------
    worth_s
        A crew of the other level is sent when it is there more than this sooner, in seconds; 120 is assumed.

    References
    ----------
    Two levels of crews, the advanced kept for the life-threatened: McLay (2009), "A maximum expected covering location
    model with two types of servers", IIE Transactions 41(8). There basic crews help out where no advanced one is free;
    the threshold is an addition.
    """
    free = view.free_vehicles
    if not len(free):
        return Wait()
    unfitting = free.advanced != (view.severity == 1)
    return Send(int(free.id[(free.drive_time_s + worth_s * unfitting).argmin()]))
