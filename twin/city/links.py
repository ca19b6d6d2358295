"""The links that traffic moves on: streets from junction to junction, bends and mere points left out.

A node where a street only goes on is no junction: the edges before and after it are one link. What is found for a link
is given back on the edges of the road graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.city.graph import RoadGraph


@dataclass(frozen=True, eq=False)
class Links:
    """The links of a road graph with m edges: c junctions, k links.

    Attributes
    ----------
    node
        Position in the road graph of each junction, rising, shape (c,).
    node_junction
        The junction that each node of the road graph is or, between two, the nearest along the street; shape (n,).
    from_junction, to_junction
        Ends of the links, positions in ``node``, shape (k,).
    length_m, free_flow_s
        Sums over a link's edges, shape (k,).
    lanes, road_class
        Those that all edges of a link have, shape (k,).
    edge_link
        The link that each edge lies on, shape (m,).
    edge_share
        What share of its link's free-flow time an edge takes, shape (m,).
    """

    node: NDArray[np.int32]
    node_junction: NDArray[np.int32]
    from_junction: NDArray[np.int32]
    to_junction: NDArray[np.int32]
    length_m: NDArray[np.float64]
    free_flow_s: NDArray[np.float64]
    lanes: NDArray[np.uint8]
    road_class: NDArray[np.uint8]
    edge_link: NDArray[np.int32]
    edge_share: NDArray[np.float64]

    @classmethod
    def of(cls, roads: RoadGraph, keep: NDArray[np.integer[Any]] | None = None) -> Links:
        """Find the links of a road graph.

        Parameters
        ----------
        keep
            Nodes that stay junctions although the street only goes on there: where one can park, say.
        """
        follows = _edge_that_follows(roads, keep)
        link_of, place = _chains(follows, roads.edge_from)
        links = int(link_of.max(initial=-1)) + 1
        first, last = place == 0, follows < 0
        from_node, to_node = np.empty(links, np.int32), np.empty(links, np.int32)
        from_node[link_of[first]] = to_node[link_of[first]] = roads.edge_from[first]  # a ring ends where it begins
        to_node[link_of[last]] = roads.edge_to[last]
        node = np.union1d(from_node, to_node).astype(np.int32)
        lanes, road_class = np.empty(links, np.uint8), np.empty(links, np.uint8)
        lanes[link_of], road_class[link_of] = roads.edge_lanes, roads.edge_class
        free_flow_s = _sum_by(link_of, roads.edge_free_flow_s, links)
        return cls(
            node=node,
            node_junction=_nearest_junctions(roads, node, link_of, place),
            from_junction=np.searchsorted(node, from_node).astype(np.int32),
            to_junction=np.searchsorted(node, to_node).astype(np.int32),
            length_m=_sum_by(link_of, roads.edge_length_m, links),
            free_flow_s=free_flow_s,
            lanes=lanes,
            road_class=road_class,
            edge_link=link_of,
            edge_share=roads.edge_free_flow_s / free_flow_s[link_of],
        )

    def on_edges(self, link_time_s: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Return the seconds on each edge, shape (m,), from those on each link, shape (k,)."""
        return np.asarray(link_time_s, np.float64)[self.edge_link] * self.edge_share


def _sum_by(link_of: NDArray[np.int32], values: NDArray[np.floating[Any]], links: int) -> NDArray[np.float64]:
    sums = np.zeros(links)
    np.add.at(sums, link_of, values.astype(np.float64))
    return sums


