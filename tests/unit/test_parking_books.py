"""Promises: each stay is on record with what it cost, to the fen, and fees add up to the lots' books."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.tariff import slow_fee_yuan
from support.traffic import MONDAY
from support.traffic_day import run_traffic

from twin.domains.traffic.domain import TrafficDomain

Day = tuple[TrafficDomain, dict[str, pd.DataFrame]]
CROWDED: dict[str, Any] = {"off_street_spaces": 2_500, "lot_mean_spaces": 60.0}


@pytest.fixture(scope="module", params=["fixed", "by_occupancy"])
def day(request: pytest.FixtureRequest) -> Day:
    """A day at the tariff's prices, and one at prices that change every quarter of an hour."""
    brain = {"app": 0.6, "chosen": {"lot_choice": "nearest_free", "prices": request.param}}
    _, domain, frames = run_traffic(brain=brain, prices_every_min=15.0, **CROWDED)
    return domain, frames


def test_fees_add_up_to_the_books_of_every_lot_to_the_fen(day: Day) -> None:
    domain, frames = day
    stays, books = frames["traffic.stays"], frames["traffic.books"]
    lots = len(domain.lots)
    of_stays = np.bincount(stays["lot"][stays["fee_fen"].notna()], stays["fee_fen"].dropna(), lots)
    of_books = np.bincount(books["lot"], books["taken_fen"], lots)
    assert of_stays.tolist() == of_books.tolist() == domain.books.taken_fen.tolist()
    ended = np.bincount(stays["lot"][stays["ends_s"].notna()], minlength=lots)
    assert ended.tolist() == np.bincount(books["lot"], books["stays"], lots).tolist()
    assert of_books.sum() > 100_000


def test_every_time_in_a_lot_is_a_stay_with_a_number_of_its_own(day: Day) -> None:
    domain, frames = day
    stays, trips = frames["traffic.stays"], frames["traffic.trips"]
    assert stays["order_number"].tolist() == list(range(1, len(stays) + 1))
    assert stays["begins_s"].is_monotonic_increasing
    came = stays[stays["trip"].notna()].set_index("trip").sort_index()
    parked = trips[trips["ending"] == "lot"].set_index("trip")
    assert came.index.tolist() == parked.index.tolist()
    assert came["lot"].tolist() == parked["lot"].tolist()
    assert np.allclose(came["begins_s"], parked["parked_s"], atol=1.02)
    assert (stays["trip"].isna().sum()) == (domain.overnight >= 0).sum() > 100
    assert stays["fee_fen"].isna().equals(stays["ends_s"].isna()), "who has gone has paid, who stands has not"


def test_a_fee_is_that_of_the_tariff_and_of_the_price_at_which_the_stay_began(day: Day) -> None:
    """The tariff as printed, hour by hour; each hour begun, or the visit, at the surcharge."""
    domain, frames = day
    stays = frames["traffic.stays"]
    paid = stays[stays["fee_fen"].notna()]
    told = frames["traffic.lot_list"].set_index("lot")
    first_fen = np.where(told["visit_fen"] > 0, told["visit_fen"], told["first_fen"])
    seconds = round(MONDAY.second_of_day(0.0))
    surcharged = 0
    for row in paid.sample(1500, random_state=1).itertuples():
        zone, structure = int(domain.lots["zone"][row.lot]), int(domain.lots["structure"][row.lot])
        begins_s, ends_s = int(row.begins_s) + seconds, int(row.ends_s) + seconds
        expected = 100 * slow_fee_yuan(zone, structure, begins_s, ends_s)
        surcharge = int(row.price_fen) - int(first_fen[row.lot])
        if surcharge == 0:
            assert row.fee_fen == expected
        elif expected > 0 and ends_s % 86_400 < 21 * 3600 and 7 * 3600 < begins_s % 86_400 < ends_s % 86_400:
            hours = 1 if told["visit_fen"][row.lot] > 0 else -(-(ends_s - begins_s) // 3600)
            if surcharge > 0:  # a price does not fall below nothing, hour by hour
                assert row.fee_fen == expected + hours * surcharge
                surcharged += 1
    prices_change = domain.books.surcharge_fen.any()
    assert (surcharged > 20) == prices_change


def test_memory_of_stays_is_what_a_day_of_two_million_trips_allows(day: Day) -> None:
    """Columns of 32 and 16 bits: with the search and the barrier, 18 bytes a trip."""
    domain, _ = day
    book, books = domain.book, domain.books
    columns = (book.search_m, book.barrier_ms, books.fee_fen, books.paid_at_fen)
    assert sum(column.nbytes for column in columns) / len(book) <= 18
