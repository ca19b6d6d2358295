"""Arcs of a hierarchy that some fastest way needs, and only these.

After the customisation an arc has the fastest time through lower nodes. A way through higher ones may be faster; then
the arc is on nobody's fastest way, and whoever asks about many places does better without it (Dibbelt, Strasser and
Wagner 2016, "Customizable Contraction Hierarchies", ACM Journal of Experimental Algorithmics 21: perfect
customisation). About half of the arcs go.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel
from twin.kernels.first_links import NO_WAY_KEY, TIME_MASK
from twin.kernels.hierarchy import arcs_up
from twin.kernels.queries import Topology


class KeptArcs(NamedTuple):
    """Arcs in one direction, by their tails, which are ranks.

    Attributes
    ----------
    first, head, key
        Those of rank ``v`` are ``first[v]:first[v + 1]`` of the others; shapes (n + 1,), (k,) and (k,).
    """

    first: NDArray[np.int32]
    head: NDArray[np.int32]
    key: NDArray[np.uint32]


@kernel
def least_times(topology: Topology, up: NDArray[np.uint32], down: NDArray[np.uint32]) -> None:
    """Lower the time of each arc to that of the fastest way between its ends, whichever nodes it passes; shapes (k,).

    By triangles of three nodes, the highest middle one first: the arc between the upper two is final by then. Times are
    numbers of any unit, sums of two of which 32 bits hold.
    """
    arc_first, arc_head = topology.arc_first, topology.arc_head
    arc_to = np.empty(len(arc_first), np.uint32)
    for node in range(len(arc_first) - 2, -1, -1):
        for arc in arcs_up(arc_first, node):
            arc_to[arc_head[arc]] = arc
        for slot in range(topology.lower_first[node], topology.lower_first[node + 1]):
            rise = np.uint32(topology.lower_arc[slot])
            rise_up, rise_down = up[rise], down[rise]
            for beyond in range(np.uint32(rise + 1), np.uint32(arc_first[topology.lower_node[slot] + 1])):
                arc = arc_to[np.uint32(arc_head[beyond])]
                rise_up = min(np.uint32(up[beyond] + down[arc]), rise_up)
                rise_down = min(np.uint32(down[beyond] + up[arc]), rise_down)
                up[beyond] = min(np.uint32(rise_up + up[arc]), up[beyond])
                down[beyond] = min(np.uint32(rise_down + down[arc]), down[beyond])
            up[rise], down[rise] = rise_up, rise_down


@kernel
def keep_arcs(
    topology: Topology, key: NDArray[np.uint32], least: NDArray[np.uint32]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint32]]:
    """Return the `KeptArcs` of one direction: those whose own time is the least, and which are open.

    Parameters
    ----------
    key
        Of each arc, see `twin.kernels.first_links`, shape (k,).
    least
        From `least_times` for the keys without their slots, shape (k,).
    """
    first = np.zeros(len(topology.arc_first), np.int32)
    head = np.empty(len(key), np.int32)
    kept_key = np.empty(len(key), np.uint32)
    kept = 0
    for tail in range(len(first) - 1):
        for arc in arcs_up(topology.arc_first, tail):
            if key[arc] & TIME_MASK == least[arc] and key[arc] < NO_WAY_KEY:
                head[kept] = topology.arc_head[arc]
                kept_key[kept] = key[arc]
                kept += 1
        first[tail + 1] = kept
    return first, head[:kept].copy(), kept_key[:kept].copy()
