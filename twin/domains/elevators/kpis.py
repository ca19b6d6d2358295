"""KPIs of the elevator domain, from recorded events alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from twin.core.clock import DAY_S, Clock
from twin.core.kpis import HOURS, KpiValue
from twin.domains.elevators.hazards import DAYS_A_YEAR
from twin.domains.elevators.kpis_maintenance import maintenance_kpis
from twin.domains.elevators.parameters import CAUSES
from twin.domains.elevators.rescue_kpis import rescue_columns, rescue_kpis


def observations(events: Mapping[str, pd.DataFrame], clock: Clock) -> pd.DataFrame:
    """Return one row an entrapment that began in the counted time (index: its case), a column a measure."""
    failures = _counted(events["elevators.failures"], "at_s", clock)
    trapping = failures[failures["people"] > 0]
    use = events["elevators.fleet"]["use"].iloc[trapping["elevator"].to_numpy()]
    hours = clock.hours_of_day(trapping["at_s"].to_numpy(np.float64)).astype(np.int8)
    case = pd.Index(trapping["case"].to_numpy(), name="case")
    more = rescue_columns(events["elevators.rescues"], case) if "elevators.rescues" in events else {}
    return pd.DataFrame(
        {
            "people": trapping["people"].to_numpy(np.float64),
            "use": use.array,
            "cause": pd.Categorical.from_codes(trapping["cause"].to_numpy(), pd.Index(CAUSES)),
            "hour": pd.Categorical.from_codes(hours, pd.Index(HOURS)),
            **more,
        },
        index=case,
    )


def _counted(rows: pd.DataFrame, column: str, clock: Clock) -> pd.DataFrame:
    at_s = rows[column].to_numpy(np.float64)
    return rows[(at_s >= 0) & (at_s < clock.duration_s)]


def compute(events: Mapping[str, pd.DataFrame], clock: Clock) -> list[KpiValue]:
    """Return the KPIs of one replication; see `twin.core.domain.KpiFunction`."""
    return list(_kpis(events, clock))


def _kpis(events: Mapping[str, pd.DataFrame], clock: Clock) -> Iterator[KpiValue]:
    cases = observations(events, clock)
    faults = len(_counted(events["elevators.failures"], "at_s", clock))
    fleet, count = len(events["elevators.fleet"]), len(cases)
    years = clock.duration_s / DAY_S / DAYS_A_YEAR
    yield KpiValue("elevators.faults", faults, "count", faults)
    yield KpiValue("elevators.entrapments", count, "count", count)
    yield KpiValue("elevators.entrapments_per_1000_year", 1000 * count / fleet / years, "count", count)
    yield KpiValue("elevators.people_trapped", float(cases["people"].sum()), "count", count)
    if count:
        yield KpiValue("elevators.people.mean", float(cases["people"].mean()), "count", count)
    for grouping in ("use", "cause", "hour"):
        for member, found in cases[grouping].value_counts(sort=False).items():
            if found:
                yield KpiValue(f"elevators.entrapments.{member}", float(found), "count", int(found))
    yield from rescue_kpis(events, cases, clock)
    days = _counted(events["elevators.days"], "begins_s", clock)
    yield KpiValue("elevators.visits", float(days["visits"].sum()), "count", len(days))
    if len(days):
        yield KpiValue("elevators.stopped_share", float(days["standing"].mean()) / fleet, "share", len(days))
    yield from maintenance_kpis(events, clock)
