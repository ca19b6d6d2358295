"""A fingerprint tells tables with other rows apart, and does not see their order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from twin.core.fingerprint import ROWS_AT_ONCE, fingerprint
from twin.core.recorder import Recorder

SCHEMA = pa.schema(
    {
        "time_s": pa.float64(),
        "call": pa.int64(),
        "short": pa.int8(),
        "speed": pa.float32(),
        "known": pa.bool_(),
        "day": pa.timestamp("us"),
        "word": pa.dictionary(pa.int32(), pa.string()),
        "answer": pa.string(),
        "edges": pa.list_(pa.int32()),
        "at_s": pa.list_(pa.float64()),
    }
)
FLOATS = st.floats(allow_nan=True, width=64)
ROW = st.tuples(
    st.none() | FLOATS, st.none() | st.integers(-(2**62), 2**62), st.none() | st.integers(-128, 127),
    st.none() | st.floats(width=32, allow_nan=False), st.none() | st.booleans(), st.none() | st.integers(0, 2**50),
    st.none() | st.sampled_from(["a", "", "救护车"]), st.none() | st.text(max_size=5),
    st.none() | st.lists(st.none() | st.integers(-5, 5), max_size=4), st.none() | st.lists(FLOATS, max_size=3),
)  # fmt: skip
ROWS = st.lists(ROW, max_size=12)
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def table_of(rows: list[tuple[object, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(SCHEMA)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, SCHEMA.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def mark_of(table: pa.Table) -> tuple[int, int]:
    mark = fingerprint(table)
    return mark.rows, mark.total


@QUIET
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, random):
    other = list(rows)
    random.shuffle(other)
    assert mark_of(table_of(other)) == mark_of(table_of(rows))


@QUIET
@given(ROWS, st.integers(0, 12))
def test_it_does_not_matter_in_which_pieces_a_table_comes(rows, cut):
    whole = table_of(rows)
    pieces = fingerprint(whole.slice(0, cut))
    pieces.add(whole.slice(cut))
    assert (pieces.rows, pieces.total) == mark_of(whole)
    assert mark_of(pa.concat_tables([whole.slice(0, cut), whole.slice(cut)])) == mark_of(whole)


@QUIET
@given(ROWS.filter(bool), st.data())
def test_another_value_anywhere_is_seen(rows, data):
    place = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.integers(0, len(SCHEMA) - 1))
    another = data.draw(ROW.filter(lambda row: repr(row[column]) != repr(rows[place][column])))
    other = [list(row) for row in rows]
    other[place][column] = another[column]
    before, after = table_of(rows), table_of([tuple(row) for row in other])
    assume(not before.column(column).equals(after.column(column)))  # two ways to write one value, as 0 and -0
    assert mark_of(after) != mark_of(before)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([[1, 2]], [[2, 1]]),
        ([[1], [2]], [[1, 2], []]),
        ([[0]], [[]]),
        ([[0, 0]], [[0]]),
        ([None], [[]]),
        ([[None]], [[0]]),
    ],
)
def test_lists_differ_by_order_length_and_border(one, other):
    schema = pa.schema({"edges": pa.list_(pa.int32())})
    marks = [mark_of(pa.Table.from_arrays([pa.array(rows, schema.types[0])], schema=schema)) for rows in (one, other)]
    assert marks[0] != marks[1]


def test_a_row_twice_is_not_a_row_once_nor_none():
    row = (1.0, 2, 3, 4.0, True, 5, "a", "b", [1], [2.0])
    marks = {mark_of(table_of([row] * count))[1] for count in range(4)}
    assert len(marks) == 4


def test_the_same_values_in_other_columns_differ():
    schema = pa.schema({"here": pa.int32(), "there": pa.int32()})
    one, other = (pa.table({"here": [a], "there": [b]}, schema=schema) for a, b in ((1, 2), (2, 1)))
    assert mark_of(one) != mark_of(other)


def test_one_bit_of_one_of_many_rows_is_seen():
    count = ROWS_AT_ONCE + 7
    values = np.arange(count, dtype=np.float64)
    changed = values.copy()
    changed[-3] = np.nextafter(changed[-3], np.inf)
    marks = [mark_of(pa.table({"time_s": column})) for column in (values, changed, values[::-1])]
    assert marks[0] != marks[1]
    assert marks[0] == marks[2]


def test_what_is_stored_has_the_fingerprint_that_was_told(tmp_path: Path):
    recorder = Recorder(tmp_path)
    table = recorder.table("calls", dict(zip(SCHEMA.names, SCHEMA.types, strict=True)))
    table.add(1.0, 2, None, 4.0, True, 5, "a", "bé", [1, 2], [2.0])
    table.add_columns([1.5], [2], [3], [4.0], [None], [5], [None], ["b"], [None], [[]])
    recorder.close()
    mark = fingerprint(pq.read_table(tmp_path / "calls.parquet"))
    assert recorder.fingerprints() == {"calls": {"rows": 2, "fingerprint": mark.text}}
