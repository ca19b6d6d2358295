"""What the lives of the emergency domain share: the desk, the fleet, the hospitals, the list of waiting calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import simpy

from twin.city.conditions import RoadConditions
from twin.domains.emergency.agents import Ambulance, Caller, Fleet, Hospital, Station
from twin.domains.emergency.crews import Duties
from twin.domains.emergency.parameters import EmergencyParameters
from twin.domains.emergency.records import Records
from twin.domains.emergency.views import Views

if TYPE_CHECKING:
    from twin.core.model import Twin


@dataclass
class Service:
    """The 120 service of one run."""

    twin: Twin
    roads: RoadConditions
    parameters: EmergencyParameters
    stations: list[Station]
    hospitals: list[Hospital]
    fleet: Fleet
    views: Views
    records: Records
    chute_factors: list[float]
    env: simpy.Environment = field(init=False)
    duties: Duties = field(init=False)
    open_calls: dict[int, Caller] = field(default_factory=dict)
    self_arrived: int = 0
    waiting: list[Caller] = field(default_factory=list)
    reconsidering: bool = False

    def __post_init__(self) -> None:
        self.env = self.twin.env

    @property
    def now(self) -> float:
        """Seconds since the scenario's start."""
        return float(self.env.now)

    def set_status(self, ambulance: Ambulance, status: str) -> None:
        """Change and record what a vehicle does."""
        ambulance.status = status
        self.fleet.note(ambulance)
        self.records.vehicles.add(self.env.now, ambulance.number, status, ambulance.node, ambulance.call)

    def begin(self, caller: Caller) -> None:
        """Note that a call has begun."""
        self.open_calls[caller.record.call] = caller
        if caller.row is not None:
            caller.record.symptom_s = caller.record.ring_s - caller.row.symptom_before_s

    def end(self, caller: Caller, ending: str) -> None:
        """Note and record how a call has ended; each ends once."""
        del self.open_calls[caller.record.call]
        graph, node = self.roads.roads, caller.node
        district = int(graph.node_district[node])
        self.records.call(
            caller,
            ending,
            graph.districts[district] if district >= 0 else "",
            float(graph.node_lon[node]),
            float(graph.node_lat[node]),
        )

    def after(self, delay_s: float, what: Callable[[], None]) -> None:
        """Do something after a delay, without a process of its own."""
        timeout = self.env.timeout(max(0.0, delay_s))
        timeout.callbacks.append(lambda _: what())
