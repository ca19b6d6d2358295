"""Chance without a stream: a number in [0, 1) that depends on nothing but a key, a number and a purpose.

A generator by counter (Salmon and others 2011, "Parallel random numbers: as easy as 1, 2, 3"), so that what is drawn
for one failure depends neither on which others there were nor on when. The function is the finaliser of SplitMix64
(Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators", OOPSLA), applied to the key, then to the
number, then to the purpose.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel

GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
"""Odd, and far from any pattern of bits: 2 to the power of 64 by the golden ratio."""
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)
_ONE: Final = np.uint64(1)
_S11, _S27, _S30, _S31 = np.uint64(11), np.uint64(27), np.uint64(30), np.uint64(31)
_STEP: Final = 1.0 / 9007199254740992.0
"""2 to the power of minus 53: doubles in [0, 1) are multiples of it."""


@kernel
def mixed(bits: np.uint64) -> np.uint64:
    """Return SplitMix64's finaliser of 64 bits."""
    bits = (bits ^ (bits >> _S30)) * _FIRST
    bits = (bits ^ (bits >> _S27)) * _SECOND
    return bits ^ (bits >> _S31)


@kernel
def chance(key: np.uint64, number: int, purpose: int) -> float:
    """Return a number in [0, 1).

    Parameters
    ----------
    key
        Whose chance it is.
    number
        Which of his failures, at least 0.
    purpose
        What is drawn for it, at least 0.
    """
    bits = mixed(key + GOLDEN)
    bits = mixed(bits + (np.uint64(number) + _ONE) * GOLDEN)
    bits = mixed(bits + (np.uint64(purpose) + _ONE) * GOLDEN)
    return float(bits >> _S11) * _STEP


@kernel
def write_chances(key: NDArray[np.uint64], number: NDArray[np.int64], purpose: int, drawn: NDArray[np.float64]) -> None:
    """Write `chance` of many; all shapes (k,)."""
    for row in range(len(key)):
        drawn[row] = chance(key[row], number[row], purpose)
