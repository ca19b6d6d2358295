"""What traffic costs on a link long before it is full: crossing, turning, waiting that no queue of the model holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.city.passed import Passed
from twin.city.road_traffic import STEP_MS, RoadTraffic
from twin.core.clock import MS

if TYPE_CHECKING:
    from twin.domains.traffic.network import Network
    from twin.domains.traffic.parameters import TrafficParameters

EVERY_S: Final = 300
"""How often links are looked at; any step goes into it without rest."""
NEWEST: Final = 0.5
"""Weight of the last interval in a link's load; the rest is the load before."""


class LoadDelay:
    """Makes links slower in proportion to their load: free time times ``1 + load_delay * flow / capacity``.

    The capacity stays what it is: what is added to the time forwards is taken from the time of the backward wave, and
    no more is added than leaves room on the link for a flow of its capacity. Links that nothing crosses have a delay of
    their own, `load_delay_uncrossed`, and so has of a long link what is farther than `load_delay_reach_m` from the
    junction at its end. Whoever else changes a link's times sets those without load; this is noticed when
    the link is looked at next.
    """

    def __init__(self, network: Network, road: RoadTraffic, parameters: TrafficParameters) -> None:
        self._road, self._fullest = road, parameters.load_delay_fullest
        crossed = np.minimum(1.0, parameters.load_delay_reach_m / network.links.length_m)
        crossed[network.uncrossed] = 0.0
        self._load_delay = crossed * parameters.load_delay + (1 - crossed) * parameters.load_delay_uncrossed
        times = network.times
        self._links = np.arange(len(times.free_ms), dtype=np.int32)
        self._passed = Passed(road)
        self._load = np.zeros(len(self._links))
        self._free_ms, self._wave_ms = times.free_ms.copy(), times.wave_ms.copy()
        self._set_free_ms, self._set_wave_ms = times.free_ms.copy(), times.wave_ms.copy()

    def step(self, now_ms: int) -> None:
        """Look at the links at the end of each interval, and set their times by what passed."""
        if now_ms % (MS * EVERY_S) or not self._load_delay.any():
            return
        count, _, links = self._passed.since_last()
        self._notice_changes(links["free_ms"], links["wave_ms"])
        flow_share = np.minimum(count * (links["headway_ms"] / (MS * EVERY_S)), 1.0)
        self._load = NEWEST * flow_share + (1 - NEWEST) * self._load
        both_ms = self._free_ms.astype(np.int64) + self._wave_ms
        slowest = np.minimum(np.maximum(self._fullest * both_ms, self._free_ms), both_ms - STEP_MS)
        slower = np.rint(np.minimum(self._free_ms * (1 + self._load_delay * self._load), slowest))
        faster = both_ms - slower
        self._set_free_ms, self._set_wave_ms = slower.astype(np.int32), faster.astype(np.int32)
        self._road.set_links(self._links, free_ms=self._set_free_ms, wave_ms=self._set_wave_ms)

    def _notice_changes(self, free_ms: NDArray[np.int32], wave_ms: NDArray[np.int32]) -> None:
        """Take over the times that somebody else has set since the last look."""
        changed = (free_ms != self._set_free_ms) | (wave_ms != self._set_wave_ms)
        self._free_ms[changed], self._wave_ms[changed] = free_ms[changed], wave_ms[changed]
