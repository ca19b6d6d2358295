"""Promises of parking kernels, whatever the lots and drivers: no lot ever holds or promises more than its spaces."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.kernels.led_parking import FOUND_TAKEN, keep_places, park_or_look_one
from twin.kernels.parking import GIVEN_UP, NOT_YET, Lots, Points

DAY_MS = 86_400_000


def some_lots(generator: np.random.Generator, points: int, count: int) -> tuple[Lots, Points]:
    at = np.sort(generator.integers(0, points, count))
    spaces = generator.integers(0, 4, count).astype(np.int32)
    opens = generator.choice([0, 8 * 3_600_000], count).astype(np.int32)
    lots = Lots(
        np.searchsorted(at, np.arange(points + 1)).astype(np.int32), spaces,
        (spaces * generator.random(count)).astype(np.int32), generator.choice([1, 2, 4], count).astype(np.uint8), opens,
        np.full(count, DAY_MS, np.int32),
    )  # fmt: skip
    xy_m = generator.uniform(0, 500, (points, 2))
    apart = np.hypot(*(xy_m[:, None] - xy_m[None]).transpose(2, 0, 1))
    around = np.argsort(apart, axis=1, kind="stable")[:, : min(points, 6)].astype(np.int32)
    return lots, Points(xy_m[:, 0].copy(), xy_m[:, 1].copy(), around)


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 10**6), points=st.integers(1, 8), count=st.integers(1, 10), drivers=st.integers(1, 40),
    keep=st.booleans(),
)  # fmt: skip
def test_no_lot_holds_more_than_its_spaces_with_places_kept(
    seed: int, points: int, count: int, drivers: int, keep: bool
) -> None:
    generator = np.random.default_rng(seed)
    lots, around = some_lots(generator, points, count)
    before = lots.taken.copy()
    may_use = generator.integers(1, 8, drivers).astype(np.uint8)
    wanted = generator.integers(-1, count, drivers).astype(np.int32)
    kept = np.zeros(drivers, np.bool_)
    if keep:
        keep_places(lots, wanted, may_use, kept)
        assert (lots.taken - before == np.bincount(wanted[kept], minlength=count)).all()
        assert (lots.taken <= lots.spaces).all()
        refused = np.flatnonzero(~kept & (wanted >= 0))
        for driver in refused:
            lot = wanted[driver]
            assert lots.taken[lot] == lots.spaces[lot] or not may_use[driver] & lots.kind_bit[lot]
        wanted = np.where(kept, wanted, NOT_YET).astype(np.int32)
    promised = lots.taken.copy()
    here = generator.integers(0, points, drivers).astype(np.int32)
    time_of_day_ms = generator.integers(0, DAY_MS, drivers).astype(np.int32)
    patient = generator.random(drivers) < 0.5
    level, bears = generator.uniform(0.2, 2.0, count), np.where(generator.random(drivers) < 0.5, np.inf, 1.0)
    lot = np.array([
        park_or_look_one(
            lots, around, here[one], here[one], may_use[one], time_of_day_ms[one], patient[one], wanted[one], kept[one],
            np.uint32(0), level, bears[one],
        )[0] for one in range(drivers)
    ], np.int32)  # fmt: skip
    assert (lots.taken <= lots.spaces).all()
    parked = (lot >= 0) & ~kept
    assert (lots.taken - promised == np.bincount(lot[parked], minlength=count)).all()
    assert (lot[kept] == wanted[kept]).all(), "whoever has a place kept finds it"
    led = wanted != NOT_YET
    assert np.isin(lot[led & ~kept], [*range(count), FOUND_TAKEN]).all()
    assert (lot[led & (lot >= 0)] == wanted[led & (lot >= 0)]).all()
    assert np.isin(lot[~led], [*range(count), NOT_YET, GIVEN_UP]).all()
    assert (may_use[lot >= 0] & lots.kind_bit[lot[lot >= 0]] > 0).all()
    turned_away = np.flatnonzero(lot == FOUND_TAKEN)
    for driver in turned_away:
        which = wanted[driver]
        open_now = lots.opens_ms[which] <= time_of_day_ms[driver]
        full = lots.taken[which] == lots.spaces[which]  # fuller lots stay full: nobody leaves in between
        assert full or not open_now or not may_use[driver] & lots.kind_bit[which]
