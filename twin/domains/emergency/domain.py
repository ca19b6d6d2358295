"""The emergency domain as the twin knows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import simpy

from twin.city.city import City
from twin.city.conditions import RoadConditions
from twin.core.channels import PersonFellIll
from twin.core.domain import WorldEvent
from twin.core.errors import MapError
from twin.domains.emergency.agents import Ambulance, Caller, CallTaker, Fleet, Hospital, Station
from twin.domains.emergency.call_centre import assign_waiting, take_call, take_calls
from twin.domains.emergency.parameters import CONDITIONS, EmergencyParameters
from twin.domains.emergency.records import Records
from twin.domains.emergency.service import Service
from twin.domains.emergency.tables import PATIENT, draw_calls, draw_persons
from twin.domains.emergency.views import Views

if TYPE_CHECKING:
    from twin.core.model import Twin


class EmergencyDomain:
    """Callers, call takers, ambulances, patients and hospitals of one run."""

    name = "emergency"

    def __init__(self, parameters: EmergencyParameters, city: City, roads: RoadConditions) -> None:
        self.parameters = parameters
        self.city = city
        self.roads = roads
        self.service: Service
        self._twin: Twin
        self._next_call = 0

    def draw_tables(self, twin: Twin) -> dict[str, pd.DataFrame]:
        """Draw the calls of the replication."""
        calls = draw_calls(
            lambda column: twin.streams("emergency", "calls", column), twin.clock, self.city, self.parameters
        )
        return {"emergency.calls": calls}

    def start(self, twin: Twin, tables: Mapping[str, pd.DataFrame]) -> None:
        """Make the agents and let the first phone ring."""
        self._twin = twin
        stations, hospitals, ambulances = self._places(twin)
        fleet = Fleet(ambulances)
        desk = simpy.Store(twin.env)
        desk.items.extend(CallTaker(twin, seat) for seat in range(self.parameters.seats))
        views = Views(self.city, self.roads, twin.brain, fleet, stations, hospitals, self.parameters.siren_time_factor)
        records = Records(twin.recorder)
        records.describe(ambulances, hospitals)
        self.service = Service(twin, self.roads, self.parameters, stations, hospitals, fleet, desk, views, records)
        for ambulance in ambulances:
            self.service.set_status(ambulance, "at_station")
        calls = tables["emergency.calls"]
        rows: Any = calls.itertuples(index=False)
        callers = [Caller(twin, row, int(row.node)) for row in rows]
        self._next_call = len(callers)
        twin.env.process(take_calls(self.service, callers))
        twin.channels.listen("person_fell_ill", self._person_fell_ill)

    def _places(self, twin: Twin) -> tuple[list[Station], list[Hospital], list[Ambulance]]:
        city_map = self.city.map
        stations = [
            Station(twin, position, place, node)
            for position, (place, node) in enumerate(zip(city_map.stations, self.city.stations.nodes.tolist(), strict=True))
        ]
        hospitals = [
            Hospital(twin, position, place, node)
            for position, (place, node) in enumerate(zip(city_map.hospitals, self.city.hospitals.nodes.tolist(), strict=True))
        ]
        homes = [station for station in stations for _ in range(station.place.crews)]
        if not homes:
            raise MapError(
                "{path}: no station has a crew; set crews to at least 1 somewhere",
                path=str(city_map.folder / "stations.csv"),
            )
        ambulances = [Ambulance(twin, number, station) for number, station in enumerate(homes)]
        return stations, hospitals, ambulances

    def _person_fell_ill(self, message: PersonFellIll) -> None:
        """Treat somebody whom another domain reports as one more call, with draws of his own."""
        twin = self._twin
        person = draw_persons(
            lambda column: twin.streams("emergency", "person", message.chance_key, column),
            1,
            self.parameters,
            np.array([CONDITIONS.index(message.condition)]),
        )
        node = int(self.city.nearest_nodes(np.array([message.lon]), np.array([message.lat]))[0])
        person = person.assign(
            call=self._next_call, ring_s=twin.now, kind=PATIENT, cause=message.cause, node=node, wrong_node=node
        )
        self._next_call += 1
        row: Any = next(person.itertuples(index=False))
        twin.env.process(take_call(self.service, Caller(twin, row, node)))

    def on_event(self, twin: Twin, event: WorldEvent, begins: bool) -> None:
        """Close a hospital or a station, or open it again."""
        change = 1 if begins else -1
        if event.kind == "hospital_closes":
            for hospital in self.service.hospitals:
                if hospital.place.id == event.value:
                    hospital.closures += change
        elif event.kind == "station_closes":
            for station in self.service.stations:
                if station.place.id == event.value:
                    station.closures += change
            for ambulance in self.service.fleet.ambulances:
                self.service.fleet.note(ambulance)
            if not begins:
                assign_waiting(self.service)

    def busy(self) -> bool:
        """Say whether a call is still open."""
        return bool(self.service.open_calls)

    def finish(self, twin: Twin) -> None:
        """Record the calls that are still open: ``unserved`` where no vehicle was ever sent."""
        for caller in list(self.service.open_calls.values()):
            self.service.end(caller, "unserved" if caller.record.vehicle is None else "open")

    def agent(self, key: int) -> Ambulance:
        """Return the vehicle of this number."""
        return self.service.fleet.ambulances[key]
