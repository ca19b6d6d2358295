"""The local streets: each face of the main roads is cut again and again until its blocks are small enough.

A cut runs across the longer side of a block, keeps the direction of the block's roads (with a little play), and ends on
a junction that the block beyond has already made where one is near: so streets often go on across a main road, and
otherwise meet it as a T. All of it is synthetic.
"""

from __future__ import annotations

import numpy as np
import shapely
from builtup import Area, areas, forbidden, railways
from network import Network, Pair, Road, pair
from plane import Floats
from scipy.spatial import cKDTree

LARGEST_FACE_M2 = 16e6
"""A face larger than this is open country and stays whole."""

SHORTEST_M = 38.0
"""No cut ends nearer than this to a corner."""

TRIES = 14


def faces(network: Network) -> list[list[int]]:
    """Return the rings of nodes round each bounded face, anticlockwise; loose ends do not count."""
    around = _without_loose_ends(network.neighbours())
    points = network.points()
    order = {
        node: sorted(others, key=lambda o, n=node: np.arctan2(*(points[o] - points[n])[::-1]))
        for node, others in around.items()
    }
    following = {}
    for node, others in order.items():
        for at, other in enumerate(others):
            following[(other, node)] = (node, others[at - 1])
    rings, seen = [], set()
    for start in sorted(following):
        if start in seen:
            continue
        ring, edge = [], start
        while edge not in seen:
            seen.add(edge)
            ring.append(edge[0])
            edge = following[edge]
        if _area_m2(points[ring]) > 0:
            rings.append(ring)
    return rings


def _without_loose_ends(around: dict[int, list[int]]) -> dict[int, list[int]]:
    while loose := [node for node, others in around.items() if len(others) <= 1]:
        for node in loose:
            for other in around.pop(node):
                if other in around:
                    around[other].remove(node)
    return around


def _area_m2(ring: Floats) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


