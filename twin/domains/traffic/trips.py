"""The trips of a run and what has become of them, as columns; who sets out when."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.kernels.arrivals import Stops
from twin.kernels.calendar import Calendar, enter, take
from twin.kernels.next_trips import plan_next_trips

NOT_YET: Final = -(2**31)
"""In place of a time that has not come."""
ENDINGS: Final = ("under_way", "lot", "own_place", "gave_up", "no_parking", "illegal")
"""How trips end: in a lot, at the household's own place, without a place, with no wish for one, or without a place and
at the kerb where it is not allowed."""


class TripBook:
    """Trips by vehicle and time, and what has become of each. v vehicles, t trips.

    Times are milliseconds since the run's beginning.

    Parameters
    ----------
    begins_ms
        The run's beginning, since the scenario's start.
    step_ms, steps
        Length and number of the steps in which trips begin; what is planned for later does not come about.

    Attributes
    ----------
    vehicle, origin, destination, purpose
        As drawn, in the order of vehicle and planned departure; shape (t,).
    planned_ms, stay_s
        When each is to begin, and how long the vehicle is to stay at its end, shape (t,).
    departed_ms, arrived_ms, parked_ms, left_ms
        When it began, first came to its destination, stood in a place, and left that again; `NOT_YET`; shape (t,).
    lot
        Where it was parked, -1 where in none, shape (t,).
    ending
        How each has ended, positions in `ENDINGS`, shape (t,).
    looked
        How many points were looked at for a place, shape (t,).
    search_m
        How far was driven after the first arrival, from point to point or lot to lot, shape (t,).
    barrier_ms
        How long the lot's entrance took, the wait for others included, shape (t,).
    current
        The trip that each vehicle is on or was on last, -1 before its first; shape (v,).
    """

    def __init__(self, trips: pd.DataFrame, vehicles: int, begins_ms: int, step_ms: int, steps: int) -> None:
        columns = _in_order(trips)
        self.vehicle: NDArray[np.int32] = columns["vehicle"]
        self.origin: NDArray[np.int32] = columns["origin_node"]
        self.destination: NDArray[np.int32] = columns["destination_node"]
        self.purpose: NDArray[np.int8] = columns["purpose"]
        self.planned_ms: NDArray[np.int32] = columns["depart_ms"] - np.int32(begins_ms)
        self.stay_s: NDArray[np.int32] = columns["stay_s"]
        count = len(self.vehicle)
        self.departed_ms, self.arrived_ms, self.parked_ms, self.left_ms = np.full((4, count), NOT_YET, np.int32)
        self.lot = np.full(count, -1, np.int32)
        self.ending = np.zeros(count, np.int8)
        self.looked = np.zeros(count, np.int16)
        self.search_m = np.zeros(count, np.float32)
        self.barrier_ms = np.zeros(count, np.int32)
        self.current = np.full(vehicles, -1, np.int32)
        begins = np.append(True, self.vehicle[1:] != self.vehicle[:-1])[:count]
        self.first: NDArray[np.int32] = np.flatnonzero(begins).astype(np.int32)
        self._calendar, self._step_ms = Calendar.empty(count, steps), step_ms
        enter(self._calendar, self.first, np.maximum(self.planned_ms[self.first], 0), step_ms)

    def __len__(self) -> int:
        return len(self.vehicle)

    def stops(self, paid_at_fen: NDArray[np.int16]) -> Stops:
        """Return the trips as the kernel of arrivals takes them; it writes the price at which each stay begins."""
        return Stops(
            self.current, self.purpose, self.arrived_ms, self.parked_ms, self.lot, self.ending, self.looked,
            self.barrier_ms, paid_at_fen,
        )  # fmt: skip

    def due(self, step: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return, once, the trips that begin in a step and when: in the order in which they were planned."""
        if step >= len(self._calendar.first):
            return np.empty(0, np.int32), np.empty(0, np.int32)
        return take(self._calendar, step)

    def plan_next(self, trips: NDArray[np.int32], least_stay_share: float, from_ms: int) -> None:
        """Plan what follows on trips that have ended: as planned, or after a stay that is cut by lateness.

        Parameters
        ----------
        least_stay_share
            Share of the planned stay that nobody goes below.
        from_ms
            Nothing is planned before.
        """
        plan_next_trips(
            self._calendar, trips, self.vehicle, self.planned_ms, self.parked_ms, self.stay_s, least_stay_share,
            from_ms, self._step_ms,
        )  # fmt: skip

    def plan_after(self, trips: NDArray[np.int32], until_ms: int) -> None:
        """Leave out these trips and those that follow them before a time, and plan what comes after it; shape (k,)."""
        after = trips.astype(np.int64)
        vehicle = self.vehicle[trips]
        while True:
            inside = after < len(self)
            own = inside & (self.vehicle[np.minimum(after, len(self) - 1)] == vehicle)
            skipped = own & (self.planned_ms[np.minimum(after, len(self) - 1)] < until_ms)
            if not skipped.any():
                break
            after[skipped] += 1
        following = after[own].astype(np.int32)
        enter(self._calendar, following, self.planned_ms[following], self._step_ms)


def _in_order(trips: pd.DataFrame) -> dict[str, NDArray[Any]]:
    """Return the columns of a table of trips by vehicle and planned departure; as they are where they stand so."""
    columns = {str(name): trips[name].to_numpy() for name in trips.columns}
    vehicle, depart_ms = columns["vehicle"], columns["depart_ms"]
    same = vehicle[1:] == vehicle[:-1]
    if np.where(same, depart_ms[1:] >= depart_ms[:-1], vehicle[1:] > vehicle[:-1]).all():
        return columns
    order = np.lexsort((depart_ms, vehicle))
    columns = {name: column[order] for name, column in columns.items()}
    for column in columns.values():
        column.setflags(write=False)  # as those of a table are: kernels are compiled for one kind
    return columns
