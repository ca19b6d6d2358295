"""Fingerprints of event tables that no order of rows or columns changes, and that can tell how much differs.

A row's hash mixes those of its cells; a table's is the sum of its rows' modulo 2^64, so rows may come in any order.
Sums by column say which columns differ, and sums of the rows in 64 buckets how many rows: of d rows that are in one
table only, a bucket is spared by all with the chance (1 - 1/64)^d (linear counting).

References
----------
Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators, OOPSLA (the mixing function).
Whang, Vander-Zanden and Taylor (1990), A linear-time probabilistic counting algorithm for database applications, ACM
Transactions on Database Systems 15(2).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

Words = NDArray[np.uint64]

BUCKETS: Final = 64
_NOTHING: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """An event table's fingerprint.

    Attributes
    ----------
    rows
        How many.
    columns
        The sum of the hashes of each column's cells, in hexadecimal.
    buckets
        The last 16 bits of the sum of rows' hashes in each of 64 buckets, in hexadecimal.
    """

    rows: int
    columns: Mapping[str, str]
    buckets: str

    def plain(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {"rows": self.rows, "columns": dict(self.columns), "buckets": self.buckets}


@dataclass(frozen=True, slots=True)
class TableDifference:
    """How a table differs from the recorded one.

    Attributes
    ----------
    recorded_rows, rows
        How many rows it had and has; None where there is no such table.
    columns
        The columns whose values differ, are new or are missing.
    differing_rows
        About how many rows are not as recorded.
    at_least
        Whether ``differing_rows`` is only a lower bound, for every bucket differs.
    """

    recorded_rows: int | None
    rows: int | None
    columns: tuple[str, ...]
    differing_rows: int
    at_least: bool


def fingerprint_of_file(path: Path) -> Fingerprint:
    """Return the fingerprint of a stored event table."""
    from pyarrow import parquet

    return fingerprint(parquet.read_table(path))


def fingerprint(table: pa.Table) -> Fingerprint:
    """Return the fingerprint of an event table."""
    cells = {name: _cells(table.column(name), name) for name in sorted(table.column_names)}
    rows = np.zeros(table.num_rows, dtype=np.uint64)
    for words in cells.values():
        rows += words
    rows = _mixed(rows)
    sums = np.zeros(BUCKETS, dtype=np.uint64)
    np.add.at(sums, (rows >> np.uint64(58)).astype(np.int64), rows)
    return Fingerprint(
        table.num_rows,
        {name: f"{int(words.sum(dtype=np.uint64)):016x}" for name, words in cells.items()},
        "".join(f"{int(each) & 0xFFFF:04x}" for each in sums),
    )


def difference(recorded: Fingerprint | None, now: Fingerprint | None) -> TableDifference | None:
    """Return how a table differs from the recorded one; None where it does not."""
    if recorded == now:
        return None
    before, after = recorded.columns if recorded else {}, now.columns if now else {}
    columns = tuple(sorted(name for name in {**before, **after} if before.get(name) != after.get(name)))
    old_rows, new_rows = recorded.rows if recorded else 0, now.rows if now else 0
    counted, at_least = max(old_rows, new_rows), False
    if recorded and now and set(before) == set(after):
        counted, at_least = _differing_rows(recorded, now)
    return TableDifference(
        recorded.rows if recorded else None, now.rows if now else None, columns, counted, at_least
    )  # fmt: skip


def _differing_rows(recorded: Fingerprint, now: Fingerprint) -> tuple[int, bool]:
    """Return about how many rows are not as recorded, and whether there may be many more."""
    places = range(0, 4 * BUCKETS, 4)
    spared = sum(recorded.buckets[at : at + 4] == now.buckets[at : at + 4] for at in places)
    more = abs(recorded.rows - now.rows)
    one_sided = -BUCKETS * math.log(max(spared, 1) / BUCKETS)
    counted = more + max(0, round((one_sided - more) / 2))
    return min(max(counted, 1), max(recorded.rows, now.rows)), spared == 0


def _mixed(words: Words) -> Words:
    """Return words after the finaliser of SplitMix64."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def _word_of(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _cells(column: pa.ChunkedArray, name: str) -> Words:
    """Return the hash of each cell of a column, which its name has a part in."""
    import pyarrow as pa

    chunks = [_hashes(chunk) for chunk in column.chunks]
    words = np.concatenate(chunks) if chunks else np.zeros(0, dtype=np.uint64)
    return _mixed(words ^ np.uint64(_word_of(f"{name}:{_kind(column.type, pa)}")))


def _kind(kind: Any, pa: Any) -> str:
    """Return what a type holds: how a text is packed does not matter."""
    return _kind(kind.value_type, pa) if pa.types.is_dictionary(kind) else str(kind)


def _hashes(array: Any) -> Words:
    """Return the hash of each value of an Arrow array."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_list(array.type):
        return _list_hashes(array)
    if pa.types.is_string(array.type) or pa.types.is_dictionary(array.type):
        coded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
        texts = coded.dictionary.to_pylist()
        words = np.array([_word_of(text) for text in texts] + [int(_NOTHING)], dtype=np.uint64)
        hashes: Words = words[pc.fill_null(coded.indices, len(texts)).to_numpy(zero_copy_only=False)]
        return hashes
    valid = np.asarray(pc.is_valid(array))
    values = pc.fill_null(array, False if pa.types.is_boolean(array.type) else 0).to_numpy(zero_copy_only=False)
    if values.dtype.kind == "f":
        bits = values.astype(np.float64).view(np.uint64)
    else:
        bits = values.astype(np.int64).view(np.uint64)
    return np.where(valid, _mixed(bits + np.uint64(1)), _NOTHING)


def _list_hashes(array: Any) -> Words:
    """Return the hash of each list: of its values with their places, and of its length."""
    import pyarrow.compute as pc

    lengths = pc.fill_null(pc.list_value_length(array), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    values = _hashes(array.flatten())
    first = np.cumsum(lengths) - lengths
    places = (np.arange(len(values)) - np.repeat(first, lengths)).astype(np.uint64)
    sums = np.concatenate([[np.uint64(0)], np.cumsum(_mixed(values + _mixed(places + np.uint64(7))), dtype=np.uint64)])
    totals = sums[first + lengths] - sums[first]
    return np.where(
        np.asarray(pc.is_valid(array)), _mixed(totals + lengths.astype(np.uint64)), _NOTHING
    )  # fmt: skip
