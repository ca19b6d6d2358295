"""Promises: fees are those of the published tariff, worked out by hand; they never fall as a stay grows longer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tariff import FREE_S, slow_fee_yuan

from twin.domains.traffic.parameters import STRUCTURES, TrafficParameters
from twin.domains.traffic.tariff import Prices, charged_prices, fee_fen, tariff_prices
from twin.kernels.fees import write_lot_fees


def clock_s(text: str) -> int:
    """Return seconds since the first midnight of ``[days+]hours:minutes[:seconds]``."""
    day, _, time = text.rpartition("+")
    hours, minutes, *seconds = (int(part) for part in time.split(":"))
    return int(day or 0) * 86_400 + hours * 3600 + minutes * 60 + sum(seconds)


def yuan(zone: int, structure: str, begins: str, ends: str) -> float:
    prices = tariff_prices(TrafficParameters(), [zone], [STRUCTURES.index(structure)])
    return float(fee_fen([clock_s(begins)], [clock_s(ends)], prices, FREE_S)[0]) / 100


@pytest.mark.parametrize(
    ("zone", "structure", "begins", "ends", "expected"),
    [
        (1, "surface", "09:00", "09:20", 0.0),  # free: twenty minutes
        (1, "surface", "09:00", "09:20:01", 4.0),  # one hour begun
        (1, "surface", "09:00", "12:00", 6.0),  # 4 + 1 + 1
        (1, "surface", "09:00", "12:00:01", 9.0),  # 4 + 1 + 1 + 3
        (1, "roadside", "09:00", "13:30", 16.0),  # 4 + 2 + 2 + 4 + 4
        (1, "underground", "08:00", "18:00", 20.0),  # 4 + 2 x 1 + 7 x 2
        (1, "surface", "06:00", "08:30", 15.0),  # the night's end 10, then 4 + 1
        (1, "surface", "20:30", "22:00", 14.0),  # 4, then the night 10
        (1, "surface", "20:00", "1+08:00", 18.0),  # 4, night 10, 4 on the next day, counted anew
        (1, "roadside", "22:00", "1+06:00", 0.0),  # free at night
        (1, "roadside", "22:00", "1+07:30", 4.0),
        (2, "roadside", "07:00", "21:00", 39.0),  # 4 + 2 x 1 + 11 x 3
        (2, "underground", "07:00", "21:00", 17.0),  # 4 + 2 x 1 + 11 x 1
        (2, "surface", "20:00", "2+08:00", 46.0),  # 4, 5, 4 + 2 + 11 x 2 = 28, 5, 4
        (3, "surface", "10:00", "14:00", 5.0),  # 2 + 1 + 1 + 1
        (3, "roadside", "10:00", "14:00", 6.0),  # 2 + 1 + 1 + 2
        (3, "underground", "10:00", "18:00", 4.0),  # one visit
        (3, "underground", "10:00", "1+10:00", 7.0),  # one visit and a night
        (3, "underground", "22:00", "1+05:00", 3.0),  # a night alone
        (3, "surface", "10:00", "10:00", 0.0),
    ],
)
def test_a_fee_is_the_one_worked_out_by_hand(
    zone: int, structure: str, begins: str, ends: str, expected: float
) -> None:
    assert yuan(zone, structure, begins, ends) == expected


def test_many_stays_have_the_fees_they_have_one_by_one() -> None:
    generator = np.random.default_rng(4)
    begins = generator.integers(0, 3 * 86_400, 500)
    ends = begins + generator.integers(0, 3 * 86_400, 500)
    zone, structure = generator.integers(1, 4, 500), generator.integers(0, 3, 500)
    prices = tariff_prices(TrafficParameters(), zone, structure)
    together = fee_fen(begins, ends, prices, FREE_S)
    alone = [int(fee_fen(begins[k], ends[k], prices.of(np.array([k])), FREE_S)[0]) for k in range(500)]
    assert together.tolist() == alone
    assert together.dtype == np.int64


@settings(max_examples=300, deadline=None)
@given(
    zone=st.integers(1, 3), structure=st.integers(0, 2), begin_s=st.integers(0, 86_399),
    stay_s=st.integers(0, 4 * 86_400),
)  # fmt: skip
def test_a_fee_is_that_of_a_slow_reckoning(zone: int, structure: int, begin_s: int, stay_s: int) -> None:
    prices = tariff_prices(TrafficParameters(), [zone], [structure])
    fee = fee_fen(begin_s, begin_s + stay_s, prices, FREE_S)
    assert fee[0] == 100 * slow_fee_yuan(zone, structure, begin_s, begin_s + stay_s)
    longer = fee_fen(begin_s, begin_s + stay_s + 1800, prices, FREE_S)
    assert longer[0] >= fee[0]


def test_a_stay_that_ends_before_it_begins_is_refused() -> None:
    prices = tariff_prices(TrafficParameters(), [1], [1])
    with pytest.raises(ValueError, match="ends before it begins"):
        fee_fen([100], [50], prices, FREE_S)


def test_no_stays_cost_nothing() -> None:
    nothing = np.zeros(0, np.int64)
    assert fee_fen(nothing, nothing, tariff_prices(TrafficParameters(), nothing, nothing), FREE_S).tolist() == []


def test_a_lots_surcharge_changes_its_hours_or_its_visit_and_nothing_falls_below_0():
    generator = np.random.default_rng(5)
    tariff = generator.integers(0, 900, (40, 5))
    tariff[::3, Prices._fields.index("visit")] = 0
    lots = generator.integers(0, 40, 3000).astype(np.int32)
    surcharge_fen = generator.integers(-700, 700, 3000).astype(np.int16)
    begins_s = generator.integers(0, 86_400, 3000)
    ends_s = begins_s + generator.integers(0, 3 * 86_400, 3000)
    fee = np.empty(3000, np.int64)
    write_lot_fees(begins_s, ends_s, tariff, lots, surcharge_fen, FREE_S, fee)
    asked = Prices(*charged_prices(tariff[lots], surcharge_fen).T)
    assert np.array_equal(fee, fee_fen(begins_s, ends_s, asked, FREE_S))
