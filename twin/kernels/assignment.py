"""Static user equilibrium: flows of which nobody can gain by another route (Wardrop's first principle).

Path-based gradient projection: Jayakrishnan, Tsai, Prashker and Rajadhyaksha (1994), "A faster path-based algorithm for
traffic assignment", Transportation Research Record 1443. Each pair of zones keeps the paths that were once its
shortest. A pair's flow is moved from each dearer path to its cheapest by a Newton step on the links in which the two
differ, link times follow at once, and whatever is negative is projected to zero.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel

NONE: Final = -1
"""Stands for no link, no path, no pair."""
MOST_HALVINGS: Final = 50
OVERSHOOT: Final = 0.5
"""How much dearer a path may become by a step, relative to how much cheaper it was."""


class Links(NamedTuple):
    """Links in order of the node at which they begin, shape (m,) but for ``first``.

    Attributes
    ----------
    first
        Links that begin at node ``v``: ``first[v]:first[v + 1]``, shape (n + 1,).
    tail, head
        Nodes.
    free_flow, b, capacity, power
        Time under flow x: ``free_flow * (1 + b * (x / capacity) ** power)``, any unit of time.
    fixed
        Cost beside time that does not depend on flow, in units of time.
    first_through
        Nodes before this one may not be driven through.
    """

    first: NDArray[np.int32]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    free_flow: NDArray[np.float64]
    b: NDArray[np.float64]
    capacity: NDArray[np.float64]
    power: NDArray[np.float64]
    fixed: NDArray[np.float64]
    first_through: int


class Pairs(NamedTuple):
    """Demand in rising order of origin, shape (p,)."""

    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    demand: NDArray[np.float64]


class Paths(NamedTuple):
    """Paths of all pairs.

    Attributes
    ----------
    links
        Links of all paths, each path from its end to its beginning.
    start
        Path i is ``links[start[i]:start[i + 1]]``, shape (paths + 1,).
    flow
        Shape (paths,).
    following
        Next path of the same pair, `NONE` after the last, shape (paths,).
    of_pair
        First path of each pair, `NONE` where it has none, shape (p,).
    """

    links: NDArray[np.int32]
    start: NDArray[np.int64]
    flow: NDArray[np.float64]
    following: NDArray[np.int64]
    of_pair: NDArray[np.int64]


@kernel
def link_cost(links: Links, link: int, flow: float) -> float:
    """Return the cost of one link under a flow."""
    time = float(links.free_flow[link])
    if links.b[link] > 0 and (flow > 0 or links.power[link] == 0):  # x to the power of 0 is 1 on an empty road, too
        time *= 1 + links.b[link] * (flow / links.capacity[link]) ** links.power[link]
    return time + float(links.fixed[link])


@kernel
def link_slope(links: Links, link: int, flow: float) -> float:
    """Return by how much one more vehicle raises the cost of a link."""
    power = links.power[link]
    if links.b[link] == 0 or power == 0:
        return 0.0
    rise = float(links.free_flow[link] * links.b[link] * power / links.capacity[link])
    if power == 1:
        return rise
    return rise * float((max(flow, 0.0) / links.capacity[link]) ** (power - 1))


@kernel
def link_costs(links: Links, flow: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the costs of all links, shape (m,)."""
    costs = np.empty(len(flow))
    for link in range(len(flow)):
        costs[link] = link_cost(links, link, flow[link])
    return costs


@kernel
def beckmann(links: Links, flow: NDArray[np.float64]) -> float:
    """Return the sum over links of the integral of cost over flow, which equilibrium minimises.

    Beckmann, McGuire and Winsten (1956), Studies in the Economics of Transportation, chapter 3.
    """
    total = 0.0
    for link in range(len(flow)):
        x, power = flow[link], links.power[link]
        relative = x / links.capacity[link]
        delay = links.b[link] * x * relative**power / (power + 1) if links.b[link] > 0 and x > 0 else 0.0
        total += links.free_flow[link] * (x + delay) + links.fixed[link] * x
    return total


@kernel
def _comes_first(key: NDArray[np.float64], one: int, other: int) -> bool:
    """Say whether a node comes before another: the one with the lower key, of equals the lower one."""
    return bool(key[one] < key[other] or (key[one] == key[other] and one < other))


