"""The speed part of a baseline: what a replication costs, in units of a loop that depends on the machine alone.

Processor time, not the wall's, so that others on the machine disturb little; the least of several, for whatever
disturbs makes slower. The loop does what a replication does: Python objects and a heap, NumPy on arrays that no cache
holds.
"""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from twin.experiment.files import scratch

if TYPE_CHECKING:
    from twin.scenario.scenario import Scenario

SLOWEST: Final = 1.5
"""How many times as long as recorded a replication may take."""
ATTEMPTS: Final = 3
_LOOPS: Final = 3
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class RecordedSpeed:
    """What ``speed.json`` holds: reference loops by brain, and of how many measurements each is the least."""

    attempts: int
    reference_loops: Mapping[str, float]


def read_speed(content: Mapping[str, Any]) -> RecordedSpeed:
    """Return what ``speed.json`` holds; raises KeyError, TypeError or ValueError where it is damaged."""
    loops = {str(brain): float(cost) for brain, cost in content["reference_loops"].items()}
    if not all(0 < cost < math.inf for cost in loops.values()):
        raise ValueError("a replication costs more than nothing")
    if set(loops) != {brain["name"] for brain in content["scenario"]["brains"]}:
        raise ValueError("reference_loops are not those of each brain")
    if int(content["attempts"]) < 1:
        raise ValueError("attempts must be 1 at least")
    return RecordedSpeed(int(content["attempts"]), loops)


@dataclass(frozen=True, slots=True)
class SpeedCheck:
    """What a replication of a brain costs, in reference loops, recorded and now."""

    brain: str
    recorded: float
    now: float

    @property
    def ratio(self) -> float:
        """How many times as long as recorded it takes."""
        return self.now / self.recorded

    @property
    def fails(self) -> bool:
        """Whether that is too long."""
        return self.ratio > SLOWEST


def reference_s() -> float:
    """Return the processor time of the reference loop, in seconds."""
    begun = time.process_time()
    heap: list[tuple[int, int]] = []
    number = 1
    for count in range(60_000):
        number = number * 48_271 % 2_147_483_647
        heapq.heappush(heap, (number, count))
        if len(heap) > 1000:
            heapq.heappop(heap)
    values = np.arange(1_500_000, dtype=np.float64)
    for step in (3, 7, 11):
        values = np.sqrt(values * values + values[::-1] * step)
    return time.process_time() - begun


def measure(scenario: Scenario, attempts: int, reports: Path, progress: Progress) -> dict[str, float]:
    """Return what the first replication of each brain costs, in reference loops."""
    from twin.experiment.tasks import Task, Workshop, run_task

    workshop = Workshop(scenario)
    workshop.prepare()
    loops: list[float] = []
    costs: dict[str, list[float]] = {brain.name: [] for brain in scenario.brains}
    with scratch(reports) as place:
        for attempt in range(attempts):
            for number, brain in enumerate(scenario.brains):
                loops += [reference_s() for _ in range(_LOOPS)]
                begun = time.process_time()
                run_task(workshop, Task(0, number), place)
                costs[brain.name].append(time.process_time() - begun)
                progress(attempt * len(scenario.brains) + number + 1, attempts * len(scenario.brains))
    return {brain: min(seconds) / min(loops) for brain, seconds in costs.items()}


def record_speed(scenario: Scenario, attempts: int, reports: Path, progress: Progress) -> dict[str, Any]:
    """Measure each brain and return what ``speed.json`` keeps."""
    costs = measure(scenario, attempts, reports, progress)
    return {"attempts": attempts, "reference_loops": {brain: round(cost, 4) for brain, cost in costs.items()}}


def check_speed(
    scenario: Scenario, recorded: RecordedSpeed, reports: Path, progress: Progress,
    measured: Callable[[Scenario, int, Path, Progress], Mapping[str, float]] = measure,
) -> list[SpeedCheck]:  # fmt: skip
    """Measure each brain again, as many times as it was recorded."""
    now = measured(scenario, recorded.attempts, reports, progress)
    return [SpeedCheck(brain, cost, now[brain]) for brain, cost in recorded.reference_loops.items()]
