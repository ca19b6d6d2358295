"""Motorways above the streets: interchanges with ramps instead of junctions at grade."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
import shapely
from network import GRADES, Network, Pair, pair
from plane import Floats
from scipy.spatial import cKDTree

RAMP_M = 320.0
FARTHEST_LINK_M = 1500.0


@dataclass(frozen=True)
class Piece:
    """A directed piece of road above the ground."""

    start: int
    end: int
    grade: str
    name: str
    source: str


@dataclass
class Upper:
    """The roads above the ground; nodes are numbered after those of the ground network."""

    first: int
    xy: list[tuple[float, float]] = field(default_factory=list)
    pieces: dict[Pair, Piece] = field(default_factory=dict)

    def add_node(self, point: Floats) -> int:
        """Add a node and return its number."""
        self.xy.append((round(float(point[0]), 2), round(float(point[1]), 2)))
        return self.first + len(self.xy) - 1

    def connect(self, start: int, end: int, grade: str, name: str, source: str) -> None:
        """Lay a piece in one direction."""
        if start != end and (start, end) not in self.pieces:
            self.pieces[(start, end)] = Piece(start, end, grade, name, source)

    def connect_both(self, start: int, end: int, grade: str, name: str, source: str) -> None:
        """Lay a piece in both directions."""
        self.connect(start, end, grade, name, source)
        self.connect(end, start, grade, name, source)


def raise_motorways(upper: Upper, motorways: Network, interchanges: set[int], ground: Network) -> None:
    """Add the motorways; each interchange gets ramps between a ground junction and the motorway on both sides."""
    points, degree = motorways.points(), motorways.degree()
    number = {node: upper.add_node(points[node]) for node in motorways.neighbours()}
    ground_nodes = _main_junctions(ground)
    tree = cKDTree(ground.points()[ground_nodes])
    cut: dict[Pair, list[tuple[float, int]]] = {}
    for node, others in sorted(motorways.neighbours().items()):
        if node not in interchanges and degree[node] > 1:
            continue
        away, at = tree.query(points[node])
        if away > FARTHEST_LINK_M:
            continue
        target = int(ground_nodes[at])
        for other in others:
            key = pair(node, other)
            ramp_m = min(RAMP_M, 0.4 * motorways.length_m(key))
            where = points[node] + (points[other] - points[node]) * ramp_m / motorways.length_m(key)
            ramp = upper.add_node(where)
            from_first = ramp_m if key[0] == node else motorways.length_m(key) - ramp_m
            cut.setdefault(key, []).append((from_first, ramp))
            upper.connect_both(ramp, target, "motorway_link", "", "synthetic")
    for key in motorways.pairs():
        road = motorways.roads[key]
        path = [number[key[0]], *(node for _, node in sorted(cut.get(key, []))), number[key[1]]]
        for a, b in itertools.pairwise(path):
            upper.connect_both(a, b, "motorway", road.name, road.source)


def _main_junctions(ground: Network) -> np.ndarray:
    good = set()
    for (a, b), road in ground.roads.items():
        if GRADES.index(road.grade) <= GRADES.index("secondary"):
            good.update((a, b))
    degree = ground.degree()
    return np.array(sorted(node for node in good if degree[node] >= 2))


def crossing_interchanges(motorways: Network, ground: Network, apart_m: float = 1500.0) -> set[int]:
    """Add interchanges where a motorway passes over a trunk or primary road far from the interchanges it has."""
    keys = [key for key in ground.pairs() if ground.roads[key].grade == "trunk"]
    lines = ground.lines(keys)
    found: set[int] = set()
    tree = shapely.STRtree(lines)
    for key in motorways.pairs():
        line = motorways.lines([key])[0]
        hits = []
        for at in tree.query(line, predicate="crosses"):
            hits.extend(shapely.get_coordinates(shapely.intersection(line, lines[at])))
        start = np.array(motorways.xy[key[0]])
        path, last = [key[0]], 0.0
        for hit in sorted(hits, key=lambda point: float(np.hypot(*(point - start)))):
            away = float(np.hypot(*(hit - start)))
            if away - last > apart_m and motorways.length_m(key) - away > apart_m:
                node = motorways.add_node(hit)
                found.add(node)
                path.append(node)
                last = away
        if len(path) > 1:
            motorways.replace_by_path(key, [*path, key[1]])
    return found
