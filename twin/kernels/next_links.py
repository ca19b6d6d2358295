"""The next link on the fastest way from every node to each of many destinations.

PHAST (Delling, Goldberg, Nowatzyk and Werneck 2011, "PHAST: Hardware-accelerated shortest path trees", IPDPS) on the
hierarchy of `twin.kernels.hierarchy`: a sweep up from the destinations meets their ancestors in the elimination tree;
then one sweep over all nodes from the highest rank down knows everybody's time, for what lies above a node is final
when its turn comes. `KEYS` destinations share both walks and their memory traffic, and keys tell which link is next
(`twin.kernels.first_links`).

Which link is next takes four bits, so the slots of `DESTINATIONS` at a node are one word.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel
from twin.kernels.first_links import NO_WAY_KEY
from twin.kernels.hierarchy import NO_NODE
from twin.kernels.lanes import DESTINATIONS, KEYS, WORDS, settle, spread
from twin.kernels.queries import Topology, check_node, parent_of
from twin.kernels.vehicles import ARRIVED_SLOT, NO_WAY_SLOT

_ARRIVED_KEY: Final = np.uint32(ARRIVED_SLOT)
_NOWHERE: Final = np.uint32(NO_WAY_KEY | NO_WAY_SLOT)


@kernel
def climb(
    topology: Topology,
    down: NDArray[np.uint32],
    destinations: NDArray[np.int32],
    above: NDArray[np.bool_],
    keys: NDArray[np.uint32],
) -> None:
    """Write the keys of the ways from destinations' ancestors, by rank, that lead there from above.

    All lanes climb together, each ancestor once: the highest, which have most arcs, are everybody's.

    Parameters
    ----------
    destinations
        One in each lane, shape (any,).
    above
        Working array, shape (n,): false everywhere before and after.
    """
    lowest = len(above)
    for lane in range(len(destinations)):
        node = topology.node_rank[destinations[lane]]
        keys[node, lane] = _ARRIVED_KEY
        lowest = min(lowest, node)
        while node != NO_NODE and not above[node]:
            above[node] = True
            node = parent_of(topology, node)
    for node in range(lowest, len(above)):
        if above[node]:
            above[node] = False
            spread(
                keys, np.uint32(node), topology.arc_head, down, topology.arc_first[node], topology.arc_first[node + 1]
            )


@kernel
def find_next_links(
    topology: Topology,
    up: NDArray[np.uint32],
    down: NDArray[np.uint32],
    rank_node: NDArray[np.int32],
    destinations: NDArray[np.int32],
    words: NDArray[np.int32],
    keys: NDArray[np.uint32],
    next_slots: NDArray[np.uint64],
) -> None:
    """Write which of the links out of each node leads fastest to each destination: the first of equals.

    Parameters
    ----------
    topology, up, down
        The links' hierarchy, and the keys of its arcs, from `twin.kernels.hierarchy.customise_one`, shapes (k,).
    rank_node
        Node of each rank, shape (n,).
    destinations
        Nodes, shape (d,): `DESTINATIONS` for each word but the last.
    words
        The row of `next_slots` for each `DESTINATIONS` of them.
    keys
        Working array, shape (n, KEYS).
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
    above = np.zeros(len(rank_node), np.bool_)
    for group in range(0, len(words), WORDS):
        keys[:] = _NOWHERE
        begin = group * DESTINATIONS
        climb(topology, down, destinations[begin : begin + KEYS], above, keys)
        first, second = words[group], words[min(group + 1, len(words) - 1)]
        for rank in range(len(rank_node) - 1, -1, -1):
            slots = settle(keys, rank, topology.arc_head, up, topology.arc_first[rank], topology.arc_first[rank + 1])
            node = rank_node[rank]
            next_slots[second, node] = slots[1]
            next_slots[first, node] = slots[0]  # the later of the two: where there is no second, it is the same word
