"""Customisable contraction hierarchy: what depends on the map alone, and what depends on the travel times.

Dibbelt, Strasser and Wagner (2016), "Customizable Contraction Hierarchies", ACM Journal of Experimental Algorithmics
21. Nodes are named by their rank here. Contracting them from the lowest rank up joins the higher neighbours of each by
arcs (the chordal completion). An arc joins a lower node, its tail, to a higher one, its head, and has two times: up,
from tail to head, and down. A tail's arcs lie side by side with rising heads, and the lowest of the heads is the tail's
parent in the elimination tree: all higher nodes that an upward path can meet are ancestors in that tree.

Times are integer milliseconds; `UNREACHABLE_MS` is closed or unreachable, and so is whatever would take longer: the sum
of two times fits 32 bits without a sign, and is kept only where it is smaller than what was there. Inner loops count
without a sign because numba else looks at every position whether it is negative, which doubles their time.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.kernels.adjacency import undirected_neighbours
from twin.kernels.compile import kernel
from twin.kernels.lanes import relax

UNREACHABLE_MS: Final = 2**31 - 1
"""Travel time of a closed edge, and between nodes that no open road joins."""

NO_NODE: Final = -1
"""Parent of a root of the elimination tree."""


def complete(
    node_rank: NDArray[np.int32], edge_from: NDArray[np.int32], edge_to: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Build the arcs of the chordal completion.

    Parameters
    ----------
    node_rank
        Order of contraction, a permutation of 0..n-1, shape (n,).
    edge_from, edge_to
        Directed edges as node positions, shape (m,).

    Returns
    -------
    arc_first, arc_head
        The arcs whose tail has rank ``v`` are ``arc_first[v]:arc_first[v + 1]``, with rising heads; shapes (n + 1,)
        and (k,).
    """
    return eliminate(*undirected_neighbours(len(node_rank), node_rank[edge_from], node_rank[edge_to]))


