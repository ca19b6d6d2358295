"""Raise prices where lots are nearly full and lower them where they are empty, as San Francisco does."""

from __future__ import annotations

from typing import Final

import numpy as np

from twin.domains.traffic.decisions_parking import PricesView, SetPrices

JIAO_FEN: Final = 10
LOWER_TWICE, LOWER, KEEP = 0.3, 0.6, 0.8
"""Occupancies below which a price falls by two steps, by one, and stays; from the last on it rises by one."""


class ByOccupancy:
    """Raise a price by a step from 80 % occupancy on, keep it from 60 %, lower it from 30 %, by two steps below.

    In San Francisco a step was 25 cents; meters cost 2 to 3.50 dollars before, and 0.25 to 6 dollars were allowed. Here
    (derived) a step is the same share of the tariff as 25 cents of 3 dollars, a twelfth, rounded to tenths of a yuan
    and at least one of them; prices lie between one step and twenty-four. Lots that are free stay so.

    Parameters
    ----------
    steps_in_tariff
        Steps that make the tariff's first hour.
    most_steps
        Steps of the highest price; the lowest is one.

    References
    ----------
    Pierce and Shoup (2013), "Getting the prices right: an evaluation of pricing parking by demand in San Francisco",
    Journal of the American Planning Association 79(1); SFMTA (2011), first and second rate adjustment of SFpark. There
    prices changed every one to two months, for each part of the day; here as often as the question is put.
    """

    def __init__(self, steps_in_tariff: int = 12, most_steps: int = 24) -> None:
        self._steps_in_tariff, self._most_steps = steps_in_tariff, most_steps

    def decide(self, view: PricesView) -> SetPrices:
        """Return what each lot asks above the tariff from now on."""
        step = np.maximum(np.rint(view.tariff_fen / self._steps_in_tariff / JIAO_FEN), 1) * JIAO_FEN
        steps = np.select([view.occupancy < LOWER_TWICE, view.occupancy < LOWER, view.occupancy < KEEP], [-2, -1, 0], 1)
        wanted = view.tariff_fen + view.surcharge_fen + steps * step
        price = np.where(view.tariff_fen > 0, np.clip(wanted, step, self._most_steps * step), 0)
        return SetPrices((price - view.tariff_fen).astype(np.int32))
