"""Fingerprints of event tables that no order of rows or columns changes, and that can tell how much differs.

`twin.core.fingerprint` tells whether a table differs, and costs a run next to nothing. This tells what differs, of
tables that are stored: sums by column say which columns, and sums of the rows' hashes in 64 buckets how many rows. Of
d rows that are in one table only, a bucket is spared by all with the chance (1 - 1/64)^d (linear counting).

References
----------
Whang, Vander-Zanden and Taylor (1990), A linear-time probabilistic counting algorithm for database applications, ACM
Transactions on Database Systems 15(2).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from twin.core.fingerprint import Hashes, cell_hashes, row_hashes

if TYPE_CHECKING:
    import pyarrow as pa

BUCKETS: Final = 64


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
    rows = row_hashes(list(cells.values()), table.num_rows)
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


def _cells(column: pa.ChunkedArray, name: str) -> Hashes:
    """Return the hash of each cell of a column, in which the column's name has a part."""
    chunks = [cell_hashes(chunk, name) for chunk in column.chunks]
    return np.concatenate(chunks) if chunks else np.zeros(0, dtype=np.uint64)
