"""An undirected network of road pieces in the plane, and the operations that make it planar and free of doubles."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from plane import Floats
from scipy.spatial import cKDTree

GRADES: Final = ("motorway", "trunk", "primary", "secondary", "tertiary", "residential")
"""Classes from the highest to the lowest."""

SOURCE_ORDER: Final = ("street_axis", "osm_skeleton", "synthetic")


@dataclass(frozen=True)
class Road:
    """What is known of a piece of road."""

    grade: str
    source: str
    name: str = ""
    axis_m: float = 0.0
    """Length of the axis that gave the name; the shorter axis knows its place better."""


def better(one: Road, other: Road) -> Road:
    """Join two descriptions of the same piece: the higher class, the surer source, the name of the shorter axis."""
    grade = min(one.grade, other.grade, key=GRADES.index)
    first, second = sorted((one, other), key=lambda road: (SOURCE_ORDER.index(road.source), road.axis_m, road.name))
    return replace(first, grade=grade, name=first.name or second.name)


Pair = tuple[int, int]


def pair(a: int, b: int) -> Pair:
    """Return the two nodes of an undirected piece in order."""
    return (a, b) if a < b else (b, a)


class Network:
    """Nodes with coordinates in metres, and undirected straight pieces between them."""

    def __init__(self) -> None:
        self.xy: list[tuple[float, float]] = []
        self.roads: dict[Pair, Road] = {}

    def add_node(self, point: Iterable[float]) -> int:
        """Add a node and return its position."""
        x, y = point
        self.xy.append((round(float(x), 2), round(float(y), 2)))
        return len(self.xy) - 1

    def connect(self, a: int, b: int, road: Road) -> None:
        """Lay a road between two nodes, or join it with the one that lies there."""
        if a != b:
            key = pair(a, b)
            self.roads[key] = better(self.roads[key], road) if key in self.roads else road

    def add_line(self, points: Floats, road: Road) -> list[int]:
        """Add a line of straight pieces; returns its nodes."""
        nodes = [self.add_node(point) for point in points]
        for a, b in itertools.pairwise(nodes):
            self.connect(a, b, road)
        return nodes

    def points(self) -> Floats:
        """Coordinates of all nodes, shape (n, 2)."""
        return np.array(self.xy, dtype=np.float64).reshape(-1, 2)

    def pairs(self) -> list[Pair]:
        """Return the pieces in a fixed order."""
        return sorted(self.roads)

    def lines(self, keys: list[Pair]) -> np.ndarray:
        """Return shapely lines of some pieces."""
        return shapely.linestrings(self.points()[np.array(keys, dtype=int).reshape(-1, 2)])

    def neighbours(self) -> dict[int, list[int]]:
        """Return the nodes next to each node, in order."""
        around: dict[int, list[int]] = {}
        for a, b in self.pairs():
            around.setdefault(a, []).append(b)
            around.setdefault(b, []).append(a)
        return around

    def degree(self) -> np.ndarray:
        """Return the number of pieces at each node."""
        flat = np.array(self.pairs(), dtype=int).ravel()
        return np.bincount(flat, minlength=len(self.xy))

    def length_m(self, key: Pair) -> float:
        """Length of a piece."""
        (ax, ay), (bx, by) = self.xy[key[0]], self.xy[key[1]]
        return float(np.hypot(bx - ax, by - ay))

    def replace_by_path(self, key: Pair, path: list[int]) -> None:
        """Lay one piece through other nodes."""
        road = self.roads.pop(key)
        for a, b in itertools.pairwise(path):
            self.connect(a, b, road)

    def merge_nodes(self, tolerance_m: float) -> int:
        """Merge nodes closer than the tolerance into the one with the surest road and most pieces."""
        points, degree = self.points(), self.degree()
        sure = np.full(len(points), len(SOURCE_ORDER))
        for (a, b), road in self.roads.items():
            rank = SOURCE_ORDER.index(road.source)
            sure[a], sure[b] = min(sure[a], rank), min(sure[b], rank)
        used = np.flatnonzero(degree > 0)
        tree = cKDTree(points[used])
        target = np.full(len(points), -1)
        for node in sorted(used, key=lambda n: (sure[n], -degree[n], n)):
            if target[node] < 0:
                near = used[tree.query_ball_point(points[node], tolerance_m)]
                near = near[target[near] < 0]
                target[near] = node
        merged = int((target[used] != used).sum())
        if merged:
            self._remap(target)
        return merged

    def _remap(self, target: np.ndarray) -> None:
        old, self.roads = self.roads, {}
        for a, b in sorted(old):
            self.connect(int(target[a]), int(target[b]), old[(a, b)])

    def pull_lines_to_nodes(
        self, tolerance_m: float, *, parallel_deg: float = 90.0, skeleton_only: bool = False
    ) -> int:
        """Lead each piece through the nodes that lie beside it within the tolerance.

        With ``parallel_deg`` only nodes of a road that runs alongside count; with ``skeleton_only`` only skeleton
        pieces move, and only towards nodes of street axes.
        """
        keys = [key for key in self.pairs() if not skeleton_only or self.roads[key].source == "osm_skeleton"]
        if not keys:
            return 0
        points, around = self.points(), self.neighbours()
        nodes = np.array(sorted(around))
        if skeleton_only:
            nodes = np.array(
                [n for n in nodes if any(self.roads[pair(n, m)].source == "street_axis" for m in around[n])]
            )
        tree = shapely.STRtree(self.lines(keys))
        at_node, at_line = tree.query(shapely.points(points[nodes]), predicate="dwithin", distance=tolerance_m)
        beside: dict[Pair, list[tuple[float, int]]] = {}
        for node, line in zip(nodes[at_node], at_line, strict=True):
            key = keys[line]
            if node in key:
                continue
            start, end = points[key[0]], points[key[1]]
            length = float(np.hypot(*(end - start)))
            along = float((points[node] - start) @ (end - start)) / length
            if not tolerance_m * 0.4 < along < length - tolerance_m * 0.4:
                continue
            if parallel_deg < 90 and not self._runs_along(int(node), around[node], end - start, parallel_deg):
                continue
            beside.setdefault(key, []).append((along, int(node)))
        for key, through in sorted(beside.items()):
            self.replace_by_path(key, [key[0], *(node for _, node in sorted(through)), key[1]])
        return len(beside)

    def _runs_along(self, node: int, others: list[int], direction: Floats, parallel_deg: float) -> bool:
        for other in others:
            if self.roads[pair(node, other)].source == "street_axis":
                arm = np.array(self.xy[other]) - np.array(self.xy[node])
                cosine = abs(float(arm @ direction)) / float(np.hypot(*arm) * np.hypot(*direction))
                if cosine > np.cos(np.radians(parallel_deg)):
                    return True
        return False

    def node_crossings(self, tolerance_m: float) -> int:
        """Put a node where two pieces cross, or lead them through an end that is near enough."""
        keys = self.pairs()
        lines = self.lines(keys)
        one, two = shapely.STRtree(lines).query(lines, predicate="crosses")
        first = one < two
        one, two = one[first], two[first]
        meeting = shapely.get_coordinates(shapely.centroid(shapely.intersection(lines[one], lines[two])))
        points = self.points()
        cuts: dict[Pair, list[int]] = {}
        for i, j, point in zip(one, two, meeting, strict=True):
            ends = [*keys[i], *keys[j]]
            away = [float(np.hypot(*(points[end] - point))) for end in ends]
            nearest = int(np.argmin(away))
            node = ends[nearest] if away[nearest] < tolerance_m else self.add_node(point)
            for key in (keys[i], keys[j]):
                if node not in key:
                    cuts.setdefault(key, []).append(node)
        for key, through in sorted(cuts.items()):
            start = np.array(self.xy[key[0]])
            ordered = sorted(set(through), key=lambda node: (float(np.hypot(*(np.array(self.xy[node]) - start))), node))
            self.replace_by_path(key, [key[0], *ordered, key[1]])
        return len(cuts)

    def settle(self, tolerance_m: float, rounds: int = 12) -> None:
        """Merge, pull and cut until nothing changes; raises where that does not end."""
        for _ in range(rounds):
            changed = self.node_crossings(tolerance_m)
            changed += self.merge_nodes(tolerance_m)
            changed += self.pull_lines_to_nodes(tolerance_m * 0.6)
            if not changed:
                return
        if self.node_crossings(0.5):
            self.settle(min(tolerance_m, 1.0))

    def prune_short_ends(self, shortest_m: float) -> None:
        """Take away dead ends shorter than a length, again and again."""
        while True:
            degree = self.degree()
            short = [
                key
                for key in self.pairs()
                if min(degree[key[0]], degree[key[1]]) == 1 and self.length_m(key) < shortest_m
            ]
            if not short:
                return
            for key in short:
                del self.roads[key]

    def dangling(self) -> list[int]:
        """Nodes with one piece only."""
        return [int(node) for node in np.flatnonzero(self.degree() == 1)]

    def absorb(self, other: Network) -> None:
        """Take in all pieces of another network; nodes are joined only where their coordinates are the same."""
        known = {point: node for node, point in reversed(list(enumerate(self.xy)))}
        target = {}
        for key in other.pairs():
            for node in key:
                if node not in target:
                    point = other.xy[node]
                    target[node] = known[point] if point in known else self.add_node(point)
            self.connect(target[key[0]], target[key[1]], other.roads[key])
