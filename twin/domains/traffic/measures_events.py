"""The KPIs of what happened to the roads: closures, locked links, plates that were barred."""

from __future__ import annotations

from typing import Final

from twin.core.kpis import KpiFamily

EVENT_FAMILIES: Final = (
    KpiFamily("turned_back", "drivers who learned at the barrier that a road was closed", "count", better="neither"),
    KpiFamily("locked_link_h", "hours in which links were full and nobody left them for a quarter of an hour", "h"),
    KpiFamily("gridlocked_links", "links that were locked in a circle, each waiting for the next", "count"),
    KpiFamily("barred_at_home", "cars a day that a plate restriction kept at home", "count", better="neither"),
    KpiFamily("barred_shifted", "cars a day driven before or after the restriction's hours", "count", better="neither"),
    KpiFamily("barred_driven", "cars a day driven against a plate restriction", "count", better="neither"),
)
