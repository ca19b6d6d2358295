"""The failures of the whole fleet, a day at a time: what fails today, and what visits do to what fails later."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.domains.elevators.hazards import DAYS_A_YEAR, PRACTICE_DAYS, days_left_by_visits, rates
from twin.domains.elevators.parameters import ElevatorParameters
from twin.kernels.elevator_failures import PROCESSES, WEAR, FailureState, begin_lives, live_day, visit

AGED_EVERY_DAYS: Final = 30
"""Elevators' ages act on their rates in steps of so many days."""


class Failed(NamedTuple):
    """The failures of a day, in the order of elevators; shapes (k,).

    Attributes
    ----------
    number
        Which failure of the elevator's life this is, counted within its two processes: 2 m is the one of place m from
        outside, 2 m + 1 from wear. With the elevator's key it names all chance of this failure.
    """

    elevator: NDArray[np.int32]
    number: NDArray[np.int64]


def is_wear(number: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which failures are from wear; a number below 0 is none; shapes (k,)."""
    return np.asarray((number >= 0) & (number % PROCESSES == WEAR))


def round_phase(fleet: pd.DataFrame, round_days: int) -> NDArray[np.int32]:
    """Return on which day of a round each elevator is visited, 0 to ``round_days`` - 1, shape (n,)."""
    return np.asarray(fleet["round_draw"].to_numpy(np.float64) * round_days, np.int32)


class FailureProcess:
    """Lets the fleet fail day by day.

    Parameters
    ----------
    fleet
        See `twin.domains.elevators.fleet.draw_fleet`.
    lives
        Where each elevator is in its life: what `table` returns.
    begins_day
        Days since the fleet's ages were those of its table, when the first day is lived.
    """

    def __init__(
        self, fleet: pd.DataFrame, parameters: ElevatorParameters, lives: pd.DataFrame, begins_day: int = 0
    ) -> None:
        self._fleet = fleet
        self._parameters = parameters
        self._day = begins_day
        self._rate: NDArray[np.float64] | None = None
        self._state = FailureState(
            key=lives["key"].to_numpy(np.uint64, copy=True),
            before=np.ascontiguousarray(lives[["outside_count", "wear_count"]].to_numpy(np.int32)),
            left=np.ascontiguousarray(lives[["outside_left", "wear_left"]].to_numpy(np.float64)),
            virtual_days=lives["virtual_days"].to_numpy(np.float64, copy=True),
            reached=np.empty(len(fleet)),
        )
        visit(self._state, np.arange(len(fleet), dtype=np.int32), 1.0, parameters.wear_power)  # reckons what is reached
        self._reached_before = self._state.reached.copy()
        self._failed = np.empty(PROCESSES * len(fleet), np.int32)
        self._number = np.empty(PROCESSES * len(fleet), np.int64)

    @classmethod
    def new(
        cls, fleet: pd.DataFrame, parameters: ElevatorParameters, key: NDArray[np.uint64], day: int
    ) -> FailureProcess:
        """Begin lives on a day: no failure yet, visited in rounds of 15 days for ever.

        Parameters
        ----------
        key
            64 bits of chance for each elevator, shape (n,).
        day
            The first to be lived; days since the fleet's ages were those of its table.
        """
        since = (day - 1 - round_phase(fleet, PRACTICE_DAYS)) % PRACTICE_DAYS
        virtual_days = days_left_by_visits(parameters, PRACTICE_DAYS) + since.astype(np.float64)
        none, nothing = np.zeros(len(fleet), np.int32), np.zeros(len(fleet))
        lives = pd.DataFrame(
            {
                "key": key, "virtual_days": virtual_days, "outside_count": none, "wear_count": none,
                "outside_left": nothing, "wear_left": nothing,
            }
        )  # fmt: skip
        process = cls(fleet, parameters, lives, day)
        begin_lives(process._state, parameters.wear_power)
        return process

    @property
    def key(self) -> NDArray[np.uint64]:
        """64 bits of chance for each elevator, shape (n,)."""
        return self._state.key

    def table(self) -> pd.DataFrame:
        """Return where each elevator is in its life, one row each: what another process can go on from."""
        state = self._state
        return pd.DataFrame(
            {
                "key": state.key.copy(), "virtual_days": state.virtual_days.copy(),
                "outside_count": state.before[:, 0].copy(), "wear_count": state.before[:, 1].copy(),
                "outside_left": state.left[:, 0].copy(), "wear_left": state.left[:, 1].copy(),
            }
        )  # fmt: skip

    def live_day(self, outside: float, wear: float) -> Failed:
        """Live a day that multiplies failures by these factors; return what fails on it."""
        if self._rate is None or self._day % AGED_EVERY_DAYS == 0:
            self._rate = self._rates()
        self._day += 1
        np.copyto(self._reached_before, self._state.reached)
        count = live_day(
            self._state, self._rate, self._parameters.wear_power, outside, wear, self._failed, self._number
        )
        return Failed(self._failed[:count].copy(), self._number[:count].copy())

    def _rates(self) -> NDArray[np.float64]:
        aged_days = self._day // AGED_EVERY_DAYS * AGED_EVERY_DAYS
        return rates(self._fleet, self._parameters, aged_days / DAYS_A_YEAR)

    def wear_lived(self, wear: float) -> NDArray[np.float64]:
        """Return the hazard from wear of the day just lived, which multiplied it by this factor; shape (n,).

        To be asked before anybody is maintained or repaired.
        """
        rate = self._rates() if self._rate is None else self._rate
        return np.asarray(rate[:, WEAR] * (self._state.reached - self._reached_before) * wear)

    def hazard(self) -> NDArray[np.float64]:
        """Return the failures that the next ordinary day would bring, outside and wear; shape (n, 2).

        Nobody in the city knows this: it is for tests, and for judging what a prediction is worth.
        """
        state, power = self._state, self._parameters.wear_power
        rate = self._rates() if self._rate is None or self._day % AGED_EVERY_DAYS == 0 else self._rate
        grown = (state.virtual_days + 1) ** power - state.reached
        return np.column_stack([rate[:, 0], rate[:, 1] * grown])

    def maintain(self, elevators: NDArray[np.int32]) -> None:
        """Let these be inspected and adjusted; it acts on the next day that is lived."""
        visit(self._state, elevators, 1 - self._parameters.maintenance_efficiency, self._parameters.wear_power)

    def repair(self, elevators: NDArray[np.int32]) -> None:
        """Let these be repaired after a failure from wear; it acts on the next day that is lived."""
        visit(self._state, elevators, 1 - self._parameters.repair_efficiency, self._parameters.wear_power)
