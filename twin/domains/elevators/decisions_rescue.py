"""What is asked when people are trapped: who is sent, in which order, and when the second level is called.

A policy is a function of one of the views below, or a class with ``decide(view)``; it returns one of the answers.
Columns are read-only NumPy arrays of one length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # checking a scenario needs no arrays, and NumPy costs a tenth of a second
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class WaitingCases:
    """Entrapments that no worker has been sent to.

    Attributes
    ----------
    case
        Number of the entrapment.
    people, vulnerable
        How many are inside, as they say; and how many of them are old, children, pregnant or patients. 0 where nobody
        answers: a false alarm, perhaps.
    waiting_s
        Seconds since the firm was told.
    connected
        Whether the elevator has reported itself.
    """

    case: NDArray[np.int64]
    people: NDArray[np.int8]
    vulnerable: NDArray[np.int8]
    waiting_s: NDArray[np.float32]
    connected: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.case)


@dataclass(frozen=True, slots=True)
class Options:
    """Who may be sent where: one entry a pair of an entrapment and a free worker who may free people.

    Attributes
    ----------
    place
        Row of the entrapment among the cases, rising.
    worker
        Number of the worker.
    own_firm
        Whether his firm has the contract of this elevator. Without ``worker_position`` there are no others.
    straight_line_m
        From where he is thought to be.
    drive_time_s
        With ``worker_position`` from where he is, in the traffic as it is; without it from the middle of the elevators
        in his care, or outside the shift from his home, on an ordinary day at this hour.
    """

    place: NDArray[np.int32]
    worker: NDArray[np.int32]
    own_firm: NDArray[np.bool_]
    straight_line_m: NDArray[np.float32]
    drive_time_s: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.worker)


@dataclass(frozen=True, slots=True)
class RescueView:
    """What is seen when somebody waits for a worker and somebody can be sent.

    Attributes
    ----------
    time_s
        Now, seconds since the scenario's start.
    position_known
        Whether ``worker_position`` works.
    cases
        Who waits, in the order of the rule for ``rescue_order``. Where very many wait for few workers, those who
        nobody could be sent to before others are left out.
    options
        Who may be sent.
    """

    time_s: float
    position_known: bool
    cases: WaitingCases
    options: Options

    def fastest_in_turn(self, cost_s: NDArray[np.floating], may: NDArray[np.bool_]) -> Assign:
        """Give each case in turn the worker with the least cost who is still free.

        Parameters
        ----------
        cost_s
            What each option costs, shape (options,).
        may
            Which options there are, shape (options,).
        """
        options, taken, pairs = self.options, set(), {}
        order = cost_s.argsort(kind="stable")
        order = order[options.place[order].argsort(kind="stable")]
        for row in order[may[order]].tolist():
            place, worker = int(options.place[row]), int(options.worker[row])
            if place not in pairs and worker not in taken:
                pairs[place] = worker
                taken.add(worker)
        return Assign(tuple((int(self.cases.case[place]), worker) for place, worker in pairs.items()))


@dataclass(frozen=True, slots=True)
class Assign:
    """Send workers: pairs of a case's number and a worker's. Whoever is not named waits, and is asked about again."""

    pairs: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class RescueOrderView:
    """What is seen when several wait for a worker.

    Attributes
    ----------
    time_s
        Now, seconds since the scenario's start.
    release_s
        How long a release takes on average.
    cases
        Who waits, the longest first.
    nearest_s
        About how long the nearest free worker would drive to each (straight line, 25 km/h), shape (cases,).
    """

    time_s: float
    release_s: float
    cases: WaitingCases
    nearest_s: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RescueInOrder:
    """Look for workers in this order: every case's number once."""

    cases: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Teams:
    """Free teams of the other levels, in order of id.

    Attributes
    ----------
    id
        Number of the team.
    level
        2: a second-level station; 3: the fire brigade.
    arrives_in_s
        Setting out and the drive: in the traffic as it is where ``worker_position`` works, else of an ordinary day.
    """

    id: NDArray[np.int32]
    level: NDArray[np.int8]
    arrives_in_s: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, slots=True)
class SecondLevelView:
    """What the platform sees of an entrapment whom nobody has reached: when the firm is told, and every ten minutes.

    Not asked while no team is free.

    Attributes
    ----------
    time_s
        Now, seconds since the scenario's start.
    case
        Number of the entrapment.
    people, vulnerable
        As in `WaitingCases`.
    since_told_s
        Seconds since the firm was told.
    worker_sent
        Whether a worker is under way or about to set out.
    worker_arrives_in_s
        When he is expected; -1 where none is sent, or it is not known (``worker_position``).
    teams
        Who can be called.
    """

    time_s: float
    case: int
    people: int
    vulnerable: int
    since_told_s: float
    worker_sent: bool
    worker_arrives_in_s: float
    teams: Teams


@dataclass(frozen=True, slots=True)
class CallTeam:
    """Call this team; whoever is there first frees them, the other turns round."""

    team: int


@dataclass(frozen=True, slots=True)
class LeaveToFirm:
    """Call nobody now."""
