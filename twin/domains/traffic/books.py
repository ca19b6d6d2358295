"""The lots' books: what each stay costs at the price at which it began, and what each lot takes in, in fen."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import MS
from twin.domains.traffic.tariff import Prices, charged_prices, posted_prices
from twin.kernels.fees import write_lot_fees

NOT_PAID: Final = -1
"""In place of a fee: the car still stands there, or has not come."""

Positions = NDArray[np.int32]


class Books:
    """Prices and takings of k lots; t trips, v vehicles.

    A stay is paid when it ends, at the prices that were posted when it began. A car that stood in a lot when the run
    began pays from that moment on.

    Parameters
    ----------
    begins_ms
        The run's beginning, since the scenario's start.
    midnight_s
        The scenario's start, since a local midnight.

    Attributes
    ----------
    tariff
        First, second, later, night and visit by the tariff, fen, shape (k, 5).
    surcharge_fen
        What an hour begun costs above the tariff now (or the visit, where it has one price), shape (k,).
    posted
        What each lot asks now: first, second, later, night and visit, fen, shape (k, 5).
    fee_fen, overnight_fee_fen
        What the stay after each trip has cost, and that of each vehicle since the run began; `NOT_PAID`; (t,), (v,).
    paid_at_fen
        The surcharge at which the stay after each trip began, shape (t,).
    stays, taken_fen
        Stays that have ended in each lot, and what they have paid, shape (k,).
    """

    def __init__(
        self, lots: pd.DataFrame, trips: int, vehicles: int, free_s: float, begins_ms: int, midnight_s: float
    ) -> None:
        self.tariff = posted_prices(lots)
        self.surcharge_fen = np.zeros(len(lots), np.int32)
        self.fee_fen = np.full(trips, NOT_PAID, np.int32)
        self.overnight_fee_fen = np.full(vehicles, NOT_PAID, np.int32)
        self.paid_at_fen = np.zeros(trips, np.int16)
        self.stays = np.zeros(len(lots), np.int64)
        self.taken_fen = np.zeros(len(lots), np.int64)
        self._free_s, self._begins_ms, self._midnight_s = free_s, begins_ms, round(midnight_s)
        self.posted = self.tariff
        self._written = self.stays.copy(), self.taken_fen.copy()

    @property
    def first_fen(self) -> NDArray[np.int32]:
        """What the tariff asks in each lot for the first hour, or for a visit, where it has one price; shape (k,)."""
        visit = self.tariff[:, Prices._fields.index("visit")]
        return np.where(visit > 0, visit, self.tariff[:, 0]).astype(np.int32)

    def set_surcharge(self, lots: Positions, surcharge_fen: NDArray[np.integer]) -> None:
        """Let hours begun (or visits) cost so much more than the tariff in these lots from now on."""
        self.surcharge_fen[lots] = surcharge_fen
        self.posted = charged_prices(self.tariff, self.surcharge_fen)

    def seconds(self, at_ms: NDArray[np.int32]) -> NDArray[np.int64]:
        """Return whole seconds since the scenario's start: those in which fees are reckoned."""
        return (at_ms.astype(np.int64) + self._begins_ms) // MS

    def end(self, who: Positions, trips: Positions, lots: Positions, begins_ms: Positions, ends_ms: Positions) -> None:
        """Let stays end and be paid.

        Parameters
        ----------
        who, trips, lots
            Vehicles, the trips after which they stand (-1: since the run's beginning), and where; shape (n,).
        begins_ms, ends_ms
            Since the run's beginning, shape (n,).
        """
        if not len(who):
            return
        came = trips >= 0
        surcharge_fen = np.where(came, self.paid_at_fen[trips], np.int16(0))
        begins_s, ends_s = self.seconds(begins_ms) + self._midnight_s, self.seconds(ends_ms) + self._midnight_s
        fee = np.empty(len(lots), np.int64)
        write_lot_fees(begins_s, ends_s, self.tariff, lots, surcharge_fen, round(self._free_s), fee)
        self.fee_fen[trips[came]] = fee[came]
        self.overnight_fee_fen[who[~came]] = fee[~came]
        np.add.at(self.stays, lots, 1)
        np.add.at(self.taken_fen, lots, fee)

    def since_last(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return how many stays have ended in each lot since this was last asked, and what they paid; (k,)."""
        stays, taken_fen = self._written
        self._written = self.stays.copy(), self.taken_fen.copy()
        return self.stays - stays, self.taken_fen - taken_fen
