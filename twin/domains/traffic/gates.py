"""Who may come into the inner city: gates on the links that lead in through the ring road, by the question `GATING`.

A gate is a link from outside the ring to inside it. When fewer are let in than gates could pass, each passes its share
of them by capacity, and queues wait outside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from twin.city.rings import ring_of_nodes
from twin.core.clock import HOUR_S, MS
from twin.domains.traffic.connections import SIGNAL_CONTROL
from twin.domains.traffic.decisions_roads import GateView
from twin.domains.traffic.questions_roads import GATING

if TYPE_CHECKING:
    from twin.city.graph import RoadGraph
    from twin.city.road_traffic import RoadTraffic
    from twin.core.brain import Brain
    from twin.domains.traffic.capacity import Capacity
    from twin.domains.traffic.network import Network
    from twin.domains.traffic.parameters import TrafficParameters

CAUSE: Final = "gates"
INNERMOST: Final = 0
LEAST_SHARE: Final = 0.02
"""A gate passes at least this share of its capacity, whatever is answered: nobody waits there for ever."""


class Gates:
    """The gates of one run; nothing where the map has no such ring, or nobody asks.

    Attributes
    ----------
    links
        The links that lead in, shape (g,).
    """

    def __init__(
        self,
        brain: Brain,
        roads: RoadGraph,
        network: Network,
        road: RoadTraffic,
        capacity: Capacity,
        parameters: TrafficParameters,
    ) -> None:
        self._brain, self._road, self._capacity = brain, road, capacity
        self._every_ms = round(MS * parameters.gate_every_s)
        links = network.links
        within = ring_of_nodes(roads, parameters.ring_roads)[links.node] == INNERMOST
        into, out_of = within[links.to_junction], within[links.from_junction]
        self.links = np.flatnonzero(into & ~out_of).astype(np.int32)
        self._inside = np.flatnonzero(into & out_of)
        self._full_per_h = float((HOUR_S * MS / network.times.headway_ms[self.links]).sum())
        self._set_point = parameters.gate_set_point_share * float(network.times.storage[self._inside].sum())
        self._asks = len(self.links) > 0 and not brain.is_silent(GATING)
        self._allowed_per_h = self._full_per_h
        self._before: int | None = None
        self._left = road.of_links("left")[self.links]

    def step(self, now_ms: int, now_s: float) -> None:
        """Ask how many may come in when it is time to, and set the gates."""
        if not self._asks or now_ms % self._every_ms:
            return
        if self._brain.works(SIGNAL_CONTROL.name):
            self._let_in(float(self._brain.ask(GATING, self._view(now_s), now_s).per_h))
        elif self._allowed_per_h < self._full_per_h:  # the connection fails: the gates stand open
            self._let_in(self._full_per_h)

    def _view(self, now_s: float) -> GateView:
        left = self._road.of_links("left")[self.links]
        came, self._left = int((left - self._left).sum()), left
        inside = int(self._road.on_links()[self._inside].sum())
        before = inside if self._before is None else self._before
        self._before = inside
        interval_s = self._every_ms / MS
        return GateView(
            time_s=now_s,
            interval_s=interval_s,
            inside=inside,
            inside_before=before,
            set_point=self._set_point,
            entered_per_h=came * HOUR_S / interval_s,
            allowed_per_h=self._allowed_per_h,
            full_per_h=self._full_per_h,
            waiting=int(self._road.queues()[self.links].sum()),
        )

    def _let_in(self, per_h: float) -> None:
        self._allowed_per_h = per_h
        share = min(1.0, max(LEAST_SHARE, per_h / self._full_per_h))
        self._capacity.limit(CAUSE, self.links, np.full(len(self.links), share))
