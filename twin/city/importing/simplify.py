"""From ways to a strongly connected graph of junctions, each edge with its line.

The order matters: ways are cut where they meet, what cannot be reached and left again is dropped, and only then are
pieces joined at points where nothing happens, so that a dropped side street leaves no node behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.city.graph import EARTH_RADIUS_M
from twin.city.importing.streets import Attributes, Streets

SHORTEST_EDGE_M: Final = 0.1
"""Two different points may lie on each other; an edge between them still has a length."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """Stretches of street that are open in one or both directions, as runs of points.

    ``points[start[i]:start[i + 1]]`` are the points of piece i; the other arrays have one value a piece.
    """

    points: NDArray[np.int64]
    start: NDArray[np.int64]
    attributes: NDArray[np.int64]
    speed_assumed: NDArray[np.bool_]
    lanes_assumed: NDArray[np.bool_]
    length_m: NDArray[np.float64]

    @property
    def first(self) -> NDArray[np.int64]:
        """Point at which each piece begins."""
        return self.points[self.start[:-1]]

    @property
    def last(self) -> NDArray[np.int64]:
        """Point at which each piece ends."""
        return self.points[self.start[1:] - 1]

    @property
    def count(self) -> int:
        """Number of pieces."""
        return len(self.attributes)


def step_lengths_m(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the haversine distance from each position to the next, shape (k - 1,)."""
    x, y = np.radians(lon), np.radians(lat)
    half = np.sin(np.diff(y) / 2) ** 2 + np.cos(y[:-1]) * np.cos(y[1:]) * np.sin(np.diff(x) / 2) ** 2
    lengths: NDArray[np.float64] = 2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(half))
    return lengths


def runs(begin: NDArray[np.int64], count: NDArray[np.int64], step: NDArray[np.int64] | int = 1) -> NDArray[np.int64]:
    """Return ``begin[i] + step[i] * (0, 1, .. count[i] - 1)`` for every i, one after the other."""
    before = np.cumsum(count) - count
    within = np.arange(int(count.sum())) - np.repeat(before, count)
    steps = step if isinstance(step, int) else np.repeat(step, count)
    positions: NDArray[np.int64] = np.repeat(begin, count) + within * steps
    return positions


def _with_lengths(streets: Streets, points: NDArray[np.int64], start: NDArray[np.int64]) -> NDArray[np.float64]:
    steps = step_lengths_m(streets.point_lon[points], streets.point_lat[points])
    along = np.concatenate([[0.0], np.cumsum(steps)])
    lengths: NDArray[np.float64] = along[start[1:] - 1] - along[start[:-1]]
    return lengths


def cut(streets: Streets) -> Pieces:
    """Cut ways at every point that lies on two of them, twice on one, or at an end."""
    uses = np.bincount(streets.way_points, minlength=len(streets.point_lon))
    is_cut = uses > 1
    is_cut[streets.way_points[streets.way_start[:-1]]] = True
    is_cut[streets.way_points[streets.way_start[1:] - 1]] = True
    cuts = np.flatnonzero(is_cut[streets.way_points])
    way = np.searchsorted(streets.way_start, cuts, side="right") - 1
    same = way[:-1] == way[1:]
    begin, end, way = cuts[:-1][same], cuts[1:][same], way[:-1][same]
    count = end - begin + 1
    points = streets.way_points[runs(begin, count)]
    start = np.concatenate([[0], np.cumsum(count)])
    return Pieces(
        points=points,
        start=start,
        attributes=streets.way_attributes[way],
        speed_assumed=streets.way_speed_assumed[way],
        lanes_assumed=streets.way_lanes_assumed[way],
        length_m=_with_lengths(streets, points, start),
    )


def take(pieces: Pieces, keep: NDArray[np.bool_]) -> Pieces:
    """Return the pieces that are marked."""
    count = np.diff(pieces.start)[keep]
    return Pieces(
        points=pieces.points[runs(pieces.start[:-1][keep], count)],
        start=np.concatenate([[0], np.cumsum(count)]),
        attributes=pieces.attributes[keep],
        speed_assumed=pieces.speed_assumed[keep],
        lanes_assumed=pieces.lanes_assumed[keep],
        length_m=pieces.length_m[keep],
    )


