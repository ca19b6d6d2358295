"""A fingerprint of an event table: equal for equal rows in whatever order, so that a difference is found by table.

Each row is hashed to 64 bits, and the hashes are added modulo 2^64: that and the number of rows tell tables apart that
differ by mistake. It is no guard against somebody who forges a table.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

ROWS_AT_ONCE: Final = 16_384
"""So many rows of a column stay in a processor's cache while they are hashed."""
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)
_NULL: Final = np.uint64(0xD6E8FEB86659FD93)
_BASE: Final = 0x9E3779B97F4A7C15
"""Odd, so that it has an inverse modulo 2^64."""

Hashes = NDArray[np.uint64]


class TableFingerprint:
    """Takes up a table piece by piece.

    Attributes
    ----------
    rows
        How many rows were taken up.
    total
        The sum of their hashes modulo 2^64.
    """

    def __init__(self, schema: pa.Schema) -> None:
        self.rows = 0
        self.total = 0
        self._weights = [np.uint64(_odd_number_of(name)) for name in schema.names]

    def add(self, table: pa.Table) -> None:
        """Take up rows."""
        self.rows += table.num_rows
        columns = [column.combine_chunks() for column in table.columns]
        for begin in range(0, table.num_rows, ROWS_AT_ONCE):
            row = np.zeros(min(ROWS_AT_ONCE, table.num_rows - begin), np.uint64)
            for weight, column in zip(self._weights, columns, strict=True):
                row += hashes_of(column.slice(begin, len(row))) * weight
            self.total = (self.total + int(well_mixed(row).sum(dtype=np.uint64))) % 2**64

    @property
    def text(self) -> str:
        """The sum in hexadecimal."""
        return f"{self.total:016x}"


def fingerprint(table: pa.Table) -> TableFingerprint:
    """Return the fingerprint of a whole table."""
    whole = TableFingerprint(table.schema)
    whole.add(table)
    return whole


def _odd_number_of(name: str) -> int:
    """Return what a column's values are multiplied by before a row's are added: the same value tells more than one."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little") | 1


def well_mixed(bits: Hashes) -> Hashes:
    """Let every bit of the result depend on every bit given (the finaliser of Steele, Lea and Flood 2014)."""
    bits = (bits ^ (bits >> np.uint64(30))) * _FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * _SECOND
    bits ^= bits >> np.uint64(31)
    return bits


def hashes_of(column: Any) -> Hashes:
    """Return 64 bits for each value of an Arrow array."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        found = _hashes_of_words(column)
    elif pa.types.is_list(kind):
        found = _hashes_of_rows(hashes_of(column.flatten()), column.value_lengths())
    elif pa.types.is_string(kind):
        found = _hashes_of_texts(column)
    else:
        found = _bits(column)
    if column.null_count:
        found = np.where(column.is_null().to_numpy(zero_copy_only=False), _NULL, found)
    return found


def _bits(column: Any) -> Hashes:
    """Return the bits of numbers, truth values and times, those of doubles folded: their lower half is often empty."""
    if pa.types.is_temporal(column.type):
        column = column.cast(pa.int64())
    if column.null_count:
        column = column.fill_null(False if pa.types.is_boolean(column.type) else 0)
    values = column.to_numpy(zero_copy_only=False)
    if values.dtype.kind != "f":
        return values.astype(np.int64).view(np.uint64)  # type: ignore[no-any-return]
    bits: Hashes = values.view(f"u{values.dtype.itemsize}").astype(np.uint64)
    if values.dtype.itemsize == 8:
        bits ^= bits >> np.uint64(32)
    return bits


def _hashes_of_words(column: Any) -> Hashes:
    """Return a hash of each value of a dictionary-encoded column: each different one is hashed once."""
    places = column.indices.fill_null(0) if column.null_count else column.indices
    words = np.append(hashes_of(column.dictionary), _NULL)  # an empty dictionary has no place 0
    found: Hashes = words[places.to_numpy(zero_copy_only=False)]
    return found


def _hashes_of_texts(column: Any) -> Hashes:
    """Return a hash of each text, by its bytes."""
    if column.null_count:
        column = column.fill_null("")
    _, offsets, letters = column.buffers()
    if letters is None or len(column) == 0:
        return np.zeros(len(column), np.uint64)
    ends = np.frombuffer(offsets, np.int32, len(column) + 1, 4 * column.offset)
    inside = np.frombuffer(letters, np.uint8, int(ends[-1] - ends[0]), int(ends[0]))
    return _hashes_of_rows(inside.astype(np.uint64), pa.array(np.diff(ends)))


@lru_cache(maxsize=64)
def _powers(base: int, count: int) -> Hashes:
    """Return the first powers of a number modulo 2^64, from its zeroth on."""
    factors = np.full(count, base, np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)


def _hashes_of_rows(values: Hashes, lengths: Any) -> Hashes:
    """Return a hash of each list, in which the order counts: a polynomial in a number modulo 2^64.

    All lists are summed as one long polynomial; the inverse of the power with which a list begins takes it out.
    """
    count = 1 << max(16, len(values).bit_length())
    long = np.asarray(lengths.fill_null(0), np.int64)
    ends = np.concatenate([[0], np.cumsum(long)])
    sums = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values * _powers(_BASE, count)[: len(values)], dtype=np.uint64, out=sums[1:])
    begins = _powers(pow(_BASE, -1, 2**64), count)[ends[:-1]]
    found: Hashes = (sums[ends[1:]] - sums[ends[:-1]]) * begins + long.astype(np.uint64) * _FIRST
    return found
