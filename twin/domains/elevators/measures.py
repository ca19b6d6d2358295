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
    KpiFamily("prevented", "faults that visits prevented", "count", better="higher"),
    KpiFamily("prevented_entrapments", "entrapments that visits prevented", "count", better="higher"),
    KpiFamily("prevented_per_1000_visits", "faults prevented by 1,000 visits", "count", better="higher"),
    KpiFamily(
        "prevented_entrapments_per_1000_visits", "entrapments prevented by 1,000 visits", "count", better="higher"
    ),
    KpiFamily("maintenance_yuan", "cost of visits and repairs", "yuan", headline=("",)),
    KpiFamily(
        "prediction_lift",
        "failures from wear in the riskiest tenth, times its share",
        "count",
        groups=("ranking",),
        better="higher",
    ),
    KpiFamily(
        "prediction_found",
        "failures from wear foretold where 9 % of the others are too",
        "share",
        groups=("ranking",),
        better="higher",
    ),
    KpiFamily("prediction_ratio", "failures from wear expected for each that came", "count", better="neither"),
    KpiFamily("stopped_share", "share of the elevators that stand still, mean over midnights", "share"),
    *RESCUE_FAMILIES,
)
