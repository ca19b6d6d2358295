"""Fastest ways to one node, found outward from it and no farther than somebody asks (Dijkstra 1959).

For questions about a few nodes near the target, under times that are asked about once or twice: what lies beyond the
farthest of those asked for is not looked at, and nothing is prepared but a list of the edges into each node. A search
that was broken off goes on where it stopped when more is asked.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel
from twin.kernels.delays import delayed_ms
from twin.kernels.hierarchy import UNREACHABLE_MS

NO_EDGE: Final = -1
SIZE, SETTLED_MS = 0, 1
"""What `Search.at` holds: how many wait in the heap, and the time up to which all times are final."""
NOT_RECKONED: Final = 0
_NODE_BITS: Final = 32


class EdgesInto(NamedTuple):
    """The edges of a graph of n nodes by the node that they lead to.

    Attributes
    ----------
    first
        The edges into node ``v`` are ``first[v]:first[v + 1]`` of the other two; shape (n + 1,).
    edge, tail
        Their positions, rising for each node, and where they come from; shape (m,).
    """

    first: NDArray[np.int32]
    edge: NDArray[np.int32]
    tail: NDArray[np.int32]


class Times(NamedTuple):
    """Travel times of edges, in the order of `EdgesInto`: of delays they are reckoned when an edge is first met.

    Attributes
    ----------
    time_ms
        At least 1, `UNREACHABLE_MS` where closed, `NOT_RECKONED` where the delays tell; shape (m,).
    free_s, delayed_s, district, corridor
        Of each edge, as in `twin.kernels.delays.delayed_times`, shape (m,); empty where all times are given.
    factors
        The excess, and what all times are multiplied with.
    district_deviation, corridor_deviation
        This hour's.
    """

    time_ms: NDArray[np.int32]
    free_s: NDArray[np.float32]
    delayed_s: NDArray[np.float32]
    district: NDArray[np.int32]
    corridor: NDArray[np.int32]
    factors: NDArray[np.float32]
    district_deviation: NDArray[np.float32]
    corridor_deviation: NDArray[np.float32]


class Search(NamedTuple):
    """How far a search has come.

    Attributes
    ----------
    reached_ms
        From each node to the target as far as is known, shape (n,).
    onward
        The edge by which one leaves each node for the target, `NO_EDGE` at the target; shape (n,).
    heap
        Who waits: time in the upper half, node in the lower, the least first; shape (m + 1,).
    at
        See `SIZE` and `SETTLED_MS`.
    """

    reached_ms: NDArray[np.int32]
    onward: NDArray[np.int32]
    heap: NDArray[np.int64]
    at: NDArray[np.int64]


def edges_into(node_count: int, edge_from: NDArray[np.int32], edge_to: NDArray[np.int32]) -> EdgesInto:
    """List the edges by the node that they lead to."""
    edge = np.argsort(edge_to, kind="stable").astype(np.int32)
    first = np.searchsorted(edge_to[edge], np.arange(node_count + 1)).astype(np.int32)
    return EdgesInto(first, edge, edge_from[edge].astype(np.int32))


def begin_search(graph: EdgesInto, target: int) -> Search:
    """Return a search that knows the target alone."""
    count = len(graph.first) - 1
    search = Search(
        np.full(count, UNREACHABLE_MS, np.int32), np.empty(count, np.int32),
        np.empty(len(graph.edge) + 1, np.int64), np.array([1, -1], np.int64),
    )  # fmt: skip
    search.reached_ms[target] = 0
    search.onward[target] = NO_EDGE
    search.heap[0] = target
    return search


def given_times(graph: EdgesInto, edge_time_ms: NDArray[np.int32]) -> Times:
    """Return times that are known; shape (m,), in the order of the edges themselves.

    Raises
    ------
    ValueError
        If one is below 1.
    """
    if len(edge_time_ms) and edge_time_ms.min() < 1:
        raise ValueError("edge_time_ms must be at least 1")
    none, nothing = np.empty(0, np.int32), np.empty(0, np.float32)
    time_ms = np.ascontiguousarray(edge_time_ms[graph.edge], np.int32)
    return Times(time_ms, nothing, nothing, none, none, nothing, nothing, nothing)


@kernel
def _reckoned_ms(times: Times, slot: int) -> int:
    """Return the time of an edge whose time the delays tell, and remember it."""
    deviation = times.district_deviation[times.district[slot]] * times.corridor_deviation[times.corridor[slot]]
    times.time_ms[slot] = delayed_ms(
        times.free_s[slot], times.delayed_s[slot], deviation, times.factors[0], times.factors[1]
    )
    return int(times.time_ms[slot])


@kernel
def _push(heap: NDArray[np.int64], size: int, key: np.int64) -> None:
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if heap[above] <= key:
            break
        heap[at] = heap[above]
        at = above
    heap[at] = key


@kernel
def _pop(heap: NDArray[np.int64], size: int) -> int:
    """Take the least of `size` keys out and return it."""
    least = heap[0]
    key = heap[size - 1]
    last = size - 1
    at = 0
    while True:
        below = 2 * at + 1
        if below >= last:
            break
        if below + 1 < last and heap[below + 1] < heap[below]:
            below += 1
        if heap[below] >= key:
            break
        heap[at] = heap[below]
        at = below
    heap[at] = key
    return int(least)


@kernel
def search_until(graph: EdgesInto, times: Times, search: Search, wanted: NDArray[np.int32]) -> None:
    """Go on until the times from these nodes are final; shape (k,)."""
    reached_ms, heap = search.reached_ms, search.heap
    size, settled_ms = search.at[SIZE], search.at[SETTLED_MS]
    for node in wanted:
        while reached_ms[node] > settled_ms and size > 0:
            key = _pop(heap, size)
            size -= 1
            head = key & 0xFFFFFFFF
            head_ms = key >> _NODE_BITS
            if head_ms > reached_ms[head]:  # a faster way was found meanwhile
                continue
            settled_ms = head_ms
            for slot in range(graph.first[head], graph.first[head + 1]):
                tail = graph.tail[slot]
                edge_ms = np.int64(times.time_ms[slot])
                if edge_ms == NOT_RECKONED:
                    edge_ms = np.int64(_reckoned_ms(times, slot))
                through_ms = head_ms + edge_ms
                if through_ms < reached_ms[tail]:
                    reached_ms[tail] = through_ms
                    search.onward[tail] = graph.edge[slot]
                    _push(heap, size, (through_ms << _NODE_BITS) | np.int64(tail))
                    size += 1
    search.at[SIZE], search.at[SETTLED_MS] = size, settled_ms
