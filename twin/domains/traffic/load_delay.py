"""What traffic costs on a link long before it is full: crossing, turning, waiting that no queue of the model holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from twin.city.road_traffic import STEP_MS, RoadTraffic
from twin.core.clock import MS
from twin.kernels.load_delay import Loads, set_by_load

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
        load_delay = crossed * parameters.load_delay + (1 - crossed) * parameters.load_delay_uncrossed
        self._acts = bool(load_delay.any())
        times = network.times
        self._links = np.arange(len(times.free_ms), dtype=np.int32)
        self.loads = Loads(
            load_delay, np.zeros(len(self._links)), road.of_links("left"), times.free_ms.copy(),
            times.wave_ms.copy(), times.free_ms.copy(), times.wave_ms.copy(),
        )  # fmt: skip

    def step(self, now_ms: int) -> None:
        """Look at the links at the end of each interval, and set their times by what passed."""
        if now_ms % (MS * EVERY_S) or not self._acts:
            return
        loads = self.loads
        set_by_load(loads, self._road.readings(), float(MS * EVERY_S), NEWEST, self._fullest, float(STEP_MS))
        self._road.set_links(self._links, free_ms=loads.set_free_ms, wave_ms=loads.set_wave_ms)
