"""Wait where one more vehicle adds the most coverage."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray

from twin.core.decisions import Within
from twin.domains.emergency.decisions import Coverage, StandbyView, WaitAt

EQUAL_SHARE: Final = 1e-6
"""Coverage that differs by a call in a million is equal, so that rounding decides nothing."""


class Dmexclp:
    """Wait at the station where the vehicle adds the most expected coverage; of equal ones at the nearest.

    A cell that k idle vehicles cover gains d (1 - q) q^k by one more; d is its share of the calls and q the probability
    that a vehicle is busy. A vehicle on its way to a station counts as if it stood there.

    Parameters
    ----------
    busy_fraction
        The probability q, from 0 to 1. By default the share of the vehicles that are busy when it is asked (assumed);
        the paper has one figure for the whole run.

    References
    ----------
    Jagtenberg, Bhulai and van der Mei (2015), "An efficient heuristic for real-time ambulance redeployment", Operations
    Research for Health Care 4, which builds on Daskin (1983), "A maximum expected covering location model",
    Transportation Science 17(1).
    """

    def __init__(self, busy_fraction: Annotated[float, Within(0, 1)] | None = None) -> None:
        if busy_fraction is not None and not 0 <= busy_fraction <= 1:
            raise ValueError(f"busy_fraction must be from 0 to 1, not {busy_fraction}")
        self._busy_fraction = busy_fraction
        self._coverage: Coverage | None = None
        self._covers: NDArray[np.float64] = np.empty((0, 0))
        self._demand: NDArray[np.float64] = np.empty(0)

    def decide(self, view: StandbyView) -> WaitAt:
        """Return where the freed vehicle waits."""
        if view.coverage is not self._coverage:
            self._coverage = view.coverage
            self._covers = view.coverage.covers.astype(np.float64)
            self._demand = view.coverage.demand_share.astype(np.float64)
        stations = view.stations
        busy = view.busy_fraction if self._busy_fraction is None else self._busy_fraction
        # einsum and not @, whose threads wait for one another where every core has its own run
        idle = np.zeros(len(self._covers), np.float32)
        idle[stations.id] = stations.idle
        reached = np.einsum("s,sc->c", idle, view.coverage.covers).astype(np.intp)
        left = self._demand * (busy ** np.arange(reached.max(initial=0) + 1))[reached]
        gained = np.einsum("sc,c->s", self._covers, left)[stations.id]  # but for 1 - q, which is the same for all
        best = np.flatnonzero(gained >= gained.max() - EQUAL_SHARE)
        return WaitAt(int(stations.id[best[stations.drive_time_s[best].argmin()]]))
