"""Views of rescue, made up: for trying a policy without running a city."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.domains.elevators.decisions_rescue import (
    Options,
    RescueOrderView,
    RescueView,
    SecondLevelView,
    Teams,
    WaitingCases,
)
from twin.domains.elevators.questions_rescue import RESCUE, RESCUE_ORDER, SECOND_LEVEL

MOST_CASES: Final = 60
MOST_WORKERS: Final = 90
MOST_TEAMS: Final = 113
FAR_S: Final = 3_600.0


def _fixed(values: NDArray[Any]) -> NDArray[Any]:
    values.flags.writeable = False
    return values


def _some(generator: np.random.Generator, most: int) -> int:
    return int(most ** generator.random())


def _seconds(generator: np.random.Generator, count: int) -> NDArray[Any]:
    """Return times, now and then equal ones."""
    step = FAR_S / 4 if generator.random() < 0.2 else 0.001
    return _fixed((np.round(generator.random(count) * FAR_S / step) * step).astype(np.float32))


def _cases(generator: np.random.Generator, count: int) -> WaitingCases:
    people = generator.integers(0, 6, count).astype(np.int8)
    return WaitingCases(
        case=_fixed(generator.choice(1 << 40, count, replace=False)),
        people=_fixed(people),
        vulnerable=_fixed(generator.binomial(people, 0.3).astype(np.int8)),
        waiting_s=_fixed(np.sort(generator.exponential(600, count))[::-1].astype(np.float32)),
        connected=_fixed(generator.random(count) < 0.5),
    )


def _rescue(generator: np.random.Generator) -> RescueView:
    count, workers = _some(generator, MOST_CASES), _some(generator, MOST_WORKERS)
    could = generator.random((count, workers)) < generator.random()
    could[np.arange(count), generator.integers(0, workers, count)] = True
    place, worker = np.nonzero(could)
    number = np.sort(generator.choice(3000, workers, replace=False))
    known = bool(generator.random() < 0.5)
    own = generator.random(len(place)) < 0.3 if known else np.ones(len(place), np.bool_)
    return RescueView(
        time_s=float(generator.uniform(-7200, 1e6)),
        position_known=known,
        cases=_cases(generator, count),
        options=Options(
            place=_fixed(place.astype(np.int32)),
            worker=_fixed(number[worker].astype(np.int32)),
            own_firm=_fixed(own),
            straight_line_m=_fixed((6 * _seconds(generator, len(place))).astype(np.float32)),
            drive_time_s=_seconds(generator, len(place)),
        ),
    )


def _rescue_order(generator: np.random.Generator) -> RescueOrderView:
    count = 1 + _some(generator, MOST_CASES)
    return RescueOrderView(
        time_s=float(generator.uniform(-7200, 1e6)), release_s=192.0, cases=_cases(generator, count),
        nearest_s=_seconds(generator, count),
    )  # fmt: skip


def _second_level(generator: np.random.Generator) -> SecondLevelView:
    count = _some(generator, MOST_TEAMS)
    number = np.sort(generator.choice(MOST_TEAMS, count, replace=False))
    sent = bool(generator.random() < 0.8)
    return SecondLevelView(
        time_s=float(generator.uniform(-7200, 1e6)),
        case=int(generator.integers(0, 1 << 40)),
        people=int(generator.integers(1, 6)),
        vulnerable=int(generator.integers(0, 2)),
        since_told_s=float(generator.choice([0.0, generator.uniform(0, 7200)])),
        worker_sent=sent,
        worker_arrives_in_s=float(generator.uniform(0, 3600)) if sent and generator.random() < 0.6 else -1.0,
        teams=Teams(
            id=_fixed(number.astype(np.int32)),
            level=_fixed(np.where(number < 68, 2, 3).astype(np.int8)),
            arrives_in_s=_seconds(generator, count),
        ),
    )


RESCUE_EXAMPLES: Final[dict[str, Callable[[np.random.Generator], Any]]] = {
    RESCUE.name: _rescue, RESCUE_ORDER.name: _rescue_order, SECOND_LEVEL.name: _second_level,
}  # fmt: skip
