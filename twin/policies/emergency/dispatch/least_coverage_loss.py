"""Send the vehicle in time that the city misses least."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import numpy as np
from numpy.typing import NDArray

from twin.core.decisions import Within
from twin.domains.emergency.decisions import Coverage, DispatchView, Send, Wait

EQUAL_SHARE: Final = 1e-6
"""Coverage that differs by a call in a million is equal, so that rounding decides nothing."""
IF_LATE: Final = ("fastest", "least_loss")


class LeastCoverageLoss:
    """Send, of the free vehicles that arrive within the target, the one whose leaving costs the least coverage.

    A cell that k free vehicles cover loses d (1 - q) q^(k - 1) by one that leaves; d is its share of the calls and q
    the probability that a vehicle is busy. A vehicle on its way to a station counts as if it stood there. Of equal
    losses the fastest is sent.

    Parameters
    ----------
    busy_fraction
        The probability q, from 0 to 1; 0.3 is assumed.
    target_s
        Drive time within which a vehicle is in time; by default that of the coverage.
    if_late
        Whom to send where none is in time: the ``fastest`` (assumed), or by ``least_loss`` too, for which late is late,
        however late.

    References
    ----------
    Jagtenberg, Bhulai and van der Mei (2017), "Dynamic ambulance dispatching: is the closest-idle policy always
    optimal?", Health Care Management Science 20(4); compared with the offline optimum in Jagtenberg, van den Berg and
    van der Mei (2017), "Benchmarking online dispatch algorithms for emergency medical services", European Journal of
    Operational Research 258(2). Fewer calls are reached late, but the mean response is longer.
    """

    def __init__(
        self,
        busy_fraction: Annotated[float, Within(0, 1)] = 0.3,
        target_s: Annotated[float, Within(low=0)] | None = None,
        if_late: Literal["fastest", "least_loss"] = "fastest",
    ) -> None:
        if not 0 <= busy_fraction <= 1:
            raise ValueError(f"busy_fraction must be from 0 to 1, not {busy_fraction}")
        if if_late not in IF_LATE:
            raise ValueError(f"if_late must be one of {', '.join(IF_LATE)}, not {if_late}")
        self._busy_fraction, self._target_s, self._by_loss_if_late = busy_fraction, target_s, if_late == "least_loss"
        self._coverage: Coverage | None = None
        self._covers: NDArray[np.float64] = np.empty((0, 0))
        self._demand: NDArray[np.float64] = np.empty(0)

    def decide(self, view: DispatchView) -> Send | Wait:
        """Return the vehicle to send."""
        free = view.free_vehicles
        if not len(free):
            return Wait()
        target_s = view.coverage.target_s if self._target_s is None else self._target_s
        chosen = np.flatnonzero(free.drive_time_s <= target_s)
        if not len(chosen):
            if not self._by_loss_if_late:
                return Send(int(free.id[free.drive_time_s.argmin()]))
            chosen = np.arange(len(free))
        if len(chosen) > 1:
            lost = self._lost(view, free.station[chosen])
            chosen = chosen[lost <= lost.min() + EQUAL_SHARE]
        return Send(int(free.id[chosen[free.drive_time_s[chosen].argmin()]]))

    def _lost(self, view: DispatchView, station: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return what one vehicle fewer at each of these stations costs, but for the factor 1 - q."""
        if view.coverage is not self._coverage:
            self._coverage = view.coverage
            self._covers = view.coverage.covers.astype(np.float64)
            self._demand = view.coverage.demand_share.astype(np.float64)
        # einsum and not @, whose threads wait for one another where every core has its own run
        standing = np.bincount(view.free_vehicles.station, minlength=len(self._covers)).astype(np.float32)
        reached = np.einsum("s,sc->c", standing, view.coverage.covers).astype(np.intp)
        others = np.maximum(reached - 1, 0)
        held = self._demand * (self._busy_fraction ** np.arange(others.max(initial=0) + 1))[others]
        stations, place = np.unique(station, return_inverse=True)
        lost: NDArray[np.float64] = np.einsum("sc,c->s", self._covers[stations], held)
        return lost[place]
