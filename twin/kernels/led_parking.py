"""Parking of drivers some of whom are led to a lot by an app, and keeping places for those who are under way.

A place that is kept for somebody counts as taken from the moment at which it is kept, so that a lot never promises and
holds more than it has.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel
from twin.kernels.parking import NOT_YET, Lots, Points, look_here

FOUND_TAKEN: Final = -3
"""In place of a lot: the one to which a driver was led is full or closed."""


@kernel
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


@kernel
def park_or_look(
    lots: Lots,
    points: Points,
    here: NDArray[np.int32],
    destination: NDArray[np.int32],
    may_use: NDArray[np.uint8],
    time_of_day_ms: NDArray[np.int32],
    patient: NDArray[np.bool_],
    led: NDArray[np.int32],
    kept: NDArray[np.bool_],
    been: NDArray[np.uint32],
    lot: NDArray[np.int32],
    onward: NDArray[np.int32],
) -> None:
    """Let drivers park where they were led, or look for a place, in the order in which they are given.

    Parameters
    ----------
    led
        The lot to which each has been led, `NOT_YET` where he looks for himself; shape (v,).
    kept
        Whether a place is kept there for him, shape (v,).
    lot
        Written: the lot taken, `FOUND_TAKEN`, or as in `twin.kernels.parking.look_for_places`; shape (v,).

    Other parameters are as in `twin.kernels.parking.look_for_places`.
    """
    for driver in range(len(here)):
        onward[driver] = here[driver]
        chosen = led[driver]
        if chosen == NOT_YET:
            lot[driver], place, been[driver] = look_here(
                lots, points, here[driver], destination[driver], may_use[driver], time_of_day_ms[driver],
                patient[driver], been[driver],
            )  # fmt: skip
            if place != NOT_YET:
                onward[driver] = points.around[destination[driver], place]
        elif kept[driver]:
            lot[driver] = chosen
        elif has_room(lots, chosen, may_use[driver], time_of_day_ms[driver]):
            lots.taken[chosen] += 1
            lot[driver] = chosen
        else:
            lot[driver] = FOUND_TAKEN
