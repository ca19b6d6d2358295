"""What streets and lots were like from quarter to quarter of an hour, as the page reads it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.report.playback.blocks import Columns, Running

INTERVAL_S: Final = 900
LEVELS: Final = (0.75, 0.5, 0.35, 0.2)
"""A street is of the first level at this share of its free speed or more, of the second at the next, and so on."""
SLOWEST_CLASS: Final = "tertiary_link"
"""Streets of lower classes are not shown by speed."""


def interval_count(ends_s: float) -> int:
    """Return how many quarters of an hour begin before this second."""
    return max(1, int(np.ceil(ends_s / INTERVAL_S)))


def speed_columns(
    passed: pd.DataFrame, free_s: NDArray[np.float64], shown: NDArray[np.bool_], ends_s: float
) -> Columns:
    """Return the level of each shown link in each interval, link by link: 1 free .. 5 standing, 0 where nobody drove.

    Where nobody left a link in an interval although somebody was on it, he stood.

    Parameters
    ----------
    passed
        ``traffic.links``.
    free_s
        Seconds that each link takes freely, shape (m,).
    shown
        Which links are shown, shape (m,).
    """
    count = interval_count(ends_s)
    row = np.cumsum(shown) - 1
    interval = passed["ends_s"].to_numpy() // INTERVAL_S - 1
    link = passed["link"].to_numpy()
    kept = (interval >= 0) & (interval < count) & shown[link]
    share = free_s[link] / np.maximum(passed["time_s"].to_numpy(np.float64), 1e-3)
    level = 1 + np.searchsorted(-np.array(LEVELS), -share)
    table = np.zeros((int(shown.sum()), count), np.uint8)
    table[row[link[kept]], interval[kept]] = level[kept]
    stands = _still_there(row[link[kept]], interval[kept], passed["on_link"].to_numpy()[kept], table.shape)
    table[(table == 0) & stands] = len(LEVELS) + 1
    return {"speedLink": Running(np.flatnonzero(shown)), "speedLevel": table.ravel()}


def _still_there(
    row: NDArray[np.int64], interval: NDArray[np.int64], on_link: NDArray[np.int32], shape: tuple[int, int]
) -> NDArray[np.bool_]:
    """Say where somebody is on a link who was there at the end of the last interval in which anybody left it."""
    told = np.full(shape, -1, np.int64)
    told[row, interval] = on_link
    last = np.maximum.accumulate(np.where(told >= 0, np.arange(shape[1]), 0), axis=1)
    stands: NDArray[np.bool_] = np.take_along_axis(told, last, axis=1) > 0
    return stands


def occupancy_columns(taken: pd.DataFrame, lots: int, ends_s: float) -> Columns:
    """Return how many spaces of each lot are taken at the end of each interval, lot by lot, from ``traffic.lots``."""
    count = interval_count(ends_s)
    interval = taken["ends_s"].to_numpy() // INTERVAL_S - 1
    kept = (interval >= 0) & (interval < count)
    table = np.zeros((lots, count), np.int64)
    table[taken["lot"].to_numpy()[kept], interval[kept]] = taken["taken"].to_numpy()[kept]
    return {"lotTaken": Running(table.ravel())}


def curves(roads: pd.DataFrame, lots: pd.DataFrame, spaces: int, ends_s: float) -> dict[str, list[float]]:
    """Return what the small curves below the map show, a number an interval."""
    count = interval_count(ends_s)
    roads = roads[(roads["ends_s"] > 0) & (roads["ends_s"] <= count * INTERVAL_S)].sort_values("ends_s")
    taken = lots.groupby("ends_s")["taken"].sum().reindex(roads["ends_s"], fill_value=0)
    speed_kmh = roads["vehicle_km"] / roads["vehicle_h"].where(roads["vehicle_h"] > 0)
    return {
        "driving": roads["driving"].tolist(),
        "speed": [round(value, 1) for value in speed_kmh.fillna(0.0).tolist()],
        "taken": [round(100 * value / spaces, 1) if spaces else 0.0 for value in taken.tolist()],
    }


def ambulances_out(states: pd.DataFrame, ends_s: float) -> list[int]:
    """Return how many ambulances are with a call at the end of each interval, from ``emergency.vehicles``."""
    resting = {"at_station", "returning", "out_of_service", "changing_crew"}
    states = states.sort_values(["vehicle", "time_s"], kind="stable")
    busy = ~states["status"].astype(str).isin(resting)
    before = busy.groupby(states["vehicle"]).shift(fill_value=False)
    change = busy.astype(int) - before.astype(int)
    edges_s = INTERVAL_S * np.arange(1, interval_count(ends_s) + 1)
    at_s = states["time_s"].to_numpy()
    order = np.argsort(at_s, kind="stable")
    so_far: NDArray[Any] = np.concatenate([[0], np.cumsum(change.to_numpy()[order])])
    return [int(value) for value in so_far[np.searchsorted(at_s[order], edges_s, side="right")]]
