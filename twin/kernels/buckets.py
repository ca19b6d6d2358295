"""Questions about the same places again and again.

For places that are asked about again and again (stations, hospitals) the sweeps of their own are kept, sorted by the
ancestor they reach: then one sweep from the anchor and a look at what is kept for each of its ancestors answers for all
places at once (Knopp, Sanders, Schultes, Schulz and Wagner 2007, "Computing many-to-many shortest paths using highway
hierarchies", buckets).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel
from twin.kernels.hierarchy import NO_NODE, UNREACHABLE_MS, add_ms, arcs_up
from twin.kernels.lanes import relax
from twin.kernels.queries import Scratch, Topology, check_node, parent_of, sweep_up


class Buckets(NamedTuple):
    """Places by the ancestors that their upward sweeps reach.

    Attributes
    ----------
    first, place
        The places below rank ``v``, itself included, are ``place[first[v]:first[v + 1]]``; shapes (n + 1,) and (b,).
    """

    first: NDArray[np.int32]
    place: NDArray[np.int32]


@kernel
def sort_places(topology: Topology, places: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the `Buckets` of these nodes, each bucket's places in rising order.

    Raises
    ------
    IndexError
        If one of them is no node.
    """
    count = np.zeros(len(topology.node_rank) + 1, np.int32)
    for place in range(len(places)):
        check_node(topology, places[place])
        node = topology.node_rank[places[place]]
        while node != NO_NODE:
            count[node + 1] += 1
            node = parent_of(topology, node)
    first = np.cumsum(count).astype(np.int32)
    filled = first[:-1].copy()
    bucket_place = np.empty(first[-1], np.int32)
    for place in range(len(places)):
        node = topology.node_rank[places[place]]
        while node != NO_NODE:
            bucket_place[filled[node]] = place
            filled[node] += 1
            node = parent_of(topology, node)
    return first, bucket_place


@kernel
def fill_buckets(
    topology: Topology,
    buckets: Buckets,
    places: NDArray[np.int32],
    place_arc_ms: NDArray[np.int32],
    scratch: Scratch,
    bucket_ms: NDArray[np.int32],
) -> None:
    """Write the time between each place and each of its ancestors into `bucket_ms`, shape (b,).

    `place_arc_ms` is the arcs' up time if the places are sources, their down time if they are targets.
    """
    filled = buckets.first[:-1].copy()
    for place in places:
        sweep_up(topology, topology.node_rank[place], place_arc_ms, scratch.sweep_ms)
        node = topology.node_rank[place]
        while node != NO_NODE:
            bucket_ms[filled[node]] = scratch.sweep_ms[node]
            filled[node] += 1
            scratch.sweep_ms[node] = UNREACHABLE_MS
            node = parent_of(topology, node)


@kernel
def fill_buckets_of_all(
    topology: Topology,
    buckets: Buckets,
    places: NDArray[np.int32],
    place_arc_ms: NDArray[np.uint32],
    sweep_ms: NDArray[np.uint32],
    bucket_ms: NDArray[np.int32],
) -> None:
    """Do what `fill_buckets` does for several metrics at once.

    Parameters
    ----------
    place_arc_ms
        One metric in each lane, shape (k, LANES).
    sweep_ms
        Working array, `UNREACHABLE_MS` everywhere before and after, shape (n, LANES).
    bucket_ms
        Written, a row for each metric that is wanted, shape (p, b).
    """
    filled = buckets.first[:-1].copy()
    for place in places:
        node = topology.node_rank[place]
        sweep_ms[node] = 0
        while node != NO_NODE:
            for arc in arcs_up(topology.arc_first, node):
                relax(sweep_ms, np.uint32(topology.arc_head[arc]), sweep_ms, np.uint32(node), place_arc_ms, arc)
            for lane in range(len(bucket_ms)):
                bucket_ms[lane, filled[node]] = sweep_ms[node, lane]
            filled[node] += 1
            sweep_ms[node] = UNREACHABLE_MS
            node = parent_of(topology, node)


@kernel
def times_to_places(
    topology: Topology,
    buckets: Buckets,
    bucket_ms: NDArray[np.int32],
    anchor_arc_ms: NDArray[np.int32],
    anchor: int,
    scratch: Scratch,
    times_ms: NDArray[np.int32],
) -> None:
    """Write the times between the anchor, a node position, and every place into `times_ms`, shape (places,).

    `anchor_arc_ms` is the arcs' up time if the anchor is the source, their down time if it is the target.

    Raises
    ------
    IndexError
        If the anchor is no node.
    """
    check_node(topology, anchor)
    times_ms[:] = UNREACHABLE_MS
    sweep_up(topology, topology.node_rank[anchor], anchor_arc_ms, scratch.sweep_ms)
    node = topology.node_rank[anchor]
    while node != NO_NODE:
        node_ms = scratch.sweep_ms[node]
        if node_ms < UNREACHABLE_MS:
            for slot in range(np.uint32(buckets.first[node]), np.uint32(buckets.first[node + 1])):
                place = np.uint32(buckets.place[slot])
                times_ms[place] = min(add_ms(node_ms, bucket_ms[slot]), np.uint32(times_ms[place]))
        scratch.sweep_ms[node] = UNREACHABLE_MS
        node = parent_of(topology, node)
