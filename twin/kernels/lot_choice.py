"""What an app shows its users: the lots near their destinations, with walk, price, drive and free spaces."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel
from twin.kernels.fees import fee_of_stay

NO_LOT: Final = -1
DAY_MS: Final = 86_400_000
MS: Final = 1000


class ShownLots(NamedTuple):
    """Lots as the app knows them; k lots, p points.

    Attributes
    ----------
    near
        The lots nearest to each point of those that are in the app, the nearest first, `NO_LOT` where there are no
        more; shape (p, any).
    x_m, y_m
        Where they lie, shape (k,).
    kind_bit
        Which bit of a driver's `may_use` admits him, shape (k,).
    opens_ms, closes_ms
        Of the day, shape (k,).
    price
        First, second, later, night and visit as posted now, fen, shape (k, 5).
    free, led, spaces
        Free spaces as known (-1: unknown), drivers under way without a place kept, and spaces; shape (k,).
    free_per_h
        How free spaces change, shape (k,).
    """

    near: NDArray[np.int32]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    kind_bit: NDArray[np.uint8]
    opens_ms: NDArray[np.int32]
    closes_ms: NDArray[np.int32]
    price: NDArray[np.int64]
    free: NDArray[np.int32]
    led: NDArray[np.int32]
    spaces: NDArray[np.int32]
    free_per_h: NDArray[np.float32]


class Asking(NamedTuple):
    """Drivers who ask, shape (v,) each.

    Attributes
    ----------
    point
        The point nearest to the destination.
    from_x_m, from_y_m, to_x_m, to_y_m
        Where they are, and their destinations.
    may_use
        Bits of the kinds of lots that each may use.
    walk_m
        The greatest walk from the lot to the destination.
    stay_s
        How long each is to stay.
    avoid
        A lot that is not shown: where one found no place; `NO_LOT` for none.
    """

    point: NDArray[np.int32]
    from_x_m: NDArray[np.float64]
    from_y_m: NDArray[np.float64]
    to_x_m: NDArray[np.float64]
    to_y_m: NDArray[np.float64]
    may_use: NDArray[np.uint8]
    walk_m: NDArray[np.float32]
    stay_s: NDArray[np.int32]
    avoid: NDArray[np.int32]


class Shown(NamedTuple):
    """What is written for each driver, in the order of `ShownLots.near`; shapes (v, any)."""

    lot: NDArray[np.int32]
    walk_m: NDArray[np.float32]
    price_fen: NDArray[np.int32]
    drive_s: NDArray[np.float32]
    free: NDArray[np.int32]
    led: NDArray[np.int32]
    spaces: NDArray[np.int32]
    free_per_h: NDArray[np.float32]

    @classmethod
    def empty(cls, drivers: int, room: int) -> Shown:
        """Return room for so many drivers and lots for each, not yet written."""
        whole, half = np.empty((5, drivers, room), np.int32), np.empty((3, drivers, room), np.float32)
        return cls(whole[0], half[0], whole[1], half[1], whole[2], whole[3], whole[4], half[2])

    def of(self, chosen: NDArray[np.bool_]) -> Shown:
        """Return the rows of some drivers."""
        return Shown(
            self.lot[chosen], self.walk_m[chosen], self.price_fen[chosen], self.drive_s[chosen], self.free[chosen],
            self.led[chosen], self.spaces[chosen], self.free_per_h[chosen],
        )  # fmt: skip


@kernel
def show_lots(
    lots: ShownLots, asking: Asking, time_of_day_ms: int, free_s: int, seconds_a_metre: float, shown: Shown
) -> None:
    """Write the lots that each driver may use, within his walk and open when he is there.

    Parameters
    ----------
    time_of_day_ms
        Now.
    free_s
        A stay no longer than this costs nothing.
    seconds_a_metre
        What a metre of straight line takes to drive.
    shown
        Written; rows of fewer lots than there is room for are filled with `NO_LOT` and 0.
    """
    room = shown.lot.shape[1]
    for driver in range(len(asking.point)):
        filled = 0
        for place in range(lots.near.shape[1]):
            lot = lots.near[asking.point[driver], place]
            if lot == NO_LOT or filled == room:
                break
            if lot == asking.avoid[driver] or not asking.may_use[driver] & lots.kind_bit[lot]:
                continue
            across_m, along_m = lots.x_m[lot] - asking.to_x_m[driver], lots.y_m[lot] - asking.to_y_m[driver]
            walk_m = np.sqrt(across_m**2 + along_m**2)
            if walk_m > asking.walk_m[driver]:
                continue
            across_m, along_m = lots.x_m[lot] - asking.from_x_m[driver], lots.y_m[lot] - asking.from_y_m[driver]
            drive_s = seconds_a_metre * np.sqrt(across_m**2 + along_m**2)
            there_ms = time_of_day_ms + int(drive_s * MS)
            if not lots.opens_ms[lot] <= there_ms % DAY_MS < lots.closes_ms[lot]:
                continue
            begins_s = there_ms // MS
            shown.lot[driver, filled] = lot
            shown.walk_m[driver, filled] = walk_m
            shown.drive_s[driver, filled] = drive_s
            shown.price_fen[driver, filled] = fee_of_stay(
                begins_s, begins_s + asking.stay_s[driver], lots.price[lot, 0], lots.price[lot, 1], lots.price[lot, 2],
                lots.price[lot, 3], lots.price[lot, 4], free_s,
            )  # fmt: skip
            shown.free[driver, filled] = lots.free[lot]
            shown.led[driver, filled] = lots.led[lot]
            shown.spaces[driver, filled] = lots.spaces[lot]
            shown.free_per_h[driver, filled] = lots.free_per_h[lot]
            filled += 1
        for empty in range(filled, room):
            shown.lot[driver, empty] = NO_LOT
            shown.walk_m[driver, empty] = shown.drive_s[driver, empty] = shown.free_per_h[driver, empty] = 0
            shown.price_fen[driver, empty] = shown.free[driver, empty] = 0
            shown.led[driver, empty] = shown.spaces[driver, empty] = 0
