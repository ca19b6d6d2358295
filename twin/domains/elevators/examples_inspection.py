"""Made-up evenings of maintenance: small fleets, few firms, with or without a past and telemetry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.core.clock import DAY_S
from twin.domains.elevators.book import read_only
from twin.domains.elevators.decisions_inspection import Diary, Fleet, InspectionView, Record
from twin.domains.elevators.parameters import CAUSES, USES

MOST_ELEVATORS: Final = 400
MOST_ROWS: Final = 900
FIRMS: Final = 6


def _inspection(generator: np.random.Generator) -> InspectionView:
    """Return an evening; one firm may have no elevator, another no worker, and nothing may be known yet."""
    count = int(MOST_ELEVATORS ** generator.random())
    fleet, day = _fleet(generator, count), int(generator.integers(0, 400))
    capacity = generator.integers(0, 1 + max(1, count // 8), len(fleet.firm_first) - 1).astype(np.int32)
    reports = generator.random(count) < generator.choice([0.0, 0.5, 1.0])
    hazard = generator.standard_gamma(1.5, count) / 1000 if generator.random() < 0.5 else np.full(count, 0.001)
    return InspectionView(
        time_s=day * DAY_S, day=day, round_days=int(generator.choice([7, 15, 30])),
        days_observed=int(generator.integers(0, 400)), visits_possible=int(capacity.sum()),
        capacity=read_only(capacity), fleet=fleet, record=_record(generator, count, reports),
        diary=_diary(generator, count, day, reports), true_hazard=read_only(hazard),
    )  # fmt: skip


def _fleet(generator: np.random.Generator, count: int) -> Fleet:
    firm = generator.integers(0, FIRMS, count).astype(np.int32)
    first = np.concatenate([[0], np.cumsum(np.bincount(firm))]).astype(np.int32)
    return Fleet(
        age_years=read_only((25 * generator.random(count)).astype(np.float32)),
        use=read_only(generator.integers(0, len(USES), count).astype(np.int8)),
        floors=read_only(generator.integers(2, 40, count).astype(np.int16)),
        starts_a_day=read_only((400 * np.exp(0.4 * generator.standard_normal(count))).astype(np.float32)),
        firm=read_only(firm),
        building=read_only(np.sort(generator.integers(0, count, count)).astype(np.int32)),
        by_firm=read_only(np.argsort(firm, kind="stable").astype(np.int32)),
        firm_first=read_only(first),
    )


def _record(generator: np.random.Generator, count: int, reports: NDArray[np.bool_]) -> Record:
    faults = generator.poisson(1.0, count).astype(np.int32)
    since = np.where(faults > 0, generator.integers(1, 300, count), -1)
    cause = np.where(faults > 0, generator.integers(0, len(CAUSES) - 2, count), -1)
    days = generator.integers(1, 60, count) if generator.random() < 0.8 else np.full(count, 15)
    codes = np.where(reports, generator.poisson(1.5, count) * generator.random(count), np.nan)
    return Record(
        days_since_visit=read_only(days.astype(np.int32)),
        faults=read_only(faults),
        wear_faults=read_only(generator.binomial(faults, 0.5).astype(np.int32)),
        entrapments=read_only(generator.binomial(faults, 0.2).astype(np.int32)),
        days_since_fault=read_only(since.astype(np.int32)),
        last_cause=read_only(cause.astype(np.int8)),
        stands=read_only(generator.random(count) < 0.01),
        codes=read_only(codes.astype(np.float32)),
    )


def _diary(generator: np.random.Generator, count: int, today: int, reports: NDArray[np.bool_]) -> Diary:
    rows = int(generator.choice([0, MOST_ROWS])) if count > 1 else 0
    day = np.sort(generator.integers(-300, today, rows)) if today > -300 else np.empty(0)
    elevator = generator.integers(0, count, rows)
    failed = generator.random(rows) < 0.4
    worn = failed & (generator.random(rows) < 0.5)
    codes = np.where(reports[elevator], generator.poisson(1 + worn) * generator.random(rows), np.nan)
    return Diary(
        day=read_only(day.astype(np.int32)),
        elevator=read_only(elevator.astype(np.int32)),
        days_since_visit=read_only(generator.integers(1, 40, rows).astype(np.int32)),
        faults=read_only(generator.poisson(0.5, rows).astype(np.int32)),
        wear_faults=read_only(generator.poisson(0.3, rows).astype(np.int32)),
        codes=read_only(codes.astype(np.float32)),
        days_observed=read_only((day + 300).astype(np.int32)),
        failed=read_only(failed),
        failed_from_wear=read_only(worn),
        weight=read_only(np.where(failed, 1.0, 300.0).astype(np.float32)),
    )


INSPECTION_EXAMPLES: Final[dict[str, Callable[[np.random.Generator], Any]]] = {"inspection": _inspection}
