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
from twin.kernels.hierarchy import UNREACHABLE_MS
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
def link_keys(edge_slot: NDArray[np.uint8], edge_time_ms: NDArray[np.int32], keys: NDArray[np.uint32]) -> None:
    """Write the key of each edge, `CLOSED_KEY` where it is closed; shapes (m,).

    Parameters
    ----------
    edge_slot
        Position of each edge among those out of the node where it begins, at most 13.
    edge_time_ms
        From 1 up, `UNREACHABLE_MS` where it is closed.
    """
    for edge in range(len(keys)):
        time_ms = np.uint32(min(edge_time_ms[edge], LONGEST_LINK_MS))
        key = np.uint32(time_ms << np.uint32(SLOT_BITS)) | np.uint32(edge_slot[edge])
        keys[edge] = CLOSED_KEY if edge_time_ms[edge] == UNREACHABLE_MS else key
