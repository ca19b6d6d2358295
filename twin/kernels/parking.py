"""Looking for a place to park, driver by driver, in the order of time.

Places lie at points of the road. Who reaches a point looks at the lots there, in their order, and takes the first that
he may use, that is open and has room. Who finds none goes on to the point, among those around his destination where he
has not been, by which the way from here to there and on foot to the destination is shortest, until his patience ends or
there is no such point left. Who minds prices passes lots by that are dearer than he bears, and points that have no
others, as long as there are points left and he is patient; then he takes what there is.

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
ANY_PRICE: Final = np.inf
"""What he bears who does not mind prices."""
NOTHING: Final = 0
SUITS: Final = 1
TOO_DEAR: Final = 2


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
def lets_in(lots: Lots, lot: int, may_use: int, time_of_day_ms: int, level: NDArray[np.float64], bears: float) -> bool:
    """Say whether a driver would park in a lot if it had room: he may, it is open, and not dearer than he bears."""
    admits = may_use & lots.kind_bit[lot] and lots.opens_ms[lot] <= time_of_day_ms < lots.closes_ms[lot]
    return bool(admits and (bears == ANY_PRICE or level[lot] <= bears))


@uncounted_kernel
def free_lot(
    lots: Lots, point: int, may_use: int, time_of_day_ms: int, level: NDArray[np.float64], bears: float
) -> int:
    """Return the first lot at a point that lets a driver in and has room for him, `NOT_YET` if none does."""
    for lot in range(lots.first[point], lots.first[point + 1]):
        if lots.taken[lot] < lots.spaces[lot] and lets_in(lots, lot, may_use, time_of_day_ms, level, bears):
            return lot
    return NOT_YET


@uncounted_kernel
def prices_at(
    lots: Lots, point: int, may_use: int, time_of_day_ms: int, level: NDArray[np.float64], bears: float
) -> int:
    """Say what a driver knows of a point by its prices: `SUITS`, `TOO_DEAR`, or `NOTHING` where no lot is for him."""
    known = NOTHING
    for lot in range(lots.first[point], lots.first[point + 1]):
        if lets_in(lots, lot, may_use, time_of_day_ms, level, bears):
            return SUITS
        if lets_in(lots, lot, may_use, time_of_day_ms, level, ANY_PRICE):
            known = TOO_DEAR
    return known


@uncounted_kernel
def next_point(
    lots: Lots,
    points: Points,
    here: int,
    destination: int,
    may_use: int,
    time_of_day_ms: int,
    been: int,
    level: NDArray[np.float64],
    bears: float,
) -> int:
    """Return the place among the destination's `around` of the point to look at next, `NOT_YET` if none is left."""
    best_m = np.inf
    best = NOT_YET
    for place in range(points.around.shape[1]):
        point = points.around[destination, place]
        seen = (been >> place) & 1
        if not seen and prices_at(lots, point, may_use, time_of_day_ms, level, bears) != TOO_DEAR:
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
    level: NDArray[np.float64],
    bears: float,
) -> tuple[int, int, np.uint32]:
    """Let one driver look for a place where he has arrived; other parameters as in `look_for_places`.

    Parameters
    ----------
    level
        What an hour costs in each lot, of what it does by the tariff, shape (k,).
    bears
        The highest `level` that he pays while there is another place to look at; `ANY_PRICE`.

    Returns
    -------
    tuple
        The lot taken, else `NOT_YET` or `GIVEN_UP`; the place among the destination's `around` of the point to look at
        next, else `NOT_YET`; where he has been.
    """
    found = free_lot(lots, here, may_use, time_of_day_ms, level, bears)
    for place in range(points.around.shape[1]):
        if found == NOT_YET and points.around[destination, place] == here:
            been |= np.uint32(1 << place)
    onward = NOT_YET
    if found == NOT_YET and patient:
        onward = next_point(lots, points, here, destination, may_use, time_of_day_ms, int(been), level, bears)
    if found == NOT_YET and onward == NOT_YET and bears != ANY_PRICE:
        found = free_lot(lots, here, may_use, time_of_day_ms, level, ANY_PRICE)
        if found == NOT_YET and patient:
            onward = next_point(lots, points, here, destination, may_use, time_of_day_ms, int(been), level, ANY_PRICE)
    if found != NOT_YET:
        lots.taken[found] += 1
        return found, NOT_YET, been
    return NOT_YET if onward != NOT_YET else GIVEN_UP, onward, been


@kernel
def write_points_within_price(
    lots: Lots,
    points: Points,
    destination: NDArray[np.int32],
    may_use: NDArray[np.uint8],
    time_of_day_ms: NDArray[np.int32],
    level: NDArray[np.float64],
    bears: NDArray[np.float64],
    point: NDArray[np.int32],
) -> None:
    """Write where drivers go to first: the nearest point that suits them, for whom all lots at their own are too dear.

    Parameters
    ----------
    destination, may_use, time_of_day_ms
        As in `look_for_places`, shape (v,).
    level, bears
        As in `look_here`, shapes (k,) and (v,).
    point
        Written: the destination where there is no such point, shape (v,).
    """
    for driver in range(len(destination)):
        own = destination[driver]
        who = may_use[driver], time_of_day_ms[driver], level, bears[driver]
        point[driver] = own
        if prices_at(lots, own, *who) != TOO_DEAR:
            continue
        for place in range(points.around.shape[1]):
            near = points.around[own, place]
            if prices_at(lots, near, *who) == SUITS:
                point[driver] = near
                break


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
    level = np.empty(0)
    for driver in range(len(here)):
        onward[driver] = here[driver]
        lot[driver], place, been[driver] = look_here(
            lots, points, here[driver], destination[driver], may_use[driver], time_of_day_ms[driver], patient[driver],
            been[driver], level, ANY_PRICE,
        )  # fmt: skip
        if place != NOT_YET:
            onward[driver] = points.around[destination[driver], place]
