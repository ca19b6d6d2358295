"""A fingerprint of an event table: equal for equal rows in whatever order, so that a difference is found by table.

Each row is hashed to 64 bits, and the hashes are added modulo 2^64: that and the number of rows tell tables apart that
differ by mistake. It is no guard against somebody who forges a table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
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
_INVERSE: Final = pow(_BASE, -1, 2**64)

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
                row += _hashes(column.slice(begin, len(row))) * weight
            self.total = (self.total + int(_well_mixed(row).sum(dtype=np.uint64))) % 2**64

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


def _well_mixed(bits: Hashes) -> Hashes:
    """Let every bit of the result depend on every bit given (the finaliser of Steele, Lea and Flood 2014)."""
    bits = (bits ^ (bits >> np.uint64(30))) * _FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * _SECOND
    bits ^= bits >> np.uint64(31)
    return bits


def _hashes(column: Any) -> Hashes:
    """Return 64 bits for each value of an Arrow array; its memory is read as it lies there."""
    kind, buffers = column.type, column.buffers()
    if pa.types.is_dictionary(kind):
        words = np.append(_hashes(column.dictionary), _NULL)  # an empty dictionary has no place 0
        found: Hashes = words[_numbers(column.indices, "i")]
    elif pa.types.is_list(kind):
        ends = _ends(column, buffers[1])
        inside = column.values.slice(ends[0], ends[-1] - ends[0])
        found = _hashes_of_rows(_hashes(inside), ends)
    elif pa.types.is_string(kind):
        ends = _ends(column, buffers[1])
        letters = np.frombuffer(buffers[2] or b"", np.uint8, ends[-1] - ends[0], ends[0])
        found = _hashes_of_rows(letters.astype(np.uint64), ends)
    elif pa.types.is_boolean(kind):
        found = _unpacked(column, buffers[1]).astype(np.uint64)
    else:
        found = _numbers(column, "u").astype(np.uint64)
        if kind == pa.float64():  # the lower half of a double is often empty
            found ^= found >> np.uint64(32)
    if column.null_count:
        found = np.where(_unpacked(column, buffers[0]), found, _NULL)
    return found


def _numbers(column: Any, kind: str) -> NDArray[Any]:
    """Return the numbers of an array, as signed or unsigned integers of their width; 0 where one is missing."""
    width = column.type.bit_width // 8
    buffer = column.buffers()[1]
    if buffer is None:
        return np.zeros(len(column), f"{kind}{width}")
    numbers = np.frombuffer(buffer, f"{kind}{width}", len(column), width * column.offset)
    return np.where(_unpacked(column, column.buffers()[0]), numbers, 0) if column.null_count else numbers


def _unpacked(column: Any, buffer: Any) -> NDArray[np.bool_]:
    """Return bits, one a value, as truth values."""
    end = column.offset + len(column)
    bits = np.unpackbits(np.frombuffer(buffer, np.uint8, (end + 7) // 8), count=end, bitorder="little")
    return bits[column.offset :].view(np.bool_)


def _ends(column: Any, buffer: Any) -> NDArray[np.int32]:
    """Return where each list or text begins, and where the last ends, shape (values + 1,)."""
    if buffer is None or len(buffer) == 0:
        return np.zeros(len(column) + 1, np.int32)
    return np.frombuffer(buffer, np.int32, len(column) + 1, 4 * column.offset)


@lru_cache(maxsize=64)
def _powers(base: int, count: int) -> Hashes:
    """Return the first powers of a number modulo 2^64, from its zeroth on."""
    factors = np.full(count, base, np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)


def _hashes_of_rows(values: Hashes, ends: NDArray[np.int32]) -> Hashes:
    """Return a hash of each list, in which the order counts: a polynomial in a number modulo 2^64.

    All lists are summed as one long polynomial; the inverse of the power with which a list begins takes it out.
    """
    count = 1 << max(16, len(values).bit_length())
    ends = ends - ends[0]
    sums = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values * _powers(_BASE, count)[: len(values)], dtype=np.uint64, out=sums[1:])
    begins = _powers(_INVERSE, count)[ends[:-1]]
    found: Hashes = np.diff(sums[ends]) * begins + np.diff(ends).astype(np.uint64) * _FIRST
    return found


def cell_hashes(column: pa.Array, name: str) -> Hashes:
    """Return a hash of each cell of a column, in which the column's name has a part."""
    return _well_mixed(_hashes(column) * np.uint64(_odd_number_of(name)) + np.uint64(_BASE))


def row_hashes(cells: Sequence[Hashes], rows: int) -> Hashes:
    """Return a hash of each row from those of its cells, whatever the order of the columns."""
    return _well_mixed(np.sum(cells, axis=0, dtype=np.uint64) if len(cells) else np.zeros(rows, np.uint64))
