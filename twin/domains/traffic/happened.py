"""Writes what happened to the roads of a run: which links were closed, where crashes were, who came in a crowd."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from twin.domains.traffic.crowds import crowds_of

if TYPE_CHECKING:
    from twin.core.domain import WorldEvent
    from twin.core.recorder import Recorder

CLOSED: Final = "traffic.closed_links"
CRASHES: Final = "traffic.crashes"
CROWDS: Final = "traffic.crowds"
CLOSED_LINKS: Final = {"begins_s": pa.float64(), "ends_s": pa.float64(), "link": pa.int32(), "by_event": pa.bool_()}
"""``by_event``: closed by an event itself, and not barred because it leads to nothing but what is closed."""
CRASHED: Final = {
    "begins_s": pa.float64(), "ends_s": pa.float64(), "link": pa.int32(), "capacity_left": pa.float32(),
}  # fmt: skip
CAME: Final = {
    "first_vehicle": pa.int32(), "cars": pa.int32(), "begins_s": pa.float64(), "ends_s": pa.float64(),
    "lon": pa.float64(), "lat": pa.float64(),
}  # fmt: skip
TABLES: Final = {CLOSED: CLOSED_LINKS, CRASHES: CRASHED, CROWDS: CAME}


class Happened:
    """The tables of closed links and crashes."""

    def __init__(self, recorder: Recorder) -> None:
        self._closed = recorder.table(CLOSED, CLOSED_LINKS)
        self._crashes = recorder.table(CRASHES, CRASHED)

    def closed(self, begins_s: float, ends_s: float, closed: NDArray[np.bool_], barred: NDArray[np.bool_]) -> None:
        """Write which links were closed from one moment to another, and which barred for their sake; shapes (m,)."""
        link = np.flatnonzero(closed | barred)
        self._closed.add_columns(
            np.full(len(link), begins_s), np.full(len(link), ends_s), link.astype(np.int32), closed[link]
        )

    def crash(self, event: WorldEvent, link: int, capacity_left: float) -> None:
        """Write where a crash is, and what it leaves of the link's capacity."""
        self._crashes.add(event.begins_s, event.ends_s, link, capacity_left)


def record_crowds(recorder: Recorder, events: Sequence[WorldEvent], vehicles: int, agents_factor: float) -> None:
    """Write which vehicles came in which crowd, where and when."""
    table = recorder.table(CROWDS, CAME)
    for first, cars, event in crowds_of(events, vehicles, agents_factor):
        lon, lat = event.detail("place")
        table.add(first, cars, event.begins_s, event.ends_s, lon, lat)
