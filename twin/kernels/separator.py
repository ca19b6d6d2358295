"""The smallest set of nodes that parts two sets of nodes of an undirected graph.

By Menger's theorem it is as large as the greatest number of node-disjoint paths from one set to the other, which
Dinic's algorithm finds: every node is an entrance and an exit joined by an arc of capacity one. State ``2 v`` is the
entrance of node ``v`` and ``2 v + 1`` its exit. At most one path runs through a node, so a flow is two arrays: the
node before and the node after each node on its path.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel

NONE = -1
"""No node: before the first and after the last of a path, and on both sides of a node that lies on none."""


@kernel
def reach(state: int, new_level: int, level: NDArray[np.int32], queue: NDArray[np.int32], waiting: int) -> int:
    """Label and queue a state unless it has a level; return how many states are queued then."""
    place = np.uint32(state)  # without a sign: numba need not ask whether it is negative
    if level[place] >= 0:
        return waiting
    level[place] = new_level
    queue[np.uint32(waiting)] = state
    return waiting + 1


@kernel
def label_levels(
    first: NDArray[np.int32],
    head: NDArray[np.int32],
    is_start: NDArray[np.bool_],
    is_goal: NDArray[np.bool_],
    on_path: NDArray[np.bool_],
    before: NDArray[np.int32],
    stop_at_goal: bool,
    level: NDArray[np.int32],
    queue: NDArray[np.int32],
) -> bool:
    """Write the breadth-first level of every state that more flow can reach from the start (-1: none).

    Parameters
    ----------
    first, head
        Neighbours of node ``v``: ``head[first[v]:first[v + 1]]``; shapes (n + 1,) and (2 e,).
    is_start, is_goal, on_path, before
        Shape (n,).
    stop_at_goal
        Leave states unlabelled that lie farther than the goal.
    level, queue
        Written and scratch, shape (2 n,).

    Returns
    -------
    bool
        Whether the goal can be reached.
    """
    level[:] = -1
    waiting = 0
    for node in np.flatnonzero(is_start):
        waiting = reach(2 * int(node), 0, level, queue, waiting)
    taken = 0
    goal_level = 2 * len(is_start) + 1
    while taken < waiting:
        state = queue[taken]
        taken += 1
        next_level = level[state] + 1
        if stop_at_goal and next_level > goal_level:
            break
        node = state >> 1
        if state & 1 == 0:
            if not on_path[node]:
                waiting = reach(2 * node + 1, next_level, level, queue, waiting)
            elif before[node] != NONE:  # the only way on is to take back the flow that came here
                waiting = reach(2 * before[node] + 1, next_level, level, queue, waiting)
            continue
        if is_goal[node]:
            goal_level = min(goal_level, next_level)
        if on_path[node]:
            waiting = reach(2 * node, next_level, level, queue, waiting)
        for slot in range(np.uint32(first[node]), np.uint32(first[node + 1])):
            waiting = reach(2 * head[slot], next_level, level, queue, waiting)
    return goal_level <= 2 * len(is_start)


@kernel
def find_path(
    start: int,
    first: NDArray[np.int32],
    head: NDArray[np.int32],
    is_goal: NDArray[np.bool_],
    on_path: NDArray[np.bool_],
    before: NDArray[np.int32],
    level: NDArray[np.int32],
    cursor: NDArray[np.int32],
    path: NDArray[np.int32],
) -> int:
    """Write the states of one augmenting path from the entrance of `start`; return how many, 0 if there is none.

    States that lead nowhere lose their level, so that a phase looks at each of them once.
    """
    length = 1
    path[0] = 2 * start
    while length > 0:
        state = path[length - 1]
        node = state >> 1
        next_level = level[state] + 1
        found = NONE
        if state & 1 == 0:
            onward = 2 * node + 1
            if on_path[node]:
                onward = 2 * before[node] + 1 if before[node] != NONE else NONE
            if onward != NONE and level[onward] == next_level:
                found = onward
        else:
            if is_goal[node]:
                return length
            if on_path[node] and level[2 * node] == next_level:
                found = 2 * node
            while found == NONE and cursor[node] < first[node + 1]:
                onward = 2 * head[cursor[node]]
                if level[onward] == next_level:
                    found = onward
                else:
                    cursor[node] += 1
        if found == NONE:
            level[state] = -1
            length -= 1
        else:
            path[length] = found
            length += 1
    return 0


@kernel
def send_along(
    path: NDArray[np.int32],
    length: int,
    on_path: NDArray[np.bool_],
    before: NDArray[np.int32],
    after: NDArray[np.int32],
    level: NDArray[np.int32],
) -> None:
    """Add one unit of flow along the states of an augmenting path, and spend their levels."""
    before[path[0] >> 1] = NONE
    for place in range(length):
        node = path[place] >> 1
        level[path[place]] = -1
        is_exit = path[place] & 1 == 1
        if place + 1 == length:
            on_path[node] = True
            after[node] = NONE
            break
        onward = path[place + 1] >> 1
        if is_exit and onward == node:  # from the exit back to the entrance: the node's flow is taken back
            on_path[node] = False
            before[node] = NONE
            after[node] = NONE
        elif is_exit:
            on_path[node] = True
            after[node] = onward
            before[onward] = node


@kernel
def send_disjoint_paths(
    first: NDArray[np.int32],
    head: NDArray[np.int32],
    is_start: NDArray[np.bool_],
    is_goal: NDArray[np.bool_],
    at_most: int,
    on_path: NDArray[np.bool_],
    before: NDArray[np.int32],
    after: NDArray[np.int32],
) -> int:
    """Send node-disjoint paths until no more fit, or more than `at_most` do; return how many.

    `on_path`, `before` and `after`, shape (n,), are overwritten with the paths.
    """
    count = len(is_start)
    level = np.empty(2 * count, np.int32)
    queue = np.empty(2 * count, np.int32)
    cursor = np.empty(count, np.int32)
    on_path[:] = False
    before[:] = NONE
    after[:] = NONE
    flow = 0
    while flow <= at_most and label_levels(first, head, is_start, is_goal, on_path, before, True, level, queue):
        cursor[:] = first[:count]
        for start in range(count):
            if is_start[start] and level[2 * start] == 0:
                length = find_path(start, first, head, is_goal, on_path, before, level, cursor, queue)
                if length > 0:
                    send_along(queue, length, on_path, before, after, level)
                    flow += 1
    return flow


@kernel
def mark_sides(
    first: NDArray[np.int32],
    head: NDArray[np.int32],
    is_start: NDArray[np.bool_],
    is_goal: NDArray[np.bool_],
    on_path: NDArray[np.bool_],
    before: NDArray[np.int32],
    after: NDArray[np.int32],
    side: NDArray[np.int8],
) -> tuple[int, int]:
    """Write 0 (start's side), 1 (goal's side) or 2 (separator) for each node, and return the sizes of the two sides.

    A greatest flow leaves two extreme smallest separators, nearest to the start and nearest to the goal (the paths read
    backwards); the one that halves the graph better is taken.
    """
    count = len(is_start)
    level = np.empty(2 * count, np.int32)
    queue = np.empty(2 * count, np.int32)
    best = NONE
    best_sizes = (0, 0)
    for end in range(2):
        near = 0
        cut = 0
        if end == 0:
            label_levels(first, head, is_start, is_goal, on_path, before, False, level, queue)
        else:
            label_levels(first, head, is_goal, is_start, on_path, after, False, level, queue)
        for node in range(count):
            near += level[2 * node + 1] >= 0
            cut += level[2 * node] >= 0 and level[2 * node + 1] < 0
        far = count - near - cut
        if min(near, far) > best:
            best = min(near, far)
            best_sizes = (near, far) if end == 0 else (far, near)
            for node in range(count):
                if level[2 * node + 1] >= 0:
                    side[node] = end
                elif level[2 * node] >= 0:
                    side[node] = 2
                else:
                    side[node] = 1 - end
    return best_sizes
