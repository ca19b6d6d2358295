"""Emergency medical service: callers, call takers, ambulances, patients, hospitals."""

from __future__ import annotations

from typing import Final

from twin.core.domain import DomainDescription, EventKind
from twin.domains.emergency.connections import CONNECTIONS
from twin.domains.emergency.decisions import DECISIONS
from twin.domains.emergency.measures import FAMILIES
from twin.domains.emergency.parameters import CONDITIONS, EmergencyParameters

DESCRIPTION: Final = DomainDescription(
    name="emergency",
    title="Emergency medical service",
    parameters=EmergencyParameters,
    connections=CONNECTIONS,
    decisions=DECISIONS,
    event_kinds=(
        EventKind("hospital_closes", "A hospital takes no more patients from ambulances", names="hospital"),
        EventKind("station_closes", "The vehicles of a station cannot be sent", names="station"),
    ),
    kpi_families=FAMILIES,
    factory="twin.domains.emergency.domain:EmergencyDomain",
    observations="twin.domains.emergency.kpis:observations",
    kpis="twin.domains.emergency.kpis:compute",
    report="twin.domains.emergency.report:sections",
    members={"condition": CONDITIONS},
)
