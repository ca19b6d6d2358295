"""An order of places in which neighbours are together."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_BITS: Final = 16


def along_curve(places: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Return where places lie along a curve through all of them (Morton 1966), shape (n,).

    Parameters
    ----------
    places
        Coordinates of one unit, shape (n, 2).
    """
    low, high = places.min(axis=0), places.max(axis=0)
    steps = ((places - low) / max(float((high - low).max()), 1e-9) * (2**_BITS - 1)).astype(np.uint64)
    found = np.zeros(len(places), np.uint64)
    for bit in range(_BITS):
        for axis in (0, 1):
            found |= ((steps[:, axis] >> np.uint64(bit)) & np.uint64(1)) << np.uint64(2 * bit + axis)
    return found
