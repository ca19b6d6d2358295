"""What is known of the lots' free spaces: reported now and then, late, and miscounted a little."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.brain import Brain
from twin.core.clock import MS
from twin.domains.traffic.car_parks import CarParks
from twin.domains.traffic.connections import PARKING_FEED
from twin.domains.traffic.lots import connected
from twin.domains.traffic.parameters import TrafficParameters

UNKNOWN: Final = -1
TREND_S: Final = 900
"""Over how long it is looked back to see how free spaces change."""

FEED: Final = "traffic.feed"


def draw_feed(draw: np.random.Generator, lots: int) -> pd.DataFrame:
    """Draw how each lot miscounts: ``error_draw``, standard normal, drawn before any policy acts."""
    return pd.DataFrame({"error_draw": draw.standard_normal(lots, np.float32)})


class ParkingFeed:
    """The free spaces of k lots as they are known, in the order of the table of lots.

    Attributes
    ----------
    connected
        Which lots are in the app: nobody's where the connection is off, shape (k,).
    """

    def __init__(self, brain: Brain, lots: pd.DataFrame, feed: pd.DataFrame, parameters: TrafficParameters) -> None:
        setting = brain.connection(PARKING_FEED.name)
        self._brain = brain
        self._spaces = lots["spaces"].to_numpy(np.int32)
        self.connected = connected(lots, setting.share) & setting.on
        self._miscount = np.rint(parameters.feed_error_share * self._spaces * feed["error_draw"].to_numpy())
        self._every_ms = MS * parameters.feed_every_s
        self._delay_ms = round(MS * 60 * parameters.feed_delay_min)
        reach_ms = self._delay_ms + round(MS * TREND_S)
        self._reports: deque[tuple[int, NDArray[np.int32]]] = deque(maxlen=int(reach_ms // self._every_ms) + 2)
        self._known = False
        self._shown = (0, np.full(len(lots), UNKNOWN, np.int32), np.zeros(len(lots), np.float32))

    @property
    def works(self) -> bool:
        """Whether free spaces are known now: reports come in, and the first has become known."""
        return self._known and self._brain.works(PARKING_FEED.name)

    def is_due(self, now_ms: int) -> bool:
        """Say whether lots report now, or have not yet."""
        return not self._reports or now_ms - self._reports[-1][0] >= self._every_ms

    def report_if_due(self, now_ms: int, car_parks: CarParks) -> bool:
        """Let the lots report where it is time; say whether they have."""
        due = self.is_due(now_ms)
        if due:
            self.report(now_ms, car_parks.taken)
        return due

    def report(self, now_ms: int, taken: NDArray[np.int32]) -> None:
        """Let the lots report; places kept for somebody count as taken.

        What is reported becomes known when it is as old as the feed's delay. While the feed fails, nothing is shown.
        """
        free = np.clip(self._spaces - taken + self._miscount, 0, self._spaces)
        self._reports.append((now_ms, free.astype(np.int32)))
        known = [report for report in self._reports if report[0] <= now_ms - self._delay_ms]
        if not known:
            return
        (first_ms, first), (last_ms, last) = known[0], known[-1]
        hours = (last_ms - first_ms) / (MS * 3600)
        change = (last - first) / hours if hours > 0 else np.zeros(len(last))
        self._known = True
        self._shown = last_ms, last, change.astype(np.float32)

    def seen(self, now_ms: int) -> tuple[float, NDArray[np.int32], NDArray[np.float32]]:
        """Return how old what is known is (s), the free spaces, `UNKNOWN` without reports, and their change an hour."""
        if not self.works:
            count = len(self._spaces)
            return 0.0, np.full(count, UNKNOWN, np.int32), np.zeros(count, np.float32)
        reported_ms, free, change = self._shown
        return max(0, now_ms - reported_ms) / MS, free, change
