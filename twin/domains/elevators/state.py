"""Which elevators run and which stand still, and what has happened to each in the run: columns, one entry each."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

STANDING = np.inf
"""Until somebody says otherwise."""
NEVER_FAILED = -1


class ElevatorState:
    """The fleet as it is now; arrays have shape (n,).

    Attributes
    ----------
    stopped_until_s
        An elevator that has failed stands still until then; `STANDING` where nobody can say yet.
    without_power
        How many common causes (power cuts, floods) hold it now.
    last_visit_s
        When it was maintained last; before the run, in its round.
    last_number
        Number of its last failure, `NEVER_FAILED` where it has had none in the run.
    faults, entrapments, visits
        How many since the run began.
    """

    def __init__(self, last_visit_s: NDArray[np.float64]) -> None:
        count = len(last_visit_s)
        self.stopped_until_s = np.full(count, -np.inf)
        self.without_power = np.zeros(count, np.int8)
        self.last_visit_s = last_visit_s
        self.last_number = np.full(count, NEVER_FAILED, np.int64)
        self.faults = np.zeros(count, np.int32)
        self.entrapments = np.zeros(count, np.int32)
        self.visits = np.zeros(count, np.int32)
        self._back: list[tuple[float, int]] = []

    def runs(self, elevator: int, now_s: float) -> bool:
        """Say whether an elevator runs."""
        return bool(self.stopped_until_s[elevator] <= now_s and self.without_power[elevator] == 0)

    def running(self, now_s: float) -> NDArray[np.bool_]:
        """Say which elevators run, shape (n,)."""
        return np.asarray((self.stopped_until_s <= now_s) & (self.without_power == 0))

    def stop(self, elevator: int, number: int, *, trapped: bool) -> None:
        """Let an elevator stand still from now on, after this failure."""
        self.stopped_until_s[elevator] = STANDING
        self.last_number[elevator] = number
        self.faults[elevator] += 1
        self.entrapments[elevator] += trapped

    def repaired_at(self, elevator: int, at_s: float) -> None:
        """Let a repair, of which nothing else need be known, end at a time to come."""
        self.stopped_until_s[elevator] = at_s
        heapq.heappush(self._back, (at_s, elevator))

    def repaired_until(self, now_s: float) -> NDArray[np.int32]:
        """Return the elevators whose repair (see `repaired_at`) has ended by now and was not returned before."""
        done = []
        while self._back and self._back[0][0] <= now_s:
            done.append(heapq.heappop(self._back)[1])
        return np.array(done, np.int32)
