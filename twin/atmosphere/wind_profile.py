"""The wind at a height from that at 10 m, by stability class."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

MEASURED_AT_M: Final = 10.0
EXPONENTS_RURAL: Final = (0.07, 0.07, 0.10, 0.15, 0.35, 0.55)
EXPONENTS_URBAN: Final = (0.15, 0.15, 0.20, 0.25, 0.30, 0.30)
"""Of the power law, for classes A to F (US EPA, user's guide of ISC3, EPA-454/B-95-003b, table 1-2 of its defaults)."""


def exponent_of(stability: ArrayLike, urban: bool) -> NDArray[np.float64]:
    """Return the power law's exponent of a class, 0 to 5 for A to F."""
    exponents: NDArray[np.float64] = np.array(EXPONENTS_URBAN if urban else EXPONENTS_RURAL)[np.asarray(stability)]
    return exponents


def wind_at(
    wind_mps: ArrayLike, height_m: ArrayLike, stability: ArrayLike, urban: bool, floor_mps: float
) -> NDArray[np.float64]:
    """Return the wind at a height, m/s; the arguments broadcast.

    Parameters
    ----------
    wind_mps
        At 10 m.
    height_m
        Below 10 m the wind of 10 m is taken: the power law was not made for the layer of roughness.
    stability
        0 to 5 for classes A to F.
    urban
        Whose exponents.
    floor_mps
        At 10 m no less wind than this is taken: a plume's formula divides by it.

    Examples
    --------
    >>> round(float(wind_at(3.0, 100.0, 3, urban=False, floor_mps=1.0)), 3)
    4.238
    """
    height = np.maximum(np.asarray(height_m, np.float64), MEASURED_AT_M)
    found: NDArray[np.float64] = np.maximum(np.asarray(wind_mps, np.float64), floor_mps) * (
        height / MEASURED_AT_M
    ) ** exponent_of(stability, urban)
    return found
