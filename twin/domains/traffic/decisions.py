"""What the traffic domain asks about the roads: plans of signals.

A policy is a function of one of the views below, or a class with ``decide(view)``; it returns one of the answers.
Columns are read-only NumPy arrays. One question is put for all signals at once: an answer holds a column too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twin.core.decisions import NOT_RECORDED

if TYPE_CHECKING:  # checking a scenario needs no arrays, and NumPy costs a tenth of a second
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Approaches:
    """Links into signals, those of one phase together, phases in the order of their signals; a approaches.

    Attributes
    ----------
    arrivals_per_h
        Flow onto the link since the last question, vehicles an hour.
    saturation_per_h
        What the link's end would pass in an hour of green.
    queue
        Vehicles that have driven the link and wait at its end.
    downstream_queue
        The same on the links that lead on, but for the one back, each in proportion to what entered it since the last
        question.
    """

    arrivals_per_h: NDArray[np.float64]
    saturation_per_h: NDArray[np.float64]
    queue: NDArray[np.int32]
    downstream_queue: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.queue)


@dataclass(frozen=True, slots=True)
class SignalPlanView:
    """What the control centre sees of the signals under its control: s signals, p phases, a approaches.

    Attributes
    ----------
    time_s
        Now, seconds since the scenario's start.
    interval_s
        Seconds until the question is put again.
    lost_s
        Seconds before each green in which nobody drives.
    cycle_s
        Cycle of the fixed plans.
    queued
        All vehicles in the approaches' queues.
    phase_first
        The phases of signal i are ``phase_first[i]:phase_first[i + 1]``, shape (s + 1,).
    approach_first
        The approaches of phase j are ``approach_first[j]:approach_first[j + 1]``, shape (p + 1,).
    fixed_green_s
        Effective green of each phase in the fixed plans, shape (p,).
    approaches
        What was measured.
    """

    time_s: float
    interval_s: float
    lost_s: float
    cycle_s: float
    queued: int
    phase_first: NDArray[np.int32] = field(repr=False, metadata=NOT_RECORDED)
    approach_first: NDArray[np.int32] = field(repr=False, metadata=NOT_RECORDED)
    fixed_green_s: NDArray[np.float64] = field(repr=False, metadata=NOT_RECORDED)
    approaches: Approaches = field(repr=False, metadata=NOT_RECORDED)


@dataclass(frozen=True, slots=True, eq=False)
class SetPlans:
    """Let each signal go through its phases in their order, from now on.

    A cycle is its phases' greens with the lost time before each; a phase without green has neither. If one phase alone
    has green it keeps it until the next answer.

    Attributes
    ----------
    green_s
        Effective green of each phase, shape (p,): from 0 to 600 seconds, above 0 for one phase of each signal.
    offset_s
        Seconds after the run's beginning (or any number of cycles later) at which each signal's cycle begins, shape
        (s,); None: all begin together.
    """

    green_s: NDArray[np.float64]
    offset_s: NDArray[np.float64] | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SetPlans) or (self.offset_s is None) != (other.offset_s is None):
            return False
        same = bool(self.green_s.tolist() == other.green_s.tolist())
        if self.offset_s is None or other.offset_s is None:
            return same
        return same and bool(self.offset_s.tolist() == other.offset_s.tolist())

    __hash__ = None  # type: ignore[assignment]
