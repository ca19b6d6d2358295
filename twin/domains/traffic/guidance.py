"""By which ways informed drivers are led: their fastest, or as the city answers the question `GUIDANCE`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twin.core.clock import MS
from twin.domains.traffic.connections import DRIVER_TRAFFIC
from twin.domains.traffic.decisions_roads import GuidanceView
from twin.domains.traffic.questions_roads import GUIDANCE
from twin.kernels.hierarchy import UNREACHABLE_MS

if TYPE_CHECKING:
    from twin.core.brain import Brain
    from twin.domains.traffic.parameters import TrafficParameters


class Guidance:
    """Asks for the times by which the next share of the informed is led."""

    def __init__(self, brain: Brain, free_ms: NDArray[np.int32], parameters: TrafficParameters) -> None:
        self._brain = brain
        self._silent = brain.is_silent(GUIDANCE)
        self._free_s = free_ms / MS
        self._parameters = parameters

    def times_ms(self, known_ms: NDArray[np.int32], now_s: float) -> NDArray[np.int32]:
        """Return the times on links by which drivers are led who know these, shape (m,)."""
        if self._silent or not self._brain.works(DRIVER_TRAFFIC.name):
            return known_ms
        parameters = self._parameters
        view = GuidanceView(
            time_s=now_s,
            interval_s=60.0 * parameters.news_every_min,
            informed_share=self._brain.connection(DRIVER_TRAFFIC.name).share,
            shares=parameters.news_shares,
            known_s=known_ms / MS,
            free_s=self._free_s.view(),
        )
        view.known_s.flags.writeable = view.free_s.flags.writeable = False
        answer = self._brain.ask(GUIDANCE, view, now_s)
        link_ms = np.rint(MS * np.asarray(answer.link_s, np.float64))
        return np.clip(link_ms, 1, UNREACHABLE_MS - 1).astype(np.int32)
