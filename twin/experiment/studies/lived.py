"""Lives what a study asks for through the store of cells, and says beforehand how long it will take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from twin.experiment.cell_store import MEASURED
from twin.experiment.cells import Job, cell_of, jobs_of
from twin.experiment.command import live_and_show

if TYPE_CHECKING:
    import pandas as pd

    from twin.core.language import Language
    from twin.experiment.cell_store import CellStore
    from twin.experiment.cells import Cell
    from twin.experiment.executors import Executor
    from twin.scenario.scenario import Scenario


class Lived:
    """Lives scenarios of one brain each; what the store has is not lived again."""

    def __init__(self, store: CellStore, executor: Executor, language: Language) -> None:
        self._store = store
        self._executor = executor
        self._language = language
        self._processes = int(getattr(executor, "processes", 1))  # how many workers a cluster has, it alone knows
        self._seconds: list[float] = []

    def __call__(self, scenarios: Sequence[Scenario], days: int) -> list[pd.DataFrame]:
        """Return the KPIs of each scenario on days 0, 1, ...: a row a day, a column a KPI."""
        return self.on(scenarios, range(days))

    def on(self, scenarios: Sequence[Scenario], days: Sequence[int]) -> list[pd.DataFrame]:
        """Return the KPIs of each scenario on some days."""
        cells = self.cells(scenarios)
        live_and_show(jobs_of(cells, days), self._store, self._executor, self._language)
        self._seconds += [self._measured(Job(cell, days[0])) for cell in cells[:8]]
        return [self._store.kpis(cell, days) for cell in cells]

    @staticmethod
    def cells(scenarios: Sequence[Scenario]) -> list[Cell]:
        """Return the cell of each scenario."""
        return [cell_of(scenario, scenario.brains[0].name) for scenario in scenarios]

    def _measured(self, job: Job) -> float:
        return float(self._store.result(job)[MEASURED]["processor_s"])

    def missing(self, scenarios: Sequence[Scenario], days: int) -> int:
        """Return how many days are still to be lived."""
        return len(self._store.missing_jobs(jobs_of(self.cells(scenarios), days)))

    def seconds_for(self, jobs: int) -> float:
        """Return how long so many days take on an idle machine, by those that were lived or read (at least one)."""
        return jobs * sum(self._seconds) / len(self._seconds) / self._processes
