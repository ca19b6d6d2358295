"""What a stay costs, stay by stay, in fen: see `twin.domains.traffic.tariff` for how the tariff is read."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel

DAY_S: Final = 86_400
HOUR_S: Final = 3_600
DAY_FROM_S: Final = 7 * HOUR_S
DAY_UNTIL_S: Final = 21 * HOUR_S
SECOND_HOURS: Final = 2
"""Hours 2 and 3 have the second price."""


@kernel
def fee_of_stay(
    begins_s: int, ends_s: int, first: int, second: int, later: int, night: int, visit: int, free_s: int
) -> int:
    """Return the fee of one stay, fen.

    Parameters
    ----------
    begins_s, ends_s
        Whole seconds since a local midnight; the stay does not end before it begins.
    first, second, later, night, visit
        Prices, fen; see `twin.domains.traffic.tariff.Prices`.
    free_s
        A stay no longer than this is free.
    """
    if ends_s - begins_s <= free_s:
        return 0
    fee = 0
    by_day = False
    midnight = begins_s // DAY_S * DAY_S - DAY_S  # of the day before, whose night may last until now
    while midnight < ends_s:
        day_s = max(0, min(ends_s, midnight + DAY_UNTIL_S) - max(begins_s, midnight + DAY_FROM_S))
        hours = (day_s + HOUR_S - 1) // HOUR_S
        if hours > 0:
            by_day = True
            if visit <= 0:
                fee += first + second * min(hours - 1, SECOND_HOURS) + later * max(hours - 1 - SECOND_HOURS, 0)
        if min(ends_s, midnight + DAY_S + DAY_FROM_S) > max(begins_s, midnight + DAY_UNTIL_S):
            fee += night
        midnight += DAY_S
    if by_day and visit > 0:
        fee += visit
    return fee


@kernel
def write_fees(
    begins_s: NDArray[np.int64],
    ends_s: NDArray[np.int64],
    prices: NDArray[np.int64],
    free_s: int,
    fee: NDArray[np.int64],
) -> None:
    """Write the fees of stays.

    Parameters
    ----------
    begins_s, ends_s
        As in `fee_of_stay`, shape (k,).
    prices
        First, second, later, night and visit of each stay's place, fen, shape (k, 5).
    fee
        Written, shape (k,).
    """
    for stay in range(len(begins_s)):
        fee[stay] = fee_of_stay(
            begins_s[stay], ends_s[stay], prices[stay, 0], prices[stay, 1], prices[stay, 2], prices[stay, 3],
            prices[stay, 4], free_s,
        )  # fmt: skip


@kernel
def write_lot_fees(
    begins_s: NDArray[np.int64],
    ends_s: NDArray[np.int64],
    tariff: NDArray[np.int64],
    lots: NDArray[np.int32],
    surcharge_fen: NDArray[np.int16],
    free_s: int,
    fee: NDArray[np.int64],
) -> None:
    """Write the fees of stays in lots that ask more or less than their tariff.

    Parameters
    ----------
    begins_s, ends_s
        As in `fee_of_stay`, shape (n,).
    tariff
        First, second, later, night and visit of each lot, fen, shape (k, 5).
    lots, surcharge_fen
        Where each stay is, and what an hour begun (a visit, where the lot has one price) costs above the tariff there;
        shape (n,). Nothing costs less than 0, and nights cost what they do.
    """
    for stay in range(len(lots)):
        first, second, later, night, visit = tariff[lots[stay]]
        more = np.int64(surcharge_fen[stay])
        if visit > 0:
            visit = max(visit + more, 0)
        else:
            first, second, later = max(first + more, 0), max(second + more, 0), max(later + more, 0)
        fee[stay] = fee_of_stay(begins_s[stay], ends_s[stay], first, second, later, night, visit, free_s)
