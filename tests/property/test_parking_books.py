"""Promises of the lots' books, whatever the stays and prices: fees are never below nothing, and they add up."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.core.clock import Clock
from twin.domains.traffic.books import NOT_PAID, Books
from twin.domains.traffic.parameters import STRUCTURES, TrafficParameters
from twin.domains.traffic.tariff import tariff_prices

LOTS = 5
CLOCK = Clock(datetime(2021, 3, 15, 22), 3600.0, 86_400.0)


def some_lots(generator: np.random.Generator) -> pd.DataFrame:
    zone, structure = generator.integers(1, 4, LOTS), generator.integers(0, len(STRUCTURES), LOTS)
    prices = tariff_prices(TrafficParameters(), zone, structure)
    return pd.DataFrame({f"{name}_fen": column for name, column in prices._asdict().items()})


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**6), stays=st.integers(1, 60), parts=st.integers(1, 6))
def test_fees_of_stays_add_up_to_the_books(seed: int, stays: int, parts: int) -> None:
    """Stays begin at prices that change, end in several turns, some after the books were last written."""
    generator = np.random.default_rng(seed)
    books = Books(some_lots(generator), stays, stays, 1200, -3_600_000, CLOCK.second_of_day(0.0))
    lot = generator.integers(0, LOTS, stays).astype(np.int32)
    begins_ms = generator.integers(0, 86_400_000, stays).astype(np.int32)
    trips = np.where(generator.random(stays) < 0.8, np.arange(stays), -1).astype(np.int32)  # the others stood before
    begins_ms[trips < 0] = 0
    order = np.argsort(begins_ms, kind="stable")
    for part in np.array_split(order, parts):
        books.set_surcharge(np.arange(LOTS, dtype=np.int32), generator.integers(-400, 800, LOTS))
        came = part[trips[part] >= 0]
        books.paid_at_fen[trips[came]] = books.surcharge_fen[lot[came]]
    ends_ms = (begins_ms + generator.integers(0, 200_000_000, stays)).astype(np.int32)
    gone = np.flatnonzero(generator.random(stays) < 0.9)
    written = np.zeros((2, LOTS), np.int64)
    for part in np.array_split(gone, parts):
        who = part.astype(np.int32)
        books.end(who, trips[part], lot[part], begins_ms[part], ends_ms[part])
        written += np.stack(books.since_last())
    fee = np.where(trips >= 0, books.fee_fen[trips], books.overnight_fee_fen)
    paid = np.isin(np.arange(stays), gone)
    assert (fee[~paid] == NOT_PAID).all()
    assert (fee[paid] >= 0).all()
    assert np.bincount(lot[paid], fee[paid], LOTS).tolist() == books.taken_fen.tolist() == written[1].tolist()
    assert np.bincount(lot[paid], minlength=LOTS).tolist() == books.stays.tolist() == written[0].tolist()
