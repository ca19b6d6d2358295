"""What chance says to an elevator: pure functions of its key, of which failure it is, and of what is drawn for it.

Whoever adds something that is drawn for a failure adds a purpose, and never uses one for two things. Two policies meet
the same chance, failure by failure, whatever they have prevented before.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final, overload

import numpy as np
from numpy.typing import NDArray

from twin.kernels.elevator_chance import write_chances
from twin.kernels.elevator_failures import THRESHOLD

EVENT_NUMBERS: Final = 1 << 30
"""What an event of the scenario does to an elevator has this number and up, by the event's place in the file."""


class Purpose(IntEnum):
    """What is drawn for a failure; 16 and up are for what comes after it (rescue)."""

    THRESHOLD = THRESHOLD
    CAUSE = 1
    SECOND = 2
    TRAPS = 3
    PEOPLE = 4
    REPAIR = 5
    OCCUPIED = 6
    UNDER_WATER = 7
    CODES = 8
    DIARY = 9


def chances(key: NDArray[np.uint64], number: NDArray[np.int64], purpose: int) -> NDArray[np.float64]:
    """Return a number in [0, 1) for each failure, see `twin.kernels.elevator_chance.chance`; shapes (k,)."""
    drawn = np.empty(len(key))
    write_chances(key, number, int(purpose), drawn)
    return drawn


@overload
def case_of(elevator: int, number: int) -> int: ...
@overload
def case_of(elevator: NDArray[np.int64], number: NDArray[np.int64]) -> NDArray[np.int64]: ...
def case_of(elevator: Any, number: Any) -> Any:
    """Return a number of its own for a failure among all of a run; the same under every policy."""
    return (elevator << 32) + number
