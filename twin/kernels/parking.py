"""Looking for a place to park, driver by driver, in the order of time.

Places lie at points of the road. Who reaches a point looks at the lots there, in their order, and takes the first that
he may use, that is open and has room. Who finds none goes on to the point, among those around his destination where he
has not been, by which the way from here to there and on foot to the destination is shortest, until his patience ends or
there is no such point left.

That drivers stay near the destination, go where they have not been, and widen the circle as time goes by is what Levy,
Martens and Benenson (2013), "Exploring cruising using agent-based and analytical models of parking", Transportmetrica A
9, take from observed drivers; here from point to point rather than from street to street.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel, uncounted_kernel

NOT_YET: Final = -1
GIVEN_UP: Final = -2
MOST_AROUND: Final = 32
"""Points around a destination: where somebody has been is a bit of 32."""


class Lots(NamedTuple):
    """Lots sorted by the point at which they lie; p points, k lots.

    Attributes
    ----------
    first
        The lots at point ``p`` are ``first[p]:first[p + 1]``, shape (p + 1,).
    spaces, taken
        Shape (k,); `taken` changes.
    kind_bit
        Which bit of a driver's `may_use` admits him, shape (k,).
    opens_ms, closes_ms
        Of the day; cars are let in from the one until the other, shape (k,).
    """

    first: NDArray[np.int32]
    spaces: NDArray[np.int32]
    taken: NDArray[np.int32]
    kind_bit: NDArray[np.uint8]
    opens_ms: NDArray[np.int32]
    closes_ms: NDArray[np.int32]


class Points(NamedTuple):
    """Where lots lie.

    Attributes
    ----------
    x_m, y_m
        Shape (p,).
    around
        The points around each, the nearest first, itself the first; shape (p, at most `MOST_AROUND`).
    """

    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    around: NDArray[np.int32]


@uncounted_kernel
def apart_m(points: Points, one: int, other: int) -> float:
    """Return the straight distance between two points."""
    return float(np.sqrt((points.x_m[one] - points.x_m[other]) ** 2 + (points.y_m[one] - points.y_m[other]) ** 2))


@uncounted_kernel
def free_lot(lots: Lots, point: int, may_use: int, time_of_day_ms: int) -> int:
    """Return the first lot at a point that has room for a driver, `NOT_YET` if none does."""
    for lot in range(lots.first[point], lots.first[point + 1]):
        admits = may_use & lots.kind_bit[lot] and lots.opens_ms[lot] <= time_of_day_ms < lots.closes_ms[lot]
        if admits and lots.taken[lot] < lots.spaces[lot]:
            return lot
    return NOT_YET


@uncounted_kernel
def next_point(points: Points, here: int, destination: int, been: int) -> int:
    """Return the place among the destination's `around` of the point to look at next, `NOT_YET` if none is left."""
    best_m = np.inf
    best = NOT_YET
    for place in range(points.around.shape[1]):
        if not (been >> place) & 1:
            point = points.around[destination, place]
            way_m = apart_m(points, here, point) + apart_m(points, point, destination)
            if way_m < best_m:
                best_m = way_m
                best = place
    return best


@uncounted_kernel
def look_here(
    lots: Lots,
    points: Points,
    here: int,
    destination: int,
    may_use: int,
    time_of_day_ms: int,
    patient: bool,
    been: np.uint32,
) -> tuple[int, int, np.uint32]:
    """Let one driver look for a place where he has arrived; parameters as in `look_for_places`.

    Returns
    -------
    tuple
        The lot taken, else `NOT_YET` or `GIVEN_UP`; the place among the destination's `around` of the point to look at
        next, else `NOT_YET`; where he has been.
    """
    found = free_lot(lots, here, may_use, time_of_day_ms)
    if found != NOT_YET:
        lots.taken[found] += 1
        return found, NOT_YET, been
    for place in range(points.around.shape[1]):
        if points.around[destination, place] == here:
            been |= np.uint32(1 << place)
    if patient:
        onward = next_point(points, here, destination, int(been))
        if onward != NOT_YET:
            return NOT_YET, onward, been
    return GIVEN_UP, NOT_YET, been


@kernel
def look_for_places(
    lots: Lots,
    points: Points,
    here: NDArray[np.int32],
    destination: NDArray[np.int32],
    may_use: NDArray[np.uint8],
    time_of_day_ms: NDArray[np.int32],
    patient: NDArray[np.bool_],
    been: NDArray[np.uint32],
    lot: NDArray[np.int32],
    onward: NDArray[np.int32],
) -> None:
    """Let drivers look for a place where they have arrived, in the order in which they are given.

    Parameters
    ----------
    here, destination
        Points, shape (v,).
    may_use
        Bits of the kinds of lots that each may use, shape (v,).
    time_of_day_ms
        When each looks, shape (v,).
    patient
        Whether each goes on looking where there is no place here, shape (v,).
    been
        Changed: a bit for each of the destination's `around` where one has been, shape (v,).
    lot, onward
        Written: the lot taken, else `NOT_YET` and the point to look at next, else `GIVEN_UP`; shape (v,).
    """
    for driver in range(len(here)):
        onward[driver] = here[driver]
        lot[driver], place, been[driver] = look_here(
            lots, points, here[driver], destination[driver], may_use[driver], time_of_day_ms[driver], patient[driver],
            been[driver],
        )  # fmt: skip
        if place != NOT_YET:
            onward[driver] = points.around[destination[driver], place]
