"""The emergency domain as the twin knows it."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import simpy

from twin.city.city import City
from twin.city.conditions import RoadConditions
from twin.core.channels import PersonFellIll
from twin.core.clock import DAY_S
from twin.core.domain import WorldEvent
from twin.core.errors import MapError
from twin.core.sampling import apportion
from twin.domains.emergency.agents import Ambulance, Caller, CallTaker, Fleet, Hospital, Station
from twin.domains.emergency.call_centre import Desk, assign_waiting, let_phones_ring
from twin.domains.emergency.crews import Duties, lose_vehicles
from twin.domains.emergency.parameters import EmergencyParameters
from twin.domains.emergency.records import Records
from twin.domains.emergency.service import Service
from twin.domains.emergency.supplied_columns import ADVANCED
from twin.domains.emergency.tables import (
    PATIENT,
    draw_calls,
    draw_cases,
    draw_casualties,
    draw_crews,
    draw_stations,
    draw_walk_ins,
    take_calls,
)
from twin.domains.emergency.views import Views
from twin.domains.emergency.walk_ins import let_walk_ins_come

if TYPE_CHECKING:
    from twin.core.model import Twin
    from twin.domains.emergency.supplied import SuppliedTables

CALLS: Final = "emergency.calls"
CASES: Final = "emergency.cases"
CASUALTIES: Final = "emergency.casualties"
CREWS: Final = "emergency.crews"
STATIONS: Final = "emergency.stations"
WALK_INS: Final = "emergency.walk_ins"
CALLERS_AHEAD: Final = 4096
LOOK_EVERY_S: Final = 900.0
"""Coverage and loads are recorded this often."""


class EmergencyDomain:
    """Callers, call takers, ambulances, patients and hospitals of one run."""

    name = "emergency"

    def __init__(
        self,
        parameters: EmergencyParameters,
        city: City,
        roads: RoadConditions,
        supplied: SuppliedTables | None = None,
    ) -> None:
        self.parameters = parameters
        self.supplied = supplied
        self.city = city
        self.roads = roads
        self.service: Service
        self._twin: Twin
        self._desk: Desk
        self._casualties: pd.DataFrame
        self._next_call = 0

    def draw_tables(self, twin: Twin) -> dict[str, pd.DataFrame]:
        """Draw the calls of the replication, the cases among them, those who come by themselves, and the crews."""

        def draw_for(table: str) -> Any:
            return lambda column: twin.streams("emergency", table, column)

        city, parameters, clock = self.city, self.parameters, twin.clock
        given = None
        if self.supplied is not None and self.supplied.calls is not None:
            calls, given = take_calls(draw_for("calls"), clock, city, parameters, self.supplied.calls)
        else:
            calls = draw_calls(draw_for("calls"), clock, city, parameters, twin.events)
        return {
            CALLS: calls,
            CASES: draw_cases(draw_for("calls"), calls, city, parameters, given=given),
            WALK_INS: draw_walk_ins(draw_for("walk_ins"), clock, city, parameters),
            STATIONS: draw_stations(draw_for("stations"), city, parameters),
            CREWS: draw_crews(draw_for("crews"), len(self._homes()), clock, parameters),
            CASUALTIES: draw_casualties(draw_for("casualties"), clock, city, parameters, twin.events),
        }

    def start(self, twin: Twin, tables: Mapping[str, pd.DataFrame]) -> None:
        """Make the agents and let the first phone ring."""
        self._twin = twin
        stations, hospitals, ambulances = self._places(twin)
        fleet = Fleet(ambulances)
        views = Views(self.city, self.roads, twin.brain, fleet, stations, hospitals, self.parameters)
        records = Records(twin.recorder, self._tracked_until_s(twin))
        records.describe(ambulances, hospitals, stations)
        service = Service(
            twin, self.roads, self.parameters, stations, hospitals, fleet, views, records,
            chute_factors=tables[STATIONS]["chute_factor"].to_numpy().tolist(),
        )  # fmt: skip
        self.service = service
        service.duties = Duties(service, tables[CREWS], assign_waiting)
        for ambulance in ambulances:
            service.set_status(ambulance, "at_station")
        if self.supplied is not None and self.supplied.vehicles is not None:
            vehicles = self.supplied.vehicles
            service.duties.plan_duty(vehicles["on_duty_from_h"].tolist(), vehicles["on_duty_until_h"].tolist())
        self._desk = Desk(service, [CallTaker(twin, seat) for seat in range(self.parameters.seats)])
        self._next_call = len(tables[CALLS])
        self._casualties = tables[CASUALTIES]
        twin.env.process(let_phones_ring(service, self._desk, self._callers(tables[CALLS], tables[CASES])))
        twin.env.process(let_walk_ins_come(service, tables[WALK_INS]))
        twin.env.process(self._look(service))
        twin.channels.listen("person_fell_ill", self._person_fell_ill)

    def _tracked_until_s(self, twin: Twin) -> float:
        """Return until when ways are recorded: for the playback, which shows the first replication."""
        return DAY_S * self.parameters.tracked_days if twin.streams.replication == 0 else float("-inf")

    def _callers(self, calls: pd.DataFrame, cases: pd.DataFrame) -> Iterator[Caller]:
        """Let each caller appear when the one before has rung: a year has too many to keep them all."""
        rows: Iterator[Any] = cases.astype({"kind": object}).itertuples(index=False)  # strings of Arrow cost 8 us each
        row = next(rows, None)
        columns = [calls[name].to_numpy() for name in ("call", "ring_s", "node", "pick_up_s", "advice_s")]
        for begin in range(0, len(calls), CALLERS_AHEAD):
            ahead = [column[begin : begin + CALLERS_AHEAD].tolist() for column in columns]
            for call, ring_s, node, pick_up_s, advice_s in zip(*ahead, strict=True):
                own = row if row is not None and row.call == call else None
                yield Caller(call, ring_s, node, pick_up_s, advice_s, own)
                if own is not None:
                    row = next(rows, None)

    def _homes(self) -> list[int]:
        """Return the home station of each crew, in the order of the vehicles' numbers."""
        if self.supplied is not None and self.supplied.vehicles is not None:
            return [int(code) for code in self.supplied.vehicles["station"].cat.codes]
        stations = self.city.map.stations
        crews = [station.crews for station in stations]
        if self.parameters.crews_on_duty:
            vehicles = np.array([max(station.vehicles, station.crews) for station in stations], dtype=np.float64)
            crews = apportion(vehicles, self.parameters.crews_on_duty).tolist()
        homes = [position for position, count in enumerate(crews) for _ in range(count)]
        if not homes:
            raise MapError(
                "{path}: no station has a crew; set crews to at least 1 somewhere",
                path=str(self.city.map.folder / "stations.csv"),
            )
        return homes

    def _places(self, twin: Twin) -> tuple[list[Station], list[Hospital], list[Ambulance]]:
        city_map = self.city.map
        stations = [
            Station(twin, position, place, node)
            for position, (place, node) in enumerate(
                zip(city_map.stations, self.city.stations.nodes.tolist(), strict=True)
            )
        ]
        hospitals = [
            Hospital(twin, position, place, node)
            for position, (place, node) in enumerate(
                zip(city_map.hospitals, self.city.hospitals.nodes.tolist(), strict=True)
            )
        ]
        homes = self._homes()
        advanced = [True] * len(homes)
        if self.supplied is not None and self.supplied.vehicles is not None:
            advanced = (self.supplied.vehicles["level"] == ADVANCED).tolist()
        ambulances = [
            Ambulance(twin, number, stations[home], able)
            for number, (home, able) in enumerate(zip(homes, advanced, strict=True))
        ]
        return stations, hospitals, ambulances

    def _look(self, service: Service) -> Generator[simpy.Event, Any, None]:
        """Record now and then what no single call shows: coverage, and how full the hospitals are."""
        while service.now < service.twin.clock.duration_s:
            fleet, views = service.fleet, service.views
            free, on_duty = np.count_nonzero(fleet.free), np.count_nonzero(fleet.on_duty)
            service.records.coverage.add(
                service.now, int(free), int(on_duty), len(service.waiting), views.covered_share(), *views.loads_of_all()
            )
            yield service.env.timeout(LOOK_EVERY_S)

    def _person_fell_ill(self, message: PersonFellIll) -> None:
        """Treat somebody whom another domain reports as one more call, with draws of his own."""
        twin, parameters = self._twin, self.parameters

        def draw(column: str) -> np.random.Generator:
            return twin.streams("emergency", "person", message.chance_key, column)

        node = int(self.city.nearest_nodes(np.array([message.lon]), np.array([message.lat]))[0])
        call = pd.DataFrame({"call": [self._next_call], "ring_s": [twin.now], "kind": [PATIENT], "node": [node]})
        case = draw_cases(draw, call, self.city, parameters, condition=message.condition)
        row: Any = next(case.itertuples(index=False))
        pick_up_s = float(parameters.pick_up_s.draw(draw("pick_up"), 1)[0])
        self._desk.ring(self._new_caller(row, node, pick_up_s, message.cause))

    def _new_caller(self, row: Any, node: int, pick_up_s: float, cause: str) -> Caller:
        caller = Caller(self._next_call, self._twin.now, node, pick_up_s, 0.0, row)
        caller.cause = cause
        self._next_call += 1
        return caller

    def on_event(self, twin: Twin, event: WorldEvent, begins: bool) -> None:
        """Close a hospital or a station, lose vehicles, or the other way round; let many be hurt at once."""
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
            self._after_change()
        elif event.kind == "vehicles_lost":
            lose_vehicles(self.service, float(event.value), begins)
            self._after_change()
        elif event.kind == "mass_casualty" and begins:
            self._hurt_many(next(place for place, other in enumerate(twin.events) if other is event))

    def _after_change(self) -> None:
        self.service.views.note_closures()
        for ambulance in self.service.fleet.ambulances:
            self.service.fleet.note(ambulance)
        assign_waiting(self.service)

    def _hurt_many(self, event: int) -> None:
        """Let one call report all casualties of an event."""
        hurt = self._casualties[self._casualties["event"] == event]
        rows: list[Any] = list(hurt.itertuples(index=False))
        callers = [self._new_caller(row, int(row.node), float(row.pick_up_s), "mass_casualty") for row in rows]
        if callers:
            callers[0].with_him = callers[1:]
            self._desk.ring(callers[0])

    def busy(self) -> bool:
        """Say whether a call is still open, or somebody who came by himself not yet treated."""
        return bool(self.service.open_calls) or self.service.self_arrived > 0

    def finish(self, twin: Twin) -> None:
        """Record the calls that are still open: ``unserved`` where no vehicle is sent."""
        for caller in list(self.service.open_calls.values()):
            self.service.end(caller, "unserved" if caller.record.vehicle is None else "open")

    def populations(self) -> Mapping[str, Sequence[Any]]:
        """Return the vehicles, the hospitals and the stations."""
        service = self.service
        return {"ambulances": service.fleet.ambulances, "hospitals": service.hospitals, "stations": service.stations}
