"""What parking costs: the city's tariff by zone and place, in fen (a hundredth of a yuan), so that books add up.

As read here: hours between 07 and 21 are charged as they begin, each day's anew; a night (21 to 07) that a stay touches
costs its price once; a place with one price for a visit takes it once for a stay that touches the day; a stay no longer
than the free time costs nothing.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from twin.domains.traffic.parameters import STRUCTURES, TrafficParameters
from twin.kernels.fees import write_fees

FEN: Final = 100

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


def posted_prices(lots: pd.DataFrame) -> Whole:
    """Return what each lot of the table asks by the tariff: the columns of `Prices`, fen, shape (k, 5)."""
    return np.column_stack([lots[f"{name}_fen"].to_numpy(np.int64) for name in Prices._fields])


def charged_prices(tariff: Whole, surcharge_fen: NDArray[np.integer]) -> Whole:
    """Return what lots ask whose hours begun (a visit, where it has one price) cost so much more than the tariff.

    Nothing costs less than 0, and nights cost what they do.

    Parameters
    ----------
    tariff
        The columns of `Prices`, fen, shape (k, 5).
    surcharge_fen
        Shape (k,).
    """
    visit = tariff[:, Prices._fields.index("visit")] > 0
    raised = tariff.copy()
    for name in ("first", "second", "later", "visit"):
        column = raised[:, Prices._fields.index(name)]
        raises = visit if name == "visit" else ~visit
        column[raises] = np.maximum(column + surcharge_fen, 0)[raises]
    return raised


def fee_fen(begins_s: ArrayLike, ends_s: ArrayLike, prices: Prices, free_s: float) -> Whole:
    """Return the fees of stays.

    Parameters
    ----------
    begins_s, ends_s
        Whole seconds since a local midnight (of any day); a stay does not end before it begins. Shapes (k,).
    prices
        Of each stay's place, or of one for all.
    free_s
        A stay no longer than this is free, whole seconds.

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
    fee = np.zeros(len(begins), np.int64)
    of_each = np.empty((len(begins), len(prices)), np.int64)
    for position, column in enumerate(prices):
        of_each[:, position] = column
    write_fees(begins, ends, of_each, int(free_s), fee)
    return fee
