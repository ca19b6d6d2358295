"""The twin in a notebook: ``twin.load(path).with_(seed=7).run(reps=20)``."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twin.report.notebook import Result
    from twin.scenario.scenario import Scenario


@dataclass(frozen=True)
class Study:
    """A scenario that can be changed and run."""

    scenario: Scenario

    def __repr__(self) -> str:
        scenario = self.scenario
        brains, domains = ", ".join(brain.name for brain in scenario.brains), ", ".join(scenario.domains)
        return (
            f"<Study of {scenario.title!r}: {scenario.replications} x {brains}, {scenario.duration_h:g} h of {domains} "
            f"from {scenario.start:%Y-%m-%d %H:%M}, seed {scenario.seed}>"
        )

    def with_(self, **changes: object) -> Study:
        """Return the study with other values: ``with_(seed=7)``, or ``with_(**{"emergency.seats": 14})``."""
        return Study(self.scenario.with_(**changes))

    def run(self, reps: int | None = None, jobs: int | None = None, reports: Path | str = "reports") -> Result:
        """Run the scenario and return its results; a finished run of the same scenario is read again.

        Parameters
        ----------
        reps
            Replications instead of the scenario's.
        jobs
            Worker processes; one for each core where None.
        """
        from twin.experiment.run import RunOptions, run
        from twin.report.notebook import Result

        scenario = self.scenario if reps is None else self.scenario.with_(replications=reps)
        return Result(run(scenario, RunOptions(Path(reports), jobs or os.cpu_count() or 1, resume=True)))


def load(path: Path | str, *overrides: str) -> Study:
    """Read and check a scenario file; ``overrides`` are as on the command line (``"seed=7"``)."""
    from twin.scenario.load import load_scenario

    return Study(load_scenario(path, overrides))
