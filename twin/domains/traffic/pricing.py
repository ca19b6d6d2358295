"""What an hour costs in the lots of the app: the tariff, or the city's answers to the question `PRICES`.

Prices hold for who comes after them. Whom the app leads goes where its rule says; who looks for himself minds what they
are beside those around (`twin.domains.traffic.price_minding`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twin.core.clock import MS
from twin.domains.traffic.decisions_parking import PricesView, SetPrices
from twin.domains.traffic.parking_feed import UNKNOWN
from twin.domains.traffic.questions_parking import PRICES

if TYPE_CHECKING:
    import pandas as pd

    from twin.core.brain import Brain
    from twin.domains.traffic.books import Books
    from twin.domains.traffic.car_parks import CarParks
    from twin.domains.traffic.parameters import TrafficParameters
    from twin.domains.traffic.parking_feed import ParkingFeed
    from twin.domains.traffic.price_minding import PriceMinding


class Pricing:
    """Asks for the prices of the lots in the app, with their mean occupancy since the last question."""

    def __init__(
        self,
        brain: Brain,
        lots: pd.DataFrame,
        books: Books,
        feed: ParkingFeed,
        car_parks: CarParks,
        minding: PriceMinding,
        parameters: TrafficParameters,
    ) -> None:
        self._brain, self._books, self._feed, self._car_parks = brain, books, feed, car_parks
        self._minding = minding
        self._every_ms = round(MS * 60 * parameters.prices_every_min)
        self._mine = np.flatnonzero(feed.connected).astype(np.int32)
        self._silent = brain.is_silent(PRICES) or not len(self._mine)
        self._spaces = lots["spaces"].to_numpy(np.int32)[self._mine]
        self._tariff_fen = books.first_fen[self._mine]
        self._taken = np.zeros(len(self._mine))
        self._seen = 0
        self._asked_ms = 0

    def step(self, now_ms: int, now_s: float) -> None:
        """Take note of what lots report, and ask when it is time to; without reports prices stay as they are.

        Parameters
        ----------
        now_ms, now_s
            The end of a step: since the run's beginning, and since the scenario's start.
        """
        if self._silent:
            return
        if self._feed.report_if_due(now_ms, self._car_parks):
            free = self._feed.seen(now_ms)[1][self._mine]
            if not (free == UNKNOWN).any():
                self._taken += self._spaces - free
                self._seen += 1
        if now_ms - self._asked_ms < self._every_ms:
            return
        self._asked_ms = now_ms
        if self._seen:
            answer: SetPrices = self._brain.ask(PRICES, self._view(now_s), now_s)
            self._books.set_surcharge(self._mine, answer.surcharge_fen)
            self._minding.learn()
        self._taken[:] = self._seen = 0

    def _view(self, now_s: float) -> PricesView:
        taken = self._taken / self._seen
        return PricesView(
            time_s=now_s,
            lots=len(self._mine),
            mean_occupancy=float(taken.sum() / self._spaces.sum()),
            lot=_read_only(self._mine),
            spaces=_read_only(self._spaces),
            tariff_fen=_read_only(self._tariff_fen),
            surcharge_fen=_read_only(self._books.surcharge_fen[self._mine]),
            occupancy=_read_only(taken / self._spaces),
        )


def _read_only(values: NDArray[Any]) -> NDArray[Any]:
    shown = values.copy()
    shown.flags.writeable = False
    return shown.view()
