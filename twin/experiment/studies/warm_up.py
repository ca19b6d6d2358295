"""How many hours to live before counting, from days that begin with an idle city."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import DAY_S, HOUR_S
from twin.experiment.cells import Job, cell_of
from twin.experiment.studies.refusing import refuse
from twin.experiment.tasks import load_object
from twin.inference.initial_bias import BATCH, mser_5
from twin.scenario.problems import show

if TYPE_CHECKING:
    from twin.core.kpis import Kpi
    from twin.experiment.cell_store import CellStore
    from twin.experiment.studies.living import LiveJobs
    from twin.scenario.scenario import Scenario

OPTION: Final = "--warm-up"
PILOT_DAYS: Final = 3
PILOTS: Final = 5
"""Replications whose beginnings are looked at."""
_LEAST_CASES: Final = 8 * BATCH


@dataclass(frozen=True, slots=True)
class WarmUp:
    """What the beginnings said.

    Attributes
    ----------
    hours
        Whole hours to live before counting: the longest of the brains.
    by_brain
        For each brain the median over the pilots of the hours after which the rule keeps the cases.
    settled
        False where for some brain most pilots did not settle within their first half.
    """

    kpi: str
    hours: float
    by_brain: dict[str, float]
    settled: bool


def warm_up_of(
    scenario: Scenario,
    brains: Sequence[str],
    kpi: Kpi,
    store: CellStore,
    live: LiveJobs,
) -> WarmUp:
    """Live a few times three days without a warm-up and see when a KPI's cases have settled (MSER-5).

    A case is taken against the mean of the later days' cases at the same hour of day, so that the day's own course is
    not taken for a beginning.

    Raises
    ------
    InvalidScenarioError
        Where the KPI is no measure of cases that follow one another in time, or has too few.
    """
    from twin.domains import DESCRIPTIONS

    domain = kpi.name.partition(".")[0]
    if DESCRIPTIONS[domain].case_times is None or not kpi.family.column:
        refuse(OPTION, "{kpi} is no measure of single cases, so nothing tells when it has settled; give hours as "
               "warm_up_h=2", kpi=show(kpi.name))  # fmt: skip
    hours = max(scenario.duration_h, PILOT_DAYS * 24.0)
    pilot = replace(scenario, warm_up_h=0.0, duration_h=hours)
    jobs = {brain: [Job(cell_of(pilot, brain), number) for number in range(PILOTS)] for brain in brains}
    live([job for of_brain in jobs.values() for job in of_brain], with_events=True)
    by_brain, settled = {}, True
    for brain, of_brain in jobs.items():
        found = [_settling(*_cases(pilot, domain, kpi, store, job), kpi) for job in of_brain]
        by_brain[brain] = float(np.median([at_h for at_h, _ in found]))
        settled = settled and sum(early for _, early in found) > PILOTS / 2
    return WarmUp(kpi.name, float(math.ceil(max(by_brain.values()))), by_brain, settled)


def _cases(
    pilot: Scenario, domain: str, kpi: Kpi, store: CellStore, job: Job
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return when cases began, in seconds, and the KPI's measure of each, in the order of time."""
    from twin.domains import DESCRIPTIONS

    description = DESCRIPTIONS[domain]
    assert description.case_times is not None
    table, number, time_s = description.case_times
    folder = store.events_folder(job)
    paths = [path for path in sorted(folder.glob(f"{domain}.*.parquet")) if ".decisions." not in path.name]
    frames = {path.stem: pd.read_parquet(path) for path in paths if ".tracks." not in path.name}
    cases: pd.DataFrame = load_object(description.observations)(frames, pilot.clock)
    begun = frames[table].set_index(number)[time_s]
    values = cases[kpi.family.column]
    if kpi.member is not None:
        inside = [cases[grouping] == kpi.member for grouping in kpi.family.groups]
        values = values[pd.concat(inside, axis=1).any(axis=1)]
    values = values.dropna()
    at_s = begun[~begun.index.duplicated()].reindex(values.index).to_numpy(dtype=np.float64)
    order = np.argsort(at_s, kind="stable")
    return at_s[order], values.to_numpy(dtype=np.float64)[order]


def settling(at_s: NDArray[np.float64], values: NDArray[np.float64]) -> tuple[float, bool]:
    """Return after how many hours cases have settled, and whether they have by half of the time.

    Parameters
    ----------
    at_s
        When each case began, in ascending order; of more than a day.
    """
    hour = (at_s // HOUR_S).astype(np.int64) % 24
    later = at_s >= DAY_S
    usual = np.full(24, values[later].mean() if later.any() else values.mean())
    for number in np.unique(hour[later]):
        usual[number] = values[later & (hour == number)].mean()
    cut = mser_5(values - usual[hour])
    return (float(at_s[cut.leave_out]) / HOUR_S if cut.leave_out else 0.0), cut.settled


def _settling(at_s: NDArray[np.float64], values: NDArray[np.float64], kpi: Kpi) -> tuple[float, bool]:
    if len(values) < _LEAST_CASES:
        refuse(
            OPTION,
            "{kpi} has {count} cases in {days} days, too few to tell when it has settled; give hours as warm_up_h=2",
            kpi=show(kpi.name), count=len(values), days=PILOT_DAYS,
        )  # fmt: skip
    return settling(at_s, values)