@kernel
def eliminate(first: NDArray[np.int32], head: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Join the higher neighbours of each node, in rising order; see `complete`.

    A node's higher neighbours in the completed graph are its own and those of its children in the elimination tree.

    Parameters
    ----------
    first, head
        Neighbours of node ``v`` in rising order: ``head[first[v]:first[v + 1]]``.
    """
    count = len(first) - 1
    arc_first = np.zeros(count + 1, np.int32)
    arc_head = np.empty(max(4 * len(head), 16), np.int32)
    seen_by = np.full(count, NO_NODE, np.int32)
    last_child = np.full(count, NO_NODE, np.int32)
    sibling = np.full(count, NO_NODE, np.int32)
    for node in range(count):
        begin = end = arc_first[node]
        if begin + count > len(arc_head):
            arc_head = np.concatenate((arc_head, np.empty(len(arc_head) + count, np.int32)))
        for higher in head[first[node] : first[node + 1]]:
            if higher > node:
                seen_by[higher] = node
                arc_head[end] = higher
                end += 1
        child = last_child[node]
        while child != NO_NODE:
            for higher in arc_head[arc_first[child] + 1 : arc_first[child + 1]]:  # the first is this node itself
                if seen_by[higher] != node:
                    seen_by[higher] = node
                    arc_head[end] = higher
                    end += 1
            child = sibling[child]
        arc_head[begin:end] = np.sort(arc_head[begin:end])
        arc_first[node + 1] = end
        if end > begin:
            sibling[node] = last_child[arc_head[begin]]
            last_child[arc_head[begin]] = node
    return arc_first, arc_head[: arc_first[count]].copy()


@kernel
def add_ms(first_ms: np.int32, second_ms: np.int32) -> np.uint32:
    """Add two times, either of which may be `UNREACHABLE_MS`."""
    return np.uint32(np.uint32(first_ms) + np.uint32(second_ms))


@kernel
def arcs_up(arc_first: NDArray[np.int32], tail: int) -> range:
    """Return the arcs from `tail` to higher nodes."""
    return range(np.uint32(arc_first[tail]), np.uint32(arc_first[tail + 1]))


@kernel
def find_arc(arc_first: NDArray[np.int32], arc_head: NDArray[np.int32], tail: int, head: int) -> int:
    """Return the arc from `tail` to the higher `head`, which must exist."""
    low = int(arc_first[tail])
    high = int(arc_first[tail + 1]) - 1
    while low < high:
        middle = (low + high) >> 1
        if arc_head[middle] < head:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def arcs_of_edges(
    arc_first: NDArray[np.int32],
    arc_head: NDArray[np.int32],
    from_rank: NDArray[np.int32],
    to_rank: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Return the arc that each edge lies on: the arc itself where it leads up, its complement (``~arc``) where down.

    Edges are given by the ranks of their ends, shape (m,). A loop, which serves no route, gets ``k``.
    """
    edge_arc = np.full(len(from_rank), len(arc_head), np.int32)
    for edge in range(len(from_rank)):
        if from_rank[edge] < to_rank[edge]:
            edge_arc[edge] = find_arc(arc_first, arc_head, from_rank[edge], to_rank[edge])
        elif from_rank[edge] > to_rank[edge]:
            edge_arc[edge] = ~find_arc(arc_first, arc_head, to_rank[edge], from_rank[edge])
    return edge_arc


def arcs_by_head(
    arc_first: NDArray[np.int32], arc_head: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Sort the arcs by their heads.

    Returns
    -------
    lower_first, lower_arc, lower_node
        The arcs whose head has rank ``u``, and their tails in rising order, are
        ``lower_first[u]:lower_first[u + 1]`` of the other two; shapes (n + 1,), (k,), (k,).
    """
    count = len(arc_first) - 1
    lower_arc = np.argsort(arc_head, kind="stable").astype(np.int32)
    lower_first = np.searchsorted(arc_head[lower_arc], np.arange(count + 1)).astype(np.int32)
    tail = np.repeat(np.arange(count, dtype=np.int32), np.diff(arc_first))
    return lower_first, lower_arc, tail[lower_arc]


@kernel
def edges_by_arc(edge_arc: NDArray[np.int32], arc_count: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Chain the edges that lie on the same arc in the same direction, the lowest first.

    Returns
    -------
    first_edge, next_edge
        The first edge that leads up arc ``a`` is ``first_edge[a]``, the first that leads down it
        ``first_edge[arc_count + a]``; ``next_edge`` follows each edge; `NO_NODE` where there is none. Shapes (2 k,) and
        (m,).
    """
    first_edge = np.full(2 * arc_count, NO_NODE, np.int32)
    next_edge = np.full(len(edge_arc), NO_NODE, np.int32)
    for edge in range(len(edge_arc) - 1, -1, -1):
        arc = edge_arc[edge]
        if arc < arc_count:
            place = arc if arc >= 0 else arc_count + ~arc
            next_edge[edge] = first_edge[place]
            first_edge[place] = edge
    return first_edge, next_edge


@kernel
def lay_edges(
    edge_arc: NDArray[np.int32], edge_time_ms: NDArray[np.int32], up_ms: NDArray[np.uint32], down_ms: NDArray[np.uint32]
) -> None:
    """Give each arc the time of its fastest edge, in each lane; lanes without a metric stay unreachable.

    Parameters
    ----------
    edge_time_ms
        Shape (p, m), with p at most `LANES`.
    up_ms, down_ms
        Overwritten, shape (k, LANES).
    """
    up_ms[:] = UNREACHABLE_MS
    down_ms[:] = UNREACHABLE_MS
    for edge in range(len(edge_arc)):
        arc = edge_arc[edge]
        if arc < 0:
            for lane in range(len(edge_time_ms)):
                down_ms[~arc, lane] = min(down_ms[~arc, lane], np.uint32(edge_time_ms[lane, edge]))
        elif arc < len(up_ms):
            for lane in range(len(edge_time_ms)):
                up_ms[arc, lane] = min(up_ms[arc, lane], np.uint32(edge_time_ms[lane, edge]))


@kernel
def customise(
    arc_first: NDArray[np.int32],
    arc_head: NDArray[np.int32],
    lower_first: NDArray[np.int32],
    lower_arc: NDArray[np.int32],
    lower_node: NDArray[np.int32],
    edge_arc: NDArray[np.int32],
    edge_time_ms: NDArray[np.int32],
    up_ms: NDArray[np.uint32],
    down_ms: NDArray[np.uint32],
) -> None:
    """Give every arc the time of the fastest way between its ends through lower nodes (basic customisation).

    Several metrics are done at once, one in each lane; eight cost little more than one.

    Parameters
    ----------
    arc_first, arc_head, lower_first, lower_arc, lower_node, edge_arc
        From `complete`, `arcs_by_head` and `arcs_of_edges`.
    edge_time_ms
        Travel time of each edge under each metric, at least 1, shape (p, m) with p at most `LANES`.
    up_ms, down_ms
        Overwritten: time of each arc from tail to head and from head to tail, shape (k, LANES).
    """
    lay_edges(edge_arc, edge_time_ms, up_ms, down_ms)
    arc_to = np.empty(len(arc_first), np.uint32)
    for node in range(len(arc_first) - 1):
        for arc in arcs_up(arc_first, node):
            arc_to[arc_head[arc]] = arc
        for slot in range(lower_first[node], lower_first[node + 1]):
            lower = lower_node[slot]
            rise = np.uint32(lower_arc[slot])
            for beyond in range(np.uint32(rise + 1), np.uint32(arc_first[lower + 1])):  # its arcs to nodes above this
                arc = arc_to[np.uint32(arc_head[beyond])]
                relax(up_ms, arc, down_ms, rise, up_ms, beyond)
                relax(down_ms, arc, down_ms, beyond, up_ms, rise)


@kernel
def customise_one(
    arc_first: NDArray[np.int32],
    arc_head: NDArray[np.int32],
    lower_first: NDArray[np.int32],
    lower_arc: NDArray[np.int32],
    lower_node: NDArray[np.int32],
    edge_arc: NDArray[np.int32],
    edge_value: NDArray[np.uint32],
    closed: np.uint32,
    time_mask: np.uint32,
    up: NDArray[np.uint32],
    down: NDArray[np.uint32],
) -> None:
    """Do what `customise` does for one metric, in less than half of its time.

    Its values may be times or keys: the value of a way through a node is the sum of that of its first half and of the
    time in that of its second. Where there are no open edges stands `closed`.

    Parameters
    ----------
    edge_value
        Of each edge, shape (m,).
    time_mask
        The bits of a value that are its time.
    up, down
        Overwritten: values of each arc from tail to head and from head to tail, shape (k,).
    """
    up[:] = closed
    down[:] = closed
    for edge in range(len(edge_arc)):
        arc = edge_arc[edge]
        if arc < 0:
            down[~arc] = min(down[~arc], edge_value[edge])
        elif arc < len(up):
            up[arc] = min(up[arc], edge_value[edge])
    arc_to = np.empty(len(arc_first), np.uint32)
    for node in range(len(arc_first) - 1):
        for arc in arcs_up(arc_first, node):
            arc_to[arc_head[arc]] = arc
        for slot in range(lower_first[node], lower_first[node + 1]):
            rise = np.uint32(lower_arc[slot])
            rise_ms, fall = np.uint32(up[rise] & time_mask), down[rise]
            for beyond in range(np.uint32(rise + 1), np.uint32(arc_first[lower_node[slot] + 1])):
                over = arc_to[np.uint32(arc_head[beyond])]
                up[over] = min(up[over], np.uint32(fall + (up[beyond] & time_mask)))
                down[over] = min(down[over], np.uint32(down[beyond] + rise_ms))


@kernel
def take_lanes(times_ms: NDArray[np.uint32], metrics_ms: NDArray[np.int32]) -> None:
    """Write each metric's times side by side: from shape (k, LANES) to shape (p, k)."""
    for arc in range(len(times_ms)):
        for lane in range(len(metrics_ms)):
            metrics_ms[lane, arc] = times_ms[arc, lane]
