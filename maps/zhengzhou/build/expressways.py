"""Elevated expressways above the main streets: a one-way carriageway each way, ramps, and interchanges."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
import shapely
from known_roads import EXPRESSWAYS, FOURTH_RING, THIRD_RING
from motorways import Upper
from network import GRADES, Network, pair
from plane import Floats
from routes import RouteFinder

OFFSET_M = 13.0
"""From the street's middle to the middle of each carriageway."""

RAMP_M = 220.0
RAMPS_APART_M = 1000.0
INTERCHANGE_M = 270.0
FREE_ROUND_INTERCHANGE_M = 650.0


@dataclass
class Expressway:
    """An elevated road above a path of ground nodes; ``named`` gives the place where each name begins."""

    path: list[int]
    closed: bool
    named: list[tuple[float, str]]
    sources: list[tuple[float, str]]
    line: shapely.LineString
    at: dict[int, float]
    stops: set[float] = field(default_factory=set)
    node: dict[tuple[float, bool], int] = field(default_factory=dict)

    @property
    def length_m(self) -> float:
        """Length in metres."""
        return float(self.line.length)

    def place(self, along_m: float) -> float | None:
        """Bring a place onto the road: round a loop, or None beyond the ends."""
        if self.closed:
            return round(along_m % self.length_m, 1)
        return round(along_m, 1) if 30 < along_m < self.length_m - 30 else None

    def name_at(self, along_m: float) -> str:
        """Name of the road at a place."""
        return [name for start, name in self.named if start <= along_m + 1e-6][-1]

    def source_at(self, along_m: float) -> str:
        """Source of the ground road below a place."""
        return [source for start, source in self.sources if start <= along_m + 1e-6][-1]

    def point(self, along_m: float, forward: bool) -> Floats:
        """Return the carriageway's point at a place: right of the way driven."""
        before, after = along_m - 15, along_m + 15
        if self.closed:
            before, after = before % self.length_m, after % self.length_m
        here, back, on = (
            np.asarray(self.line.interpolate(place).coords[0])
            for place in (along_m, max(before, 0.0), min(after, self.length_m))
        )
        direction = (on - back) / np.hypot(*(on - back))
        right = np.array([direction[1], -direction[0]])
        return here + right * (OFFSET_M if forward else -OFFSET_M)


def plan(finder: RouteFinder, parts: tuple, *, closed: bool) -> Expressway:
    """Find the ground path of an expressway with one or more names."""
    network = finder.network
    path: list[int] = []
    starts: list[tuple[int, str]] = []
    for name, way in parts:
        nodes = finder.nodes(way)
        starts.append((nodes[0], name))
        path += nodes if not path else nodes[1:]
    if closed and path[0] != path[-1]:
        raise ValueError(f"the ring {parts[0][0]} does not close")
    points = network.points()[path]
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at: dict[int, float] = {}
    for node, place in zip(path, along, strict=True):
        at.setdefault(node, float(place))
    if closed and len(set(path)) != len(path) - 1:
        raise ValueError(f"the ring {parts[0][0]} passes a place twice")
    named = [(at[node], name) for node, name in starts]
    sources = [
        (float(place), network.roads[pair(a, b)].source)
        for place, (a, b) in zip(along[:-1], itertools.pairwise(path), strict=True)
    ]
    return Expressway(path, closed, named, sources, shapely.LineString(points), at)


def raise_expressways(upper: Upper, ground: Network) -> dict[str, int]:
    """Add both elevated rings and the expressways; returns the number of ramps and interchanges."""
    finder = RouteFinder(ground)
    roads = [plan(finder, THIRD_RING, closed=True), plan(finder, FOURTH_RING, closed=True)]
    roads += [plan(finder, (road,), closed=False) for road in EXPRESSWAYS]
    meetings = []
    for one in range(len(roads)):
        for two in range(one + 1, len(roads)):
            meetings += [(roads[one], roads[two], a, b) for a, b in _meetings(roads[one], roads[two])]
    ramps = {index: _ramps(road, ground, meetings) for index, road in enumerate(roads)}
    for one, two, a, b in meetings:
        for road, place in ((one, a), (two, b)):
            road.stops |= {p for d in (-INTERCHANGE_M, INTERCHANGE_M) if (p := road.place(place + d)) is not None}
    for index, road in enumerate(roads):
        for place, _ in ramps[index]:
            road.stops |= {p for d in (-RAMP_M, RAMP_M) if (p := road.place(place + d)) is not None}
        _carriageways(upper, road)
    for index, road in enumerate(roads):
        for place, target in ramps[index]:
            _join_ground(upper, road, place, target)
    for one, two, a, b in meetings:
        _join(upper, one, two, a, b)
        _join(upper, two, one, b, a)
    return {"ramps": sum(map(len, ramps.values())), "interchanges": len(meetings)}


