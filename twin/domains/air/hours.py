"""The hours of a run's air: days of spin-up, the run itself, and what a forecast can see beyond its end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from twin.core.clock import DAY_S, HOUR_S, Clock
from twin.domains.air.tables import HORIZON_H

DAY_H: Final = 24


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours by number: 0 is the first of spin-up, `first` that in which the run begins.

    Attributes
    ----------
    begin
        Local time at which hour 0 begins: a midnight.
    first, last
        The run's hours are those from `first` until before `last`.
    begins_s
        When hour 0 begins, seconds since the scenario's start.
    """

    begin: datetime
    first: int
    last: int
    begins_s: float

    @classmethod
    def of(cls, clock: Clock, spin_up_days: int) -> Hours:
        """Return the hours of a run."""
        runs_from = clock.at(-clock.warm_up_s)
        midnight = datetime(runs_from.year, runs_from.month, runs_from.day)
        begin = midnight - timedelta(days=spin_up_days)
        begins_s = (begin - clock.start).total_seconds()
        first = math.floor((-clock.warm_up_s - begins_s) / HOUR_S)
        return cls(begin, first, math.ceil((clock.duration_s - begins_s) / HOUR_S), begins_s)

    @property
    def known(self) -> int:
        """For how many hours weather is needed, whole days, so that forecasts have something to be compared with."""
        return math.ceil((self.last + HORIZON_H + DAY_H) / DAY_H) * DAY_H

    @property
    def days(self) -> int:
        """For how many days chance is drawn."""
        return self.known // DAY_H

    def begins(self, hour: int) -> float:
        """Return when an hour begins, seconds since the scenario's start."""
        return self.begins_s + HOUR_S * hour

    def moment(self, hour: int) -> datetime:
        """Return the local time at which an hour begins."""
        return self.begin + timedelta(hours=hour)

    def day(self, hour: int) -> int:
        """Return the day of an hour, 0 for the first of spin-up."""
        return hour // DAY_H

    def midnight_s(self, day: int) -> float:
        """Return when a day begins, seconds since the scenario's start."""
        return self.begins_s + DAY_S * day
