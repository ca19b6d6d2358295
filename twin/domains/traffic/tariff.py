"""What parking costs: the city's tariff by zone and place, in fen (a hundredth of a yuan), so that books add up.

As read here: hours between 07 and 21 are charged as they begin, each day's anew; a night (21 to 07) that a stay touches
costs its price once; a place with one price for a visit takes it once for a stay that touches the day; a stay no longer
than the free time costs nothing.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.core.clock import DAY_S, HOUR_S
from twin.domains.traffic.parameters import STRUCTURES, TrafficParameters

DAY_FROM_S: Final = 7 * 3600
DAY_UNTIL_S: Final = 21 * 3600
FEN: Final = 100
SECOND_HOURS: Final = 2
"""Hours 2 and 3 have the second price."""

Whole = NDArray[np.int64]


class Prices(NamedTuple):
    """Prices of one place or of many, fen; shapes () or (k,).

    Attributes
    ----------
    first, second, later
        The first hour begun of a day, each of the next two, and each after.
    night
        A night that is touched.
    visit
        The whole daytime of a stay, in place of the hourly prices, where it is above 0.
    """

    first: Whole
    second: Whole
    later: Whole
    night: Whole
    visit: Whole

    def of(self, places: NDArray[np.integer]) -> Prices:
        """Return the prices of some of the places, shape (k,)."""
        return Prices(*(column[places] for column in self))


def tariff_prices(parameters: TrafficParameters, zone: ArrayLike, structure: ArrayLike) -> Prices:
    """Return what the tariff asks.

    Parameters
    ----------
    zone
        1, 2 or 3, shape (k,).
    structure
        Positions in `STRUCTURES`, shape (k,).
    """
    table = np.array(
        [
            [[round(FEN * price) for price in getattr(of_zone, name).model_dump().values()] for name in STRUCTURES]
            for of_zone in parameters.tariff
        ],
        np.int64,
    )
    found = table[np.asarray(zone, np.int64) - 1, np.asarray(structure, np.int64)]
    return Prices(*np.moveaxis(found, -1, 0))


def fee_fen(begins_s: ArrayLike, ends_s: ArrayLike, prices: Prices, free_s: float) -> Whole:
    """Return the fees of stays.

    Parameters
    ----------
    begins_s, ends_s
        Whole seconds since a local midnight (of any day); a stay does not end before it begins. Shapes (k,).
    prices
        Of each stay's place, or of one for all.
    free_s
        A stay no longer than this is free.

    Returns
    -------
    ndarray of int64
        Fen, shape (k,).

    Raises
    ------
    ValueError
        Where a stay ends before it begins.
    """
    begins, ends = np.atleast_1d(np.asarray(begins_s, np.int64)), np.atleast_1d(np.asarray(ends_s, np.int64))
    if (ends < begins).any():
        raise ValueError("a stay ends before it begins")
    day_s, hour_s = int(DAY_S), int(HOUR_S)
    first_day = begins // day_s
    days = int(((ends - 1) // day_s - first_day).max(initial=0)) + 1
    fee = np.zeros(len(begins), np.int64)
    by_day = np.zeros(len(begins), np.bool_)
    for later in range(-1, days):
        midnight = (first_day + later) * day_s
        day_time = _overlap(begins, ends, midnight + DAY_FROM_S, midnight + DAY_UNTIL_S)
        hours = -(-day_time // hour_s)
        fee += np.where(prices.visit > 0, 0, _hours_fen(hours, prices))
        by_day |= hours > 0
        fee += prices.night * (_overlap(begins, ends, midnight + DAY_UNTIL_S, midnight + DAY_FROM_S + day_s) > 0)
    fee += prices.visit * by_day
    fee[ends - begins <= free_s] = 0
    return fee


def _hours_fen(hours: Whole, prices: Prices) -> Whole:
    begun = np.minimum(hours, 1)
    second = np.clip(hours - 1, 0, SECOND_HOURS)
    later = np.maximum(hours - 1 - SECOND_HOURS, 0)
    return np.asarray(prices.first * begun + prices.second * second + prices.later * later, np.int64)


def _overlap(begins: Whole, ends: Whole, low: Whole, high: Whole) -> Whole:
    return np.asarray(np.maximum(np.minimum(ends, high) - np.maximum(begins, low), 0))
