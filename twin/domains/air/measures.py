"""The KPIs of the air by name: what each is, its unit, its groups."""

from __future__ import annotations

from typing import Final

from twin.core.kpis import KpiFamily
from twin.domains.air.kinds import GROUPS, LEVELS, STATION_NAMES

LIMITS: Final = (100, 150, 200, 300)
"""Indices over which hours are counted: light, moderate, heavy and severe pollution."""
MEMBERS: Final = {"station": STATION_NAMES, "source": GROUPS, "level": LEVELS[1:]}

FAMILIES: Final = (
    KpiFamily("pm25_ugm3", "PM2.5, mean over the stations", "µg/m³", ("mean", "p95"), "pm25", headline=("mean",)),
    KpiFamily("station_pm25_ugm3", "PM2.5 at a station", "µg/m³", groups=("station",)),
    KpiFamily("pm25_from_ugm3", "PM2.5 that a group of sources gives the stations", "µg/m³", groups=("source",)),
    *(
        KpiFamily(f"hours_over_{limit}", f"hours in which a station's index is over {limit}", "h", groups=("station",))
        for limit in LIMITS
    ),
    KpiFamily("exposure_ugm3", "PM2.5 that residents breathe on average where they live", "µg/m³", headline=("",)),
    KpiFamily("exposure_spared_share", "share of that which measures have spared residents", "share", better="higher"),
    KpiFamily("exposed_persons", "PM2.5 times residents, mean of the hours", "µg/m³ persons"),
    KpiFamily("warned_days", "days under a warning", "days", groups=("level",), better="neither"),
    KpiFamily("bad_days", "days that should have been warned of", "days", better="neither"),
    KpiFamily("hits", "bad days that were warned of", "days", better="higher"),
    KpiFamily("misses", "bad days that were not warned of", "days"),
    KpiFamily("false_alarms", "warned days that would not have been bad without measures", "days"),
    KpiFamily("threat_score", "hits among hits, misses and false alarms", "share", better="higher", headline=("",)),
    KpiFamily("lead_time_h", "from the first warning of a bad spell to its first bad day", "h", ("mean",),
              better="higher", headline=("mean",)),
    KpiFamily("relief_ugm3", "what measures take from the stations' mean on days under a warning", "µg/m³",
              better="higher"),
    KpiFamily("relief_share", "share that measures take from the stations' mean on days under a warning", "share",
              better="higher", headline=("",)),
    KpiFamily("production_million_yuan", "production that measures cost", "million yuan", headline=("",)),
    KpiFamily("trips_suppressed", "trips that were suppressed or sent round", "count"),
    KpiFamily("measures_million_yuan", "cost of all measures", "million yuan"),
    KpiFamily("relief_per_million_yuan", "persons times µg/m³ times hours spared for each million yuan",
              "µg/m³ h persons", better="higher"),
    KpiFamily("inspections", "enterprises that were inspected", "count", better="neither"),
    KpiFamily("found_out", "enterprises that were found out", "count", better="higher"),
    KpiFamily("days_to_find", "days until the enterprise that cheats was found out", "days", ("mean",)),
    KpiFamily("calls_by_exposure", "ambulance calls that bad air has added", "count"),
)  # fmt: skip
