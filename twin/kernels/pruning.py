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
from twin.kernels.hierarchy import UNREACHABLE_MS, add_ms, arcs_up
from twin.kernels.queries import Metric, Topology


class KeptArcs(NamedTuple):
    """Arcs in one direction, by their tails, which are ranks.

    Attributes
    ----------
    first, head, time_ms
        Those of rank ``v`` are ``first[v]:first[v + 1]`` of the others; shapes (n + 1,), (k,) and (k,).
    """

    first: NDArray[np.int32]
    head: NDArray[np.int32]
    time_ms: NDArray[np.int32]


@kernel
def least_times(topology: Topology, metric: Metric, up_ms: NDArray[np.int32], down_ms: NDArray[np.int32]) -> None:
    """Write the time of the fastest way between the ends of each arc, whichever nodes it passes; shapes (k,).

    From the highest tail down: what lies above is final when its turn comes.
    """
    up_ms[:] = metric.up_ms
    down_ms[:] = metric.down_ms
    arc_first, arc_head = topology.arc_first, topology.arc_head
    for tail in range(len(arc_first) - 2, -1, -1):
        end = np.uint32(arc_first[tail + 1])
        for rise in arcs_up(arc_first, tail):
            beyond = np.uint32(rise + 1)
            for arc in arcs_up(arc_first, arc_head[rise]):  # every arc beyond leads where one of these does
                if beyond == end:
                    break
                if arc_head[arc] != arc_head[beyond]:
                    continue
                up_ms[rise] = min(add_ms(up_ms[beyond], down_ms[arc]), np.uint32(up_ms[rise]))
                down_ms[rise] = min(add_ms(down_ms[beyond], up_ms[arc]), np.uint32(down_ms[rise]))
                up_ms[beyond] = min(add_ms(up_ms[rise], up_ms[arc]), np.uint32(up_ms[beyond]))
                down_ms[beyond] = min(add_ms(down_ms[rise], down_ms[arc]), np.uint32(down_ms[beyond]))
                beyond = np.uint32(beyond + 1)


@kernel
def keep_arcs(
    topology: Topology, arc_ms: NDArray[np.int32], least_ms: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Return the `KeptArcs` of one direction: those whose own time is the least, and which are open."""
    first = np.zeros(len(topology.arc_first), np.int32)
    head = np.empty(len(arc_ms), np.int32)
    time_ms = np.empty(len(arc_ms), np.int32)
    kept = 0
    for tail in range(len(first) - 1):
        for arc in arcs_up(topology.arc_first, tail):
            if arc_ms[arc] == least_ms[arc] and arc_ms[arc] < UNREACHABLE_MS:
                head[kept] = topology.arc_head[arc]
                time_ms[kept] = arc_ms[arc]
                kept += 1
        first[tail + 1] = kept
    return first, head[:kept].copy(), time_ms[:kept].copy()