def _edge_that_follows(roads: RoadGraph, keep: NDArray[np.integer[Any]] | None) -> NDArray[np.int32]:
    """Return, for each edge, the edge that continues it where its end is no junction, else -1; shape (m,)."""
    follows = np.full(roads.edge_count, -1, np.int32)
    passes = _has_two_neighbours(roads)
    if keep is not None:
        passes[np.asarray(keep)] = False
    by_begin = np.argsort(roads.edge_from, kind="stable")
    first = np.searchsorted(roads.edge_from[by_begin], np.arange(roads.node_count + 1))
    edges = np.flatnonzero(passes[roads.edge_to])
    node = roads.edge_to[edges]
    for slot in range(2):  # the one or two edges that leave the node: the one that does not turn back
        there = first[node] + slot < first[node + 1]
        after = by_begin[np.where(there, first[node] + slot, 0)]
        goes_on = there & (roads.edge_to[after] != roads.edge_from[edges])
        follows[edges[goes_on]] = after[goes_on]
    edges = np.flatnonzero(follows >= 0)
    changes = np.zeros(roads.node_count, np.bool_)
    for column in (roads.edge_lanes, roads.edge_class, roads.edge_name, roads.edge_level, roads.edge_speed_kmh):
        changes[roads.edge_to[edges[column[edges] != column[follows[edges]]]]] = True
    follows[changes[roads.edge_to]] = -1
    return follows


def _has_two_neighbours(roads: RoadGraph) -> NDArray[np.bool_]:
    """Say for each node whether it has two neighbours and one edge to, from, or to and from each."""
    count = roads.node_count
    begin, end = roads.edge_from.astype(np.int64), roads.edge_to.astype(np.int64)
    into, out = np.bincount(end, minlength=count), np.bincount(begin, minlength=count)
    neighbours = np.bincount(np.unique(np.concatenate([begin * count + end, end * count + begin])) // count)
    passes: NDArray[np.bool_] = (into == out) & (np.pad(neighbours, (0, count - len(neighbours))) == 2)
    ways, times = np.unique(begin * count + end, return_counts=True)
    passes[np.concatenate([ways // count, ways % count])[np.tile(times > 1, 2)]] = False
    passes[begin[begin == end]] = False
    return passes


def _chains(follows: NDArray[np.int32], edge_from: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Give numbers to the chains of edges; return each edge's chain and its place in it.

    A ring of edges that all follow one another begins at its lowest node, so that both ways round have one junction.
    """
    count = len(follows)
    begins = np.ones(count, np.bool_)
    begins[follows[follows >= 0]] = False
    after = follows.tolist()
    link_of, place = [-1] * count, [0] * count
    links = 0
    in_rings = np.argsort(edge_from, kind="stable")
    for start in [*np.flatnonzero(begins).tolist(), *in_rings.tolist()]:
        edge, steps = start, 0
        while edge >= 0 and link_of[edge] < 0:
            link_of[edge], place[edge] = links, steps
            edge, steps = after[edge], steps + 1
        links += steps > 0
    return np.array(link_of, np.int32), np.array(place, np.int32)


def _nearest_junctions(
    roads: RoadGraph, junctions: NDArray[np.int32], link_of: NDArray[np.int32], place: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Return each node's nearest junction along the street, the lower of equally near ones; shape (n,)."""
    in_order = np.lexsort((place, link_of))
    so_far_m = np.cumsum(roads.edge_length_m[in_order].astype(np.float64))
    starts = np.flatnonzero(place[in_order] == 0)
    ends = np.append(starts[1:], len(in_order)) - 1
    link = link_of[in_order]
    before_m = so_far_m - (so_far_m[starts] - roads.edge_length_m[in_order[starts]])[link]
    node = roads.edge_to[in_order]
    nearest_m = np.full(roads.node_count, np.inf)
    nearest = np.full(roads.node_count, -1, np.int32)
    nearest[junctions] = np.arange(len(junctions))
    nearest_m[junctions] = -1.0
    for end_node, away_m in (
        (roads.edge_from[in_order[starts]][link], before_m),
        (roads.edge_to[in_order[ends]][link], before_m[ends][link] - before_m),
    ):
        junction = np.searchsorted(junctions, end_node)
        for at, which, m in zip(node.tolist(), junction.tolist(), away_m.tolist(), strict=True):
            if (m, which) < (nearest_m[at], nearest[at]):
                nearest_m[at], nearest[at] = m, which
    return nearest
