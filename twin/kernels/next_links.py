"""The next link on the fastest way from every node to each of many destinations.

PHAST (Delling, Goldberg, Nowatzyk and Werneck 2011, "PHAST: Hardware-accelerated shortest path trees", IPDPS) on the
hierarchy of `twin.kernels.hierarchy`: a sweep up from the destination meets its ancestors in the elimination tree; then
one sweep over all nodes from the highest rank down knows everybody's time, for what lies above a node is final when its
turn comes. `LANES` destinations share both the walk and its memory traffic; arcs that are on nobody's fastest way are
left out (`twin.kernels.pruning`).

Which link is next takes four bits, so the slots of `LANES` destinations at a node are one word.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel
from twin.kernels.hierarchy import NO_NODE, UNREACHABLE_MS, add_ms
from twin.kernels.lanes import BITS_A_LANE, LANES, choose_among, lower_through
from twin.kernels.pruning import KeptArcs
from twin.kernels.queries import Topology, check_node, parent_of
from twin.kernels.vehicles import ARRIVED_SLOT, NO_WAY_SLOT


@kernel
def times_to_lanes(
    topology: Topology,
    up: KeptArcs,
    down: KeptArcs,
    destinations: NDArray[np.int32],
    begin: int,
    times_ms: NDArray[np.uint32],
) -> None:
    """Write the time from every rank to up to `LANES` destinations, from position `begin` on, shape (n, LANES)."""
    times_ms[:] = UNREACHABLE_MS
    for lane in range(min(LANES, len(destinations) - begin)):
        node = topology.node_rank[destinations[begin + lane]]
        times_ms[node, lane] = 0
        while node != NO_NODE:
            node_ms = times_ms[node, lane]
            for arc in range(np.uint32(down.first[node]), np.uint32(down.first[node + 1])):
                higher = np.uint32(down.head[arc])
                times_ms[higher, lane] = min(add_ms(node_ms, down.time_ms[arc]), times_ms[higher, lane])
            node = parent_of(topology, node)
    for node in range(len(times_ms) - 1, -1, -1):
        lower_through(times_ms, node, up.head, up.time_ms, up.first[node], up.first[node + 1])


@kernel
def find_next_links(
    topology: Topology,
    up: KeptArcs,
    down: KeptArcs,
    out_first: NDArray[np.int32],
    out_rank: NDArray[np.int32],
    out_time_ms: NDArray[np.int32],
    destinations: NDArray[np.int32],
    words: NDArray[np.int32],
    times_ms: NDArray[np.uint32],
    next_slots: NDArray[np.uint32],
) -> None:
    """Write which of the links out of each node leads fastest to each destination: the first of equals.

    Parameters
    ----------
    topology, up, down
        The links' hierarchy, and its arcs under their times.
    out_first, out_rank, out_time_ms
        The links out of node ``v`` are those from ``out_first[v]`` to before ``out_first[v + 1]``: the ranks that they
        lead to, and their times; shapes (n + 1,), (m,) and (m,).
    destinations
        Nodes, shape (d,): `LANES` for each word but the last.
    words
        The row of `next_slots` for each `LANES` destinations.
    times_ms
        Working array, shape (n, LANES).
    next_slots
        Written, shape (any, n): for each lane a position among the links out of the node, or `ARRIVED_SLOT`, or
        `NO_WAY_SLOT`.

    Raises
    ------
    IndexError
        If a destination is no node.
    """
    for destination in destinations:
        check_node(topology, destination)
    for group in range(len(words)):
        begin = group * LANES
        times_to_lanes(topology, up, down, destinations, begin, times_ms)
        word = words[group]
        for node in range(len(out_first) - 1):
            next_slots[word, node] = choose_among(
                times_ms, out_rank, out_time_ms, out_first[node], out_first[node + 1], UNREACHABLE_MS, NO_WAY_SLOT
            )
        for lane in range(min(LANES, len(destinations) - begin)):
            next_slots[word, destinations[begin + lane]] |= np.uint32(ARRIVED_SLOT << (BITS_A_LANE * lane))
