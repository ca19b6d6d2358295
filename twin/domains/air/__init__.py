"""The air: who pollutes it, what the weather makes of it, and when the city warns and curbs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from twin.core.domain import DomainDescription
from twin.core.margins import with_margins
from twin.domains.air.connections import CONNECTIONS
from twin.domains.air.happenings import EVENT_KINDS
from twin.domains.air.measures import FAMILIES, MEMBERS
from twin.domains.air.parameters import AirParameters
from twin.domains.air.questions import DECISIONS

DESCRIPTION: Final = DomainDescription(
    name="air",
    title="Air",
    parameters=AirParameters,
    connections=CONNECTIONS,
    decisions=DECISIONS,
    event_kinds=EVENT_KINDS,
    supply="twin.domains.air.supplied:supply",
    kpi_families=with_margins(FAMILIES, Path(__file__).with_name("margins.toml")),
    factory="twin.domains.air.domain:AirDomain",
    observations="twin.domains.air.kpis:observations",
    kpis="twin.domains.air.kpis:compute",
    report="twin.domains.air.report:sections",
    layers="twin.domains.air.layers:layers",
    members=MEMBERS,
    cases_are_days=True,
    kernels=("plumes", "gauss"),
    warm_up="twin.domains.air.warm_up:compile_kernels",
)
