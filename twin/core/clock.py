"""The calendar of a run: seconds since the scenario's start, in Asia/Shanghai (UTC+8, no daylight saving)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HOUR_S: Final = 3600.0
DAY_S: Final = 86_400.0
MS: Final = 1000
"""Milliseconds in a second."""
DRAIN_LIMIT_S: Final = 24 * HOUR_S
"""What has begun may last this long after the scenario's end; what is still open then is recorded as open."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Turns simulated seconds into calendar time and back.

    Attributes
    ----------
    start
        Local time at second 0.
    warm_up_s
        The run begins this long before second 0; what happens then is not counted.
    duration_s
        Nothing new begins after this second; what has begun is lived to its end.
    """

    start: datetime
    warm_up_s: float
    duration_s: float

    def at(self, time_s: float) -> datetime:
        """Return the local calendar time of a simulated second."""
        return self.start + timedelta(seconds=time_s)

    def second_of_day(self, time_s: float) -> float:
        """Return seconds since local midnight, in [0, 86400)."""
        start = self.start
        since_midnight_s = start.hour * HOUR_S + start.minute * 60 + start.second + start.microsecond / 1e6
        return (since_midnight_s + time_s) % DAY_S

    def hour_of_day(self, time_s: float) -> int:
        """Return the local hour, 0 to 23."""
        return int(self.second_of_day(time_s) // HOUR_S)

    def hours_of_day(self, times_s: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the local hours, 0 to 23, of many simulated seconds, same shape."""
        return ((times_s + self.second_of_day(0.0)) % DAY_S // HOUR_S).astype("int64")
