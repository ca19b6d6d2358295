"""Finding a known road among the pieces of a network: the shortest way through its way-points."""

from __future__ import annotations

import itertools

import numpy as np
from network import Network, Road, pair
from plane import to_plane
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree


class RouteFinder:
    """Shortest ways on a network as it stood when this was made; main roads count as shorter."""

    def __init__(self, network: Network, *, dear: frozenset[str] = frozenset()) -> None:
        self.network = network
        keys = network.pairs()
        weight = []
        for key in keys:
            road = network.roads[key]
            factor = {"motorway": 0.8, "trunk": 0.8, "primary": 0.85, "secondary": 1.0}.get(road.grade, 1.6)
            weight.append(network.length_m(key) * factor * (3.0 if road.source in dear else 1.0))
        ends = np.array(keys)
        size = len(network.xy)
        matrix = csr_matrix((weight, (ends[:, 0], ends[:, 1])), shape=(size, size))
        self.matrix = matrix + matrix.T
        self.used = np.unique(ends)
        self.tree = cKDTree(network.points()[self.used])

    def nodes(self, way: tuple[tuple[float, float], ...], within_m: float = 900.0) -> list[int]:
        """Return the nodes that a road passes; raises where a way-point is far from every node."""
        away, at = self.tree.query(to_plane(way))
        if away.max() > within_m:
            raise ValueError(f"way-point {way[int(away.argmax())]} is {away.max():.0f} m from the network")
        stops = [int(self.used[position]) for position in at]
        path = [stops[0]]
        for start, end in itertools.pairwise(stops):
            if start == end:
                continue
            _, before = dijkstra(self.matrix, indices=start, return_predecessors=True)
            back = [end]
            while back[-1] != start:
                step = int(before[back[-1]])
                if step < 0:
                    raise ValueError(f"no way from {start} to {end} for {way}")
                back.append(step)
            path.extend(reversed(back[:-1]))
        return without_spurs(path)


def without_spurs(path: list[int]) -> list[int]:
    """Take out of a walk every stretch that comes back to where it left."""
    clean: list[int] = []
    for node in path:
        if node in clean:
            clean = clean[: clean.index(node)]
        clean.append(node)
    return clean


def lay(network: Network, path: list[int], grade: str, name: str, *, rename: bool = False) -> None:
    """Give a path its class, and its name where it has none."""
    for a, b in itertools.pairwise(path):
        old = network.roads[pair(a, b)]
        network.roads[pair(a, b)] = Road(grade, old.source, name if rename or not old.name else old.name, old.axis_m)
