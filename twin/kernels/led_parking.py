"""Parking of drivers some of whom are led to a lot by an app, and keeping places for those who are under way.

A place that is kept for somebody counts as taken from the moment at which it is kept, so that a lot never promises and
holds more than it has.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel, uncounted_kernel
from twin.kernels.parking import NOT_YET, Lots, Points, look_here

FOUND_TAKEN: Final = -3
"""In place of a lot: the one to which a driver was led is full or closed."""


@uncounted_kernel
def has_room(lots: Lots, lot: int, may_use: int, time_of_day_ms: int) -> bool:
    """Say whether a lot lets a driver in."""
    admits = may_use & lots.kind_bit[lot] and lots.opens_ms[lot] <= time_of_day_ms < lots.closes_ms[lot]
    return bool(admits and lots.taken[lot] < lots.spaces[lot])


@kernel
def keep_places(lots: Lots, wanted: NDArray[np.int32], may_use: NDArray[np.uint8], kept: NDArray[np.bool_]) -> None:
    """Keep a place in the lots that drivers want, in the order in which they are given.

    Parameters
    ----------
    wanted
        Lots, `NOT_YET` where a driver wants none; shape (v,).
    may_use
        Bits of the kinds of lots that each may use, shape (v,).
    kept
        Written: whether a place is kept, shape (v,).
    """
    for driver in range(len(wanted)):
        lot = wanted[driver]
        kept[driver] = False
        if lot != NOT_YET and may_use[driver] & lots.kind_bit[lot] and lots.taken[lot] < lots.spaces[lot]:
            lots.taken[lot] += 1
            kept[driver] = True


@uncounted_kernel
def park_or_look_one(
    lots: Lots,
    points: Points,
    here: int,
    destination: int,
    may_use: int,
    time_of_day_ms: int,
    patient: bool,
    led: int,
    kept: bool,
    been: np.uint32,
    level: NDArray[np.float64],
    bears: float,
) -> tuple[int, int, np.uint32]:
    """Let a driver park where he was led, or look for a place.

    Parameters
    ----------
    led
        The lot to which he has been led, `NOT_YET` where he looks for himself.
    kept
        Whether a place is kept there for him.

    Other parameters are as in `twin.kernels.parking.look_here`.

    Returns
    -------
    lot, onward, been
        The lot taken, `FOUND_TAKEN`, or as in `look_for_places`; the point where he looks next; where he has been.
    """
    if led == NOT_YET:
        lot, place, been = look_here(
            lots, points, here, destination, may_use, time_of_day_ms, patient, been, level, bears
        )
        return lot, here if place == NOT_YET else int(points.around[destination, place]), been
    if kept:
        return led, here, been
    if has_room(lots, led, may_use, time_of_day_ms):
        lots.taken[led] += 1
        return led, here, been
    return FOUND_TAKEN, here, been
