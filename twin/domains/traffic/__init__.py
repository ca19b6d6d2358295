"""Road traffic and parking: who drives when from where to where, and where one can park."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from twin.core.domain import DomainDescription
from twin.core.margins import with_margins
from twin.domains.traffic.connections import CONNECTIONS
from twin.domains.traffic.happenings import EVENT_KINDS, HEARS
from twin.domains.traffic.measures import RINGS, ROAD_FAMILIES
from twin.domains.traffic.measures_crowds import CROWD_FAMILIES
from twin.domains.traffic.measures_events import EVENT_FAMILIES
from twin.domains.traffic.parameters import PURPOSES, TrafficParameters
from twin.domains.traffic.parking_measures import LOT_MEMBERS, PARKING_FAMILIES
from twin.domains.traffic.questions import DECISIONS as ROAD_DECISIONS
from twin.domains.traffic.questions_parking import DECISIONS as PARKING_DECISIONS
from twin.domains.traffic.questions_priority import DECISIONS as PRIORITY_DECISIONS
from twin.domains.traffic.questions_roads import DECISIONS as WAY_DECISIONS

DESCRIPTION: Final = DomainDescription(
    name="traffic",
    title="Road traffic and parking",
    parameters=TrafficParameters,
    connections=CONNECTIONS,
    decisions=(*ROAD_DECISIONS, *WAY_DECISIONS, *PRIORITY_DECISIONS, *PARKING_DECISIONS),
    event_kinds=EVENT_KINDS,
    hears=HEARS,
    supply="twin.domains.traffic.supplied:supply",
    warnings="twin.domains.traffic.capacity_check:warnings",
    kpi_families=with_margins(
        (*ROAD_FAMILIES, *EVENT_FAMILIES, *CROWD_FAMILIES, *PARKING_FAMILIES), Path(__file__).with_name("margins.toml")
    ),
    factory="twin.domains.traffic.domain:TrafficDomain",
    observations="twin.domains.traffic.kpis:observations",
    case_times=("traffic.trips", "trip", "planned_s"),
    kpis="twin.domains.traffic.kpis:compute",
    layers="twin.domains.traffic.layers:layers",
    report="twin.domains.traffic.report:sections",
    kernels=(
        "link_transmission",
        "readings",
        "first_links",
        "next_links",
        "parking",
        "arrivals",
        "calendar",
        "next_trips",
        "led_parking",
        "lot_choice",
        "barriers",
        "way_lengths",
        "fees",
    ),
    warm_up="twin.domains.traffic.warm_up:compile_kernels",
    members={"ring": RINGS, "purpose": PURPOSES, "lot_kind": LOT_MEMBERS},
)
