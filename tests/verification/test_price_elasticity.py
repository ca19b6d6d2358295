"""Prices that differ from lot to lot move drivers as they did in San Francisco: -0.4 (Pierce and Shoup 2013).

Half of the lots in the app, by chance, become dearer or cheaper, in a town with room everywhere. What they lose or win
beside the other lots in the app is held against the elasticity; by itself a lot loses less, for some find nothing else.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache

import numpy as np
import pytest
from support.traffic_day import run_traffic

from twin.core.clock import Clock
from twin.domains.traffic.decisions_parking import PricesView, SetPrices
from twin.domains.traffic.price_minding import borne_levels

MORNING = Clock(datetime(2021, 3, 15, 7), 0.0, 6 * 3600.0)
ROOM = {"lot_mean_spaces": 200.0, "off_street_spaces": 30_000, "roadside_spaces": 30}
CHOSEN = np.random.default_rng(5).random(1000) < 0.5


@cache
def stays(change: float) -> tuple[float, float]:
    """Return how many park in the lots whose price changes by this share, and in the others of the app."""

    def prices(view: PricesView) -> SetPrices:
        surcharge_fen = np.rint(view.tariff_fen * change) * CHOSEN[view.lot]
        return SetPrices(surcharge_fen.astype(np.int32))

    brain = {"app": 0.0, "chosen": {"prices": prices}}
    _, domain, frames = run_traffic(clock=MORNING, brain=brain, prices_every_min=1.0, **ROOM)
    begun = frames["traffic.stays"].query("trip.notna()")
    count = np.bincount(begun["lot"], minlength=len(domain.lots))
    connected, chosen = domain.parking_app.connected, CHOSEN[: len(count)]
    return float(count[connected & chosen].sum()), float(count[connected & ~chosen].sum())


@pytest.mark.parametrize("change", [0.5, -0.5])
def test_lots_that_are_dearer_lose_and_cheaper_ones_win_as_many_as_the_elasticity_says(change: float) -> None:
    (before, others_before), (after, others_after) = stays(0.0), stays(change)
    own = np.log(after / before) / np.log(1 + change)
    beside_others = own - np.log(others_after / others_before) / np.log(1 + change)
    assert beside_others == pytest.approx(-0.4, abs=0.12)
    assert -0.4 < own < -0.2


def test_of_drivers_a_share_by_the_power_of_the_price_bears_it() -> None:
    borne = borne_levels(np.random.default_rng(1).random(100_000), -0.4)
    for price in (1.1, 1.5, 2.0, 4.0):
        assert (borne >= price).mean() == pytest.approx(price**-0.4, abs=0.005)
    assert (borne >= 1).all()
    assert np.isinf(borne_levels(np.array([0.3]), 0.0)).all(), "nobody minds"
