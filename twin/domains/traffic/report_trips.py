"""The same trips under two brains: what each takes from door to door, and for whom it takes longer.

A day has millions of trips, so each replication is reduced to sums by group and to counts by class as soon as it is
read, from the columns that are needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.section import StoredRun
from twin.core.clock import Clock
from twin.domains.traffic.parking_kpis import MINUTE_S, WALK_M_PER_MIN

GAP_BOUNDS_MIN: Final = (-10.0, -5.0, -1.0, 1.0, 5.0, 10.0)
"""Bounds of the classes into which trips are told apart by how much longer they take."""
_STAMPS: Final = ["trip", "planned_s", "departed_s", "parked_s", "walk_m"]
_GIVEN: Final = ["purpose", "origin_node", "vehicle"]
_REACH_MIN: Final = 120.0
_BINS_PER_MIN: Final = 10


@dataclass(frozen=True, eq=False)
class PairedTrips:
    """The counted trips of a day that ended under both brains, shapes (k,).

    Attributes
    ----------
    trip
        Their numbers.
    before_min, gap_min
        Minutes from setting out to being at the destination on foot, under the first brain, and how many more they are
        under the other.
    purpose, hour, origin_node
        Position in `PURPOSES`, local hour of the planned departure, and where the trip begins.
    informed, app
        Whether the driver knows the roads as they are, or has the parking app, under the other brain.
    only_before, only_after
        How many trips ended under the first brain alone, and under the other alone.
    """

    trip: NDArray[np.int32]
    before_min: NDArray[np.float32]
    gap_min: NDArray[np.float32]
    purpose: NDArray[np.int8]
    hour: NDArray[np.int8]
    origin_node: NDArray[np.int32]
    informed: NDArray[np.bool_]
    app: NDArray[np.bool_]
    only_before: int
    only_after: int


def paired_trips(run: StoredRun, baseline: str, other: str, replication: int) -> PairedTrips:
    """Return the trips of one replication that ended under both brains."""
    first = run.events("traffic.trips", baseline, replication, [*_STAMPS, *_GIVEN])
    second = run.events("traffic.trips", other, replication, _STAMPS)
    drivers = run.events("traffic.drivers", other, replication)
    took, takes = (_counted_min(frame, run.clock) for frame in (first, second))
    one, two = _same(first["trip"].to_numpy(), second["trip"].to_numpy())
    there = ~np.isnan(took[one]) & ~np.isnan(takes[two])
    one, before, after = one[there], took[one[there]], takes[two[there]]
    vehicle = first["vehicle"].to_numpy()[one]
    return PairedTrips(
        trip=first["trip"].to_numpy()[one],
        before_min=before,
        gap_min=after - before,
        purpose=first["purpose"].to_numpy()[one],
        hour=run.clock.hours_of_day(first["planned_s"].to_numpy(np.float64)[one]).astype(np.int8),
        origin_node=first["origin_node"].to_numpy()[one],
        informed=drivers["informed"].to_numpy(np.bool_)[vehicle],
        app=drivers["app"].to_numpy(np.bool_)[vehicle],
        only_before=int((~np.isnan(took)).sum()) - len(one),
        only_after=int((~np.isnan(takes)).sum()) - len(one),
    )


def _counted_min(trips: pd.DataFrame, clock: Clock) -> NDArray[np.float32]:
    """Return `door_to_door_min`, NaN also where a trip was not planned for the counted time."""
    planned_s = trips["planned_s"].to_numpy()
    minutes = door_to_door_min(trips)
    minutes[(planned_s < 0) | (planned_s >= clock.duration_s)] = np.nan
    return minutes


def door_to_door_min(trips: pd.DataFrame) -> NDArray[np.float32]:
    """Return minutes from setting out to being at the destination on foot; NaN where a trip has not ended."""
    driven = (trips["parked_s"].to_numpy() - trips["departed_s"].to_numpy()) / np.float32(MINUTE_S)
    walked = np.nan_to_num(trips["walk_m"].to_numpy()) / np.float32(WALK_M_PER_MIN)
    return np.asarray(driven + walked, np.float32)


def _same(one: NDArray[np.int32], two: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where the numbers that both have stand in each."""
    place = np.full(int(max(one.max(initial=-1), two.max(initial=-1))) + 1, -1, np.int64)
    place[two] = np.arange(len(two))
    there = np.flatnonzero(place[one] >= 0)
    return there, place[one[there]]


@dataclass(eq=False)
class Gaps:
    """Sums over the paired trips of the members of a grouping; g members, shapes (g,) and (g, classes).

    Attributes
    ----------
    before_min, gap_min
        Sums of minutes under the first brain, and of the minutes more under the other.
    classes
        Trips in each class that `GAP_BOUNDS_MIN` part.
    """

    before_min: NDArray[np.float64]
    gap_min: NDArray[np.float64]
    classes: NDArray[np.int64]

    @classmethod
    def of(cls, pairs: PairedTrips, member: NDArray[np.integer], members: int) -> Gaps:
        """Add up trips by ``member``; trips with a member below 0 are left out."""
        rank = np.digitize(pairs.gap_min, GAP_BOUNDS_MIN)
        count = len(GAP_BOUNDS_MIN) + 1
        code = member.astype(np.int64) + 1
        size = members + 1
        classes = np.bincount(code * count + rank, minlength=size * count).reshape(size, count)
        before_min, gap_min = (
            np.bincount(code, column, size)[1:].astype(np.float64) for column in (pairs.before_min, pairs.gap_min)
        )
        return cls(before_min, gap_min, classes[1:])

    def __add__(self, other: Gaps) -> Gaps:
        """Return the sums of both."""
        return Gaps(self.before_min + other.before_min, self.gap_min + other.gap_min, self.classes + other.classes)

    @property
    def trips(self) -> NDArray[np.int64]:
        """Trips of each member."""
        return np.asarray(self.classes.sum(axis=1))

    @property
    def mean_gap_min(self) -> NDArray[np.float64]:
        """Mean minutes more under the other brain; 0 where there is no trip."""
        return self.gap_min / np.maximum(self.trips, 1)

    @property
    def shorter(self) -> NDArray[np.int64]:
        """Trips that are shorter by more than a minute."""
        return np.asarray(self.classes[:, :3].sum(axis=1))

    @property
    def longer(self) -> NDArray[np.int64]:
        """Trips that are longer by more than a minute."""
        return np.asarray(self.classes[:, 4:].sum(axis=1))


def spread_out(gap_min: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return how many trips there are in each tenth of a minute from two hours less to two hours more."""
    place = np.rint((gap_min + _REACH_MIN) * _BINS_PER_MIN).astype(np.int64)
    last = round(2 * _REACH_MIN * _BINS_PER_MIN)
    return np.bincount(np.clip(place, 0, last), minlength=last + 1)


def quantiles_of(spread: NDArray[np.int64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the minutes that these shares of trips do not exceed, to a tenth, from what `spread_out` returns."""
    cumulative = np.cumsum(spread)
    wanted = np.maximum(shares * cumulative[-1], 1)
    return np.asarray(np.searchsorted(cumulative, wanted) / _BINS_PER_MIN - _REACH_MIN)
