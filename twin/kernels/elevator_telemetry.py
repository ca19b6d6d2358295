"""Fault codes that elevators' controllers report: a noisy signal of how worn each is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel
from twin.kernels.elevator_chance import chance

MOST_A_DAY = 100
"""A controller that reports more is not listened to."""


@kernel
def add_codes(
    key: NDArray[np.uint64],
    number: int,
    purpose: int,
    mean: NDArray[np.float64],
    kept: float,
    codes: NDArray[np.float32],
) -> None:
    """Let a day's codes be reported: Poisson numbers by counter, added to what is kept of earlier ones.

    Parameters
    ----------
    key
        Names the chance of each elevator, shape (n,).
    number, purpose
        The day's number, at least 0, and what is drawn; see `twin.kernels.elevator_chance.chance`.
    mean
        Codes that the day brings on average, shape (n,).
    kept
        Share of earlier codes that is kept.
    codes
        Written, shape (n,).
    """
    for elevator in range(len(key)):
        drawn = chance(key[elevator], number, purpose)
        count, expected = 0, mean[elevator]
        if drawn >= 1.0 - expected:  # else it is below exp(-expected) too
            one = np.exp(-expected)
            until = one
            while drawn >= until and count < MOST_A_DAY:
                count += 1
                one *= expected / count
                until += one
        codes[elevator] = np.float32(codes[elevator] * kept + count)
