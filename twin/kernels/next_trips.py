"""When the next trip of each vehicle begins."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.kernels.calendar import Calendar, enter_one
from twin.kernels.compile import kernel

MILLISECONDS: Final = 1000
LONGEST_STAY_MS: Final = 2**30
"""Twelve days: whoever is to stay longer does not come back within a run."""


@kernel
def plan_next_trips(
    calendar: Calendar,
    ended: NDArray[np.int32],
    vehicle: NDArray[np.int32],
    planned_ms: NDArray[np.int32],
    parked_ms: NDArray[np.int32],
    stay_s: NDArray[np.int32],
    least_stay_share: float,
    from_ms: int,
    step_ms: int,
) -> None:
    """Enter the trips that follow on those that have ended: as planned, or after a stay that is cut by lateness.

    Parameters
    ----------
    ended
        Trips, shape (any,).
    vehicle, planned_ms, parked_ms, stay_s
        Of all trips, in the order of vehicle and departure, shape (t,).
    least_stay_share
        Share of the planned stay that nobody goes below.
    from_ms
        Nothing begins before.
    """
    for trip in ended:
        following = trip + 1
        if following == len(vehicle) or vehicle[following] != vehicle[trip]:
            continue
        stayed_ms = np.int64(parked_ms[trip]) + np.int64(
            least_stay_share * min(MILLISECONDS * stay_s[trip], LONGEST_STAY_MS)
        )
        at_ms = max(np.int64(planned_ms[following]), stayed_ms, np.int64(from_ms))
        enter_one(calendar, following, int(at_ms), step_ms)
