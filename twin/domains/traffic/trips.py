"""The trips of a run and what has become of them, as columns; who sets out when."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

NOT_YET: Final = -(2**31)
"""In place of a time that has not come."""
STEPS_A_SPAN: Final = 64
"""Trips are sorted by step when the span of so many steps begins in which they do."""
ENDINGS: Final = ("under_way", "lot", "own_place", "gave_up", "no_parking", "illegal")
"""How trips end: in a lot, at the household's own place, without a place, with no wish for one, or without a place and
at the kerb where it is not allowed."""


class _Planned(NamedTuple):
    """Trips that are to begin, when, and in which step; shapes (n,)."""

    trips: NDArray[np.int32]
    at_ms: NDArray[np.int32]
    step: NDArray[np.int32]

    def and_then(self, others: list[_Planned]) -> _Planned:
        """Return these and others, sorted by step; those of one step stay in their order.

        Steps before the first of the others are over.
        """
        first = min(int(other.step[0]) for other in others) // STEPS_A_SPAN * STEPS_A_SPAN
        kept = self if not len(self.step) or self.step[-1] >= first else _Planned(*(column[:0] for column in self))
        trips, at_ms, step = (np.concatenate(columns) for columns in zip(kept, *others, strict=True))
        order = np.argsort(step, kind="stable")
        return _Planned(trips[order], at_ms[order], step[order])


class TripBook:
    """Trips by vehicle and time, and what has become of each. v vehicles, t trips.

    Times are milliseconds since the run's beginning.

    Attributes
    ----------
    vehicle, origin, destination, purpose
        As drawn, in the order of vehicle and planned departure; shape (t,).
    planned_ms, stay_ms
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

    def __init__(self, trips: pd.DataFrame, vehicles: int, begins_ms: int) -> None:
        columns = _in_order(trips)
        self.vehicle: NDArray[np.int32] = columns["vehicle"]
        self.origin: NDArray[np.int32] = columns["origin_node"]
        self.destination: NDArray[np.int32] = columns["destination_node"]
        self.purpose: NDArray[np.int8] = columns["purpose"]
        self.planned_ms: NDArray[np.int32] = (columns["depart_ms"] - begins_ms).astype(np.int32)
        self.stay_ms: NDArray[np.int32] = np.minimum(columns["stay_s"].astype(np.int64) * 1000, 2**30).astype(np.int32)
        count = len(self.vehicle)
        self.departed_ms, self.arrived_ms, self.parked_ms, self.left_ms = np.full((4, count), NOT_YET, np.int32)
        self.lot = np.full(count, -1, np.int32)
        self.ending = np.zeros(count, np.int8)
        self.looked = np.zeros(count, np.int16)
        self.search_m = np.zeros(count, np.float32)
        self.barrier_ms = np.zeros(count, np.int32)
        self.current = np.full(vehicles, -1, np.int32)
        self._has_next = np.append(self.vehicle[1:] == self.vehicle[:-1], False)[:count]
        first = np.append(True, ~self._has_next[:-1])[:count]
        self._planned: dict[int, list[_Planned]] = defaultdict(list)
        none = np.empty(0, np.int32)
        self._open = _Planned(none, none, none)
        self.first: NDArray[np.int32] = np.flatnonzero(first).astype(np.int32)

    def __len__(self) -> int:
        return len(self.vehicle)

    def plan(self, trips: NDArray[np.int32], at_ms: NDArray[np.int32], step_ms: int) -> None:
        """Let trips begin at these times."""
        if not len(trips):
            return
        step = at_ms // np.int32(step_ms)
        span = step // np.int32(STEPS_A_SPAN)
        order = np.argsort(span, kind="stable")
        spans, begins = np.unique(span[order], return_index=True)
        for number, part in zip(spans.tolist(), np.split(order, begins[1:]), strict=True):
            self._planned[number].append(_Planned(trips[part], at_ms[part], step[part]))

    def due(self, step: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return, once, the trips that begin in a step and when: in the order in which they were planned."""
        if step // STEPS_A_SPAN in self._planned:
            self._open = self._open.and_then(self._planned.pop(step // STEPS_A_SPAN))
        begin, end = np.searchsorted(self._open.step, [step, step + 1])
        return self._open.trips[begin:end], self._open.at_ms[begin:end]

    def plan_next(self, trips: NDArray[np.int32], least_stay: float, step_ms: int, from_ms: int) -> None:
        """Plan what follows on trips that have ended: as planned, or after a stay that is cut by lateness.

        Parameters
        ----------
        least_stay
            Share of the planned stay that nobody goes below.
        from_ms
            Nothing is planned before.
        """
        ended = trips[self._has_next[trips]]
        following = ended + np.int32(1)
        stayed_ms = self.parked_ms[ended].astype(np.int64) + (least_stay * self.stay_ms[ended]).astype(np.int64)
        at_ms = np.maximum(np.maximum(self.planned_ms[following], stayed_ms), from_ms)
        self.plan(following, at_ms.astype(np.int32), step_ms)


def _in_order(trips: pd.DataFrame) -> dict[str, NDArray[Any]]:
    """Return the columns of a table of trips by vehicle and planned departure; as they are where they stand so."""
    columns = {str(name): trips[name].to_numpy() for name in trips.columns}
    vehicle, depart_ms = columns["vehicle"], columns["depart_ms"]
    same = vehicle[1:] == vehicle[:-1]
    if np.where(same, depart_ms[1:] >= depart_ms[:-1], vehicle[1:] > vehicle[:-1]).all():
        return columns
    order = np.lexsort((depart_ms, vehicle))
    return {name: column[order] for name, column in columns.items()}
