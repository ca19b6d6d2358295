"""Questions to a customised hierarchy: how long, and which way.

All start from one node, the anchor. Its upward sweep meets only its ancestors in the elimination tree. The time between
any other node and the anchor is then the smaller of its own entry in that sweep and the best of its arcs followed by
the time of the arc's head, which is an ancestor: so times are found from the root down, once for each node, and many
nodes share most of the work (Strasser and Zeitz 2021, "A fast and tight heuristic for A* in road networks", lazy
RPHAST).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel
from twin.kernels.hierarchy import NO_NODE, UNREACHABLE_MS, add_ms, arcs_up, find_arc

NOT_YET: Final = -1


class Topology(NamedTuple):
    """What a hierarchy is made of; see `twin.kernels.hierarchy`."""

    node_rank: NDArray[np.int32]
    arc_first: NDArray[np.int32]
    arc_head: NDArray[np.int32]
    lower_first: NDArray[np.int32]
    lower_arc: NDArray[np.int32]
    lower_node: NDArray[np.int32]
    first_edge: NDArray[np.int32]
    next_edge: NDArray[np.int32]


class Metric(NamedTuple):
    """The times of one customisation.

    Attributes
    ----------
    edge_time_ms
        Shape (m,).
    up_ms, down_ms
        Times of the arcs, shape (k,).
    """

    edge_time_ms: NDArray[np.int32]
    up_ms: NDArray[np.int32]
    down_ms: NDArray[np.int32]


class Scratch(NamedTuple):
    """Working arrays over ranks, shape (n,), the last (n + 2, 2); the first two are clean between calls.

    Attributes
    ----------
    sweep_ms
        `UNREACHABLE_MS` everywhere.
    known_ms
        `NOT_YET` everywhere.
    """

    sweep_ms: NDArray[np.int32]
    known_ms: NDArray[np.int32]
    known: NDArray[np.int32]
    edges: NDArray[np.int32]
    pending: NDArray[np.int32]


@kernel
def parent_of(topology: Topology, node: int) -> int:
    """Return the parent in the elimination tree, `NO_NODE` for a root."""
    arc = topology.arc_first[node]
    return int(topology.arc_head[arc]) if arc < topology.arc_first[node + 1] else NO_NODE


@kernel
def check_node(topology: Topology, node: int) -> None:
    """Raise IndexError if this is no node's position."""
    if node < 0 or node >= len(topology.node_rank):
        raise IndexError("no such node")


@kernel
def sweep_up(topology: Topology, anchor: int, anchor_arc_ms: NDArray[np.int32], sweep_ms: NDArray[np.int32]) -> None:
    """Write the times between the anchor, a rank, and its ancestors over rising arcs alone.

    `anchor_arc_ms` is the arcs' up time if the anchor is the source, their down time if it is the target. Nothing in it
    is left to the processor's guess: remembering the node before each takes three times as long as finding it again
    (`node_below`).
    """
    sweep_ms[anchor] = 0
    node = anchor
    while node != NO_NODE:
        node_ms = sweep_ms[node]
        for arc in arcs_up(topology.arc_first, node):
            higher = np.uint32(topology.arc_head[arc])
            sweep_ms[higher] = min(add_ms(node_ms, anchor_arc_ms[arc]), np.uint32(sweep_ms[higher]))
        node = parent_of(topology, node)


@kernel
def node_below(topology: Topology, node: int, anchor_arc_ms: NDArray[np.int32], sweep_ms: NDArray[np.int32]) -> int:
    """Return the node before `node`, a rank, on the sweep's fastest way to it: the lowest of equals."""
    for slot in range(topology.lower_first[node], topology.lower_first[node + 1]):
        lower_ms = sweep_ms[topology.lower_node[slot]]
        if add_ms(lower_ms, anchor_arc_ms[topology.lower_arc[slot]]) == sweep_ms[node]:
            return int(topology.lower_node[slot])
    raise AssertionError("a time without a way")


@kernel
def clear_sweep(topology: Topology, anchor: int, sweep_ms: NDArray[np.int32]) -> None:
    """Make `sweep_ms` clean again."""
    node = anchor
    while node != NO_NODE:
        sweep_ms[node] = UNREACHABLE_MS
        node = parent_of(topology, node)


@kernel
def find_time(
    topology: Topology, node: int, other_arc_ms: NDArray[np.int32], scratch: Scratch, known_count: int
) -> int:
    """Make the time of `node`, a rank, and of its ancestors known; return how many nodes are known then.

    `other_arc_ms` is the arcs' up time if the anchor is the target, their down time if it is the source.
    """
    known, known_ms = scratch.known, scratch.known_ms
    begin = known_count
    while node != NO_NODE and known_ms[node] == NOT_YET:
        known[known_count] = node
        known_count += 1
        node = parent_of(topology, node)
    for place in range(known_count - 1, begin - 1, -1):
        node = known[place]
        best_ms = np.uint32(scratch.sweep_ms[node])
        for arc in arcs_up(topology.arc_first, node):
            best_ms = min(best_ms, add_ms(known_ms[np.uint32(topology.arc_head[arc])], other_arc_ms[arc]))
        known_ms[node] = best_ms
    return known_count


@kernel
def forget(scratch: Scratch, known_count: int) -> None:
    """Make `known_ms` clean again."""
    for node in scratch.known[:known_count]:
        scratch.known_ms[node] = NOT_YET


