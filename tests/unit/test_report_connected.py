"""What the report says each connected space brings, worked out by hand."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pandas as pd
import pytest

from twin.core.clock import Clock
from twin.core.language import Language
from twin.domains.traffic.report_connected import connected, totals_of
from twin.domains.traffic.sample import AGENTS

SEARCHES = {
    ("old", 0): (20.0, 4.0, 720.0), ("old", 1): (30.0, 5.0, 720.0), ("new", 0): (5.0, 1.0, 72.0),
    ("new", 1): (5.0, 3.0, 144.0),
}  # fmt: skip


class Run:
    """Two brains on two days of twelve hours: searches of these minutes, kilometres and walks, one driver each."""

    clock = Clock(datetime(2021, 3, 15, 6), 0.0, 43_200.0)
    replications = 2
    brains = ("old", "new")

    def __init__(self, spaces: dict[str, tuple[int, int]], vehicles_per_agent: int = 1) -> None:
        self.spaces, self.each = spaces, vehicles_per_agent

    def events(self, table: str, brain: str, replication: int, columns: Any = None) -> pd.DataFrame:
        if table == AGENTS:
            return pd.DataFrame({"vehicles_per_agent": [self.each]})
        if table == "traffic.lot_list":
            return pd.DataFrame({"spaces": self.spaces[brain], "connected": [True, False]})
        minutes, km, walk_m = SEARCHES[brain, replication]
        return pd.DataFrame(
            {"looked": [2, 0, 2], "arrived_s": [600.0, 700.0, -5.0], "parked_s": [600 + 60 * minutes + 4, 700.0, 9e4],
             "barrier_s": [4.0, 0.0, 0.0], "search_m": [1000 * km, 0.0, 7.0], "walk_m": [walk_m, None, 9.0]}
        )  # fmt: skip


def text_of(run: Any) -> str | None:
    found = connected(run, ["old", "new"], ["Old", "New"], Language("en"))
    return None if found is None else re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", str(found)))


def test_totals_are_of_a_whole_day() -> None:
    """Twenty minutes in half a day are forty in a day; who began before the counted time is left out."""
    totals = totals_of(Run({"old": (0, 10), "new": (100, 10)}), "old", 0)
    assert (totals.search_min, totals.walk_min, totals.search_km) == pytest.approx((40.0, 20.0, 8.0))


def test_a_driver_who_stands_for_four_searches_for_four() -> None:
    totals = totals_of(Run({"old": (0, 40), "new": (400, 40)}, vehicles_per_agent=4), "old", 0)
    assert (totals.search_min, totals.walk_min, totals.search_km) == pytest.approx((160.0, 80.0, 32.0))


def test_minutes_and_kilometres_are_those_saved_for_each_space_that_is_more() -> None:
    """Searching: 30 and 50 min a day less, 40 on the mean, for 100 spaces; on foot 18 and 16; 6 and 4 km."""
    text = text_of(Run({"old": (50, 10), "new": (150, 10)}))
    assert text is not None
    assert re.search(r"New 100 0\.400 \(.*\) 0\.170 \(.*\) 0\.050 \(.*\)", text), text


def test_nothing_is_said_where_no_brain_has_more_spaces() -> None:
    assert text_of(Run({"old": (50, 10), "new": (50, 10)})) is None
