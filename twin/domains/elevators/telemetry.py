"""Fault codes of elevators' controllers: Poisson numbers whose mean grows with the hazard from wear."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.domains.elevators.book import FIRST_DAY
from twin.domains.elevators.chances import Purpose
from twin.domains.elevators.parameters import ElevatorParameters
from twin.kernels.elevator_telemetry import add_codes


class Telemetry:
    """Lets every elevator's controller report; what reaches the city is another question.

    Parameters
    ----------
    key
        64 bits of chance for each elevator, shape (n,).
    """

    def __init__(self, parameters: ElevatorParameters, key: NDArray[np.uint64]) -> None:
        self._key = key
        self._per_fault = parameters.codes_per_fault
        self._without_wear = parameters.codes_without_wear_per_day
        self._kept = 0.5 ** (1 / parameters.codes_half_life_days)

    def report(self, day: int, wear: NDArray[np.float64], codes: NDArray[np.float32]) -> None:
        """Add a day's codes to what is kept of earlier ones.

        Parameters
        ----------
        wear
            The day's hazard from wear, shape (n,).
        codes
            Written, shape (n,).
        """
        mean = self._without_wear + self._per_fault * wear
        add_codes(self._key, FIRST_DAY + day, int(Purpose.CODES), mean, self._kept, codes)