@kernel
def _sift_up(heap: NDArray[np.int32], place: NDArray[np.int32], key: NDArray[np.float64], at: int) -> None:
    node = heap[at]
    while at > 0:
        above = (at - 1) >> 1
        other = heap[above]
        if _comes_first(key, other, node):
            break
        heap[at] = other
        place[other] = at
        at = above
    heap[at] = node
    place[node] = at


@kernel
def _sift_down(heap: NDArray[np.int32], place: NDArray[np.int32], key: NDArray[np.float64], size: int) -> None:
    node = heap[0]
    at = 0
    while 2 * at + 1 < size:
        child = 2 * at + 1
        if child + 1 < size and _comes_first(key, heap[child + 1], heap[child]):
            child += 1
        other = heap[child]
        if _comes_first(key, node, other):
            break
        heap[at] = other
        place[other] = at
        at = child
    heap[at] = node
    place[node] = at


@kernel
def shortest_tree(
    links: Links, costs: NDArray[np.float64], origin: int
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Return the least cost from an origin to each node, and the link by which it is reached (Dijkstra 1959).

    Of equally dear nodes the lower one is settled first, so that one network gives one tree.

    Returns
    -------
    cost, by_link
        Infinite and `NONE` where a node cannot be reached; shapes (n,).
    """
    count = len(links.first) - 1
    cost = np.full(count, np.inf)
    by_link = np.full(count, NONE, np.int32)
    heap = np.empty(count, np.int32)
    place = np.full(count, NONE, np.int32)
    cost[origin] = 0.0
    heap[0], place[origin], size = origin, 0, 1
    while size > 0:
        node = heap[0]
        size -= 1
        if size > 0:
            heap[0] = heap[size]
            _sift_down(heap, place, cost, size)
        if node < links.first_through and node != origin:
            continue
        for link in range(links.first[node], links.first[node + 1]):
            head = links.head[link]
            through = cost[node] + costs[link]
            if through < cost[head]:
                if cost[head] == np.inf:
                    heap[size] = head
                    place[head] = size
                    size += 1
                cost[head] = through
                by_link[head] = link
                _sift_up(heap, place, cost, place[head])
    return cost, by_link


@kernel
def _is_known(paths: Paths, pair: int, begin: int, end: int) -> bool:
    """Say whether the links between two places of ``links`` are one of a pair's paths."""
    path = paths.of_pair[pair]
    while path != NONE:
        length = paths.start[path + 1] - paths.start[path]
        if length == end - begin:
            same = True
            for step in range(length):
                if paths.links[paths.start[path] + step] != paths.links[begin + step]:
                    same = False
                    break
            if same:
                return True
        path = paths.following[path]
    return False


@kernel
def _with_room(paths: Paths, path_count: int, link_count: int) -> Paths:
    """Return the paths in arrays of at least these lengths."""
    links, start, flow, following = paths.links, paths.start, paths.flow, paths.following
    if link_count > len(links):
        links = np.concatenate((links, np.empty(link_count, np.int32)))
    if path_count > len(flow):
        start = np.concatenate((start, np.empty(path_count, np.int64)))
        flow = np.concatenate((flow, np.zeros(path_count)))
        following = np.concatenate((following, np.full(path_count, NONE, np.int64)))
    return Paths(links, start, flow, following, paths.of_pair)


@kernel
def add_shortest_paths(
    links: Links, pairs: Pairs, costs: NDArray[np.float64], paths: Paths, count: int
) -> tuple[Paths, int, float, int]:
    """Give each pair its shortest path under fixed costs, where it does not have it yet.

    A pair's first path takes all its demand.

    Returns
    -------
    paths, count
        With the new ones; only the first ``count`` are filled.
    least_cost
        What all would cost if everybody drove a shortest path.
    unreachable
        The first pair whose destination cannot be reached, else `NONE`.
    """
    least_cost, origin = 0.0, NONE
    cost, by_link = np.empty(0), np.empty(0, np.int32)
    nodes = len(links.first) - 1
    for pair in range(len(pairs.origin)):
        if pairs.origin[pair] != origin:
            origin = pairs.origin[pair]
            cost, by_link = shortest_tree(links, costs, origin)
        node = pairs.destination[pair]
        if cost[node] == np.inf:
            return paths, count, least_cost, pair
        least_cost += pairs.demand[pair] * cost[node]
        begin = paths.start[count]
        paths = _with_room(paths, count + 2, begin + nodes)
        end = begin
        while node != origin:
            paths.links[end] = by_link[node]
            node = links.tail[by_link[node]]
            end += 1
        if _is_known(paths, pair, begin, end):
            continue
        paths.start[count + 1] = end
        paths.flow[count] = pairs.demand[pair] if paths.of_pair[pair] == NONE else 0.0
        paths.following[count] = paths.of_pair[pair]
        paths.of_pair[pair] = count
        count += 1
    return paths, count, least_cost, NONE


@kernel
def flows_of_paths(paths: Paths, count: int, link_count: int) -> NDArray[np.float64]:
    """Return the flow of each link, shape (m,)."""
    flow = np.zeros(link_count)
    for path in range(count):
        for place in range(paths.start[path], paths.start[path + 1]):
            flow[paths.links[place]] += paths.flow[path]
    return flow


@kernel
def _path_cost(paths: Paths, path: int, costs: NDArray[np.float64]) -> float:
    total = 0.0
    for place in range(paths.start[path], paths.start[path + 1]):
        total += costs[paths.links[place]]
    return total


@kernel
def _change(
    links: Links, paths: Paths, path: int, change: float, flow: NDArray[np.float64], costs: NDArray[np.float64]
) -> None:
    """Change the flow of a path, and the flows and costs of its links."""
    paths.flow[path] += change
    for place in range(paths.start[path], paths.start[path + 1]):
        link = paths.links[place]
        flow[link] = max(flow[link] + change, 0.0)
        costs[link] = link_cost(links, link, flow[link])


@kernel
def _slope_between(
    links: Links, paths: Paths, one: int, other: int, flow: NDArray[np.float64], mark: NDArray[np.int8]
) -> float:
    """Return the sum of slopes over the links that only one of two paths has."""
    total = 0.0
    for place in range(paths.start[one], paths.start[one + 1]):
        mark[paths.links[place]] = 1
    for place in range(paths.start[other], paths.start[other + 1]):
        link = paths.links[place]
        if mark[link] == 1:
            mark[link] = 0
        else:
            total += link_slope(links, link, flow[link])
    for place in range(paths.start[one], paths.start[one + 1]):
        link = paths.links[place]
        if mark[link] == 1:
            total += link_slope(links, link, flow[link])
            mark[link] = 0
    return total


@kernel
def _move(
    links: Links,
    paths: Paths,
    path: int,
    best: int,
    moved: float,
    dearer: float,
    flow: NDArray[np.float64],
    costs: NDArray[np.float64],
) -> None:
    """Move flow from one path to another, half as much while that would make the other far dearer.

    Newton's step is too long where costs bend upwards ahead of it, and without end where a link is empty.
    """
    _change(links, paths, path, -moved, flow, costs)
    _change(links, paths, best, moved, flow, costs)
    for _ in range(MOST_HALVINGS):
        if _path_cost(paths, best, costs) - _path_cost(paths, path, costs) <= OVERSHOOT * dearer:
            break
        moved /= 2
        _change(links, paths, path, moved, flow, costs)
        _change(links, paths, best, -moved, flow, costs)


@kernel
def balance(links: Links, pairs: Pairs, paths: Paths, flow: NDArray[np.float64], costs: NDArray[np.float64]) -> float:
    """Move each pair's flow towards its cheapest path once, pair after pair; `flow` and `costs` follow.

    Returns
    -------
    float
        The excess cost that was met: the sum over paths of flow times what its path costs above the cheapest.
    """
    mark = np.zeros(len(flow), np.int8)
    excess = 0.0
    for pair in range(len(pairs.origin)):
        if paths.following[paths.of_pair[pair]] == NONE:
            continue
        best = paths.of_pair[pair]
        least = _path_cost(paths, best, costs)
        path = paths.following[best]
        while path != NONE:
            cost = _path_cost(paths, path, costs)
            if cost < least or (cost == least and path < best):
                best, least = path, cost
            path = paths.following[path]
        path = paths.of_pair[pair]
        while path != NONE:
            if path != best and paths.flow[path] > 0:
                dearer = _path_cost(paths, path, costs) - _path_cost(paths, best, costs)
                if dearer > 0:
                    excess += paths.flow[path] * dearer
                    slope = _slope_between(links, paths, path, best, flow, mark)
                    moved = paths.flow[path] if slope * paths.flow[path] <= dearer else dearer / slope
                    _move(links, paths, path, best, moved, dearer, flow, costs)
            path = paths.following[path]
    return excess
