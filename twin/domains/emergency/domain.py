"""The emergency domain as the twin knows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from twin.city.city import City
from twin.city.conditions import RoadConditions
from twin.core.channels import PersonFellIll
from twin.core.domain import WorldEvent
from twin.core.errors import MapError
from twin.domains.emergency.agents import Ambulance, Caller, CallTaker, Fleet, Hospital, Station
from twin.domains.emergency.call_centre import Desk, assign_waiting, let_phones_ring
from twin.domains.emergency.parameters import CONDITIONS, EmergencyParameters
from twin.domains.emergency.records import Records
from twin.domains.emergency.service import Service
from twin.domains.emergency.tables import PATIENT, draw_calls, draw_cases, draw_persons
from twin.domains.emergency.views import Views

if TYPE_CHECKING:
    from twin.core.model import Twin

CALLS: Final = "emergency.calls"
CASES: Final = "emergency.cases"
CALLERS_AHEAD: Final = 4096


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
        """Draw the calls of the replication, and the cases among them."""

        def draw(column: str) -> np.random.Generator:
            return twin.streams("emergency", "calls", column)

        calls = draw_calls(draw, twin.clock, self.city, self.parameters)
        return {CALLS: calls, CASES: draw_cases(draw, calls, self.city, self.parameters)}

    def start(self, twin: Twin, tables: Mapping[str, pd.DataFrame]) -> None:
        """Make the agents and let the first phone ring."""
        self._twin = twin
        stations, hospitals, ambulances = self._places(twin)
        fleet = Fleet(ambulances)
        views = Views(self.city, self.roads, twin.brain, fleet, stations, hospitals, self.parameters.siren_time_factor)
        records = Records(twin.recorder)
        records.describe(ambulances, hospitals)
        self.service = Service(twin, self.roads, self.parameters, stations, hospitals, fleet, views, records)
        for ambulance in ambulances:
            self.service.set_status(ambulance, "at_station")
        self._desk = Desk(self.service, [CallTaker(twin, seat) for seat in range(self.parameters.seats)])
        self._next_call = len(tables[CALLS])
        twin.env.process(let_phones_ring(self.service, self._desk, self._callers(tables[CALLS], tables[CASES])))
        twin.channels.listen("person_fell_ill", self._person_fell_ill)

    def _callers(self, calls: pd.DataFrame, cases: pd.DataFrame) -> Iterator[Caller]:
        """Let each caller appear when the one before has rung: a year has too many to keep them all."""
        rows: Iterator[Any] = cases.itertuples(index=False)
        row = next(rows, None)
        columns = [calls[name].to_numpy() for name in ("call", "ring_s", "node", "pick_up_s", "advice_s")]
        for begin in range(0, len(calls), CALLERS_AHEAD):
            ahead = [column[begin : begin + CALLERS_AHEAD].tolist() for column in columns]
            for call, ring_s, node, pick_up_s, advice_s in zip(*ahead, strict=True):
                own = row if row is not None and row.call == call else None
                yield Caller(self._twin, call, ring_s, node, pick_up_s, advice_s, own)
                if own is not None:
                    row = next(rows, None)

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
        person = person.assign(call=self._next_call, kind=PATIENT, wrong_node=node)
        self._next_call += 1
        row: Any = next(person.itertuples(index=False))
        caller = Caller(twin, row.call, twin.now, node, row.pick_up_s, 0.0, row)
        caller.cause = message.cause
        self._desk.ring(caller)

    def on_event(self, twin: Twin, event: WorldEvent, begins: bool) -> None:
        """Close a hospital or a station, or open it again."""
        change = 1 if begins else -1
        if event.kind == "hospital_closes":
            for hospital in self.service.hospitals:
                if hospital.place.id == event.value:
                    hospital.closures += change
            self.service.views.note_closures()
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
