"""A baseline's fingerprints tell which columns of a table differ, and in about how many rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from twin.experiment.baselines.fingerprints import Fingerprint, difference, fingerprint


def some_table(rows: int = 3000) -> pa.Table:
    chance = np.random.default_rng(1)
    return pa.table(
        {
            "time_s": chance.normal(size=rows),
            "call": pa.array([None if n % 7 == 0 else n for n in range(rows)], pa.int32()),
            "name": pa.array([("a", "b", None)[n % 3] for n in range(rows)]).dictionary_encode(),
            "seen": pa.array([list(range(n % 4)) for n in range(rows)], pa.list_(pa.float32())),
        }
    )


def with_changed(table: pa.Table, column: str, rows: int) -> pa.Table:
    values = table.column(column).to_numpy().copy()
    values[:rows] += 1.0
    return table.set_column(table.column_names.index(column), column, pa.array(values))


def test_the_order_of_rows_and_columns_and_how_words_are_packed_change_no_fingerprint() -> None:
    table = some_table()
    order = np.random.default_rng(2).permutation(table.num_rows)
    shuffled = table.take(order).select(["seen", "name", "call", "time_s"])
    plain = shuffled.set_column(1, "name", shuffled.column("name").cast(pa.string()))
    assert fingerprint(plain) == fingerprint(table)
    assert difference(fingerprint(table), fingerprint(plain)) is None


@pytest.mark.parametrize("rows", [1, 5, 20, 60])
def test_the_rows_that_differ_are_counted_and_the_column_is_named(rows: int) -> None:
    found = difference(fingerprint(some_table()), fingerprint(with_changed(some_table(), "time_s", rows)))
    assert found is not None
    assert found.columns == ("time_s",)
    assert rows / 1.6 <= found.differing_rows <= 1.6 * rows + 1
    assert not found.at_least


def test_where_nearly_all_rows_differ_only_a_lower_bound_is_told() -> None:
    found = difference(fingerprint(some_table()), fingerprint(with_changed(some_table(), "time_s", 3000)))
    assert found is not None
    assert found.at_least
    assert 50 <= found.differing_rows <= 3000


def test_rows_that_are_missing_are_counted() -> None:
    found = difference(fingerprint(some_table()), fingerprint(some_table().slice(12)))
    assert found is not None
    assert (found.recorded_rows, found.rows) == (3000, 2988)
    assert 12 <= found.differing_rows <= 16


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pa.array([[1, 2], [3]]), pa.array([[2, 1], [3]])),
        (pa.array([[1], [2, 3]]), pa.array([[1, 2], [3]])),
        (pa.array([None, 1.0]), pa.array([0.0, 1.0])),
        (pa.array(["", "x"]), pa.array([None, "x"])),
        (pa.array([[], [1]]), pa.array([None, [1]])),
    ],
)
def test_what_looks_alike_is_told_apart(one: pa.Array, other: pa.Array) -> None:
    table, like = (pa.table({"v": each}) for each in (one, other))
    assert fingerprint(table) != fingerprint(like)


def test_values_that_change_places_between_columns_are_a_difference() -> None:
    table = pa.table({"a": [1, 2], "b": [2, 1]})
    swapped = pa.table({"a": [1, 2], "b": [1, 2]})
    found = difference(fingerprint(table), fingerprint(swapped))
    assert found is not None
    assert found.columns == (), "each column holds the same values; the rows do not"
    assert found.differing_rows >= 1


def test_a_table_that_is_new_or_gone_is_a_difference() -> None:
    print_of = fingerprint(some_table(5))
    for pair in ((None, print_of), (print_of, None)):
        found = difference(*pair)
        assert found is not None
        assert (found.recorded_rows, found.rows) in ((None, 5), (5, None))
    assert difference(Fingerprint(0, {}, ""), Fingerprint(0, {}, "")) is None
