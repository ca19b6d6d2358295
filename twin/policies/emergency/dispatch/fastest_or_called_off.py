"""Send the fastest vehicle, also one on its way to a less severe call."""

from __future__ import annotations

from typing import Annotated

from twin.core.decisions import Within
from twin.domains.emergency.decisions import DispatchView, Send, Wait


def fastest_or_called_off(view: DispatchView, worth_s: Annotated[float, Within(low=0)] = 120.0) -> Send | Wait:
    """Send the fastest free vehicle, or call one off a less severe call that is faster by more than ``worth_s``.

    Only for a life-threatening call is a vehicle called off; where none is free, the fastest. Drive times are compared;
    that a free vehicle's crew has still to set off counts for nothing.

    Parameters
    ----------
    worth_s
        Calling a vehicle off must save more than this, in seconds; 120 is assumed.

    References
    ----------
    Reroute-enabled dispatch: Lim, Mamat and Bräunl (2011), "Impact of ambulance dispatch policies on performance of
    emergency medical services", IEEE Transactions on Intelligent Transportation Systems 12(2). The threshold is an
    addition.
    """
    free, under_way = view.free_vehicles, view.under_way
    if view.severity == 1 and len(under_way):
        fastest = under_way.drive_time_s.argmin()
        free_s = float(free.drive_time_s.min()) if len(free) else float("inf")
        if free_s - float(under_way.drive_time_s[fastest]) > worth_s:
            return Send(int(under_way.id[fastest]))
    return Send(int(free.id[free.drive_time_s.argmin()])) if len(free) else Wait()
