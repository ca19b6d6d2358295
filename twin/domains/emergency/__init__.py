"""Emergency medical service: callers, call takers, ambulances, patients, hospitals."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from twin.core.domain import DomainDescription, EventDetail, EventKind
from twin.core.margins import with_margins
from twin.domains.emergency.connections import CONNECTIONS
from twin.domains.emergency.measures import AGES, FAMILIES, PHONES
from twin.domains.emergency.parameters import CONDITIONS, EmergencyParameters
from twin.domains.emergency.questions import DECISIONS

DESCRIPTION: Final = DomainDescription(
    name="emergency",
    title="Emergency medical service",
    parameters=EmergencyParameters,
    connections=CONNECTIONS,
    decisions=DECISIONS,
    event_kinds=(
        EventKind("hospital_closes", "A hospital takes no more patients from ambulances", names="hospital"),
        EventKind("station_closes", "The vehicles of a station cannot be sent", names="station"),
        EventKind(
            "vehicles_lost", "This share of all vehicles is out of service; those on a mission end it", low=0, high=1
        ),
        EventKind("calls_multiply", "So many times as many calls ring", low=0, high=50),
        EventKind(
            "mass_casualty",
            "So many people are hurt at one place, reported in one call",
            low=1,
            high=1000,
            details=(EventDetail("place", "Where; left out, it is drawn where people live", "place"),),
        ),
    ),
    kpi_families=with_margins(FAMILIES, Path(__file__).with_name("margins.toml")),
    factory="twin.domains.emergency.domain:EmergencyDomain",
    observations="twin.domains.emergency.kpis:observations",
    case_times=("emergency.calls", "call", "ring_s"),
    kpis="twin.domains.emergency.kpis:compute",
    report="twin.domains.emergency.report:sections",
    supply="twin.domains.emergency.supplied:supply",
    members={"condition": CONDITIONS, "age": AGES, "phone": PHONES},
)
