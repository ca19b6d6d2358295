"""What a decision costs beyond the policy's own code: ``python tests/bench/decisions.py [scenario]``.

A day of the emergency domain for each brain of the scenario: the time to make what the policy sees, to check its answer
and to record both, with all that it saw. The mean holds what is done once an hour (live speeds); the median does not.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import mean, median
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from twin.core.decisions import Decision  # noqa: E402
from twin.core.recorder import Recorder  # noqa: E402
from twin.experiment.tasks import Task, Workshop  # noqa: E402
from twin.scenario.load import load_scenario  # noqa: E402

AIM_MS = 0.5
QUESTIONS = ("queue", "dispatch", "redispatch", "standby", "hospital", "green_channel")


class Costs:
    """Seconds spent beyond the policies' own code, by decision."""

    def __init__(self) -> None:
        self.spent_s: dict[str, list[float]] = defaultdict(list)
        self._seeing_s = 0.0
        self._deciding_s = 0.0

    def of_view(self, view: Callable[..., Any]) -> Callable[..., Any]:
        """Time the making of a view."""

        def timed(*values: Any) -> Any:
            begun_s = time.perf_counter()
            seen = view(*values)
            self._seeing_s = time.perf_counter() - begun_s
            return seen

        return timed

    def of_rule(self, rule: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Time a policy's own code."""

        def timed(view: Any) -> Any:
            begun_s = time.perf_counter()
            answer = rule(view)
            self._deciding_s = time.perf_counter() - begun_s
            return answer

        return timed

    def of_ask(self, ask: Callable[..., Any]) -> Callable[..., Any]:
        """Time a question, and note what it cost together with its view."""

        def timed(decision: Decision, view: Any, time_s: float) -> Any:
            begun_s = time.perf_counter()
            answer = ask(decision, view, time_s)
            asking_s = time.perf_counter() - begun_s
            self.spent_s[decision.name].append(self._seeing_s + asking_s - self._deciding_s)
            return answer

        return timed


def live_a_day(workshop: Workshop, brain: int) -> dict[str, list[float]]:
    """Return what each decision of one replication cost, in seconds."""
    twin = workshop.twin(Task(0, brain), Recorder())
    costs, asked = Costs(), twin.brain
    asked._rules = {name: costs.of_rule(rule) for name, rule in asked._rules.items()}
    views = twin.domains["emergency"].service.views  # type: ignore[attr-defined]
    for question in QUESTIONS:
        setattr(views, question, costs.of_view(getattr(views, question)))
    asked.ask = costs.of_ask(asked.ask)  # type: ignore[method-assign]
    twin.run()
    return costs.spent_s


def main() -> None:
    """Print a table for each brain; exit with 1 where a decision's mean is above the aim."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "scenarios" / "emergency_days.yaml"
    workshop = Workshop(load_scenario(path))
    workshop.prepare()
    missed = False
    for number, brain in enumerate(workshop.scenario.brains):
        live_a_day(workshop, number)  # so that everything is compiled and known
        print(f"{brain.name}: ms beyond the policy's code (aim: mean below {AIM_MS})")
        for name, spent_s in sorted(live_a_day(workshop, number).items()):
            missed |= mean(spent_s) > AIM_MS / 1000
            print(
                f"  {name:14}{len(spent_s):6} asked  mean {1000 * mean(spent_s):.3f}  median"
                f" {1000 * median(spent_s):.3f}  95th {1000 * sorted(spent_s)[int(0.95 * len(spent_s))]:.3f}"
            )
    sys.exit(missed)


if __name__ == "__main__":
    main()
