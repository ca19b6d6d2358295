"""Where rescue begins: somebody is trapped.

`ElevatorsDomain` hands each `Entrapment` to `ElevatorsDomain.rescue` at the second in which it begins. Whoever rescues
puts a function of his own there before the run starts. The elevator stands still from then on, until he says
``domain.visited(elevator, "repair")`` or ``domain.visited(elevator, "release")``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

VisitKind = Literal["inspection", "repair", "release"]
"""``inspection``: maintained; ``repair``: a fault mended, the elevator runs again; ``release``: people freed and the
elevator put back into service with nothing mended, as after a fault from outside."""


@dataclass(frozen=True, slots=True)
class Entrapment:
    """Somebody is trapped.

    Attributes
    ----------
    elevator
        Row in the fleet.
    number
        Which failure of the elevator's life: with the elevator it names the case, the same under every policy, and all
        chance of it (`twin.domains.elevators.particulars.Particulars.draw`).
    at_s
        When, seconds since the scenario's start.
    cause
        One of `CAUSES`.
    people
        How many, at least 1.
    case
        A number of its own among all entrapments of a run, the same under every policy.
    """

    elevator: int
    number: int
    at_s: float
    cause: str
    people: int
    case: int
