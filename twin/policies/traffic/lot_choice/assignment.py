"""Assign all who ask at once, so that together they pay least, and keep their places."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.domains.traffic.decisions_parking import LotChoiceView, ParkAt

ALONE_YUAN: Final = 1e4
"""Looking for oneself costs more than any lot: as many as possible are led."""


def assignment(view: LotChoiceView, walk_weight: float = 2.0, walk_speed_mps: float = 1.2) -> ParkAt:
    """Give each driver of the batch a place so that the sum of price, drive and walk is least, and keep the places.

    No lot gets more drivers than it shows free spaces. Drivers whose best lots have room for all who want them are
    given these (no assignment can be better); the others, with all who might stand in their way, are assigned by the
    Hungarian method. Without a feed nobody is led.

    Parameters
    ----------
    walk_weight
        What a minute of walking weighs beside one of driving (Wardman 2004).
    walk_speed_mps
        Speed on foot (assumed 1.2).

    References
    ----------
    Geng and Cassandras (2013), "New 'smart parking' system based on resource allocation and reservations", IEEE
    Transactions on Intelligent Transportation Systems 14(3), there with places that may be changed on the way. The
    method: Crouse (2016), "On implementing 2D rectangular assignment algorithms", IEEE Transactions on Aerospace and
    Electronic Systems 52(4), in SciPy.
    """
    lots = view.lots
    yuan_a_second = view.drivers.value_of_time_yuan_per_h[:, None].astype(np.float64) / 3600
    seconds = lots.drive_time_s + walk_weight * lots.walk_m / walk_speed_mps
    offers = (lots.lot >= 0) & (lots.free > 0)
    cost = np.where(offers, lots.price_yuan + yuan_a_second * seconds, np.inf)
    place = np.where(offers.any(axis=1), cost.argmin(axis=1), -1)
    contested = _contested(lots.lot, lots.free, offers, place)
    if len(contested):
        place[contested] = _assigned(lots.lot[contested], lots.free[contested], cost[contested])
    return ParkAt(place.astype(np.int32), keep=True)


def _contested(
    lot: NDArray[np.int32], free: NDArray[np.int32], offers: NDArray[np.bool_], place: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the drivers who are joined, through lots that they could share, to a lot that too many want."""
    led = place >= 0
    wanted = lot[led, place[led]]
    room = np.zeros(int(lot.max(initial=0)) + 1, np.int64)
    room[lot[offers]] = free[offers]
    crowded: NDArray[np.bool_] = np.asarray(np.bincount(wanted, minlength=len(room)) > room)
    touched: NDArray[np.bool_] = np.zeros(len(lot), np.bool_)
    while True:
        joined: NDArray[np.bool_] = np.asarray((crowded[np.maximum(lot, 0)] & offers).any(axis=1))
        if (joined == touched).all():
            return np.flatnonzero(touched)
        touched = joined
        crowded[lot[touched][offers[touched]]] = True


def _assigned(lot: NDArray[np.int32], free: NDArray[np.int32], cost: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the places of these drivers by minimum cost: a column for each free space that could be wanted."""
    from scipy.optimize import linear_sum_assignment

    offers = np.isfinite(cost)
    driver, column = np.nonzero(offers)
    lots, of_lot = np.unique(lot[offers], return_inverse=True)
    room = np.zeros(len(lots), np.int64)
    room[of_lot] = free[offers]
    copies = np.minimum(room, np.bincount(of_lot))
    by_lot = np.full((len(lot), len(lots)), np.inf)
    by_lot[driver, of_lot] = cost[offers]
    column_of = np.full((len(lot), len(lots)), -1)
    column_of[driver, of_lot] = column
    space = np.repeat(np.arange(len(lots)), copies)
    alone = np.full((len(lot), len(lot)), ALONE_YUAN)
    table = np.hstack([np.minimum(by_lot[:, space], 2 * ALONE_YUAN), alone])
    rows, columns = linear_sum_assignment(table)
    place = np.full(len(lot), -1)
    led = columns < len(space)
    place[rows[led]] = column_of[rows[led], space[columns[led]]]
    return place
