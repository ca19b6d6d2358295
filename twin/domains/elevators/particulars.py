"""What a failure is like: cause, time of the day, whom it traps, how long a repair takes. All by counter, no stream."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import HOUR_S
from twin.domains.elevators.chances import Purpose, chances
from twin.domains.elevators.failure_process import is_wear
from twin.domains.elevators.parameters import (
    OUTSIDE_CAUSES,
    PROFILE_OF_USE,
    USES,
    WEAR_CAUSES,
    ElevatorParameters,
)

MOST_PEOPLE: Final = 13
"""What a car of 1,000 kg carries (GB 7588)."""


class Failures(NamedTuple):
    """What there is to know of k failures; shapes (k,).

    Attributes
    ----------
    second_of_day
        When, since midnight.
    cause
        Positions in `CAUSES`.
    people
        How many are trapped; 0 where nobody is.
    repair_s
        From the fault until the elevator could run again, where nobody has to be freed.
    """

    elevator: NDArray[np.int32]
    number: NDArray[np.int64]
    second_of_day: NDArray[np.float64]
    cause: NDArray[np.int8]
    people: NDArray[np.int8]
    repair_s: NDArray[np.float64]


class Particulars:
    """Says what failures are like.

    Parameters
    ----------
    key
        64 bits of chance for each elevator, shape (n,).
    """

    def __init__(self, fleet: pd.DataFrame, key: NDArray[np.uint64], parameters: ElevatorParameters) -> None:
        self.key = key
        self._use = fleet["use"].to_numpy()
        self._parameters = parameters
        profiles = parameters.failures_by_hour.model_dump()
        weights = np.array([profiles[PROFILE_OF_USE[use]] for use in USES], np.float64)
        self.hour_shares: NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
        """Share of each hour in a use's day, shape (uses, 24)."""
        self._until = np.cumsum(self.hour_shares, axis=1)
        self._people = np.array([_people_until(getattr(parameters.people_mean, use)) for use in USES])
        shares = parameters.cause_shares
        self._causes = [_cumulative([getattr(shares, name) for name in kind]) for kind in (OUTSIDE_CAUSES, WEAR_CAUSES)]

    def of(self, elevator: NDArray[np.int32], number: NDArray[np.int64]) -> Failures:
        """Return what these failures are like; shapes (k,)."""
        trapped = self.draw(elevator, number, Purpose.TRAPS) < 1 / self._parameters.faults_per_entrapment
        repair_s = HOUR_S * self._parameters.repair_h.of(normal(self.draw(elevator, number, Purpose.REPAIR)))
        people = np.where(trapped, self.people(elevator, number), 0).astype(np.int8)
        return Failures(
            elevator, number, self._second_of_day(elevator, number), self._cause(elevator, number), people, repair_s
        )

    def draw(self, elevator: NDArray[np.int32], number: NDArray[np.int64], purpose: int) -> NDArray[np.float64]:
        """Return what chance says to these failures for a purpose, in [0, 1); shapes (k,)."""
        return chances(self.key[elevator], number, purpose)

    def people(self, elevator: NDArray[np.int32], number: NDArray[np.int64]) -> NDArray[np.int8]:
        """Return how many are inside where somebody is: one, and more by a Poisson distribution; shapes (k,)."""
        drawn = self.draw(elevator, number, Purpose.PEOPLE)
        more = (drawn[:, None] >= self._people[self._use[elevator]]).sum(axis=1)
        return np.asarray(1 + more, np.int8)

    def _second_of_day(self, elevator: NDArray[np.int32], number: NDArray[np.int64]) -> NDArray[np.float64]:
        drawn = self.draw(elevator, number, Purpose.SECOND)
        use = self._use[elevator]
        until = self._until[use]
        hour = np.minimum((drawn[:, None] >= until).sum(axis=1), 23)
        share = self.hour_shares[use, hour]
        before = until[np.arange(len(hour)), hour] - share
        within = np.clip((drawn - before) / np.maximum(share, 1e-12), 0.0, 1 - 1e-9)
        return np.asarray(HOUR_S * (hour + within))

    def _cause(self, elevator: NDArray[np.int32], number: NDArray[np.int64]) -> NDArray[np.int8]:
        drawn = self.draw(elevator, number, Purpose.CAUSE)
        wear = is_wear(number)
        outside, worn = (np.searchsorted(until, drawn, side="right") for until in self._causes)
        return np.where(wear, len(OUTSIDE_CAUSES) + worn, outside).astype(np.int8)


def normal(uniform: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn numbers in [0, 1) into standard normal ones, same shape."""
    from scipy.special import ndtri

    return np.asarray(ndtri(np.maximum(uniform, 1e-16)))


def _cumulative(shares: list[float]) -> NDArray[np.float64]:
    """Return the inner bounds between shares of the whole."""
    total = sum(shares)
    return np.cumsum(shares)[:-1] / total if total > 0 else np.arange(1, len(shares)) / len(shares)


def _people_until(mean: float) -> list[float]:
    """Return the distribution function of a Poisson number with mean ``mean`` - 1, up to what a car carries."""
    more = mean - 1
    chance: Any = [math.exp(-more) * more**k / math.factorial(k) for k in range(MOST_PEOPLE - 1)]
    return np.cumsum(chance).tolist()  # type: ignore[no-any-return]
