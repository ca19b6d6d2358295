"""Who drives, and which link each enters next."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import uncounted_kernel
from twin.kernels.road_network import Road, Rows

ARRIVED: Final = -1
"""In place of a link: the trip ends here."""
NO_WAY: Final = -3
"""In place of a link: no link leads there at present."""

ARRIVED_SLOT: Final = 15
NO_WAY_SLOT: Final = 14
"""What a table of next links holds where the node is the destination, and where no open road leads to it."""
MOST_SLOTS: Final = 14
"""A node of such a table has at most so many links out of it."""
WORD_BITS: Final = 4
"""Destination d has its four bits in word ``d >> 4``."""
LANE_MASK: Final = 15
SLOT_MASK: Final = 15


BOUND: Final = np.dtype(
    [
        # the position in `Vehicles.route` of the next link to enter, or, as ``~d``, destination d of the table
        ("heading", np.int32),
        ("since_ms", np.int32),  # when it entered the link on which it is, or from when on it wants to enter one
        ("equivalents", np.int32),  # tenths of passenger cars that it counts as where the flow is limited
        ("behind", np.int32),  # who waits behind it at the same origin, else NOBODY
    ]
)
ENTRY: Final = np.dtype([("vehicle", np.int32), ("row", np.int32), ("time_ms", np.int32)])
"""That a vehicle has entered a link."""
PASSENGER_CAR: Final = 10
"""Of `BOUND`'s equivalents."""
MOST_EQUIVALENTS: Final = 255
SPREAD: Final = 2654435769
"""2^32 over the golden ratio (Knuth, The Art of Computer Programming 3, 6.4): multiples spread evenly over 32 bits."""
WHOLE: Final = 2**32


class Vehicles(NamedTuple):
    """Those who drive or wait, one a row, and where they want to go.

    Attributes
    ----------
    bound
        Where each is bound for, and what else is asked of it wherever it is, of dtype `BOUND`, shape (v,).
    route
        Rows of links, each route ended by `ARRIVED`, one after the other.
    next_slots
        Slot of the link on the way from each node to each destination, `ARRIVED_SLOT` or `NO_WAY_SLOT`, in four bits,
        sixteen destinations in a word; shape (d / 16, n).
    tracked_below
        Whose ways are noted: see `is_tracked`; 0 for nobody's.
    entries, entered
        Written: those vehicles' entries to links, of dtype `ENTRY`, long enough; how many there are, shape (1,).
    """

    bound: Rows
    route: NDArray[np.int32]
    next_slots: NDArray[np.uint64]
    tracked_below: int
    entries: Rows
    entered: NDArray[np.int64]


def is_tracked(vehicle: Any, below: int) -> Any:
    """Say whether a vehicle's way is noted: for a share of ``below / WHOLE`` of all, spread evenly over their numbers.

    Who is among a share is among every larger one. Nothing is looked up, so that it costs next to nothing.
    """
    return vehicle * SPREAD & (WHOLE - 1) < below


is_tracked_kernel: Final = uncounted_kernel(is_tracked)
"""`is_tracked` for kernels."""


@uncounted_kernel
def gap_ms(vehicles: Vehicles, vehicle: int, headway_ms: int) -> int:
    """Return how long the next waits after this vehicle where passenger cars follow one another in `headway_ms`."""
    return int(vehicles.bound[np.uint32(vehicle)].equivalents) * headway_ms // PASSENGER_CAR


@uncounted_kernel
def note_entry(vehicles: Vehicles, row: int, vehicle: int, time_ms: int) -> None:
    """Note that a vehicle enters a link."""
    entry: Any = vehicles.entries[vehicles.entered[0]]
    entry.vehicle = vehicle
    entry.row = row
    entry.time_ms = time_ms
    vehicles.entered[0] += 1


@uncounted_kernel
def link_ahead(road: Road, vehicles: Vehicles, vehicle: int, node: int) -> int:
    """Return the link that a vehicle enters from this node, or `ARRIVED`, or `NO_WAY`."""
    heading = vehicles.bound[np.uint32(vehicle)].heading
    if heading >= 0:
        return int(vehicles.route[heading])
    word = vehicles.next_slots[np.uint32(~heading >> WORD_BITS), np.uint32(node)]
    slot = (word >> np.uint64((~heading & LANE_MASK) << 2)) & np.uint64(SLOT_MASK)
    if slot == ARRIVED_SLOT:
        return ARRIVED
    if slot == NO_WAY_SLOT:
        return NO_WAY
    return int(road.out_link[np.uint32(road.out_first[np.uint32(node)] + np.int32(slot))])


@uncounted_kernel
def set_driving(driving: NDArray[np.bool_], who: NDArray[np.int32]) -> bool:
    """Mark vehicles as driving, shape (any,); mark none and return false if one drives already or is named twice."""
    for place in range(len(who)):
        if driving[who[place]]:
            for before in range(place):
                driving[who[before]] = False
            return False
        driving[who[place]] = True
    return True
