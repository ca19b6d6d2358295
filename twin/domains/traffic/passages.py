"""What passed each link by part of the day, over all replications of a brain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.section import StoredRun
from twin.core.clock import DAY_S, HOUR_S
from twin.domains.traffic.records import INTERVAL_S

QUARTERS: Final = round(DAY_S / INTERVAL_S)
HOURS_OF_DAY: Final = round(DAY_S / HOUR_S)
LOCAL: Final = ("residential", "living_street", "service", "unclassified")
"""Classes of streets that are not main streets."""
_COLUMNS: Final = ["ends_s", "link", "left", "time_s", "on_link"]


@dataclass(frozen=True, eq=False)
class Passages:
    """Sums for k links by part of the day, shapes (parts, k).

    Attributes
    ----------
    vehicles
        How many came to the end of each link.
    vehicle_s
        Seconds that these spent on it.
    standing
        Intervals through which vehicles stood on it and none came to its end.
    """

    vehicles: NDArray[np.float64]
    vehicle_s: NDArray[np.float64]
    standing: NDArray[np.float64]

    def of(self, chosen: NDArray[np.integer]) -> Passages:
        """Return those of some of the links."""
        return Passages(self.vehicles[:, chosen], self.vehicle_s[:, chosen], self.standing[:, chosen])

    def speed_share(self, free_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return speeds relative to free flow, NaN where nobody came to the end, shape (parts, k)."""
        moved = self.vehicle_s > 0
        return np.where(moved, self.vehicles * free_s / np.where(moved, self.vehicle_s, 1.0), np.nan)


def passages(run: StoredRun, brain: str, parts: int, chosen: NDArray[np.integer], links: int) -> Passages:
    """Return what passed some links in equal parts of the day (at most 96), of all counted intervals.

    Parameters
    ----------
    chosen
        Numbers of the links that are told of.
    links
        How many there are in all.
    """
    place = np.full(links, -1, np.int64)
    place[chosen] = np.arange(len(chosen))
    total = np.zeros((3, parts, len(chosen)))
    for replication in range(run.replications):
        rows = run.events("traffic.links", brain, replication, _COLUMNS)
        where = place[rows["link"].to_numpy()]
        kept = np.flatnonzero(where >= 0)
        where, ends_s = where[kept], rows["ends_s"].to_numpy()[kept]
        times = np.arange(ends_s.min(initial=INTERVAL_S), run.clock.duration_s + 1, INTERVAL_S).astype(np.int64)
        part, counted = part_of_day(run, times, parts), times > 0
        interval = np.minimum((ends_s - times[0]) // INTERVAL_S, len(times))  # the last: after the end, not counted
        left = rows["left"].to_numpy()[kept] * np.append(counted, False)[interval]
        code = np.append(part, 0)[interval] * len(chosen) + where
        for sums, weight in zip(total, (left, left * rows["time_s"].to_numpy()[kept]), strict=False):
            sums += np.bincount(code, weight, sums.size).reshape(sums.shape)
        stood = _standing(interval, where, rows["on_link"].to_numpy()[kept] > 0, len(times), len(chosen))
        np.add.at(total[2], part[counted], stood[counted])
    return Passages(*total)


def _standing(
    interval: NDArray[np.integer], link: NDArray[np.int64], holds: NDArray[np.bool_], intervals: int, links: int
) -> NDArray[np.bool_]:
    """Say through which intervals vehicles stood on a link and none left it, shape (intervals, links).

    Only links that somebody left are recorded; so whoever was on a link at the end of its last interval is there still.
    """
    moved, held = np.zeros((2, intervals + 1, links), np.bool_)
    moved[interval, link] = True
    held[interval, link] = holds
    stands = np.zeros((intervals, links), np.bool_)
    holding = np.zeros(links, np.bool_)
    for number in range(intervals):
        stands[number] = holding & ~moved[number]
        holding = np.where(moved[number], held[number], holding)
    return stands


def part_of_day(run: StoredRun, ends_s: NDArray[np.integer], parts: int) -> NDArray[np.int64]:
    """Return in which of so many equal parts of the local day the intervals that end at these seconds began."""
    second = (ends_s - INTERVAL_S + run.clock.second_of_day(0.0)) % DAY_S
    return (second * parts // DAY_S).astype(np.int64)


def hours_lived(run: StoredRun) -> list[int]:
    """Return the local hours that the counted time covers, in their order, each once."""
    starts = np.arange(INTERVAL_S, run.clock.duration_s + 1, INTERVAL_S)
    hours = part_of_day(run, starts.astype(np.int64), HOURS_OF_DAY)
    return [int(hour) for hour in pd.unique(hours)]


def hours_shown(run: StoredRun) -> tuple[int, int]:
    """Return the hours of the day from which until which diagrams tell of a run: all where it goes past midnight."""
    lived = hours_lived(run)
    first, last = min(lived), max(lived) + 1
    return (first, last) if len(lived) == last - first else (0, HOURS_OF_DAY)


@dataclass(frozen=True, eq=False)
class MainStreets:
    """The links of main streets, and what passed them in each hour of the day under some brains.

    Attributes
    ----------
    links
        Their rows of ``traffic.link_list``.
    number
        Their numbers, shape (k,).
    count
        How many links there are in all.
    passed
        For each brain; parts are local hours.
    """

    links: pd.DataFrame
    number: NDArray[np.int64]
    count: int
    passed: list[Passages]

    @classmethod
    def of(cls, run: StoredRun, links: pd.DataFrame, brains: Sequence[str]) -> MainStreets:
        """Add up what passed the main streets."""
        number = np.flatnonzero(~links["road_class"].isin(LOCAL).to_numpy())
        passed = [passages(run, brain, HOURS_OF_DAY, number, len(links)) for brain in brains]
        return cls(links.iloc[number], number, len(links), passed)

    @property
    def empty(self) -> bool:
        """Whether nobody drove on any."""
        return not any(own.vehicles.any() for own in self.passed)

    @cached_property
    def name(self) -> NDArray[np.object_]:
        """Names of the links' streets, empty where they have none, shape (k,)."""
        return self.links["name"].astype(str).to_numpy(dtype=object)

    @cached_property
    def length_m(self) -> NDArray[np.float64]:
        """Shape (k,)."""
        return self.links["length_m"].to_numpy(np.float64)

    @cached_property
    def free_s(self) -> NDArray[np.float64]:
        """Seconds at free flow, shape (k,)."""
        return self.links["free_s"].to_numpy(np.float64)
