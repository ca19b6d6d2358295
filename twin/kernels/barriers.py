"""Barriers at the entrances of lots: each serves one car after the other, in the order of arrivals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel, uncounted_kernel


class Barriers(NamedTuple):
    """The barriers of k lots, g in all.

    Attributes
    ----------
    first
        Those of lot ``k`` are ``first[k]:first[k + 1]``; a kerb has none. Shape (k + 1,).
    service_ms
        How long a barrier of each lot is busy with a car, shape (k,).
    free_ms
        When each barrier has served the last car that came to it, shape (g,). Changes.
    turn
        Which of a lot's barriers serves the next car, shape (k,). Changes.
    """

    first: NDArray[np.int32]
    service_ms: NDArray[np.int32]
    free_ms: NDArray[np.int32]
    turn: NDArray[np.int32]


@uncounted_kernel
def pass_one(barriers: Barriers, lot: int, at_ms: int) -> int:
    """Let a car that stands before a lot's entrance at this time in; return when: at once where there is no barrier."""
    count = barriers.first[lot + 1] - barriers.first[lot]
    if count == 0:
        return at_ms
    barrier = barriers.first[lot] + barriers.turn[lot]
    in_ms = max(at_ms, barriers.free_ms[barrier]) + barriers.service_ms[lot]
    barriers.free_ms[barrier] = in_ms
    barriers.turn[lot] = (barriers.turn[lot] + 1) % count
    return int(in_ms)


@kernel
def pass_barriers(
    barriers: Barriers, lot: NDArray[np.int32], at_ms: NDArray[np.int32], in_ms: NDArray[np.int32]
) -> None:
    """Let cars pass the barriers of their lots, in the order in which they are given: that of their arrivals.

    All barriers of a lot take equally long, so whoever is next is served first by the barrier whose turn it is.

    Parameters
    ----------
    lot
        Where each car is let in; below 0: nowhere. Shape (v,).
    at_ms
        When each stands before the entrance, not falling for cars of one lot; shape (v,).
    in_ms
        Written: when each has been let in; where there is no barrier, when it came; shape (v,).
    """
    for car in range(len(lot)):
        in_ms[car] = at_ms[car] if lot[car] < 0 else pass_one(barriers, lot[car], at_ms[car])
