"""The event tables of parking: each stay with its fee, the lots' books, who was led, who stood illegally."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from twin.core.clock import MS
from twin.domains.traffic.books import NOT_PAID
from twin.domains.traffic.records import ROWS_AT_ONCE
from twin.domains.traffic.trips import NOT_YET

if TYPE_CHECKING:
    from twin.core.recorder import EventTable, Recorder
    from twin.domains.traffic.books import Books
    from twin.domains.traffic.illegal_parking import IllegalParking
    from twin.domains.traffic.parking_app import ParkingApp
    from twin.domains.traffic.trips import TripBook

STAYS: Final = {
    "order_number": pa.int32(), "trip": pa.int32(), "vehicle": pa.int32(), "lot": pa.int32(), "begins_s": pa.int32(),
    "ends_s": pa.int32(), "price_fen": pa.int32(), "fee_fen": pa.int32(),
}  # fmt: skip
"""``trip``: missing for who stood there when the run began; ``ends_s``, ``fee_fen``: for who still stands there.
``price_fen``: of the first hour, or of a visit, when the stay began."""
BOOKS: Final = {"ends_s": pa.int32(), "lot": pa.int32(), "stays": pa.int32(), "taken_fen": pa.int64()}
LED: Final = {"trip": pa.int32(), "led": pa.int8(), "turned_away": pa.int8()}
ILLEGAL: Final = {"trip": pa.int32(), "link": pa.int32(), "begins_s": pa.float32(), "ends_s": pa.float32()}


class ParkingRecords:
    """Writes the rows of parking, whole columns at once."""

    def __init__(self, recorder: Recorder, begins_ms: int, vehicles_per_agent: int) -> None:
        self._begins_ms, self._vehicles_per_agent = begins_ms, vehicles_per_agent
        self._stays: EventTable = recorder.table("traffic.stays", STAYS)
        self._books: EventTable = recorder.table("traffic.books", BOOKS)
        self._led: EventTable = recorder.table("traffic.led", LED)
        self._illegal: EventTable = recorder.table("traffic.illegal_parking", ILLEGAL)

    def interval(self, ends_s: int, books: Books) -> None:
        """Write what the lots have taken in since the last interval."""
        stays, taken_fen = books.since_last()
        rows = np.flatnonzero(stays)
        self._books.add_columns(
            np.full(len(rows), ends_s, np.int32), rows.astype(np.int32),
            self._vehicles_per_agent * stays[rows].astype(np.int32), self._vehicles_per_agent * taken_fen[rows],
        )  # fmt: skip

    def finish(
        self,
        ends_s: int,
        book: TripBook,
        books: Books,
        overnight: NDArray[np.int32],
        app: ParkingApp,
        illegal: IllegalParking,
    ) -> None:
        """Write what is known when the run ends; ``overnight``: where each vehicle stood when it began, or below 0."""
        self.interval(ends_s, books)
        self._write_stays(book, books, overnight)
        led = np.flatnonzero(app.times_led | app.times_turned_away)
        self._led.add_columns(led.astype(np.int32), app.times_led[led], app.times_turned_away[led])
        stood = illegal.stood(book)
        begins_s, stood_until_s = (
            ((at_ms.astype(np.int64) + self._begins_ms) / MS).astype(np.float32)
            for at_ms in (stood.begins_ms, stood.ends_ms)
        )
        self._illegal.add_columns(stood.trip, pa.array(stood.link, mask=stood.link < 0), begins_s, stood_until_s)

    def _write_stays(self, book: TripBook, books: Books, overnight: NDArray[np.int32]) -> None:
        """Write all stays in the order of their beginnings, which gives them their numbers."""
        stood = np.flatnonzero(overnight >= 0).astype(np.int32)
        gone_ms = np.full(len(overnight), NOT_YET, np.int32)
        gone_ms[book.vehicle[book.first]] = book.departed_ms[book.first]
        self._write_some_stays(
            1, pa.nulls(len(stood), pa.int32()), stood, overnight[stood], np.zeros(len(stood), np.int32),
            gone_ms[stood], books.overnight_fee_fen[stood], books.first_fen[overnight[stood]], books,
        )  # fmt: skip
        came = np.flatnonzero(book.lot >= 0).astype(np.int32)
        came = came[np.argsort(book.parked_ms[came], kind="stable")]
        for first in range(0, len(came), ROWS_AT_ONCE):
            trips = came[first : first + ROWS_AT_ONCE]
            lot = book.lot[trips]
            self._write_some_stays(
                1 + len(stood) + first, pa.array(trips), book.vehicle[trips], lot, book.parked_ms[trips],
                book.left_ms[trips], books.fee_fen[trips], books.first_fen[lot] + books.paid_at_fen[trips], books,
            )  # fmt: skip

    def _write_some_stays(
        self,
        first_number: int,
        trips: pa.Array,
        vehicle: NDArray[np.int32],
        lot: NDArray[np.int32],
        begins_ms: NDArray[np.int32],
        ends_ms: NDArray[np.int32],
        fee_fen: NDArray[np.int32],
        asked_fen: NDArray[np.int32],
        books: Books,
    ) -> None:
        still = ends_ms == NOT_YET
        assert ((fee_fen == NOT_PAID) == still).all(), "who has gone has paid"
        self._stays.add_columns(
            np.arange(first_number, first_number + len(lot), dtype=np.int32), trips, vehicle, lot,
            books.seconds(begins_ms).astype(np.int32), pa.array(books.seconds(ends_ms).astype(np.int32), mask=still),
            np.maximum(asked_fen, 0).astype(np.int32), pa.array(fee_fen, mask=still),
        )  # fmt: skip