def in_largest_component(streets: Streets, pieces: Pieces) -> NDArray[np.bool_]:
    """Return which pieces lie in the largest set of points that can all reach one another."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ahead = np.array([one.speed_forward_kmh > 0 for one in streets.attributes])[pieces.attributes]
    back = np.array([one.speed_backward_kmh > 0 for one in streets.attributes])[pieces.attributes]
    begin = np.concatenate([pieces.first[ahead], pieces.last[back]])
    end = np.concatenate([pieces.last[ahead], pieces.first[back]])
    size = len(streets.point_lon)
    links = coo_array((np.ones(len(begin), np.int8), (begin, end)), shape=(size, size)).tocsr()
    _, label = connected_components(links, directed=True, connection="strong")
    inside: NDArray[np.bool_] = label == np.bincount(label).argmax()
    return inside[pieces.first] & inside[pieces.last]


def join(streets: Streets, pieces: Pieces) -> Pieces:
    """Join pieces at points where only two meet and nothing changes; the points stay as bends of the line."""
    piece, reverse, chain = _chains(pieces, *_neighbours(streets, pieces))
    chain_end = np.append(chain[1:] != chain[:-1], True)
    count = np.diff(pieces.start)[piece] - ~chain_end  # the point between two pieces is told once
    begin = np.where(reverse, pieces.start[1:][piece] - 1, pieces.start[:-1][piece])
    points = pieces.points[runs(begin, count, np.where(reverse, -1, 1))]
    first = np.append(True, chain[1:] != chain[:-1])
    chain_count = np.add.reduceat(count, np.flatnonzero(first))
    start = np.concatenate([[0], np.cumsum(chain_count)])
    flipped = _flipped(streets)[0][pieces.attributes[piece]]
    weight = np.add.reduceat(pieces.length_m[piece], np.flatnonzero(first))
    return Pieces(
        points=points,
        start=start,
        attributes=np.where(reverse, flipped, pieces.attributes[piece])[first],
        speed_assumed=np.logical_or.reduceat(pieces.speed_assumed[piece], np.flatnonzero(first)),
        lanes_assumed=np.logical_or.reduceat(pieces.lanes_assumed[piece], np.flatnonzero(first)),
        length_m=weight,
    )


def _flipped(streets: Streets) -> tuple[NDArray[np.int64], tuple[Attributes, ...]]:
    """Return the position of each attributes' reverse, and all attributes with the reverses behind them."""
    table = {one: code for code, one in enumerate(streets.attributes)}
    codes = [table.setdefault(one.reversed(), len(table)) for one in streets.attributes]
    return np.array(codes, dtype=np.int64), tuple(table)


def all_attributes(streets: Streets) -> tuple[Attributes, ...]:
    """Return the attributes that joined pieces refer to."""
    return _flipped(streets)[1]


def _neighbours(streets: Streets, pieces: Pieces) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for both ends of each piece the end that it is joined to, or -1.

    End 2i is the first of piece i, end 2i + 1 its last.
    """
    ends = np.column_stack([pieces.first, pieces.last]).ravel()
    order = np.argsort(ends, kind="stable")
    uses = np.bincount(ends, minlength=len(streets.point_lon))
    alone = uses[ends[order]] == 2
    one, other = order[alone][0::2], order[alone][1::2]
    flipped = _flipped(streets)[0]
    # Seen by a driver who arrives over `one` and leaves over `other`.
    arrives = np.where(one % 2 == 1, pieces.attributes[one // 2], flipped[pieces.attributes[one // 2]])
    leaves = np.where(other % 2 == 0, pieces.attributes[other // 2], flipped[pieces.attributes[other // 2]])
    joined = (arrives == leaves) & (one // 2 != other // 2)
    neighbour = np.full(2 * pieces.count, -1, dtype=np.int64)
    neighbour[one[joined]] = other[joined]
    neighbour[other[joined]] = one[joined]
    return neighbour[0::2], neighbour[1::2]


def _chains(
    pieces: Pieces, at_first: NDArray[np.int64], at_last: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64]]:
    """Follow the joints; returns pieces in order, whether each is walked from its end, and the chain it belongs to."""
    neighbour = np.column_stack([at_first, at_last]).ravel().tolist()
    done = bytearray(pieces.count)
    order: list[int] = []
    chain: list[int] = []
    # Chains with an end first, from the end with the lower number; rings, which have none, afterwards stay cut once.
    begins = np.flatnonzero(np.column_stack([at_first, at_last]).ravel() < 0).tolist()
    for begin in [*begins, *range(0, 2 * pieces.count, 2)]:
        if done[begin >> 1]:
            continue
        end, number = begin, len(chain)
        while end >= 0 and not done[end >> 1]:
            done[end >> 1] = 1
            order.append(end)
            chain.append(number)
            end = neighbour[end ^ 1]
    walked = np.array(order, dtype=np.int64)
    return walked // 2, walked % 2 == 1, np.array(chain, dtype=np.int64)
