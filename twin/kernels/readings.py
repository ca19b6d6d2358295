"""What is read of a road's links from time to time, all of them in one walk."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import uncounted_kernel
from twin.kernels.road_network import Road, Rows

READING: Final = np.dtype(
    [
        ("travel_ms", np.int64),
        ("left", np.int32),
        ("on_link", np.int32),
        ("free_ms", np.int32),
        ("wave_ms", np.int32),
        ("headway_ms", np.int32),
        ("padding", np.int32),
    ]
)
"""What is read of a link again and again: fields of `LINK`, and how many are on it."""


@uncounted_kernel
def count_queues(road: Road, now_ms: int, queues: NDArray[np.int32]) -> None:
    """Write how many vehicles of each link have driven it and wait at its end, shape (m,), by rows."""
    for row in range(len(road.links)):
        link: Any = road.links[row]
        place = link.head
        waiting = 0
        while waiting < link.entered - link.left and road.slots[link.slot_first + place].time_ms <= now_ms:
            waiting += 1
            place = place + 1 if place + 1 < link.slot_count else 0
        queues[row] = waiting


@uncounted_kernel
def read_links(road: Road, link: NDArray[np.int32], readings: Rows) -> None:
    """Write what each link is like, of dtype `READING`, shape (m,); `link` holds the position of each row, (m,)."""
    for row in range(len(road.links)):
        of: Any = road.links[row]
        reading: Any = readings[link[row]]
        reading.travel_ms = of.travel_ms
        reading.left = of.left
        reading.on_link = of.entered - of.left
        reading.free_ms = of.free_ms
        reading.wave_ms = of.wave_ms
        reading.headway_ms = of.headway_ms
