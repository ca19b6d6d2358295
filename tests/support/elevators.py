"""A second domain, as small as one can be: elevators that trap people, some of whom fall ill."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pyarrow as pa
import simpy

from twin.city.city import City
from twin.city.conditions import RoadConditions
from twin.core.channels import PersonFellIll
from twin.core.clock import HOUR_S, Clock
from twin.core.domain import DomainDescription, WorldEvent
from twin.core.kpis import KpiFamily, KpiValue
from twin.core.model import Twin
from twin.core.parameters import Parameter, ParameterSection, shipped_field

SHIPPED = {
    "entrapments_per_hour": Parameter(
        "entrapments_per_hour", 4.0, "entrapments an hour", "assumed", "Entrapments after which somebody is ill", "test"
    )
}


class ElevatorParameters(ParameterSection):
    """The section ``elevators`` of a scenario."""

    shipped: ClassVar[dict[str, Parameter]] = SHIPPED

    entrapments_per_hour: float = shipped_field(SHIPPED, "entrapments_per_hour", ge=0)


class Elevators:
    """Traps people at drawn times and places."""

    name = "elevators"

    def __init__(self, parameters: ElevatorParameters, city: City, roads: RoadConditions | None = None) -> None:
        self.parameters = parameters
        self.city = city

    def draw_tables(self, twin: Twin) -> dict[str, pd.DataFrame]:
        """Draw when and where."""
        hours = twin.clock.duration_s / HOUR_S
        count = int(twin.streams("elevators", "count").poisson(self.parameters.entrapments_per_hour * hours))
        time_s = np.sort(twin.streams("elevators", "time").uniform(0, twin.clock.duration_s, count))
        lon, lat = self.city.draw_homes(twin.streams("elevators", "place"), count)
        return {"elevators.entrapments": pd.DataFrame({"time_s": time_s, "lon": lon, "lat": lat})}

    def start(self, twin: Twin, tables: Mapping[str, pd.DataFrame]) -> None:
        """Let each entrapment happen at its time."""
        schema = {"entrapment": pa.int64(), "time_s": pa.float64(), "heard_by": pa.int64()}
        self._record = twin.recorder.table("elevators.entrapments", schema)
        for number, row in enumerate(tables["elevators.entrapments"].itertuples(index=False)):
            twin.env.process(self._trap(twin, number, row))

    def _trap(self, twin: Twin, number: int, row: Any) -> Generator[simpy.Event, None, None]:
        yield twin.env.timeout(row.time_s - twin.now)
        name = getattr(row, "person", f"elevators/{number}")
        message = PersonFellIll("elevators.entrapment", row.lon, row.lat, "cardiac_arrest", name)
        self._record.add(number, twin.now, twin.channels.publish("person_fell_ill", message))

    def on_event(self, twin: Twin, event: WorldEvent, begins: bool) -> None:
        """Hear of no events."""

    def busy(self) -> bool:
        """Leave nothing under way."""
        return False

    def finish(self, twin: Twin) -> None:
        """Leave nothing open."""

    def populations(self) -> Mapping[str, Sequence[Any]]:
        """Have no agents."""
        return {}


def observations(events: Mapping[str, pd.DataFrame], clock: Clock) -> pd.DataFrame:
    """Return one row an entrapment."""
    return events["elevators.entrapments"].set_index("entrapment")


def compute(events: Mapping[str, pd.DataFrame], clock: Clock) -> list[KpiValue]:
    """Count entrapments."""
    count = len(events["elevators.entrapments"])
    return [KpiValue("elevators.entrapments", float(count), "count", count)]


DESCRIPTION = DomainDescription(
    name="elevators",
    title="Elevators",
    parameters=ElevatorParameters,
    connections=(),
    decisions=(),
    event_kinds=(),
    kpi_families=(KpiFamily("entrapments", "entrapments", "count", better="lower"),),
    factory="support.elevators:Elevators",
    observations="support.elevators:observations",
    kpis="support.elevators:compute",
    report="support.elevators:sections",
)
