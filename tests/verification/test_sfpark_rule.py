"""San Francisco's rule for prices against its published bands, worked out by hand, in dollars and in yuan.

SFMTA's rate adjustments of 2011: 80 % and more, +25 cents; 60 to 80 %, unchanged; 30 to 60 %, -25 cents; below, -50
cents; between 0.25 and 6 dollars. The rates before were 2, 3 and 3.50 dollars.
"""

from __future__ import annotations

import numpy as np
import pytest

from twin.domains.traffic.decisions_parking import PricesView
from twin.policies.traffic.prices.by_occupancy import ByOccupancy


def view(occupancy: list[float], tariff_fen: int | list[int], surcharge_fen: int | list[int] = 0) -> PricesView:
    count = len(occupancy)

    def column(value: int | list[int]) -> np.ndarray:
        return np.broadcast_to(np.asarray(value, np.int32), count)

    return PricesView(
        0.0, count, 0.5, np.arange(count, dtype=np.int32), np.full(count, 20, np.int32), column(tariff_fen),
        column(surcharge_fen), np.array(occupancy),
    )  # fmt: skip


def prices(shown: PricesView, rule: ByOccupancy) -> list[int]:
    return (shown.tariff_fen + rule.decide(shown).surcharge_fen).tolist()


@pytest.mark.parametrize("before", [3000, 3250])
def test_a_rate_of_three_dollars_moves_as_in_san_francisco(before: int) -> None:
    """A dollar is 1,000 here, so that 25 cents are whole tens: a meter of 3 dollars, and one that has risen once."""
    shown = view([0.0, 0.29, 0.3, 0.59, 0.6, 0.79, 0.8, 1.0], 3000, before - 3000)
    moved = [price - before for price in prices(shown, ByOccupancy())]
    assert moved == [-500, -500, -250, -250, 0, 0, 250, 250]
    highest, lowest = view([0.9], 3000, 3000), view([0.1], 3000, -2500)
    assert prices(highest, ByOccupancy()) == [6000]
    assert prices(lowest, ByOccupancy()) == [250]


def test_steps_are_a_twelfth_of_the_tariff_in_whole_jiao() -> None:
    """Tariffs of 4, 2 and 6 yuan: 33.3, 16.7 and 50 fen, in jiao 30, 20 and 50; a lot that is free stays free."""
    shown = view([0.9, 0.9, 0.9, 0.9], [400, 200, 600, 0])
    assert prices(shown, ByOccupancy()) == [430, 220, 650, 0]


def test_a_block_that_stays_full_or_empty_reaches_the_bounds_and_keeps_them() -> None:
    """A day of hours: from 4 yuan up by 0.3 to 24 steps (7.2 yuan), down by 0.6 to one step (0.3 yuan)."""
    rule, surcharge = ByOccupancy(), [0, 0]
    path = []
    for _ in range(15):
        shown = view([0.95, 0.1], [400, 400], surcharge)
        path.append(prices(shown, rule))
        surcharge = rule.decide(shown).surcharge_fen.tolist()
    assert [price for price, _ in path[:4]] == [430, 460, 490, 520]
    assert [price for _, price in path[:8]] == [340, 280, 220, 160, 100, 40, 30, 30]
    assert path[10] == [720, 30]
    assert path[-1] == [720, 30]
