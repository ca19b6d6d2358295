"""Events are read back as they were written, whatever their number."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from twin.core import recorder as module
from twin.core.recorder import Recorder
from twin.domains.emergency.records import CALLS

ROW = dict.fromkeys(CALLS) | {"call": 7, "cause": "call", "kind": "patient", "ring_s": 1.5, "one_tap": True}


@pytest.mark.parametrize("rows", [0, 1, 5000])
def test_a_long_table_read_a_column_at_a_time_is_the_same(rows: int, tmp_path: Path, monkeypatch) -> None:
    events = Recorder(tmp_path)
    calls = events.table("emergency.calls", CALLS)
    for number in range(rows):
        calls.add(*(ROW | {"call": number, "condition": "stemi" if number % 3 else None}).values())
    events.close()
    whole = events.stored()["emergency.calls"]
    monkeypatch.setattr(module, "ROWS_READ_AT_ONCE", -1)
    by_column = events.stored()["emergency.calls"]
    pd.testing.assert_frame_equal(whole, by_column)
    assert len(whole) == rows
    assert list(whole.columns) == list(CALLS)
    assert list(events.stored()) == ["emergency.calls"]


@pytest.mark.parametrize("bytes_unpacked", [0, 10_000, 2**25])
def test_a_large_table_packed_in_memory_is_the_same(bytes_unpacked: int, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(module, "BYTES_UNPACKED", bytes_unpacked)
    tables = []
    for events in (Recorder(tmp_path), Recorder(packed=True)):
        calls = events.table("emergency.calls", CALLS)
        for number in range(9000):
            calls.add(*(ROW | {"call": number, "condition": "stemi" if number % 3 else None}).values())
        events.close()
        tables.append(events.stored()["emergency.calls"])
    pd.testing.assert_frame_equal(*tables)
    assert len(tables[0]) == 9000
