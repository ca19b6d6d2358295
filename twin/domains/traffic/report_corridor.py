"""One named road, followed from end to end: where along it each of its links lies, and which streets it crosses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.core.clock import HOUR_S
from twin.domains.traffic.passages import MainStreets, Passages

if TYPE_CHECKING:
    from twin.city.graph import RoadGraph

_STRETCH_KM: Final = 0.2
_MOST_STRETCHES: Final = 60
_LEAST_KM: Final = 1.0
"""A road shorter than this within the map is not followed."""
_BESIDE_M: Final = 300.0
"""A carriageway no farther away than this belongs to the same road."""
_MOST_CROSSINGS: Final = 7


@dataclass(frozen=True, eq=False)
class Corridor:
    """A road of k links.

    Attributes
    ----------
    links
        Positions among the main streets, shape (k,).
    begin_km, end_km
        Where along the road each link begins and ends, shape (k,).
    begins_in
        The side of the city on which kilometre 0 lies: ``west`` or ``south``.
    crossings
        Kilometre and name of the main streets that it crosses, rising.
    """

    name: str
    links: NDArray[np.int64]
    begin_km: NDArray[np.float64]
    end_km: NDArray[np.float64]
    begins_in: str
    crossings: tuple[tuple[float, str], ...]

    @property
    def length_km(self) -> float:
        """From end to end."""
        return float(max(self.begin_km.max(), self.end_km.max()))

    def towards(self, forwards: bool) -> str:
        """Return where those drive who go away from kilometre 0, or back."""
        if self.begins_in == "west":
            return "east" if forwards else "west"
        return "north" if forwards else "south"

    def sums(
        self, passed: Passages, place: NDArray[np.integer], streets: MainStreets, forwards: bool
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return vehicle-kilometres, vehicle-hours and the latter at free flow, by part of the day and stretch.

        Parameters
        ----------
        place
            Where the road's links stand in ``passed``.
        """
        own = np.flatnonzero((self.end_km > self.begin_km) == forwards)
        share = self._shares(own)
        vehicles = passed.vehicles[:, place[own]]
        links = self.links[own]
        return (
            (vehicles * (streets.length_m[links] / 1000)) @ share,
            (passed.vehicle_s[:, place[own]] / HOUR_S) @ share,
            (vehicles * (streets.free_s[links] / HOUR_S)) @ share,
        )

    def speed_shares(
        self, passed: Passages, place: NDArray[np.integer], streets: MainStreets, forwards: bool
    ) -> NDArray[np.float64]:
        """Return speeds relative to free flow by part of the day and stretch; as `sums`.

        0 where vehicles stand without going on along most of a stretch, NaN where nobody is.
        """
        _, hours, free_h = self.sums(passed, place, streets, forwards)
        own = np.flatnonzero((self.end_km > self.begin_km) == forwards)
        along_km = self._shares(own) * np.abs(self.end_km - self.begin_km)[own, None]
        stands = (passed.standing[:, place[own]] > 0) @ along_km > 0.5 * np.maximum(along_km.sum(axis=0), 1e-12)
        moved = hours > 0
        shares = np.where(moved, free_h / np.where(moved, hours, 1.0), np.nan)
        return np.where(stands, 0.0, shares)

    def _shares(self, own: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what share of each link lies on each stretch, rows sum to 1."""
        count = int(min(max(np.ceil(self.length_km / _STRETCH_KM), 1), _MOST_STRETCHES))
        edges = np.linspace(0, self.length_km, count + 1)
        low = np.minimum(self.begin_km[own], self.end_km[own])[:, None]
        high = np.maximum(self.begin_km[own], self.end_km[own])[:, None]
        overlap = np.clip(np.minimum(high, edges[1:]) - np.maximum(low, edges[:-1]), 0, None)
        shares: NDArray[np.float64] = overlap / np.maximum(overlap.sum(axis=1, keepdims=True), 1e-12)
        return shares


def busiest(streets: MainStreets, inside: NDArray[np.bool_], most: int) -> list[str]:
    """Return the names of the roads with the most vehicle-kilometres on the links ``inside`` under the first brain."""
    km = streets.passed[0].vehicles.sum(axis=0) * streets.length_m
    names, code = np.unique(streets.name[inside], return_inverse=True)
    sums = np.bincount(code, km[inside], len(names))
    order = [place for place in np.argsort(-sums, kind="stable") if names[place] and sums[place] > 0]
    return [str(names[place]) for place in order[:most]]


def corridor_of(streets: MainStreets, inside: NDArray[np.bool_], name: str, roads: RoadGraph) -> Corridor | None:
    """Follow a road along its longest connected part; None where that is short.

    Distances are those along the road, by the shortest way on its own links from one end to the other.
    """
    links = np.flatnonzero(inside & (streets.name == name))
    ends = streets.links[["from_node", "to_node"]].to_numpy()[links]
    node, place = np.unique(ends, return_inverse=True)
    place = place.reshape(ends.shape)
    along_m = _beside(_along(place, streets.length_m[links], len(node)), roads.node_xy_m[node])
    kept = np.isfinite(along_m[place]).all(axis=1)
    along_m[~np.isfinite(along_m)] = 0.0
    if along_m.max(initial=0.0) < 1000 * _LEAST_KM:
        return None
    reached = np.unique(place[kept])
    first, last = reached[along_m[reached].argmin()], reached[along_m[reached].argmax()]
    across = roads.node_xy_m[node[last]] - roads.node_xy_m[node[first]]
    level = abs(across[0]) > abs(across[1])
    if (across[0] if level else across[1]) < 0:
        along_m = along_m.max() - along_m
    along_km = along_m / 1000
    begin_km, end_km = along_km[place[kept]].T
    moves = begin_km != end_km
    crossings = _crossings(streets, name, node[reached], along_km[reached])
    return Corridor(name, links[kept][moves], begin_km[moves], end_km[moves], "west" if level else "south", crossings)


def _along(place: NDArray[np.int64], length_m: NDArray[np.float64], nodes: int) -> NDArray[np.float64]:
    """Return the way along the road from one of its ends to each of its nodes, infinite where none leads."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components, dijkstra

    begin, end = place.T
    order = np.argsort(-length_m, kind="stable")  # of parallel links the shortest counts
    shortest = dict(zip(zip(begin[order].tolist(), end[order].tolist(), strict=True), length_m[order], strict=True))
    rows, columns = np.array(list(shortest)).reshape(-1, 2).T
    graph = coo_array((np.array(list(shortest.values())), (rows, columns)), shape=(nodes, nodes)).tocsr()
    _, part = connected_components(graph, directed=False)
    longest = int(np.bincount(part[begin], length_m).argmax())
    start = int(np.flatnonzero(part == longest)[0])
    for _ in range(2):  # the node farthest from any is one end; the other is farthest from that
        away = dijkstra(graph, directed=False, indices=np.array([start]))[0]
        away[part != longest] = -np.inf
        farthest = int(away.argmax())
        start, before = farthest, start
    found = dijkstra(graph, directed=False, indices=np.array([before]))[0]
    return np.asarray(np.where(part == longest, found, np.inf))


def _beside(along_m: NDArray[np.float64], xy_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give nodes of another carriageway, to which no link leads, the place of the nearest node that has one."""
    from scipy.spatial import cKDTree

    known, missing = np.flatnonzero(np.isfinite(along_m)), np.flatnonzero(~np.isfinite(along_m))
    if len(missing):
        away_m, nearest = cKDTree(xy_m[known]).query(xy_m[missing])
        along_m[missing] = np.where(away_m <= _BESIDE_M, along_m[known[nearest]], np.inf)
    return along_m


def _crossings(
    streets: MainStreets, name: str, node: NDArray[np.integer], along_km: NDArray[np.float64]
) -> tuple[tuple[float, str], ...]:
    """Return the busiest named streets that begin or end at these nodes, in the order of the road."""
    order = np.argsort(node)
    found: dict[str, tuple[float, float]] = {}
    km = streets.passed[0].vehicles.sum(axis=0) * streets.length_m
    for column in ("from_node", "to_node"):
        other = streets.links[column].to_numpy()
        where = np.searchsorted(node[order], other).clip(max=len(node) - 1)
        touching = np.flatnonzero((node[order][where] == other) & (streets.name != name) & (streets.name != ""))
        for link in touching.tolist():
            at_km = float(along_km[order][where[link]])
            traffic, _ = found.get(str(streets.name[link]), (0.0, at_km))
            found[str(streets.name[link])] = (traffic + float(km[link]), at_km)
    chosen = sorted(found, key=lambda street: -found[street][0])[:_MOST_CROSSINGS]
    return tuple(sorted((found[street][1], street) for street in chosen))
