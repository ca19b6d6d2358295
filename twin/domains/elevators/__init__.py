"""Elevators: which there are, how they fail, and whom they trap."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from twin.core.domain import DomainDescription
from twin.core.margins import with_margins
from twin.domains.elevators.connections_rescue import RESCUE_CONNECTIONS
from twin.domains.elevators.happenings import EVENT_KINDS, HEARS
from twin.domains.elevators.measures import FAMILIES
from twin.domains.elevators.parameters import CAUSES, USES, ElevatorParameters
from twin.domains.elevators.questions_inspection import ELEVATOR_TELEMETRY, INSPECTION
from twin.domains.elevators.questions_rescue import RESCUE_DECISIONS

DESCRIPTION: Final = DomainDescription(
    name="elevators",
    title="Elevators",
    parameters=ElevatorParameters,
    connections=(*RESCUE_CONNECTIONS, ELEVATOR_TELEMETRY),
    decisions=(*RESCUE_DECISIONS, INSPECTION),
    event_kinds=EVENT_KINDS,
    hears=HEARS,
    supply="twin.domains.elevators.supplied:supply",
    kpi_families=with_margins(FAMILIES, Path(__file__).with_name("margins.toml")),
    factory="twin.domains.elevators.domain:ElevatorsDomain",
    observations="twin.domains.elevators.kpis:observations",
    case_times=("elevators.failures", "case", "at_s"),
    kpis="twin.domains.elevators.kpis:compute",
    report="twin.domains.elevators.report:sections",
    layers="twin.domains.elevators.layers:layers",
    kernels=("elevator_chance", "elevator_failures", "elevator_telemetry", "elevator_workers", "nearest", "outward"),
    warm_up="twin.domains.elevators.warm_up:compile_kernels",
    members={"use": USES, "cause": CAUSES, "ranking": ("oracle",)},
)
