"""Signals that fail: drivers come to a stop and go one by one, as where every approach has a stop sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twin.core.clock import MS
from twin.domains.traffic.network import is_main
from twin.domains.traffic.signals import Signals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.city.graph import RoadGraph
    from twin.core.domain import WorldEvent
    from twin.domains.traffic.network import Network
    from twin.domains.traffic.parameters import TrafficParameters


def failing_signals(roads: RoadGraph, network: Network, events: Sequence[WorldEvent]) -> Signals:
    """Return the signals that may fail: where they have no plans, those that would have one if any event needs them."""
    if len(network.signals) or not any(event.kind == "signals_fail" for event in events):
        return network.signals
    return Signals.of(roads, network.links, is_main(network.links))


class DarkSignals:
    """Which signals are dark.

    Parameters
    ----------
    signals
        From `failing_signals`.
    failure_draw
        A uniform draw for each; those with the lowest fail first.
    """

    def __init__(
        self, network: Network, signals: Signals, failure_draw: NDArray[np.float64], parameters: TrafficParameters
    ) -> None:
        self._network, self._signals, self._draw = network, signals, failure_draw
        self._headway_s = parameters.dark_signal_headway_s * parameters.vehicles_per_agent
        self._shares: dict[int, float] = {}

    def begins_or_ends(self, number: int, share: float, begins: bool) -> None:
        """Let a share of the signals go dark, or those of that event work again."""
        if begins:
            self._shares[number] = share
        else:
            self._shares.pop(number, None)

    def phases(self) -> NDArray[np.bool_]:
        """Return which phases are dark, shape (p,)."""
        return self._dark()[self._signals.phase_signal]

    def capacity_share(self) -> NDArray[np.float64]:
        """Return what is left of the capacity of each link, shape (m,)."""
        links, headway_ms = self._network.links, self._network.times.headway_ms
        dark = np.zeros(len(links.node), np.bool_)
        dark[self._signals.junction[self._dark()]] = True
        stop_ms = np.maximum(headway_ms, MS * self._headway_s / links.lanes)
        return np.where(dark[links.to_junction], headway_ms / stop_ms, 1.0)

    def _dark(self) -> NDArray[np.bool_]:
        return np.asarray(self._draw < max(self._shares.values(), default=0.0))
