"""Let a freed vehicle take over a call that it reaches clearly sooner."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from twin.core.decisions import Within
from twin.domains.emergency.decisions import LeaveAsIs, RedispatchView, TakeOver


def if_sooner(view: RedispatchView, worth_s: Annotated[float, Within(low=0)] = 120.0) -> TakeOver | LeaveAsIs:
    """Take over the call that gains most, of the most severe ones that gain more than ``worth_s``.

    Equal gains go to the call whose vehicle has the lower number.

    Parameters
    ----------
    worth_s
        A change must save more than this, in seconds; 120 is assumed. Not less than a crew needs to set off, or two
        vehicles might take a call from each other in turn.

    References
    ----------
    Free-ambulance exploitation: Lim, Mamat and Bräunl (2011), "Impact of ambulance dispatch policies on performance of
    emergency medical services", IEEE Transactions on Intelligent Transportation Systems 12(2). There it serves urgent
    calls; here urgent ones come first and others follow. The threshold is an addition.
    """
    calls = view.calls
    saved_s = calls.remaining_s - calls.drive_time_s
    worth_it = np.flatnonzero(saved_s > worth_s)
    if not len(worth_it):
        return LeaveAsIs()
    best = worth_it[np.lexsort((-saved_s[worth_it], calls.severity[worth_it]))[0]]
    return TakeOver(int(calls.call[best]))
