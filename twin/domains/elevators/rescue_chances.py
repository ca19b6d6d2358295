"""What chance says to an entrapment after it has begun: the alarm, how long each step takes, who is vulnerable or ill.

Like everything of a failure these are functions of the elevator's key and the failure's number alone, so that every
policy meets the same.
"""

from __future__ import annotations

import math
from enum import IntEnum
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import HOUR_S
from twin.core.parameters import Duration
from twin.domains.elevators.entrapments import Entrapment
from twin.domains.elevators.parameters import USES, ElevatorParameters
from twin.kernels.elevator_chance import chance

MINUTE_S: Final = 60.0
FALSE_NUMBERS: Final = 1 << 29
"""False alarms of an elevator have these numbers and up in place of a failure's."""
WAYS: Final = ("connected", "property", "platform", "nobody")
"""How an alarm reaches the firm: by the elevator itself, by the property, by 96333, or when somebody hears them."""
_NORMAL: Final = NormalDist()
_LEAST: Final = 1e-12


class RescuePurpose(IntEnum):
    """What is drawn for a failure that traps somebody; below 16 stands what is drawn for every failure."""

    NOTICE = 16
    ANSWERS = 17
    PROPERTY = 18
    PLATFORM = 19
    UNANSWERED = 20
    CONNECTED = 21
    RING_ROUND = 22
    TURN_OUT = 23
    TEAM_TURN_OUT = 24
    ACCESS = 25
    RELEASE = 26
    RESTART = 27
    MEND = 28
    VULNERABLE = 29
    ILL = 30
    ILLNESS = 31
    TEAM_ACCESS = 32
    ON_PLATFORM = 33
    MOVES_AGAIN = 34
    RESET = 35


class Course(NamedTuple):
    """How an entrapment goes on, as far as chance has a say.

    Attributes
    ----------
    connected_s, by_hand_s
        From the stop until the firm is told: where the elevator reports itself, and where it does not.
    way
        How the firm is told where the elevator does not report itself: one of `WAYS`.
    ring_round_s
        The firm looks for a worker.
    turn_out_day_s, turn_out_night_s, team_turn_out_s
        Until a worker, or a team of another level, sets out.
    access_s, team_access_s
        From the street to the elevator.
    release_s
        From the arrival of a worker who knows the elevator until they are free.
    restart_s, mend_s
        What follows: until it runs again where nothing is broken; how long a worker is at it where something is.
    vulnerable
        How many of the trapped are old, children, pregnant or patients.
    ill_after_s
        When the first of them would fall ill, since the stop; infinite where nobody can.
    illness
        A number in [0, 1) for what that illness is.
    """

    connected_s: float
    by_hand_s: float
    way: str
    ring_round_s: float
    turn_out_day_s: float
    turn_out_night_s: float
    team_turn_out_s: float
    access_s: float
    team_access_s: float
    release_s: float
    restart_s: float
    mend_s: float
    vulnerable: int
    ill_after_s: float
    illness: float


