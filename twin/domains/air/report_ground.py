"""What several sections of the report read of a run: hours, stations, fields by hour, and where they lie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.maps import Frame, frame_around
from twin.charts.marks import MOST_SERIES
from twin.core.clock import DAY_S, HOUR_S
from twin.domains.air.kpis import counted

if TYPE_CHECKING:
    from twin.charts.section import StoredRun

Floats = NDArray[np.float64]

MOST_HOURS: Final = 168
"""A film shows no more hours than these: of a longer run those about the worst."""
_DAY_H: Final = 24
_ONE_CELL_M: Final = 4000.0
"""Side of a cell where there is only one."""


@dataclass(frozen=True, eq=False)
class Ground:
    """The first replication of some brains.

    Attributes
    ----------
    brains, titles
        Names, and what they are called.
    """

    run: StoredRun
    brains: list[str]
    titles: list[str]

    @classmethod
    def of(cls, run: StoredRun) -> Ground:
        """Return the ground of a run: as many brains as charts can tell apart."""
        brains = list(run.brains[:MOST_SERIES])
        return cls(run, brains, [run.titles[brain] for brain in brains])

    @cached_property
    def hours(self) -> list[pd.DataFrame]:
        """The counted rows of ``air.hours`` of each brain."""
        return [counted(self.run.events("air.hours", brain, 0), "begins_s", self.run.clock) for brain in self.brains]

    @property
    def empty(self) -> bool:
        """Whether no hour was counted."""
        return not any(len(hours) for hours in self.hours)

    @cached_property
    def begins_s(self) -> Floats:
        """When each counted hour begins, shape (h,); the same for all brains."""
        return self.hours[0]["begins_s"].to_numpy(np.float64)

    @cached_property
    def days(self) -> Floats:
        """The middle of each counted hour, in days since the first midnight, shape (h,)."""
        return (self.begins_s + HOUR_S / 2 + self.run.clock.second_of_day(0.0)) / DAY_S

    def hour_titles(self, chosen: slice) -> list[str]:
        """Return what some hours are called: by the clock, with the date where there is more than a day."""
        many = len(self.begins_s) > _DAY_H
        form = "%m-%d %H:%M" if many else "%H:%M"
        return [format(self.run.clock.at(float(at)), form) for at in self.begins_s[chosen]]

    @cached_property
    def stations(self) -> pd.DataFrame:
        """The stations, a row each."""
        return self.run.events("air.stations", self.brains[0], 0)

    def at_stations(self, column: str = "pm25") -> list[Floats]:
        """Return a column of ``air.station_hours`` for each brain, shape (h, stations)."""
        found = []
        for brain in self.brains:
            columns = ["begins_s", "station", column]
            rows = counted(self.run.events("air.station_hours", brain, 0, columns), "begins_s", self.run.clock)
            found.append(rows[column].to_numpy(np.float64).reshape(len(self.begins_s), len(self.stations)))
        return found

    @cached_property
    def fields(self) -> list[Floats]:
        """PM2.5 of each brain by hour and cell, µg/m³, shape (h, cells)."""
        found = []
        for brain in self.brains:
            rows = counted(self.run.events("air.fields", brain, 0), "begins_s", self.run.clock)
            found.append(rows["pm25"].to_numpy(np.float64).reshape(len(self.begins_s), len(self.cells)))
        return found

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Where people live, a row a cell: ``x_m``, ``y_m``, ``residents``."""
        return self.run.events("air.exposure", self.brains[0], 0)

    @cached_property
    def cell_xy_m(self) -> Floats:
        """Middles of the cells in the roads' plane, shape (cells, 2)."""
        return self.cells[["x_m", "y_m"]].to_numpy(np.float64)

    @cached_property
    def side_m(self) -> float:
        """Side of a cell."""
        steps = np.concatenate([np.diff(np.unique(self.cell_xy_m[:, axis])) for axis in (0, 1)])
        return float(steps.min()) if len(steps) else _ONE_CELL_M

    @cached_property
    def frame(self) -> Frame | None:
        """The cut-out of the maps, or None where the map is not there any more or nobody lives on it."""
        if self.run.city is None or not len(self.cells):
            return None
        return frame_around(self.run.city, self.cell_xy_m, self.side_m / 2, "air-map")

    def mean_of_residents(self) -> list[Floats]:
        """Return what residents breathed on average in each hour under each brain, shape (h,)."""
        weight = self.cells["residents"].to_numpy(np.float64)
        return [field @ weight / max(float(weight.sum()), 1.0) for field in self.fields]

    def worst_day(self) -> slice:
        """Return the counted hours of the calendar day that was worst under the first brain."""
        mean, day = self.hours[0]["pm25"].to_numpy(np.float64), np.floor(self.days).astype(np.int64)
        whole = [one for one in np.unique(day).tolist() if (day == one).sum() == _DAY_H] or np.unique(day).tolist()
        worst = max(whole, key=lambda one: float(mean[day == one].mean()))
        own = np.flatnonzero(day == worst)
        return slice(int(own[0]), int(own[-1]) + 1)

    def shown(self) -> slice:
        """Return the hours that a film shows."""
        count = len(self.begins_s)
        if count <= MOST_HOURS:
            return slice(0, count)
        worst = self.worst_day()
        first = min(max((worst.start + worst.stop - MOST_HOURS) // 2, 0), count - MOST_HOURS)
        return slice(first, first + MOST_HOURS)