class Cutter:
    """Cuts faces into blocks; remembers which pieces of road were split, for the blocks on their other side."""

    def __init__(self, network: Network, rng: np.random.Generator) -> None:
        self.network = network
        self.rng = rng
        self.split: dict[Pair, int] = {}
        self.barred = shapely.union(forbidden(), railways())
        shapely.prepare(self.barred)

    def fill(self, ring: list[int], area: Area) -> None:
        """Cut a face into blocks."""
        stack = [ring]
        while stack:
            block = self._with_splits(stack.pop())
            points = np.array([self.network.xy[node] for node in block])
            size = _area_m2(points)
            if size < 2500 or len(set(block)) < len(block):
                continue
            middle = np.asarray(shapely.get_coordinates(shapely.centroid(shapely.Polygon(points))))[0]
            side = area.side_m(middle)
            if size < side**2 * self.rng.uniform(0.85, 1.55):
                continue
            halves = self._cut(block, points, size, side)
            if halves:
                stack.extend(halves)

    def _with_splits(self, ring: list[int]) -> list[int]:
        whole: list[int] = []
        for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
            whole.append(a)
            whole.extend(self._between(a, b))
        return whole

    def _between(self, a: int, b: int) -> list[int]:
        middle = self.split.get(pair(a, b))
        if middle is None:
            return []
        return [*self._between(a, middle), middle, *self._between(middle, b)]

    def _cut(self, block: list[int], points: Floats, size: float, side: float) -> list[list[int]] | None:
        arms = np.roll(points, -1, axis=0) - points
        lengths = np.hypot(*arms.T)
        fourfold = np.sum(lengths * np.exp(4j * np.arctan2(arms[:, 1], arms[:, 0])))
        angle = float(np.angle(fourfold)) / 4
        turned = points @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        extent = np.ptp(turned, axis=0)
        across_first = bool(extent[0] >= extent[1] * self.rng.uniform(0.85, 1.15))
        for attempt in range(TRIES):
            long_axis = 0 if across_first == (attempt < TRIES - 3) else 1
            share = 0.5 + self.rng.uniform(-0.12, 0.12) * (1 + attempt * 0.2)
            place = turned[:, long_axis].min() + extent[long_axis] * share
            lean = angle + (np.pi / 2 if long_axis == 0 else 0.0) + self.rng.normal(0, 0.025)
            base = (
                np.array([np.cos(angle), np.sin(angle)])
                if long_axis == 0
                else np.array([-np.sin(angle), np.cos(angle)])
            )
            middle = points.mean(axis=0)
            through = middle + base * (place - float(middle @ base))
            halves = self._try_line(block, points, through, lean, size, side)
            if halves:
                return halves
        return None

    def _try_line(
        self, block: list[int], points: Floats, through: Floats, lean: float, size: float, side: float
    ) -> list[list[int]] | None:
        along, normal = np.array([np.cos(lean), np.sin(lean)]), np.array([-np.sin(lean), np.cos(lean)])
        height = (points - through) @ normal
        after = np.roll(height, -1)
        hit = np.flatnonzero((height < 0) != (after < 0))
        if len(hit) < 2:
            return None
        ends = np.roll(points, -1, axis=0)
        part = height[hit] / (height[hit] - after[hit])
        where = points[hit] + (ends[hit] - points[hit]) * part[:, None]
        order = np.argsort((where - through) @ along, kind="stable")
        hit, part, where = hit[order], part[order], where[order]
        spans = np.hypot(*(where[1::2] - where[0::2]).T)
        best = int(np.argmax(spans)) * 2
        if spans[best // 2] < 60:
            return None
        snap = min(70.0, 0.33 * side)
        one = self._end(block, points, int(hit[best]), where[best], snap)
        two = self._end(block, points, int(hit[best + 1]), where[best + 1], snap)
        if not self._fits(points, one, two, size):
            return None
        return self._lay(block, one, two, size, side)

    def _end(
        self, block: list[int], points: Floats, edge: int, where: Floats, snap: float
    ) -> tuple[int, Floats | None]:
        """Return where a cut ends: (position, None) at a node of the ring, (position, point) on the piece after it."""
        after = (edge + 1) % len(block)
        away = [float(np.hypot(*(points[at] - where))) for at in (edge, after)]
        nearest = (edge, after)[int(np.argmin(away))]
        length = float(np.hypot(*(points[after] - points[edge])))
        if min(away) < max(SHORTEST_M, snap) or length < 2.2 * SHORTEST_M:
            return nearest, None
        return edge, where

    def _fits(
        self, points: Floats, one: tuple[int, Floats | None], two: tuple[int, Floats | None], size: float
    ) -> bool:
        count = len(points)
        start = points[one[0]] if one[1] is None else one[1]
        end = points[two[0]] if two[1] is None else two[1]
        if float(np.hypot(*(end - start))) < 55:
            return False
        if one[0] == two[0] or (one[1] is None and two[1] is None and (one[0] - two[0]) % count in (1, count - 1)):
            return False
        chord = shapely.linestrings([start, end])
        if shapely.intersects(self.barred, chord):
            return False
        block = shapely.Polygon(points)
        inside = shapely.intersection(chord, block).length
        if inside < chord.length - 0.01 or shapely.intersection(chord, block.boundary).length > 0.01:
            return False
        others = np.delete(points, [at for at, point in (one, two) if point is None], axis=0)
        if len(others) and shapely.distance(chord, shapely.points(others)).min() < 12:
            return False
        return self._open_angles(points, one, start, end) and self._open_angles(points, two, end, start)

    @staticmethod
    def _open_angles(points: Floats, at: tuple[int, Floats | None], here: Floats, there: Floats) -> bool:
        """Tell whether a cut leaves its end at 30 degrees or more from the block's sides."""
        index, point = at
        count = len(points)
        sides = [points[(index + 1) % count], points[index] if point is not None else points[index - 1]]
        way = (there - here) / np.hypot(*(there - here))
        for side in sides:
            arm = side - here
            if float(arm @ way) / float(np.hypot(*arm)) > np.cos(np.radians(30)):
                return False
        return True

    def _lay(
        self,
        block: list[int],
        one: tuple[int, Floats | None],
        two: tuple[int, Floats | None],
        size: float,
        side: float,
    ) -> list[list[int]]:
        nodes = []
        for index, point in (one, two):
            if point is None:
                nodes.append(block[index])
            else:
                nodes.append(self._split(block[index], block[(index + 1) % len(block)], point))
        grade = "tertiary" if size > max(9 * side**2, 3.5e5) else "residential"
        if size > 1.1e6:
            grade = "secondary"
        self.network.connect(nodes[0], nodes[1], Road(grade, "synthetic"))
        ring = self._with_splits(block)
        first, second = sorted((ring.index(nodes[0]), ring.index(nodes[1])))
        return [ring[first : second + 1], ring[second:] + ring[: first + 1]]

    def _split(self, a: int, b: int, point: Floats) -> int:
        node = self.network.add_node(point)
        road = self.network.roads.pop(pair(a, b))
        self.network.connect(a, node, road)
        self.network.connect(node, b, road)
        self.split[pair(a, b)] = node
        return node


def lay_blocks(network: Network, rng: np.random.Generator) -> None:
    """Cut every face that lies in a built-up area into blocks."""
    cutter = Cutter(network, rng)
    built = areas()
    for area in built:
        shapely.prepare(area.outline)
    points = network.points()
    jobs = []
    for ring in faces(network):
        face = shapely.make_valid(shapely.Polygon(points[ring]))
        if face.area > LARGEST_FACE_M2:
            continue
        for area in built:
            if shapely.intersection(face, area.outline).area > 0.5 * face.area:
                jobs.append((float(np.hypot(*(np.array(face.centroid.coords[0]) - area.centre_m))), ring, area))
                break
    for _, ring, area in sorted(jobs, key=lambda job: (job[0], job[1])):
        cutter.fill(ring, area)


def bend_long_streets(network: Network, rng: np.random.Generator) -> None:
    """Give local streets longer than 330 m a slight bend in the middle, so that they are not drawn with a ruler."""
    points = network.points()
    used = np.flatnonzero(network.degree() > 0)
    tree = cKDTree(points[used])
    for key in network.pairs():
        road = network.roads[key]
        length = network.length_m(key)
        if road.source != "synthetic" or road.grade not in ("residential", "tertiary") or length < 330:
            continue
        start, end = points[key[0]], points[key[1]]
        normal = np.array([-(end - start)[1], (end - start)[0]]) / length
        middle = start + (end - start) * rng.uniform(0.4, 0.6) + normal * rng.uniform(-9, 9)
        if tree.query(middle)[0] > 60:
            network.replace_by_path(key, [key[0], network.add_node(middle), key[1]])
