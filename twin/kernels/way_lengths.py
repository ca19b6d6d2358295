"""How far it is by the table of next links, driver by driver."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel
from twin.kernels.vehicles import LANE_MASK, NO_WAY_SLOT, SLOT_MASK, WORD_BITS


@kernel
def write_way_lengths(
    next_slots: NDArray[np.uint64],
    out_first: NDArray[np.int32],
    out_link: NDArray[np.int32],
    to_node: NDArray[np.int32],
    length_m: NDArray[np.float64],
    here: NDArray[np.int32],
    to: NDArray[np.int32],
    way_m: NDArray[np.float64],
) -> None:
    """Write the length of the way from each node to a destination, as far as the table knows one.

    Parameters
    ----------
    next_slots, out_first, out_link
        As in `twin.kernels.vehicles.Vehicles` and `twin.kernels.road_network.Road`; links are positions.
    to_node, length_m
        Of the links, shape (m,).
    here, to
        Nodes, and destinations of the table; shape (v,).
    way_m
        Written, shape (v,).
    """
    for driver in range(len(here)):
        node = here[driver]
        total_m = 0.0
        for _ in range(len(out_first)):  # a way visits no node twice
            word = next_slots[to[driver] >> WORD_BITS, node]
            slot = (word >> np.uint64((to[driver] & LANE_MASK) << 2)) & np.uint64(SLOT_MASK)
            if slot >= NO_WAY_SLOT:
                break
            link = out_link[out_first[node] + np.int32(slot)]
            total_m += length_m[link]
            node = to_node[link]
        way_m[driver] = total_m
