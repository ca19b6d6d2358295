"""Questions to a customised hierarchy: how long, and which way.

All start from one node, the anchor. Its upward sweep meets only its ancestors in the elimination tree. The time between
any other node and the anchor is then the smaller of its own entry in that sweep and the best of its arcs followed by
the time of the arc's head, which is an ancestor: so times are found from the root down, once for each node, and many
nodes share most of the work (Strasser and Zeitz 2021, "A fast and tight heuristic for A* in road networks", lazy
RPHAST).

Two arrays over ranks are scratch that stays clean between calls: `sweep_ms` holds `UNREACHABLE_MS` everywhere, and
`known_ms` holds `NOT_YET`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel
from twin.kernels.hierarchy import NO_NODE, UNREACHABLE_MS, add_ms, arcs_up, find_arc

NOT_YET: Final = -1


@kernel
def parent_of(arc_first: NDArray[np.int32], arc_head: NDArray[np.int32], node: int) -> int:
    """Return the parent in the elimination tree, `NO_NODE` for a root."""
    return arc_head[arc_first[node]] if arc_first[node] < arc_first[node + 1] else NO_NODE


@kernel
def sweep_up(
    arc_first: NDArray[np.int32],
    arc_head: NDArray[np.int32],
    anchor: int,
    anchor_arc_ms: NDArray[np.int32],
    sweep_ms: NDArray[np.int32],
    came_from: NDArray[np.int32],
) -> None:
    """Write the times between the anchor and its ancestors over rising arcs alone, and the node before each.

    `anchor_arc_ms` is the arcs' up time if the anchor is the source, their down time if it is the target.
    """
    sweep_ms[anchor] = 0
    node = anchor
    while node != NO_NODE:
        node_ms = sweep_ms[node]
        if node_ms < UNREACHABLE_MS:
            for arc in arcs_up(arc_first, node):
                higher = np.uint32(arc_head[arc])
                through_ms = add_ms(node_ms, anchor_arc_ms[arc])
                if through_ms < sweep_ms[higher]:
                    sweep_ms[higher] = through_ms
                    came_from[higher] = node
        node = parent_of(arc_first, arc_head, node)


@kernel
def clear_sweep(
    arc_first: NDArray[np.int32], arc_head: NDArray[np.int32], anchor: int, sweep_ms: NDArray[np.int32]
) -> None:
    """Make `sweep_ms` clean again."""
    node = anchor
    while node != NO_NODE:
        sweep_ms[node] = UNREACHABLE_MS
        node = parent_of(arc_first, arc_head, node)


@kernel
def find_time(
    arc_first: NDArray[np.int32],
    arc_head: NDArray[np.int32],
    node: int,
    other_arc_ms: NDArray[np.int32],
    sweep_ms: NDArray[np.int32],
    known_ms: NDArray[np.int32],
    known: NDArray[np.int32],
    known_count: int,
) -> int:
    """Make the time of `node` and of its ancestors known; return how many nodes are known then.

    `other_arc_ms` is the arcs' up time if the anchor is the target, their down time if it is the source.
    """
    begin = known_count
    while node != NO_NODE and known_ms[node] == NOT_YET:
        known[known_count] = node
        known_count += 1
        node = parent_of(arc_first, arc_head, node)
    for place in range(known_count - 1, begin - 1, -1):
        node = known[place]
        best_ms = np.uint32(sweep_ms[node])
        for arc in arcs_up(arc_first, node):
            best_ms = min(best_ms, add_ms(known_ms[np.uint32(arc_head[arc])], other_arc_ms[arc]))
        known_ms[node] = best_ms
    return known_count


@kernel
def times_to_anchor(
    arc_first: NDArray[np.int32],
    arc_head: NDArray[np.int32],
    anchor_arc_ms: NDArray[np.int32],
    other_arc_ms: NDArray[np.int32],
    node_rank: NDArray[np.int32],
    anchor: int,
    others: NDArray[np.int32],
    sweep_ms: NDArray[np.int32],
    known_ms: NDArray[np.int32],
    known: NDArray[np.int32],
    came_from: NDArray[np.int32],
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
    count = len(node_rank)
    if anchor < 0 or anchor >= count:
        raise IndexError("no such node")
    for other in others:
        if other < 0 or other >= count:
            raise IndexError("no such node")
    sweep_up(arc_first, arc_head, node_rank[anchor], anchor_arc_ms, sweep_ms, came_from)
    known_count = 0
    for place in range(len(others)):
        node = node_rank[others[place]]
        if known_ms[node] == NOT_YET:
            known_count = find_time(arc_first, arc_head, node, other_arc_ms, sweep_ms, known_ms, known, known_count)
        times_ms[place] = known_ms[node]
    for node in known[:known_count]:
        known_ms[node] = NOT_YET
    clear_sweep(arc_first, arc_head, node_rank[anchor], sweep_ms)


@kernel
def unpack(
    arc_first: NDArray[np.int32],
    arc_head: NDArray[np.int32],
    up_via: NDArray[np.int32],
    down_via: NDArray[np.int32],
    from_node: int,
    to_node: int,
    edges: NDArray[np.int32],
    edge_count: int,
) -> int:
    """Append the edges of the arc between two nodes to `edges`; return how many edges there are then."""
    pending = [(from_node, to_node)]
    while len(pending) > 0:
        begin, end = pending.pop()
        if begin < end:
            via = up_via[find_arc(arc_first, arc_head, begin, end)]
        else:
            via = down_via[find_arc(arc_first, arc_head, end, begin)]
        if via >= 0:
            edges[edge_count] = via
            edge_count += 1
        else:
            pending.append((~via, end))
            pending.append((begin, ~via))
    return edge_count


@kernel
def find_route(
    arc_first: NDArray[np.int32],
    arc_head: NDArray[np.int32],
    up_ms: NDArray[np.int32],
    up_via: NDArray[np.int32],
    down_ms: NDArray[np.int32],
    down_via: NDArray[np.int32],
    node_rank: NDArray[np.int32],
    source: int,
    target: int,
    sweep_ms: NDArray[np.int32],
    known_ms: NDArray[np.int32],
    known: NDArray[np.int32],
    came_from: NDArray[np.int32],
    edges: NDArray[np.int32],
) -> tuple[int, int]:
    """Write the edges of a fastest route; return its time and how many edges it has.

    Of equally fast routes one and the same is always taken.

    Parameters
    ----------
    source, target
        Node positions.
    edges
        Overwritten from its beginning; shape (n,) is always enough, as no node is met twice.

    Raises
    ------
    IndexError
        If `source` or `target` is no node.
    """
    if source < 0 or source >= len(node_rank) or target < 0 or target >= len(node_rank):
        raise IndexError("no such node")
    node = node_rank[source]
    goal = node_rank[target]
    sweep_up(arc_first, arc_head, goal, down_ms, sweep_ms, came_from)
    known_count = find_time(arc_first, arc_head, node, up_ms, sweep_ms, known_ms, known, 0)
    time_ms = known_ms[node]
    edge_count = 0
    if time_ms < UNREACHABLE_MS:
        while known_ms[node] < sweep_ms[node]:  # the route still rises
            arc = arc_first[node]
            while known_ms[arc_head[arc]] + up_ms[arc] != known_ms[node]:
                arc += 1
            edge_count = unpack(arc_first, arc_head, up_via, down_via, node, arc_head[arc], edges, edge_count)
            node = arc_head[arc]
        while node != goal:
            edge_count = unpack(arc_first, arc_head, up_via, down_via, node, came_from[node], edges, edge_count)
            node = came_from[node]
    for node in known[:known_count]:
        known_ms[node] = NOT_YET
    clear_sweep(arc_first, arc_head, goal, sweep_ms)
    return time_ms, edge_count