@kernel
def times_to_anchor(
    topology: Topology,
    anchor_arc_ms: NDArray[np.int32],
    other_arc_ms: NDArray[np.int32],
    anchor: int,
    others: NDArray[np.int32],
    scratch: Scratch,
    times_ms: NDArray[np.int32],
) -> None:
    """Write the times between the anchor and the others into `times_ms`, shape (len(others),).

    With the up times as `other_arc_ms` and the down times as `anchor_arc_ms` these are the times from the others to the
    anchor; exchanged, from the anchor to the others. `anchor` and `others` are node positions.

    Raises
    ------
    IndexError
        If one of them is no node.
    """
    check_node(topology, anchor)
    for other in others:
        check_node(topology, other)
    sweep_up(topology, topology.node_rank[anchor], anchor_arc_ms, scratch.sweep_ms)
    known_count = 0
    for place in range(len(others)):
        node = topology.node_rank[others[place]]
        if scratch.known_ms[node] == NOT_YET:
            known_count = find_time(topology, node, other_arc_ms, scratch, known_count)
        times_ms[place] = scratch.known_ms[node]
    forget(scratch, known_count)
    clear_sweep(topology, topology.node_rank[anchor], scratch.sweep_ms)


@kernel
def edge_of(topology: Topology, metric: Metric, arc: int, up: bool, arc_ms: int) -> int:
    """Return the first edge that leads along an arc in its time, `NO_NODE` where the arc is a way over lower nodes."""
    edge = int(topology.first_edge[np.uint32(arc if up else len(topology.arc_head) + arc)])
    while edge != NO_NODE and metric.edge_time_ms[np.uint32(edge)] != arc_ms:
        edge = int(topology.next_edge[np.uint32(edge)])
    return edge


@kernel
def find_via(topology: Topology, metric: Metric, arc: int, tail: int, up: bool, arc_ms: int) -> tuple[int, int, int]:
    """Return the lowest node over which an arc's way leads, and the arcs from there to the arc's tail and to its head.

    It is not kept: looking for it takes no longer than fetching it from an array of its own would.
    """
    up_ms, down_ms = metric.up_ms, metric.down_ms
    head = topology.arc_head[np.uint32(arc)]
    of_head = np.uint32(topology.lower_first[np.uint32(head)])
    for of_tail in range(np.uint32(topology.lower_first[tail]), np.uint32(topology.lower_first[tail + 1])):
        lower = topology.lower_node[of_tail]
        while topology.lower_node[of_head] < lower:
            of_head += np.uint32(1)
        if topology.lower_node[of_head] == lower:
            to_tail, to_head = np.uint32(topology.lower_arc[of_tail]), np.uint32(topology.lower_arc[of_head])
            through_ms = add_ms(down_ms[to_tail], up_ms[to_head]) if up else add_ms(down_ms[to_head], up_ms[to_tail])
            if through_ms == arc_ms:
                return int(lower), int(to_tail), int(to_head)
    raise AssertionError("an arc without a way")


@kernel
def unpack(topology: Topology, metric: Metric, arc: int, tail: int, up: bool, scratch: Scratch, edge_count: int) -> int:
    """Append the edges of an arc to `scratch.edges`; return how many edges there are then.

    Arcs that are still to be unpacked wait with their tails, the next one last; one that is driven down as ``~arc``.
    """
    pending = scratch.pending
    pending[0, 0], pending[0, 1] = arc if up else ~arc, tail
    count = 1
    while count > 0:
        count -= 1
        arc, tail = int(pending[count, 0]), int(pending[count, 1])
        up = arc >= 0
        arc = arc if up else ~arc
        arc_ms = int(metric.up_ms[np.uint32(arc)] if up else metric.down_ms[np.uint32(arc)])
        edge = edge_of(topology, metric, arc, up, arc_ms)
        if edge != NO_NODE:
            scratch.edges[edge_count] = edge
            edge_count += 1
            continue
        lower, to_tail, to_head = find_via(topology, metric, arc, tail, up, arc_ms)
        first, last = (to_tail, to_head) if up else (to_head, to_tail)
        pending[count, 0], pending[count, 1] = last, lower
        pending[count + 1, 0], pending[count + 1, 1] = ~first, lower
        count += 2
    return edge_count


@kernel
def find_route(topology: Topology, metric: Metric, source: int, target: int, scratch: Scratch) -> tuple[int, int]:
    """Write the edges of a fastest route to `scratch.edges`; return its time and how many edges it has.

    Of equally fast routes one and the same is always taken.

    Parameters
    ----------
    source, target
        Node positions.

    Raises
    ------
    IndexError
        If `source` or `target` is no node.
    """
    check_node(topology, source)
    check_node(topology, target)
    node = topology.node_rank[source]
    goal = topology.node_rank[target]
    sweep_up(topology, goal, metric.down_ms, scratch.sweep_ms)
    known_count = find_time(topology, node, metric.up_ms, scratch, 0)
    known_ms = scratch.known_ms
    time_ms = known_ms[node]
    edge_count = 0
    if time_ms < UNREACHABLE_MS:
        while known_ms[node] < scratch.sweep_ms[node]:  # the route still rises
            arc = topology.arc_first[node]
            while known_ms[topology.arc_head[arc]] + metric.up_ms[arc] != known_ms[node]:
                arc += 1
            edge_count = unpack(topology, metric, arc, node, True, scratch, edge_count)
            node = topology.arc_head[arc]
        while node != goal:
            lower = node_below(topology, node, metric.down_ms, scratch.sweep_ms)
            arc = find_arc(topology.arc_first, topology.arc_head, lower, node)
            edge_count = unpack(topology, metric, arc, lower, False, scratch, edge_count)
            node = lower
    forget(scratch, known_count)
    clear_sweep(topology, goal, scratch.sweep_ms)
    return time_ms, edge_count
