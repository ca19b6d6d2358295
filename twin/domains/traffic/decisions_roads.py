"""What is asked about the ways of informed drivers and about the gates of the ring road.

A policy is a function of one of the views below, or a class with ``decide(view)``; it returns one of the answers.
Columns are read-only NumPy arrays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twin.core.decisions import NOT_RECORDED

if TYPE_CHECKING:  # checking a scenario needs no arrays, and NumPy costs a tenth of a second
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class GuidanceView:
    """What is known of the roads when the ways of a share of the informed drivers are renewed; m links.

    Attributes
    ----------
    time_s
        Now, seconds since the scenario's start.
    interval_s
        Seconds until the next share is renewed.
    informed_share
        Share of the drivers who follow the guidance.
    shares
        Into so many shares the destinations are divided; each question is about one of them.
    known_s
        What a drive on each link takes, as known now, shape (m,).
    free_s
        The same where nobody else drives, shape (m,).
    """

    time_s: float
    interval_s: float
    informed_share: float
    shares: int
    known_s: NDArray[np.float64] = field(repr=False, metadata=NOT_RECORDED)
    free_s: NDArray[np.float64] = field(repr=False, metadata=NOT_RECORDED)


@dataclass(frozen=True, slots=True, eq=False)
class GuideBy:
    """Lead these drivers by the fastest ways under times of one's own.

    Attributes
    ----------
    link_s
        Seconds on each link, above 0, shape (m,).
    """

    link_s: NDArray[np.float64]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GuideBy) and bool(self.link_s.tolist() == other.link_s.tolist())

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class GateView:
    """What the control centre sees of the inner city and of the links that lead into it through the ring.

    Attributes
    ----------
    time_s
        Now, seconds since the scenario's start.
    interval_s
        Seconds until the question is put again.
    inside
        Vehicles on the links within the ring.
    inside_before
        The same when the question was put last; as now at the first.
    set_point
        The vehicles within the ring with which the most trips end (a parameter of the scenario).
    entered_per_h
        Vehicles an hour that have come in since the last question.
    allowed_per_h
        What the last answer let in; ``full_per_h`` at the first.
    full_per_h
        What the gates pass when nothing holds them.
    waiting
        Vehicles in the queues at the gates.
    """

    time_s: float
    interval_s: float
    inside: int
    inside_before: int
    set_point: float
    entered_per_h: float
    allowed_per_h: float
    full_per_h: float
    waiting: int


@dataclass(frozen=True, slots=True)
class LetIn:
    """Let so many vehicles an hour in through all gates together, each its share by capacity: 0 to ``full_per_h``."""

    per_h: float
