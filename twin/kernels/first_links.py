"""How long the fastest way takes, and which link it begins with, in one number.

A key is a time, in milliseconds, and below it in four bits the slot of the first link among those out of the node where
the way begins: of two keys the lesser is the faster way, or of equally fast ones the way with the lower slot. A way
through a node has the key of its first half and the time of its second, so sums of keys and times are keys. Whoever
finds fastest times by minima of sums finds first links with them, at no price.

The customisation is the one of `twin.kernels.hierarchy` (basic customisation: Dibbelt, Strasser and Wagner 2016,
"Customizable Contraction Hierarchies", ACM Journal of Experimental Algorithmics 21).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel
from twin.kernels.hierarchy import UNREACHABLE_MS, arcs_up
from twin.kernels.lanes import SLOT_BITS

SLOT_MASK: Final = np.uint32((1 << SLOT_BITS) - 1)
TIME_MASK: Final = np.uint32(2**32 - 1) ^ SLOT_MASK
NO_WAY_KEY: Final = np.uint32(2**31 - 16)
"""Where no way leads, and for all ways of 37 h or more; 32 bits hold the sum of two."""
CLOSED_KEY: Final = np.uint32(NO_WAY_KEY | SLOT_MASK)
"""Of an arc that no open way takes: later than no way, also from the destination itself, with which it begins at 0."""
LONGEST_LINK_MS: Final = 2**22
"""No link is taken for slower than that (70 min), so that a way over many jammed ones stays a way."""


@kernel
def lay_links(
    edge_arc: NDArray[np.int32],
    edge_slot: NDArray[np.uint8],
    edge_time_ms: NDArray[np.int32],
    up: NDArray[np.uint32],
    down: NDArray[np.uint32],
) -> None:
    """Give each arc the key of its fastest edge, and `CLOSED_KEY` where none is open."""
    up[:] = CLOSED_KEY
    down[:] = CLOSED_KEY
    for edge in range(len(edge_arc)):
        if edge_time_ms[edge] == UNREACHABLE_MS:
            continue
        time_ms = np.uint32(min(edge_time_ms[edge], LONGEST_LINK_MS))
        key = np.uint32(time_ms << np.uint32(SLOT_BITS)) | np.uint32(edge_slot[edge])
        arc = edge_arc[edge]
        if arc < 0:
            down[~arc] = min(down[~arc], key)
        elif arc < len(up):
            up[arc] = min(up[arc], key)


@kernel
def customise_keys(
    arc_first: NDArray[np.int32],
    arc_head: NDArray[np.int32],
    lower_first: NDArray[np.int32],
    lower_arc: NDArray[np.int32],
    lower_node: NDArray[np.int32],
    edge_arc: NDArray[np.int32],
    edge_slot: NDArray[np.uint8],
    edge_time_ms: NDArray[np.int32],
    up: NDArray[np.uint32],
    down: NDArray[np.uint32],
) -> None:
    """Give every arc the key of the fastest way between its ends through lower nodes.

    Parameters
    ----------
    arc_first, arc_head, lower_first, lower_arc, lower_node, edge_arc
        See `twin.kernels.hierarchy.customise`.
    edge_slot
        Position of each edge among those out of the node where it begins, at most 13, shape (m,).
    edge_time_ms
        From 1 up, `UNREACHABLE_MS` where it is closed, shape (m,).
    up, down
        Overwritten: keys of the ways from each arc's tail to its head, and from its head to its tail, shape (k,).
    """
    lay_links(edge_arc, edge_slot, edge_time_ms, up, down)
    arc_to = np.empty(len(arc_first), np.uint32)
    for node in range(len(arc_first) - 1):
        for arc in arcs_up(arc_first, node):
            arc_to[arc_head[arc]] = arc
        for slot in range(lower_first[node], lower_first[node + 1]):
            rise = np.uint32(lower_arc[slot])
            rise_ms, fall = up[rise] & TIME_MASK, down[rise]
            for beyond in range(np.uint32(rise + 1), np.uint32(arc_first[lower_node[slot] + 1])):
                arc = arc_to[np.uint32(arc_head[beyond])]
                up[arc] = min(up[arc], fall + (up[beyond] & TIME_MASK))
                down[arc] = min(down[arc], down[beyond] + rise_ms)