class RescueChances:
    """Says how entrapments go on.

    Parameters
    ----------
    key
        64 bits of chance for each elevator, shape (n,).
    """

    def __init__(self, fleet: pd.DataFrame, key: NDArray[np.uint64], parameters: ElevatorParameters) -> None:
        self._key = key
        self._use = fleet["use"].to_numpy()
        self._parameters = parameters
        self._vulnerable = [float(getattr(parameters.vulnerable_shares, use)) for use in USES]

    def draw(self, elevator: int, number: int, purpose: RescuePurpose) -> float:
        """Return what chance says for a purpose, in [0, 1)."""
        return chance(self._key[elevator], number, int(purpose))

    def lasting(self, duration: Duration, unit_s: float, elevator: int, number: int, purpose: RescuePurpose) -> float:
        """Return how long something takes, seconds."""
        normal = _NORMAL.inv_cdf(max(self.draw(elevator, number, purpose), _LEAST))
        return unit_s * duration.median * math.exp(duration.log_sigma * normal)

    def of(self, entrapment: Entrapment) -> Course:
        """Return how an entrapment goes on; of a false alarm, where nobody is inside, too."""
        elevator, number, given = entrapment.elevator, entrapment.number, self._parameters

        def minutes(name: str, purpose: RescuePurpose) -> float:
            return self.lasting(getattr(given, f"{name}_min"), MINUTE_S, elevator, number, purpose)

        by_hand_s, way = self._by_hand(elevator, number)
        vulnerable, ill_after_s = self._people(entrapment)
        return Course(
            connected_s=self.lasting(given.connected_alarm_s, 1.0, elevator, number, RescuePurpose.CONNECTED),
            by_hand_s=by_hand_s,
            way=way,
            ring_round_s=minutes("ring_round", RescuePurpose.RING_ROUND),
            turn_out_day_s=minutes("turn_out_day", RescuePurpose.TURN_OUT),
            turn_out_night_s=minutes("turn_out_night", RescuePurpose.TURN_OUT),
            team_turn_out_s=minutes("team_turn_out", RescuePurpose.TEAM_TURN_OUT),
            access_s=minutes("access", RescuePurpose.ACCESS),
            team_access_s=minutes("access", RescuePurpose.TEAM_ACCESS),
            release_s=minutes("release", RescuePurpose.RELEASE),
            restart_s=minutes("restart", RescuePurpose.RESTART),
            mend_s=self.mend_s(elevator, number),
            vulnerable=vulnerable,
            ill_after_s=ill_after_s,
            illness=self.draw(elevator, number, RescuePurpose.ILLNESS),
        )

    def reset_s(self, entrapment: Entrapment) -> float:
        """Return how long after power is back an elevator that only had none has opened by itself, seconds.

        Infinite where somebody has to come all the same.
        """
        elevator, number, given = entrapment.elevator, entrapment.number, self._parameters
        if self.draw(elevator, number, RescuePurpose.MOVES_AGAIN) >= given.moves_again_share:
            return math.inf
        return self.lasting(given.power_reset_s, 1.0, elevator, number, RescuePurpose.RESET)

    def mend_s(self, elevator: int, number: int) -> float:
        """Return how long a worker is at a fault, seconds."""
        return self.lasting(self._parameters.mend_min, MINUTE_S, elevator, number, RescuePurpose.MEND)

    def _by_hand(self, elevator: int, number: int) -> tuple[float, str]:
        """Return how long it takes until the firm is told by people, and by whom."""
        given = self._parameters

        def minutes(duration: Duration, purpose: RescuePurpose) -> float:
            return self.lasting(duration, MINUTE_S, elevator, number, purpose)

        notice_s = minutes(given.notice_min, RescuePurpose.NOTICE)
        if self.draw(elevator, number, RescuePurpose.ANSWERS) < given.property_answers_share:
            return notice_s + minutes(given.property_answer_min, RescuePurpose.PROPERTY), "property"
        if self.draw(elevator, 0, RescuePurpose.ON_PLATFORM) < given.platform_share:  # an elevator has a plate or not
            return notice_s + minutes(given.platform_call_min, RescuePurpose.PLATFORM), "platform"
        return notice_s + minutes(given.unanswered_min, RescuePurpose.UNANSWERED), "nobody"

    def _people(self, entrapment: Entrapment) -> tuple[int, float]:
        """Return how many of the trapped are vulnerable, and after how many seconds the first would fall ill."""
        elevator, number, people = entrapment.elevator, entrapment.number, entrapment.people
        share = self._vulnerable[int(self._use[elevator])]
        vulnerable = binomial_of(self.draw(elevator, number, RescuePurpose.VULNERABLE), people, share)
        given = self._parameters
        rate_per_h = given.ill_per_person_h * (people - vulnerable + given.vulnerable_ill_factor * vulnerable)
        if rate_per_h <= 0:
            return vulnerable, math.inf
        return vulnerable, -HOUR_S * math.log1p(-self.draw(elevator, number, RescuePurpose.ILL)) / rate_per_h


def binomial_of(uniform: float, count: int, share: float) -> int:
    """Return the binomial number whose distribution function first exceeds a number in [0, 1)."""
    until = 0.0
    for found in range(count):
        until += math.comb(count, found) * share**found * (1 - share) ** (count - found)
        if uniform < until:
            return found
    return count
