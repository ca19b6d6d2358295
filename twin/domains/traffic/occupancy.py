"""How full lots are under a brain, from recorded events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.section import StoredRun
from twin.domains.traffic.parameters import LOT_KINDS
from twin.domains.traffic.passages import HOURS_OF_DAY, QUARTERS, part_of_day
from twin.domains.traffic.records import INTERVAL_S


@dataclass(frozen=True, eq=False)
class Occupancy:
    """How full lots are under a brain.

    Attributes
    ----------
    by_kind
        Share of the spaces that are taken, by replication, quarter of an hour of the day and kind of lot; NaN where
        none was counted or there is no such lot.
    by_lot
        Share of each lot's spaces that are taken, by local hour, mean over the replications, shape (24, lots).
    """

    by_kind: NDArray[np.float64]
    by_lot: NDArray[np.float64]


def occupancy(run: StoredRun, brain: str, lots: pd.DataFrame) -> Occupancy:
    """Return how full lots are, from what was recorded at the end of each counted interval."""
    kind = kinds_of(lots)
    spaces = lots["spaces"].to_numpy(np.float64)
    of_kind = np.bincount(kind, spaces, len(LOT_KINDS))
    ends_s = np.arange(INTERVAL_S, run.clock.duration_s + 1, INTERVAL_S).astype(np.int64)
    quarters, hours = (part_of_day(run, ends_s, parts) for parts in (QUARTERS, HOURS_OF_DAY))
    looks, looks_h = np.bincount(quarters, minlength=QUARTERS), np.bincount(hours, minlength=HOURS_OF_DAY)
    by_kind = np.full((run.replications, QUARTERS, len(LOT_KINDS)), np.nan)
    by_lot = np.zeros((HOURS_OF_DAY, len(lots)))
    for replication in range(run.replications):
        rows = run.events("traffic.lots", brain, replication, ["ends_s", "lot", "taken"])
        ends = rows["ends_s"].to_numpy()
        kept = (ends > 0) & (ends <= run.clock.duration_s)
        lot, taken = rows["lot"].to_numpy()[kept], rows["taken"].to_numpy(np.float64)[kept]
        part = part_of_day(run, ends[kept], QUARTERS)
        sums = np.bincount(part * len(LOT_KINDS) + kind[lot], taken, by_kind[0].size).reshape(by_kind[0].shape)
        whole = looks[:, None] * of_kind
        by_kind[replication] = np.where(whole > 0, sums / np.where(whole > 0, whole, 1.0), np.nan)
        code = part_of_day(run, ends[kept], HOURS_OF_DAY) * len(lots) + lot
        by_lot += np.bincount(code, taken, by_lot.size).reshape(by_lot.shape)
    seen = looks_h[:, None] * run.replications * np.maximum(spaces, 1)
    return Occupancy(by_kind, by_lot / np.maximum(seen, 1))


def kinds_of(lots: pd.DataFrame) -> NDArray[np.int64]:
    """Return the kind of each lot, positions in `LOT_KINDS`."""
    place = {name: code for code, name in enumerate(LOT_KINDS)}
    kinds = lots["kind"].astype(str).map(place)
    return np.asarray(kinds, np.int64)
