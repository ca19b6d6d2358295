"""Days of warning held against days that would have been bad: hits, misses, false alarms, lead.

A day is judged by what it would have been without measures, which the twin knows: a day that measures have kept good is
no false alarm. A warning that begins early is none either: published studies find measures best begun 36 to 48 h before
the rise, so up to two warned days that lead without a break to a bad day count as lead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.atmosphere.quality_index import standard_on, sub_index
from twin.core.clock import DAY_S, HOUR_S, Clock

DAY_H: Final = 24
LEAD_DAYS: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """The whole days of the counted time; shapes (d,).

    Attributes
    ----------
    begins_s
        When each begins.
    lived, without
        Mean of PM2.5 over the stations, and without measures.
    bad
        Whether the index without measures is above what is to be warned of.
    level
        Warning in force.
    decided_s
        When that warning was decided; NaN where there is none.
    """

    begins_s: NDArray[np.float64]
    lived: NDArray[np.float64]
    without: NDArray[np.float64]
    bad: NDArray[np.bool_]
    level: NDArray[np.int8]
    decided_s: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.begins_s)


@dataclass(frozen=True, slots=True)
class Judged:
    """How warnings fared; leads of the bad spells whose first day was warned of, hours."""

    hits: int
    misses: int
    false_alarms: int
    leads_h: tuple[float, ...]


def days_of(events: Mapping[str, pd.DataFrame], clock: Clock) -> Days:
    """Return the whole days of the counted time."""
    hours = events["air.hours"]
    begins_s = hours["begins_s"].to_numpy(np.float64)
    from_midnight_s = begins_s + clock.second_of_day(0.0)
    day = np.floor(from_midnight_s / DAY_S).astype(np.int64)
    inside = (begins_s >= 0) & (begins_s + HOUR_S <= clock.duration_s)
    limit = float(events["air.judged_by"]["event_index"].iloc[0])
    rows = []
    warnings = events["air.warnings"]
    for one in np.unique(day[inside]).tolist():
        own = inside & (day == one)
        if own.sum() < DAY_H:
            continue
        midnight_s = one * DAY_S - clock.second_of_day(0.0)
        without = float(hours["pm25_without"].to_numpy()[own].mean())
        index = float(sub_index("pm25", without, standard_on(clock.at(midnight_s).date())))
        decided = warnings["decided_s"].to_numpy()[np.isclose(warnings["begins_s"].to_numpy(), midnight_s)]
        level = int(hours["level"].to_numpy()[own].max())
        decided_s = float(decided[-1]) if level and len(decided) else np.nan
        rows.append((midnight_s, hours["pm25"].to_numpy()[own].mean(), without, index > limit, level, decided_s))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 6
    kinds = (np.float64, np.float64, np.float64, np.bool_, np.int8, np.float64)
    return Days(*(np.array(column, kind) for column, kind in zip(columns, kinds, strict=True)))


def judged(days: Days) -> Judged:
    """Count how warnings fared."""
    warned = days.level > 0
    leads: list[float] = []
    for place in np.flatnonzero(days.bad & warned).tolist():
        if place and days.bad[place - 1]:
            continue  # the spell goes on
        first = place
        while first and warned[first - 1]:
            first -= 1
        leads.append((float(days.begins_s[place]) - float(days.decided_s[first])) / HOUR_S)
    false = ~days.bad & warned & ~leads_on(days.bad, warned)
    return Judged(int((days.bad & warned).sum()), int((days.bad & ~warned).sum()), int(false.sum()), tuple(leads))


def leads_on(bad: NDArray[np.bool_], warned: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say which days lie, under a warning without a break, at most `LEAD_DAYS` before a bad day; shape (d,)."""
    found = np.zeros(len(bad), np.bool_)
    reached = bad & warned
    for _ in range(LEAD_DAYS):
        reached = np.append(reached[1:], False)[: len(bad)] & warned & ~bad
        found |= reached
    return found
