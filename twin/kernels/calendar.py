"""Who is to begin something in which step: a list for each step, in the order in which they were entered."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel

NOBODY: Final = -1


class Calendar(NamedTuple):
    """Numbers below n, each in the list of at most one step at a time; s steps.

    Attributes
    ----------
    first, last
        The first and the last of each step's list, `NOBODY` where it is empty, shape (s,).
    following
        Who comes after each in his list, else `NOBODY`, shape (n,).
    at_ms
        When each is to begin, shape (n,).
    """

    first: NDArray[np.int32]
    last: NDArray[np.int32]
    following: NDArray[np.int32]
    at_ms: NDArray[np.int32]

    @classmethod
    def empty(cls, numbers: int, steps: int) -> Calendar:
        """Return one in which nobody stands."""
        nobody = np.full(steps, NOBODY, np.int32)
        return cls(nobody, nobody.copy(), np.empty(numbers, np.int32), np.empty(numbers, np.int32))


@kernel
def enter_one(calendar: Calendar, number: int, at_ms: int, step_ms: int) -> None:
    """Enter a number at the end of the list of the step that holds a time; one beyond the last step never comes."""
    step = at_ms // step_ms
    if step >= len(calendar.first):
        return
    calendar.at_ms[number] = at_ms
    calendar.following[number] = NOBODY
    if calendar.first[step] == NOBODY:
        calendar.first[step] = number
    else:
        calendar.following[calendar.last[step]] = number
    calendar.last[step] = number


@kernel
def enter(calendar: Calendar, numbers: NDArray[np.int32], at_ms: NDArray[np.int32], step_ms: int) -> None:
    """Enter numbers, each once, with times of at least 0; shapes (any,)."""
    for place in range(len(numbers)):
        enter_one(calendar, numbers[place], at_ms[place], step_ms)


@kernel
def take(calendar: Calendar, step: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return who stands in the list of a step, and when each is to begin, and empty it."""
    count = 0
    number = calendar.first[step]
    while number != NOBODY:
        count += 1
        number = calendar.following[number]
    numbers, at_ms = np.empty(count, np.int32), np.empty(count, np.int32)
    number = calendar.first[step]
    for place in range(count):
        numbers[place], at_ms[place] = number, calendar.at_ms[number]
        number = calendar.following[number]
    calendar.first[step] = NOBODY
    return numbers, at_ms
