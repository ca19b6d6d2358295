"""Nested dissection of a road graph: the order in which the routing hierarchy contracts its nodes.

Nodes with at most two neighbours come first. What is left is halved again and again by small separators, which come
after the halves they part. A separator is found as in inertial flow (Schild and Sommer 2015, "On balanced separators in
road networks"): the nodes at either end of a direction are joined by as many node-disjoint paths as fit, several
directions are tried, and the one that buys the most balance with the fewest nodes is kept.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.kernels.adjacency import undirected_neighbours
from twin.kernels.compile import kernel
from twin.kernels.separator import mark_sides, send_disjoint_paths

DIRECTIONS = 8
"""Directions in which a piece is tried, evenly over half a turn."""

END_SHARES = (0.2, 0.3)
"""Shares of a piece's nodes taken for either end; no half is smaller than this."""


def nested_dissection_order(
    x_m: NDArray[np.float64], y_m: NDArray[np.float64], edge_from: NDArray[np.int32], edge_to: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Rank the nodes of a road graph for contraction.

    Coordinates guide the search and need not be exact, distinct or spread; one graph gives one order.

    Parameters
    ----------
    x_m, y_m
        Plane coordinates of the nodes in metres, shape (n,).
    edge_from, edge_to
        Directed edges as node positions, shape (m,); loops, parallel edges and several components are allowed.

    Returns
    -------
    NDArray[np.int32]
        Rank of each node, a permutation of 0..n-1; the lowest is contracted first; shape (n,).

    Raises
    ------
    ValueError
        If a coordinate is not finite, or an edge names no node.
    """
    count = len(x_m)
    if not (np.isfinite(x_m).all() and np.isfinite(y_m).all()):
        raise ValueError("node coordinates must be finite")
    ends = np.concatenate([edge_from, edge_to])
    if ends.size and (ends.min() < 0 or ends.max() >= count):
        raise ValueError(f"edges must join nodes 0..{count - 1}")
    first, head = undirected_neighbours(count, edge_from, edge_to)
    order = np.empty(count, np.int32)
    degree = np.diff(first).astype(np.int32)
    peeled = peel_low_degrees(first, head, degree, order)
    order[peeled:] = np.flatnonzero(degree >= 0)
    dissect(
        first, head, degree, np.array(x_m, np.float64), np.array(y_m, np.float64),
        np.array(END_SHARES), order[peeled:],
    )  # fmt: skip
    rank = np.empty(count, np.int32)
    rank[order] = np.arange(count, dtype=np.int32)
    return rank


@kernel
def replace_neighbour(
    first: NDArray[np.int32], head: NDArray[np.int32], degree: NDArray[np.int32], node: int, old: int, new: int
) -> None:
    """Put `new` for `old` in the list of `node`, or only drop `old` if `new` is listed, or is -1."""
    start = first[node]
    old_slot = start
    for slot in range(start, start + degree[node]):
        if head[slot] == old:
            old_slot = slot
        elif head[slot] == new:
            new = -1
    if new < 0:
        degree[node] -= 1
        head[old_slot] = head[start + degree[node]]
    else:
        head[old_slot] = new


@kernel
def peel_low_degrees(
    first: NDArray[np.int32], head: NDArray[np.int32], degree: NDArray[np.int32], order: NDArray[np.int32]
) -> int:
    """Contract nodes with at most two neighbours, in rounds in which no two neighbours go, until none is left.

    Rounds keep the elimination tree of a long chain of bends shallow.

    Parameters
    ----------
    first, head, degree
        Neighbours of node ``v``: ``head[first[v]:first[v] + degree[v]]``. Left as the graph of the nodes that stay;
        the degree of the others becomes -1.
    order
        The contracted nodes are written at its beginning.

    Returns
    -------
    int
        How many nodes were contracted.
    """
    count = len(degree)
    round_of = np.full(count, -1, np.int32)
    waiting = np.arange(count).astype(np.int32)
    waiting_next = np.empty(count, np.int32)
    still = count
    peeled = 0
    this_round = 0
    while still > 0:
        touched = 0
        for node in waiting[:still]:
            if degree[node] > 2 or degree[node] < 0 or round_of[node] == this_round:
                continue
            neighbours = head[first[node] : first[node] + degree[node]]
            for neighbour in neighbours:
                other = -1 if len(neighbours) == 1 else neighbours[0] + neighbours[1] - neighbour
                replace_neighbour(first, head, degree, neighbour, node, other)
                if round_of[neighbour] != this_round:
                    round_of[neighbour] = this_round
                    waiting_next[touched] = neighbour
                    touched += 1
            degree[node] = -1
            order[peeled] = node
            peeled += 1
        waiting, waiting_next = waiting_next, waiting
        still = touched
        this_round += 1
    return peeled


@kernel
def extract_piece(
    first: NDArray[np.int32],
    head: NDArray[np.int32],
    degree: NDArray[np.int32],
    piece: NDArray[np.int32],
    local_of: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the neighbour lists of the graph that the nodes of `piece` span, numbered by their place in it.

    `local_of` is scratch of shape (n,), -1 before and after.
    """
    for place in range(len(piece)):
        local_of[piece[place]] = place
    piece_first = np.zeros(len(piece) + 1, np.int32)
    total = 0
    for node in piece:
        total += degree[node]
    piece_head = np.empty(total, np.int32)
    total = 0
    for place in range(len(piece)):
        node = piece[place]
        for slot in range(first[node], first[node] + degree[node]):
            if local_of[head[slot]] >= 0:
                piece_head[total] = local_of[head[slot]]
                total += 1
        piece_first[place + 1] = total
    for node in piece:
        local_of[node] = -1
    return piece_first, piece_head[:total]


@kernel
def label_components(first: NDArray[np.int32], head: NDArray[np.int32], component: NDArray[np.int32]) -> int:
    """Write the number of each node's connected component, in the order of their first nodes; return how many."""
    count = len(component)
    component[:] = -1
    queue = np.empty(count, np.int32)
    components = 0
    for seed in range(count):
        if component[seed] >= 0:
            continue
        component[seed] = components
        queue[0] = seed
        waiting = 1
        taken = 0
        while taken < waiting:
            node = queue[taken]
            taken += 1
            for neighbour in head[first[node] : first[node + 1]]:
                if component[neighbour] < 0:
                    component[neighbour] = components
                    queue[waiting] = neighbour
                    waiting += 1
        components += 1
    return components


@kernel
def choose_separator(
    first: NDArray[np.int32],
    head: NDArray[np.int32],
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    end_shares: NDArray[np.float64],
    side: NDArray[np.int8],
) -> None:
    """Write for each node of a connected piece 0 or 1 (the halves) or 2 (separator); see `mark_sides`."""
    count = len(x_m)
    on_path = np.empty(count, np.bool_)
    before = np.empty(count, np.int32)
    after = np.empty(count, np.int32)
    is_start = np.empty(count, np.bool_)
    is_goal = np.empty(count, np.bool_)
    trial = np.empty(count, np.int8)
    best_cost = np.inf
    for direction in range(DIRECTIONS):
        angle = np.pi * direction / DIRECTIONS
        along = np.argsort(np.cos(angle) * x_m + np.sin(angle) * y_m, kind="mergesort")
        for share in end_shares:
            end = max(1, int(count * share))
            is_start[:] = False
            is_start[along[:end]] = True
            is_goal[:] = False
            is_goal[along[count - end :]] = True
            at_most = count if best_cost == np.inf else int(best_cost * (count / 2))
            cut = send_disjoint_paths(first, head, is_start, is_goal, at_most, on_path, before, after)
            if cut > at_most:
                continue
            sizes = mark_sides(first, head, is_start, is_goal, on_path, before, after, trial)
            cost = cut / (min(sizes) + 1)
            if cost < best_cost:
                best_cost = cost
                side[:] = trial


@kernel
def regroup(piece: NDArray[np.int32], group: NDArray[np.int32], groups: int) -> NDArray[np.int32]:
    """Sort the nodes of `piece` by their group, keeping their order in each; return where groups begin and end."""
    bounds = np.zeros(groups + 1, np.int32)
    for place in range(len(piece)):
        bounds[group[place] + 1] += 1
    for number in range(groups):
        bounds[number + 1] += bounds[number]
    cursor = bounds.copy()
    nodes = piece.copy()
    for place in range(len(piece)):
        piece[cursor[group[place]]] = nodes[place]
        cursor[group[place]] += 1
    return bounds


@kernel
def dissect(
    first: NDArray[np.int32],
    head: NDArray[np.int32],
    degree: NDArray[np.int32],
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    end_shares: NDArray[np.float64],
    nodes: NDArray[np.int32],
) -> None:
    """Put `nodes` in the order of their contraction: halves first, then what separates them.

    Neighbours of node ``v``: ``head[first[v]:first[v] + degree[v]]``, all of them among `nodes`.
    """
    local_of = np.full(len(degree), -1, np.int32)
    pieces = [(0, len(nodes))]
    while len(pieces) > 0:
        begin, end = pieces.pop()
        if end - begin <= 1:
            continue
        piece = nodes[begin:end]
        piece_first, piece_head = extract_piece(first, head, degree, piece, local_of)
        group = np.empty(len(piece), np.int32)
        groups = label_components(piece_first, piece_head, group)
        if groups == 1:
            side = np.empty(len(piece), np.int8)
            choose_separator(piece_first, piece_head, x_m[piece], y_m[piece], end_shares, side)
            group[:] = side
            bounds = regroup(piece, group, 3)[:3]
        else:
            bounds = regroup(piece, group, groups)
        for number in range(len(bounds) - 1):
            pieces.append((begin + bounds[number], begin + bounds[number + 1]))  # noqa: PERF401 (numba)
