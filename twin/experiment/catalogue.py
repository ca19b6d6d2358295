"""Every KPI that a scenario may have, by name."""

from __future__ import annotations

from collections.abc import Sequence

from twin.core.kpis import HOURS, Kpi, names_of


def catalogue_of(domains: Sequence[str], districts: Sequence[str]) -> dict[str, Kpi]:
    """Return the KPIs of domains, in their order; ``districts`` are the ids of the map's."""
    from twin.domains import DESCRIPTIONS

    members = {"district": tuple(districts), "hour": HOURS}
    return {
        kpi.name: kpi
        for name in domains
        for kpi in names_of(name, DESCRIPTIONS[name].kpi_families, {**members, **DESCRIPTIONS[name].members})
    }
