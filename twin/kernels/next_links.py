"""The next link on the fastest way from every node to each of many destinations.

PHAST (Delling, Goldberg, Nowatzyk and Werneck 2011, "PHAST: Hardware-accelerated shortest path trees", IPDPS) on the
hierarchy of `twin.kernels.hierarchy`: a sweep up from the destination meets its ancestors in the elimination tree; then
one sweep over all nodes from the highest rank down knows everybody's time, for what lies above a node is final when its
turn comes. `LANES` destinations share both the walk and its memory traffic.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel
from twin.kernels.hierarchy import NO_NODE, UNREACHABLE_MS, add_ms, arcs_up
from twin.kernels.lanes import LANES, choose, relax_by
from twin.kernels.queries import Metric, Topology, check_node, parent_of
from twin.kernels.vehicles import ARRIVED_SLOT, NO_WAY_SLOT


@kernel
def times_to_lanes(
    topology: Topology, metric: Metric, destinations: NDArray[np.int32], begin: int, times_ms: NDArray[np.uint32]
) -> None:
    """Write the time from every rank to up to `LANES` destinations, from position `begin` on, shape (n, LANES)."""
    times_ms[:] = UNREACHABLE_MS
    for lane in range(min(LANES, len(destinations) - begin)):
        node = topology.node_rank[destinations[begin + lane]]
        times_ms[node, lane] = 0
        while node != NO_NODE:
            node_ms = times_ms[node, lane]
            for arc in arcs_up(topology.arc_first, node):
                higher = np.uint32(topology.arc_head[arc])
                times_ms[higher, lane] = min(add_ms(node_ms, metric.down_ms[arc]), times_ms[higher, lane])
            node = parent_of(topology, node)
    for node in range(len(times_ms) - 1, -1, -1):
        for arc in arcs_up(topology.arc_first, node):
            relax_by(times_ms, np.uint32(node), np.uint32(topology.arc_head[arc]), np.uint32(metric.up_ms[arc]))


@kernel
def find_next_links(
    topology: Topology,
    metric: Metric,
    out_first: NDArray[np.int32],
    out_link: NDArray[np.int32],
    link_to: NDArray[np.int32],
    destinations: NDArray[np.int32],
    rows: NDArray[np.int32],
    times_ms: NDArray[np.uint32],
    next_slot: NDArray[np.uint8],
) -> None:
    """Write which of the links out of each node leads fastest to each destination: the first of equals.

    Parameters
    ----------
    topology, metric
        The links' hierarchy, customised: ``metric.edge_time_ms`` are the links' times.
    out_first, out_link
        The links out of node ``v`` are ``out_link[out_first[v]:out_first[v + 1]]``; shapes (n + 1,) and (m,).
    link_to
        Node at each link's end, shape (m,).
    destinations
        Nodes, shape (d,).
    rows
        The row of `next_slot` for each destination, shape (d,).
    times_ms
        Working array, shape (n, LANES).
    next_slot
        Written, shape (any, n): a position among the links out of the node, or `ARRIVED_SLOT`, or `NO_WAY_SLOT`.

    Raises
    ------
    IndexError
        If a destination is no node.
    """
    for destination in destinations:
        check_node(topology, destination)
    best_ms = np.empty((1, LANES), np.uint32)
    slot = np.empty((1, LANES), np.uint32)
    to_rank = topology.node_rank[link_to[out_link]]
    time_ms = metric.edge_time_ms[out_link].astype(np.uint32)
    for begin in range(0, len(destinations), LANES):
        times_to_lanes(topology, metric, destinations, begin, times_ms)
        lanes = min(LANES, len(destinations) - begin)
        for node in range(len(out_first) - 1):
            best_ms[:] = UNREACHABLE_MS
            slot[:] = NO_WAY_SLOT
            for place in range(out_first[node], out_first[node + 1]):
                choose(times_ms, np.uint32(to_rank[place]), time_ms[place], best_ms, slot, place - out_first[node])
            for lane in range(lanes):
                next_slot[rows[begin + lane], node] = slot[0, lane]
        for lane in range(lanes):
            next_slot[rows[begin + lane], destinations[begin + lane]] = ARRIVED_SLOT
