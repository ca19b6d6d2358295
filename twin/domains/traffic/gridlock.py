"""Finds links that do not move any more, and circles of such links that wait for one another: gridlock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from twin.city.rings import ring_of_nodes
from twin.core.clock import MS
from twin.domains.traffic.records import INTERVAL_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.city.graph import RoadGraph
    from twin.city.road_traffic import RoadTraffic
    from twin.core.recorder import Recorder
    from twin.domains.traffic.network import Network

LOCKED: Final = {
    "link": pa.int32(), "name": pa.dictionary(pa.int32(), pa.string()),
    "district": pa.dictionary(pa.int32(), pa.string()), "ring": pa.int8(), "lon": pa.float64(), "lat": pa.float64(),
    "begins_s": pa.float64(), "ends_s": pa.float64(), "in_circle": pa.bool_(),
}  # fmt: skip


def circles(waits_for: Mapping[int, int]) -> set[int]:
    """Return the links that wait for themselves in the end, each for the one that it is mapped to.

    Examples
    --------
    >>> sorted(circles({1: 2, 2: 3, 3: 1, 4: 2, 5: 6}))
    [1, 2, 3]
    """
    found: set[int] = set()
    done: set[int] = set()
    for start in waits_for:
        way: list[int] = []
        link = start
        while link in waits_for and link not in done:
            done.add(link)
            way.append(link)
            link = waits_for[link]
        if link in way:
            found.update(way[way.index(link) :])
    return found


class GridlockWatch:
    """Records from when until when links were locked: full, and without a move for a quarter of an hour."""

    def __init__(
        self,
        recorder: Recorder,
        network: Network,
        road: RoadTraffic,
        roads: RoadGraph,
        ring_roads: Sequence[Sequence[str]],
    ) -> None:
        self._table = recorder.table("traffic.locked_links", LOCKED)
        self._road, self._roads = road, roads
        links = network.links
        self._node: NDArray[np.int32] = links.node[links.to_junction]
        self._edge = np.empty(len(links.length_m), np.int32)
        self._edge[links.edge_link] = np.arange(len(links.edge_link), dtype=np.int32)
        self._ring = ring_of_nodes(roads, ring_roads)
        self._since_s: dict[int, float] = {}
        self._in_circle: set[int] = set()

    def look(self, now_s: float) -> None:
        """Look which links are locked now, and record those that are not any more."""
        links = self._road.locked(MS * INTERVAL_S)
        for link in sorted(set(self._since_s) - set(links.tolist())):
            self._add(link, now_s)
        new = [link for link in links.tolist() if link not in self._since_s]
        waited_ms = self._road.now_ms - self._road.ready_since_ms(new)
        for link, waited in zip(new, waited_ms.tolist(), strict=True):
            self._since_s[link] = now_s - waited / MS
        onto = self._road.waits_for(links).tolist()
        self._in_circle |= circles(
            {link: wanted for link, wanted in zip(links.tolist(), onto, strict=True) if wanted in self._since_s}
        )

    def _add(self, link: int, ends_s: float | None) -> None:
        roads, node, edge = self._roads, int(self._node[link]), int(self._edge[link])
        district = int(roads.node_district[node])
        self._table.add(
            link, roads.names[roads.edge_name[edge]], roads.districts[district] if district >= 0 else "",
            int(self._ring[node]), float(roads.node_lon[node]), float(roads.node_lat[node]), self._since_s.pop(link),
            ends_s, link in self._in_circle,
        )  # fmt: skip
        self._in_circle.discard(link)

    def finish(self) -> None:
        """Record what is locked at the end."""
        for link in sorted(self._since_s):
            self._add(link, None)
