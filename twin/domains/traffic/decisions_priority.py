"""What is asked about signals when a vehicle sets out under lights and siren: whether they make way for it.

A policy is a function of the view below, or a class with ``decide(view)``; it returns one of the answers. Columns are
read-only NumPy arrays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twin.core.decisions import NOT_RECORDED

if TYPE_CHECKING:  # checking a scenario needs no arrays, and NumPy costs a tenth of a second
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class SignalsAhead:
    """The signals on the vehicle's route that can make way for it, in the order in which it comes to them.

    Attributes
    ----------
    signal
        Number of the signal.
    passes_in_s
        In how many seconds the vehicle is expected to pass it, as things are.
    queue
        Vehicles that wait on its approach.
    saturation_per_h
        What the approach would pass in an hour of green.
    green_share
        Share of the cycle for which its approach is green.
    red_delay_s
        What the signal costs on average whoever comes when nobody waits.
    """

    signal: NDArray[np.int32]
    passes_in_s: NDArray[np.float64]
    queue: NDArray[np.int32]
    saturation_per_h: NDArray[np.float64]
    green_share: NDArray[np.float64]
    red_delay_s: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.signal)


@dataclass(frozen=True, slots=True)
class PriorityView:
    """What the control centre sees when a vehicle sets out under lights and siren.

    Attributes
    ----------
    time_s
        Now, seconds since the scenario's start.
    vehicle
        Its number.
    severity
        Of the patient to whom or with whom it drives: 1 is in danger of life.
    with_patient
        Whether he is on board.
    lost_s
        Seconds before a new green in which nobody drives.
    held
        Signals that make way for other vehicles now.
    signals
        The signals on its route; one at least.
    """

    time_s: float
    vehicle: int
    severity: int
    with_patient: bool
    lost_s: float
    held: int
    signals: SignalsAhead = field(repr=False, metadata=NOT_RECORDED)


@dataclass(frozen=True, slots=True)
class NoPriority:
    """All signals go on as they are."""


@dataclass(frozen=True, slots=True)
class GreenWave:
    """Give the vehicle's approach the green in time, signal by signal, until it has passed; all others there wait.

    Attributes
    ----------
    ahead_s
        For each of the view's signals, how many seconds before the vehicle is expected to pass its approach is to be
        given the green, from 0 to 300; below 0: this signal goes on as it is.
    """

    ahead_s: tuple[float, ...]