def _meetings(one: Expressway, two: Expressway) -> list[tuple[float, float]]:
    """Places where two expressways share ground: the middle of each shared run."""
    shared = [node for node in one.path if node in two.at]
    runs: list[list[int]] = []
    for node in shared:
        if runs and one.at[node] - one.at[runs[-1][-1]] < 700:
            runs[-1].append(node)
        else:
            runs.append([node])
    return [(one.at[run[len(run) // 2]], two.at[run[len(run) // 2]]) for run in runs]


def _ramps(road: Expressway, ground: Network, meetings: list) -> list[tuple[float, int]]:
    """Choose the junctions with ramps: the main crossings first, well apart and away from interchanges."""
    taken = [a for one, _, a, _ in meetings if one is road] + [b for _, two, _, b in meetings if two is road]
    blocked = [(place, FREE_ROUND_INTERCHANGE_M) for place in taken]
    around = ground.neighbours()
    along_path = set(zip(road.path, road.path[1:], strict=False)) | set(zip(road.path[1:], road.path, strict=False))
    wanted = []
    for node in road.path[:-1]:
        side = [ground.roads[pair(node, other)].grade for other in around[node] if (node, other) not in along_path]
        if side:
            wanted.append((min(GRADES.index(grade) for grade in side), road.at[node], node))
    chosen: list[tuple[float, int]] = []
    if not road.closed:
        for place, node in ((0.0, road.path[0]), (road.length_m, road.path[-1])):
            if all(abs(place - other) > 200 for other in taken):
                chosen.append((place, node))
                blocked.append((place, RAMPS_APART_M))
    for grade, place, node in sorted(wanted):
        gaps = [(_gap(road, place, other), apart) for other, apart in blocked]
        if grade <= GRADES.index("secondary") and all(gap > apart for gap, apart in gaps):
            chosen.append((place, node))
            blocked.append((place, RAMPS_APART_M))
    return sorted(chosen)


def _gap(road: Expressway, one: float, two: float) -> float:
    gap = abs(one - two)
    return min(gap, road.length_m - gap) if road.closed else gap


def _carriageways(upper: Upper, road: Expressway) -> None:
    bends = np.asarray(shapely.simplify(road.line, 4.0).coords)
    for bend in bends[1:-1] if not road.closed else bends[:-1]:
        place = road.place(float(road.line.project(shapely.Point(bend))))
        if place is not None and all(_gap(road, place, stop) > 40 for stop in road.stops):
            road.stops.add(place)
    for start, _ in road.named[1:] if not road.closed else road.named:
        place = road.place(start)
        if place is not None and all(_gap(road, place, stop) > 40 for stop in road.stops):
            road.stops.add(place)
    ordered = sorted(road.stops)
    for forward in (True, False):
        for stop in ordered:
            road.node[(stop, forward)] = upper.add_node(road.point(stop, forward))
    steps = list(itertools.pairwise(ordered))
    if road.closed:
        steps.append((ordered[-1], ordered[0]))
    for a, b in steps:
        middle = (a + b) / 2 if b > a else (a + b + road.length_m) / 2 % road.length_m
        name = road.name_at(middle)
        source = road.source_at(middle)
        upper.connect(road.node[(a, True)], road.node[(b, True)], "trunk", name, source)
        upper.connect(road.node[(b, False)], road.node[(a, False)], "trunk", name, source)


def _stop(road: Expressway, along_m: float) -> float | None:
    place = road.place(along_m)
    return place if place is not None and place in road.stops else None


def _join_ground(upper: Upper, road: Expressway, place: float, target: int) -> None:
    before, after = _stop(road, place - RAMP_M), _stop(road, place + RAMP_M)
    if before is not None:
        upper.connect(road.node[(before, True)], target, "trunk_link", "", "synthetic")
        upper.connect(target, road.node[(before, False)], "trunk_link", "", "synthetic")
    if after is not None:
        upper.connect(target, road.node[(after, True)], "trunk_link", "", "synthetic")
        upper.connect(road.node[(after, False)], target, "trunk_link", "", "synthetic")


def _join(upper: Upper, source: Expressway, target: Expressway, at_source: float, at_target: float) -> None:
    arrivals = [(_stop(source, at_source - INTERCHANGE_M), True), (_stop(source, at_source + INTERCHANGE_M), False)]
    leavings = [(_stop(target, at_target + INTERCHANGE_M), True), (_stop(target, at_target - INTERCHANGE_M), False)]
    for come, come_forward in arrivals:
        for go, go_forward in leavings:
            if come is not None and go is not None:
                upper.connect(
                    source.node[(come, come_forward)], target.node[(go, go_forward)], "trunk_link", "", "synthetic"
                )
