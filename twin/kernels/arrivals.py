"""What becomes of drivers who have come to where they wanted to: they park, look for a place, go on, or give up.

One after the other, in the order of their arrivals; see `twin.kernels.parking` for how they look, and
`twin.kernels.barriers` for how they are let in.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.barriers import Barriers, pass_one
from twin.kernels.compile import uncounted_kernel
from twin.kernels.fees import DAY_FROM_S, DAY_UNTIL_S
from twin.kernels.led_parking import FOUND_TAKEN, park_or_look_one
from twin.kernels.parking import ANY_PRICE, GIVEN_UP, NOT_YET, Lots, Points

UNDER_WAY: Final = 0
IN_LOT: Final = 1
OWN_PLACE: Final = 2
WITHOUT: Final = 3
NO_WISH: Final = 4
ILLEGAL: Final = 5
"""How trips end: positions in `twin.domains.traffic.trips.ENDINGS`."""
MS: Final = 1000
NEVER_YET: Final = -(2**31)
"""In place of a time that has not come."""


class Stops(NamedTuple):
    """Trips: v vehicles, t trips; see `twin.domains.traffic.trips.TripBook`.

    Attributes
    ----------
    current
        The trip that each vehicle is on, shape (v,).
    purpose
        Shape (t,).
    arrived_ms, parked_ms, lot, ending, looked, barrier_ms, paid_at_fen
        Written, shape (t,).
    """

    current: NDArray[np.int32]
    purpose: NDArray[np.int8]
    arrived_ms: NDArray[np.int32]
    parked_ms: NDArray[np.int32]
    lot: NDArray[np.int32]
    ending: NDArray[np.int8]
    looked: NDArray[np.int16]
    barrier_ms: NDArray[np.int32]
    paid_at_fen: NDArray[np.int16]


class Seekers(NamedTuple):
    """Drivers and where they look; shapes (v,), all but `unlawful`, `at_home` and `bears` change.

    Attributes
    ----------
    heading, destination
        Points: where each drives to, and around which he looks.
    been
        A bit for each of the destination's points where he has been.
    led, kept
        The lot to which each was led, among the sorted lots, else `NOT_YET`; whether a place is kept there for him.
    turned_away
        The lot, of the table, that had no room for whom was led there, else `NOT_YET`.
    unlawful
        Who stops where it is not allowed if he finds no place.
    at_home
        Who has a place of his own at home.
    bears
        How many times `Ground.level_around` of his destination a driver pays before he looks further, on any errand
        but home.
    """

    heading: NDArray[np.int32]
    destination: NDArray[np.int32]
    been: NDArray[np.uint32]
    led: NDArray[np.int32]
    kept: NDArray[np.bool_]
    turned_away: NDArray[np.int32]
    unlawful: NDArray[np.bool_]
    at_home: NDArray[np.bool_]
    bears: NDArray[np.float64]


class Ground(NamedTuple):
    """Lots and their doors; k lots.

    Attributes
    ----------
    lots, points
        Lots are sorted by point.
    order
        The position of each of these in the table of lots, shape (k,); what follows is in the order of the table.
    barriers
        At their entrances.
    led_count, kept_count
        Drivers under way to each to which they were led, without and with a place kept, shape (k,); change.
    surcharge_fen
        What an hour costs above the tariff now, shape (k,).
    level, level_around
        What an hour costs now, of what it does by the tariff: in the sorted lots, shape (k,), and on the mean of the
        spaces around each point, 1 at most, shape (p,).
    """

    lots: Lots
    points: Points
    order: NDArray[np.int32]
    barriers: Barriers
    led_count: NDArray[np.int32]
    kept_count: NDArray[np.int32]
    surcharge_fen: NDArray[np.int32]
    level: NDArray[np.float64]
    level_around: NDArray[np.float64]


class Customs(NamedTuple):
    """What holds for all.

    Attributes
    ----------
    may_use
        Bits of the kinds of lots that one may use for each purpose, shape (purposes,).
    parks
        Whether one looks for a place at all, shape (purposes,).
    home
        The purpose of coming home, on which nobody minds prices.
    patience_ms
        How long one looks.
    """

    may_use: NDArray[np.uint8]
    parks: NDArray[np.bool_]
    home: int
    patience_ms: int


@uncounted_kernel
def come_to(seekers: Seekers, ground: Ground, vehicle: int, found: int) -> None:
    """Forget where a driver was led, and note if that lot turned him away."""
    if seekers.led[vehicle] == NOT_YET:
        return
    lot = ground.order[seekers.led[vehicle]]
    if seekers.kept[vehicle]:
        ground.kept_count[lot] -= 1
    else:
        ground.led_count[lot] -= 1
    seekers.turned_away[vehicle] = lot if found == FOUND_TAKEN else NOT_YET
    seekers.led[vehicle] = NOT_YET
    seekers.kept[vehicle] = False


@uncounted_kernel
def look_one(
    stops: Stops, seekers: Seekers, ground: Ground, customs: Customs, vehicle: int, trip: int, time_ms: int, day_ms: int
) -> int:
    """Let a driver look where he is; return the lot of the table in which he parks, `NOT_YET` or `GIVEN_UP`."""
    stops.looked[trip] += 1
    charged = DAY_FROM_S * MS <= day_ms < DAY_UNTIL_S * MS and stops.purpose[trip] != customs.home
    bears = seekers.bears[vehicle] * ground.level_around[seekers.destination[vehicle]] if charged else ANY_PRICE
    found, onward, been = park_or_look_one(
        ground.lots, ground.points, seekers.heading[vehicle], seekers.destination[vehicle],
        customs.may_use[stops.purpose[trip]], day_ms, time_ms - stops.arrived_ms[trip] < customs.patience_ms,
        seekers.led[vehicle], seekers.kept[vehicle], seekers.been[vehicle], ground.level, bears,
    )  # fmt: skip
    come_to(seekers, ground, vehicle, found)
    seekers.been[vehicle] = been
    seekers.heading[vehicle] = onward
    if found >= 0:
        return int(ground.order[found])
    return GIVEN_UP if found == GIVEN_UP else NOT_YET


@uncounted_kernel
def stop_one(stops: Stops, ground: Ground, trip: int, lot: int, time_ms: int) -> None:
    """Let a driver in where he has found a place."""
    in_ms = pass_one(ground.barriers, lot, time_ms)
    stops.lot[trip] = lot
    stops.parked_ms[trip] = in_ms
    stops.barrier_ms[trip] = in_ms - time_ms
    stops.paid_at_fen[trip] = ground.surcharge_fen[lot]


@uncounted_kernel
def arrive_one(
    stops: Stops, seekers: Seekers, ground: Ground, customs: Customs, vehicle: int, trip: int, time_ms: int, day_ms: int
) -> int:
    """Let a driver arrive; return how his trip ends, or `UNDER_WAY` where he drives on to another point."""
    if stops.arrived_ms[trip] == NEVER_YET:
        stops.arrived_ms[trip] = time_ms
    stops.parked_ms[trip] = time_ms
    purpose = stops.purpose[trip]
    if purpose == customs.home and seekers.at_home[vehicle]:
        return OWN_PLACE
    if not customs.parks[purpose]:
        return NO_WISH
    lot = look_one(stops, seekers, ground, customs, vehicle, trip, time_ms, day_ms)
    if lot >= 0:
        stop_one(stops, ground, trip, lot, time_ms)
        return IN_LOT
    if lot == NOT_YET:
        stops.parked_ms[trip] = NEVER_YET
        return UNDER_WAY
    return ILLEGAL if seekers.unlawful[vehicle] else WITHOUT


@uncounted_kernel
def arrive(
    stops: Stops,
    seekers: Seekers,
    ground: Ground,
    customs: Customs,
    who: NDArray[np.int32],
    time_ms: NDArray[np.int32],
    midnight_ms: int,
    day_length_ms: int,
    goes_on: NDArray[np.int32],
    here: NDArray[np.int32],
    illegal: NDArray[np.int32],
    ended: NDArray[np.int32],
) -> tuple[int, int]:
    """Let drivers arrive, in the order given.

    Parameters
    ----------
    who, time_ms
        Vehicles, and when each arrived, shape (n,).
    midnight_ms
        Second 0 of the run, since a local midnight.
    goes_on, here, illegal
        Written: positions in `who` of those who drive to another point, and from which point; and of those who have
        stopped where it is not allowed. Of length n.
    ended
        Written: the trips that have ended, all but those that go on; of length n.

    Returns
    -------
    going, stopped
        How many of the one and of the other there are. All other trips have ended as `Stops.ending` tells.
    """
    going, stopped = 0, 0
    for place in range(len(who)):
        vehicle, at_ms = who[place], time_ms[place]
        trip = stops.current[vehicle]
        point = seekers.heading[vehicle]
        ended[place - going] = trip
        day_ms = (at_ms + midnight_ms) % day_length_ms
        stops.ending[trip] = arrive_one(stops, seekers, ground, customs, vehicle, trip, at_ms, day_ms)
        if stops.ending[trip] == UNDER_WAY:
            goes_on[going], here[going] = place, point
            going += 1
        elif stops.ending[trip] == ILLEGAL:
            illegal[stopped] = place
            stopped += 1
    return going, stopped
