"""Send the nearest worker who may free people, of whatever firm."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from twin.core.decisions import Within
from twin.domains.elevators.decisions_rescue import Assign, RescueView


def nearest_qualified(view: RescueView, stranger_s: Annotated[float, Within(low=0)] = 96.0) -> Assign:
    """Send the free worker who is there first in the traffic as it is, one case after the other.

    Without ``worker_position`` only the contracted firm's are known.

    Parameters
    ----------
    stranger_s
        Another firm's worker must be so many seconds faster: half of 3.2 minutes, for he needs longer on the spot.

    References
    ----------
    The closest idle unit, as in ambulance services; for elevators the platform's "nearest rescue" (就近救援).
    """
    options = view.options
    cost_s = options.drive_time_s + np.float32(stranger_s) * ~options.own_firm
    return view.fastest_in_turn(cost_s, np.ones(len(options), np.bool_))
