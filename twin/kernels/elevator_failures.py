"""When elevators fail: two processes for each, advanced a day at a time.

Failures from outside come at a rate. Failures from wear have an intensity that is a power law of the virtual time since
the last maintenance (Crow 1974, "Reliability analysis for complex, repairable systems"), which a visit makes shorter by
a share (Kijima 1989, "Some results for repairable systems with general repair", model II). Each process fails when the
hazard accumulated since its last failure reaches an exponential threshold that is drawn by counter, see
`twin.kernels.elevator_chance`: so a visit moves a failure to later and draws nothing anew.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel
from twin.kernels.elevator_chance import chance

OUTSIDE: Final = 0
WEAR: Final = 1
PROCESSES: Final = 2
THRESHOLD: Final = 0
"""Purpose of the chance by which a failure's threshold is drawn."""


class FailureState(NamedTuple):
    """Where each of n elevators is in its life; all but the key change.

    Attributes
    ----------
    key
        Names the chance of each, shape (n,).
    before
        Failures so far of each process, shape (n, 2).
    left
        Hazard that is left until the next failure of each process, shape (n, 2).
    virtual_days
        Virtual time since maintenance, shape (n,).
    reached
        That to the power of the wear, shape (n,).
    """

    key: NDArray[np.uint64]
    before: NDArray[np.int32]
    left: NDArray[np.float64]
    virtual_days: NDArray[np.float64]
    reached: NDArray[np.float64]


@kernel
def threshold_of(key: np.uint64, count: int, process: int) -> float:
    """Return the hazard, exponential with mean 1, after which failure ``count`` of a process comes."""
    return float(-np.log(1.0 - chance(key, PROCESSES * count + process, THRESHOLD)))


@kernel
def begin_lives(state: FailureState, power: float) -> None:
    """Draw each process's first threshold, and reckon `reached` from `virtual_days`."""
    for elevator in range(len(state.key)):
        state.reached[elevator] = state.virtual_days[elevator] ** power
        for process in range(PROCESSES):
            state.before[elevator, process] = 0
            state.left[elevator, process] = threshold_of(state.key[elevator], 0, process)


@kernel
def live_day(
    state: FailureState,
    rate: NDArray[np.float64],
    power: float,
    outside: float,
    wear: float,
    failed: NDArray[np.int32],
    number: NDArray[np.int64],
) -> int:
    """Let every elevator live a day; return how many failures there are.

    A process fails once a day at most; hazard beyond its threshold counts towards the next failure.

    Parameters
    ----------
    rate
        Failures a day from outside, and from wear for each unit of virtual days to the power, shape (n, 2).
    power
        Exponent of wear.
    outside, wear
        What the day multiplies each process by.
    failed, number
        Written: elevator and number of each failure (twice its place among those of its process, and 1 more for wear),
        in the order of elevators; shapes (2 n,).
    """
    found = 0
    for elevator in range(len(state.key)):
        state.virtual_days[elevator] += 1.0
        reached = state.virtual_days[elevator] ** power
        grown = reached - state.reached[elevator]
        state.reached[elevator] = reached
        for process in range(PROCESSES):
            hazard = rate[elevator, process] * (outside if process == OUTSIDE else wear * grown)
            state.left[elevator, process] -= hazard
            if state.left[elevator, process] > 0:
                continue
            failed[found] = elevator
            number[found] = PROCESSES * state.before[elevator, process] + process
            found += 1
            state.before[elevator, process] += 1
            state.left[elevator, process] += threshold_of(state.key[elevator], state.before[elevator, process], process)
    return found


@kernel
def visit(state: FailureState, who: NDArray[np.int32], share_left: float, power: float) -> None:
    """Leave this share of the virtual time of elevators that are maintained.

    Parameters
    ----------
    who
        Elevators, shape (k,); one that stands there twice is maintained twice.
    """
    for row in range(len(who)):
        elevator = who[row]
        state.virtual_days[elevator] *= share_left
        state.reached[elevator] = state.virtual_days[elevator] ** power
