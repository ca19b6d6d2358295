"""Fill the posts that a table prescribes for this number of idle vehicles."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray

from twin.core.decisions import Within
from twin.domains.emergency.decisions import Coverage, StandbyView, WaitAt

EQUAL_SHARE: Final = 1e-6
"""Coverage that differs by a call in a million is equal, so that rounding decides nothing."""


class ComplianceTable:
    """Wait at the nearest station that has fewer vehicles than the table wants for this number of idle ones.

    The table says for every number of idle vehicles at which open stations they should stand, by expected coverage: to
    the row before, one is added where it adds most, then they are moved one by one while that adds. Rows are worked out
    when they are first needed, and kept.

    Parameters
    ----------
    busy_fraction
        Probability that a vehicle is busy, more than 0 and less than 1; 0.3 is assumed.

    References
    ----------
    Alanis, Ingolfsson and Kolfal (2013), "A Markov chain model for an EMS system with repositioning", Production and
    Operations Management 22(1); van Barneveld (2016), "The minimum expected penalty relocation problem for the
    computation of compliance tables for ambulance vehicles", INFORMS Journal on Computing 28(2). The rows are valued by
    Daskin (1983), "A maximum expected covering location model", Transportation Science 17(1). In the papers all idle
    vehicles may be moved; here only the one that has become free.
    """

    def __init__(self, busy_fraction: Annotated[float, Within(0, 1, ends=False)] = 0.3) -> None:
        if not 0 < busy_fraction < 1:
            raise ValueError(f"busy_fraction must be more than 0 and less than 1, not {busy_fraction}")
        self._busy_fraction = busy_fraction
        self._coverage: Coverage | None = None
        self._open = b""
        self._parts: list[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]] = []
        self._left: NDArray[np.float64] = np.empty(0)
        self._shared: NDArray[np.float64] = np.empty((0, 0))
        self._rows: list[NDArray[np.int64]] = []

    def decide(self, view: StandbyView) -> WaitAt:
        """Return where the freed vehicle waits."""
        stations = view.stations
        if view.coverage is not self._coverage or stations.id.tobytes() != self._open:
            self._begin(view)
        others = int(stations.idle.sum())
        while len(self._rows) <= others:
            self._add_row()
        unmet = np.flatnonzero(stations.idle < self._rows[others])
        return WaitAt(int(stations.id[unmet[stations.drive_time_s[unmet].argmin()]]))

    def _begin(self, view: StandbyView) -> None:
        """Start a table for this coverage and these open stations."""
        self._coverage, self._open = view.coverage, view.stations.id.tobytes()
        covers = view.coverage.covers[view.stations.id].astype(np.float64)
        self._parts = []
        for row in covers:
            cells = np.flatnonzero(row)
            near = np.flatnonzero(covers[:, cells].any(axis=1))
            self._parts.append((cells, near, covers[np.ix_(near, cells)]))
        self._left = view.coverage.demand_share.astype(np.float64)
        self._shared = np.einsum("ic,c,jc->ij", covers, self._left, covers)
        self._rows = []

    def _add_row(self) -> None:
        """Say how many vehicles should stand at each open station when there is one more."""
        standing = self._rows[-1].copy() if self._rows else np.zeros(len(self._parts), np.int64)
        self._change(standing, _first_best(self._shared.diagonal()), 1)
        while (move := self._best_move(standing)) is not None:
            self._change(standing, move[0], -1)
            self._change(standing, move[1], 1)
        self._rows.append(standing)

    def _change(self, standing: NDArray[np.int64], station: int, vehicles: int) -> None:
        """Let one vehicle come to a station (1) or go (-1).

        Kept are what is left of each cell, its share of the calls times q to the power of the vehicles that cover it,
        and the sum of that over the cells that two stations share.
        """
        cells, near, covers = self._parts[station]
        before = self._left[cells]
        self._left[cells] = before * self._busy_fraction**vehicles
        # einsum and not @, whose threads wait for one another where every core has its own run
        changed = np.einsum("ic,jc->ij", covers * (self._left[cells] - before), covers)
        self._shared[np.ix_(near, near)] += changed
        standing[station] += vehicles

    def _best_move(self, standing: NDArray[np.int64]) -> tuple[int, int] | None:
        """Return from where to where one vehicle should move, or None where no move adds coverage.

        But for a factor 1 - q, the first station's vehicle holds the sum of what is left of its cells over q. Once it
        is away the second adds what is left of its own, over q where both cover.
        """
        alone, one_less = self._shared.diagonal(), 1 / self._busy_fraction
        gained = alone[np.newaxis, :] + (one_less - 1) * self._shared - one_less * alone[:, np.newaxis]
        gained[standing == 0] = -np.inf
        best = _first_best(gained.ravel())
        if gained.flat[best] <= EQUAL_SHARE:
            return None
        source, target = divmod(best, len(standing))
        return source, target


def _first_best(values: NDArray[np.float64]) -> int:
    return int((values >= values.max() - EQUAL_SHARE).argmax())
