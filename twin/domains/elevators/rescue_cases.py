"""An entrapment while it lasts, and who comes to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import simpy

from twin.domains.elevators.entrapments import Entrapment
from twin.domains.elevators.rescue_chances import Course

if TYPE_CHECKING:
    from twin.city.conditions import Trip

FIRM: Final = 1
SECOND: Final = 2
FIRE: Final = 3
"""The levels of rescue."""


@dataclass(slots=True, eq=False)
class Helper:
    """A worker or a team that is sent to an entrapment.

    Attributes
    ----------
    level
        `FIRM`, `SECOND` or `FIRE`.
    number
        Of the worker, or of the team.
    node
        Where he sets out from.
    sent_s
        When he was told.
    expected_s
        When he is expected there, as far as is known when he is sent; -1 where it is not.
    stranger
        Whether somebody else looks after the elevator.
    trip
        The drive, None before it begins.
    coming
        The process of his coming.
    is_done
        Whether he is back at what he was at.
    """

    level: int
    number: int
    node: int
    sent_s: float
    expected_s: float
    stranger: bool
    trip: Trip | None = None
    coming: simpy.Process | None = None
    is_done: bool = False


@dataclass(slots=True, eq=False)
class Case:
    """An entrapment, or a false alarm: nobody is inside then.

    Attributes
    ----------
    connected
        Whether the elevator has reported itself.
    district
        Position of its district among the road graph's, -1 in none.
    arrived, freed
        Happen when the first helper is there, and when the trapped are out.
    told_s, arrive_s, freed_s, back_s
        When the firm was told, the first helper was there, they were free, the elevator ran again; None: not yet.
    worker, team
        Who is or was sent.
    helper
        Who has come first.
    ill
        Whether somebody has fallen ill.
    by_power
        Whether nobody freed them, but power came back.
    life
        The process of the entrapment.
    """

    entrapment: Entrapment
    course: Course
    connected: bool
    district: int
    arrived: simpy.Event
    freed: simpy.Event
    told_s: float | None = None
    arrive_s: float | None = None
    freed_s: float | None = None
    back_s: float | None = None
    worker: Helper | None = None
    team: Helper | None = None
    helper: Helper | None = None
    ill: bool = False
    by_power: bool = False
    life: simpy.Process | None = None

    @property
    def is_false(self) -> bool:
        """Whether it is a false alarm."""
        return self.entrapment.people == 0

    @property
    def number(self) -> int:
        """A number of its own, the same under every policy."""
        return self.entrapment.case
