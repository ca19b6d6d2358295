"""What world events make of the links: closed, narrowed, wet, slow, without signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.city.happenings import edges_of, effect_of
from twin.city.road_traffic import STEP_MS
from twin.domains.traffic.happenings import HEADINGS

if TYPE_CHECKING:
    from twin.city.city import City
    from twin.city.road_traffic import RoadTraffic
    from twin.core.domain import WorldEvent
    from twin.domains.traffic.capacity import Capacity
    from twin.domains.traffic.network import Network
    from twin.domains.traffic.parameters import TrafficParameters

CAUSE: Final = "events"
QUARTER_DEGREES: Final = 45.0


class RoadState:
    """The links of a run under the events that are going on; m links.

    Every change is worked out anew from what the links are without events, so that events may overlap and end in any
    order.

    Parameters
    ----------
    capacity
        Through which capacities are taken, so that others may take theirs too.
    crash_draw
        A uniform draw for each event of the scenario, which says where a crash is.
    """

    def __init__(
        self,
        city: City,
        network: Network,
        road: RoadTraffic,
        capacity: Capacity,
        parameters: TrafficParameters,
        crash_draw: NDArray[np.float64],
    ) -> None:
        self._city, self._network, self._road = city, network, road
        self._capacity, self._parameters = capacity, parameters
        self._crash_draw = crash_draw
        self._going_on: dict[int, WorldEvent] = {}
        self._dark = np.ones(len(network.times.free_ms))
        self._share = self._dark

    def begins_or_ends(self, number: int, event: WorldEvent, begins: bool) -> None:
        """Note that the event of this number in the scenario begins or ends."""
        if begins:
            self._going_on[number] = event
        else:
            self._going_on.pop(number, None)

    def set_dark(self, share: NDArray[np.float64]) -> None:
        """Note what dark signals leave of the capacity of each link, shape (m,)."""
        self._dark = share

    def closed(self) -> NDArray[np.bool_]:
        """Return which links are closed by an event or blocked by a crash, shape (m,)."""
        closed = np.zeros(len(self._dark), np.bool_)
        for number, event in self._going_on.items():
            if event.kind == "road_closes":
                closed[self._network.links.edge_link[edges_of(self._city.roads, event)]] = True
            elif event.kind == "crash":
                link = self._crash_link(number, event)
                closed[link] |= self._left_by_crash(link, event) == 0
        return closed

    def apply(self, barred: NDArray[np.bool_] | None) -> None:
        """Set all links to what the events leave of them, those that are barred to nothing."""
        times = self._network.times
        slower, overall, share = 1.0, 1.0, self._dark.copy()
        for number, event in self._going_on.items():
            if event.kind in ("traffic_slows", "rain_mm_per_h"):
                factor, left = effect_of(event, self._city.ordinary.parameters)
                slower *= factor
                overall *= left
            elif event.kind == "crash":
                link = self._crash_link(number, event)
                share[link] *= self._left_by_crash(link, event) or 1.0
        share *= overall
        changed = np.flatnonzero(share != self._share).astype(np.int32)
        self._capacity.limit(CAUSE, changed, share[changed])
        self._share = share
        free_ms = np.maximum(np.rint(times.free_ms * slower), STEP_MS)
        # as many fit in: free and wave time together are the storage times the headway
        wave_ms = np.maximum(np.rint((times.free_ms + times.wave_ms) / overall - free_ms), STEP_MS)
        storage = times.storage if barred is None else np.where(barred, 0, times.storage)
        self._road.set_links(
            np.arange(len(share), dtype=np.int32),
            free_ms=free_ms.astype(np.int32),
            wave_ms=wave_ms.astype(np.int32),
            storage=storage.astype(np.int32),
        )

    def crash(self, number: int, event: WorldEvent) -> tuple[int, float]:
        """Return the link on which a crash is, and the share of its capacity that it leaves."""
        link = self._crash_link(number, event)
        return link, self._left_by_crash(link, event)

    def _left_by_crash(self, link: int, event: WorldEvent) -> float:
        """Return the share of a link's capacity that a crash leaves; 0 where it blocks all lanes."""
        lanes = int(self._network.links.lanes[link])
        blocked = int(event.detail("lanes") or 1)
        if blocked >= lanes:
            return 0.0
        by_lanes = self._parameters.crash_capacity_share
        row = by_lanes[min(lanes, len(by_lanes) + 1) - 2]
        return row[min(blocked, len(row)) - 1]

    def _crash_link(self, number: int, event: WorldEvent) -> int:
        """Return the link on which a crash is: of its road and heading, the nearest to its place, or the one drawn."""
        roads, links = self._city.roads, self._network.links
        edges = edges_of(roads, event)
        heading = event.detail("heading")
        if heading is not None:
            east_m, north_m = (roads.node_xy_m[roads.edge_to[edges]] - roads.node_xy_m[roads.edge_from[edges]]).T
            bearing = np.degrees(np.arctan2(east_m, north_m))
            off = np.abs((bearing - 90.0 * HEADINGS.index(heading) + 180.0) % 360.0 - 180.0)
            along = off <= QUARTER_DEGREES
            edges = edges[along if along.any() else off == off.min()]
        place = event.detail("place")
        if place is None:
            return int(links.edge_link[edges[int(self._crash_draw[number] * len(edges))]])
        node = int(self._city.nearest_nodes(np.array([place[0]]), np.array([place[1]]))[0])
        middle_m = (roads.node_xy_m[roads.edge_from[edges]] + roads.node_xy_m[roads.edge_to[edges]]) / 2
        away_m = np.hypot(*(middle_m - roads.node_xy_m[node]).T)
        near = edges[np.isclose(away_m, away_m.min())]
        return int(links.edge_link[near[int(self._crash_draw[number] * len(near))]])
