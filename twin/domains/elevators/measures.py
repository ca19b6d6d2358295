"""The KPIs of elevators by name: what each is, its unit, its groups."""

from __future__ import annotations

from typing import Final

from twin.core.kpis import KpiFamily
from twin.domains.elevators.rescue_measures import RESCUE_FAMILIES

FAMILIES: Final = (
    KpiFamily("faults", "faults that stopped an elevator", "count"),
    KpiFamily("entrapments", "faults that trapped somebody", "count", groups=("use", "cause", "hour"), headline=("",)),
    KpiFamily("entrapments_per_1000_year", "entrapments for each 1,000 elevators and year", "count", headline=("",)),
    KpiFamily("people_trapped", "people who were trapped", "count"),
    KpiFamily("people", "people in an entrapment", "count", ("mean",), "people", better="neither"),
    KpiFamily("visits", "visits for maintenance", "count", better="neither"),
    KpiFamily("stopped_share", "share of the elevators that stand still, mean over midnights", "share"),
    *RESCUE_FAMILIES,
)
