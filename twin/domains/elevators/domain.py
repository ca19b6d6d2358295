"""The elevator domain as the twin knows it: the fleet lives, fails, stands still, and is maintained.

Where others go on from here
----------------------------
Rescue
    Each `Entrapment` is handed to `ElevatorsDomain.rescue` when it begins: the rescue of ``rescue.py``, unless somebody
    has put one of his own there before the run (`ElevatorsDomain.leave_to_repair`: nobody rescues).
Maintenance
    At each midnight `ElevatorsDomain.maintenance` is asked which elevators are visited on the day that begins; it is
    the answer to the decision ``inspection`` (`twin.domains.elevators.maintenance`) unless somebody has put another
    there before the run starts.
Visits
    Whoever visits an elevator says so by `ElevatorsDomain.visited`. A visit acts on failures from the next midnight.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import simpy
from numpy.typing import NDArray

from twin.core.clock import DAY_S
from twin.core.streams import Streams
from twin.domains.elevators.agents import Elevators
from twin.domains.elevators.chances import case_of
from twin.domains.elevators.common_causes import CommonCauses, check_places, number_of_event
from twin.domains.elevators.days import draw_days
from twin.domains.elevators.entrapments import Entrapment, VisitKind
from twin.domains.elevators.failure_process import FailureProcess, is_wear
from twin.domains.elevators.false_alarms import draw_false_alarms
from twin.domains.elevators.fleet import draw_fleet
from twin.domains.elevators.happenings import FLOOD, POWER_CUT
from twin.domains.elevators.history import Past, last_practised, live_history
from twin.domains.elevators.maintenance import Maintenance
from twin.domains.elevators.parameters import CAUSES, ElevatorParameters
from twin.domains.elevators.particulars import Failures, Particulars
from twin.domains.elevators.records import Records
from twin.domains.elevators.rescue import Rescue
from twin.domains.elevators.standing_houses import StandingHouses
from twin.domains.elevators.state import STANDING, ElevatorState
from twin.domains.elevators.supplied import SuppliedFleet, fleet_of
from twin.domains.elevators.workers import workforce_of

if TYPE_CHECKING:
    from twin.city.city import City
    from twin.city.conditions import RoadConditions
    from twin.core.domain import WorldEvent
    from twin.core.model import Twin

DAYS: Final = "elevators.days"
LIVES: Final = "elevators.lives"
HISTORY: Final = "elevators.history"
FALSE_ALARMS: Final = "elevators.false_alarms"
KNOWN: Final = "elevators.known"
DIARY: Final = "elevators.diary"
FLEET_OF: Final = Streams(0, 0)
"""Which elevators there are belongs to the city, not to the day: all seeds and replications have the same."""
NOON_S: Final = DAY_S / 2
"""When a visit whose time of day nobody has said is taken to be."""


AskWhom = Callable[[int], NDArray[np.int32]]
"""Returns which elevators are visited on a day, by its number (0: in which the run begins); shape (any,)."""


def _of_city(column: str) -> np.random.Generator:
    """Return chance for what belongs to the city."""
    return FLEET_OF("elevators", column)


class ElevatorsDomain:
    """The elevators of one run.

    Attributes
    ----------
    fleet
        One row an elevator, see `twin.domains.elevators.fleet.draw_fleet`.
    state
        Which of them run, and what has happened to each.
    particulars
        What chance says to a failure.
    rescue
        Called with each entrapment when it begins; None until the run begins, unless it is somebody's own.
    service
        The rescue of ``rescue.py``, where it is that one.
    maintenance
        Asked at each midnight which elevators are visited on the day that begins; None: the decision ``inspection``.
    """

    name = "elevators"

    def __init__(
        self, parameters: ElevatorParameters, city: City, roads: RoadConditions, supplied: SuppliedFleet | None = None
    ) -> None:
        self.parameters = parameters
        self.city = city
        self.roads = roads
        chosen = ("elevators.fleet", parameters.model_dump_json())
        self.fleet: pd.DataFrame = city.shared(chosen, lambda: self._make_fleet(supplied))
        self.rescue: Callable[[Entrapment], None] | None = None
        self.service: Rescue | None = None
        self.maintenance: AskWhom | None = None
        self.state: ElevatorState
        self.particulars: Particulars

    def _make_fleet(self, supplied: SuppliedFleet | None) -> pd.DataFrame:
        def draw(column: str) -> np.random.Generator:
            return FLEET_OF("elevators", "fleet", column)

        if supplied is not None:
            return fleet_of(supplied, draw, self.city, self.parameters)
        return draw_fleet(draw, self.city, self.parameters)

    def draw_tables(self, twin: Twin) -> dict[str, pd.DataFrame]:
        """Draw what the days bring, each elevator's chance, and what happened to the fleet before the run."""

        def draw_for(table: str) -> Callable[[str], np.random.Generator]:
            return lambda column: twin.streams("elevators", table, column)

        check_places(self.city, self.fleet, twin.events)
        days = draw_days(draw_for("days"), twin.clock, self.parameters, twin.events)
        whole = np.iinfo(np.uint64)
        key = draw_for("lives")("key").integers(0, whole.max, len(self.fleet), np.uint64, endpoint=True)
        past = live_history(self.fleet, self.parameters, key, days)
        alarms = draw_false_alarms(
            draw_for("false_alarms"), twin.clock, len(self.fleet), self.parameters.false_alarms_per_year
        )
        return {
            DAYS: days, LIVES: past.lives, HISTORY: past.failures, KNOWN: past.records, DIARY: past.diary,
            FALSE_ALARMS: alarms,
        }  # fmt: skip

    def start(self, twin: Twin, tables: Mapping[str, pd.DataFrame]) -> None:
        """Let the fleet live."""
        self._twin = twin
        self._days = tables[DAYS][tables[DAYS]["day"] >= 0].reset_index(drop=True)
        self.process = FailureProcess(self.fleet, self.parameters, tables[LIVES])
        self.particulars = Particulars(self.fleet, self.process.key, self.parameters)
        self.state = ElevatorState(self._last_visits_s())
        self.records = Records(twin.recorder, self.fleet)
        self._common = CommonCauses(self.city, self.fleet, self.particulars, self.parameters)
        self._inspected: list[NDArray[np.int32]] = []
        self._repaired: list[int] = []
        self._agents = Elevators(self, tables[HISTORY])
        self._stand_from_before(tables[HISTORY])
        twin.channels.offer("stopped_elevators", StandingHouses(self.city, self.fleet, self._runs_now))
        if self.rescue is None:
            self.service = Rescue(twin, self, _of_city)
            self.rescue = self.service.begin
        past = Past(*(tables[name] for name in (LIVES, HISTORY, KNOWN, DIARY)))
        force = workforce_of(_of_city, self.city, self.fleet, self.parameters)
        self._upkeep = Maintenance(twin, self, past, float(self._days["begins_s"].iloc[0]), force)
        twin.env.process(self._live(twin))
        if self.service is not None:
            twin.env.process(self.service.report_falsely(tables[FALSE_ALARMS]))

    @property
    def now_s(self) -> float:
        """Seconds since the scenario's start."""
        return self._twin.now

    def _last_visits_s(self) -> NDArray[np.float64]:
        """Return when each elevator was visited last in the rounds before the run."""
        first_s = float(self._days["begins_s"].iloc[0])
        return np.asarray(first_s + NOON_S + DAY_S * last_practised(self.fleet, 0), np.float64)

    def _stand_from_before(self, history: pd.DataFrame) -> None:
        """Let those stand still whose repair has begun before the run and not ended."""
        told = self.particulars.of(history["elevator"].to_numpy(np.int32), history["number"].to_numpy(np.int64))
        midnight_s = float(self._days["begins_s"].iloc[0]) + DAY_S * history["day"].to_numpy(np.float64)
        back_s = midnight_s + told.second_of_day + told.repair_s
        late = np.flatnonzero(back_s > self.now_s)
        np.maximum.at(self.state.stopped_until_s, told.elevator[late], back_s[late])

    def _live(self, twin: Twin) -> Generator[simpy.Event, Any, None]:
        """Let one day after the other bring its failures, each at its second."""
        for day, begins_s in enumerate(self._days["begins_s"].tolist()):
            if begins_s >= twin.clock.duration_s:
                return
            if begins_s > twin.now:
                yield twin.env.timeout(begins_s - twin.now)
            failures = self._begin_day(day, begins_s)
            at_s = begins_s + failures.second_of_day
            for place in np.argsort(at_s, kind="stable").tolist():
                if at_s[place] >= twin.clock.duration_s:
                    break
                if at_s[place] < twin.now:  # before the run began
                    continue
                yield twin.env.timeout(float(at_s[place]) - twin.now)
                self._fail(failures, place)

    def _begin_day(self, day: int, begins_s: float) -> Failures:
        """Let yesterday's visits act, find what fails today, and send out those who maintain."""
        mended = [*self._repaired, *self.state.repaired_until(begins_s).tolist()]
        self.process.maintain(np.concatenate([np.empty(0, np.int32), *self._inspected]))
        who = np.array(mended, np.int32)
        self.process.repair(who[is_wear(self.state.last_number[who])])
        self._inspected, self._repaired = [], []
        self._upkeep.end_day()
        due = self._asked(day)
        factors = self._days.iloc[day]
        outside, wear = float(factors["outside"]), float(factors["wear"])
        failed = self.process.live_day(outside, wear)
        self._upkeep.lived(day, outside, wear, failed, len(due))
        self.visited_many(due, begins_s + NOON_S)
        if self.service is not None:
            self.service.begin_day(day, begins_s, due)
        standing = len(self.fleet) - int(self.state.running(self.now_s).sum())
        self.records.days.add(begins_s, len(due), standing)
        return self.particulars.of(*failed)

    def _asked(self, day: int) -> NDArray[np.int32]:
        return self._upkeep.ask(day) if self.maintenance is None else self.maintenance(day)

    def _fail(self, failures: Failures, place: int) -> None:
        """Let an elevator fail now; one that stands still cannot."""
        elevator, number = int(failures.elevator[place]), int(failures.number[place])
        if not self.state.runs(elevator, self.now_s):
            return
        people, cause = int(failures.people[place]), int(failures.cause[place])
        self._record(elevator, number, cause, people)
        if people:
            self._trap(Entrapment(elevator, number, self.now_s, CAUSES[cause], people, case_of(elevator, number)))
        else:
            if self.service is not None:
                self.service.fault(elevator, number)
            self.state.repaired_at(elevator, self.now_s + float(failures.repair_s[place]))

    def _record(self, elevator: int, number: int, cause: int, people: int) -> None:
        self.state.stop(elevator, number, trapped=people > 0)
        self._upkeep.fault(elevator, cause, people)
        self.records.failures.add(case_of(elevator, number), elevator, number, self.now_s, cause, people)

    def _trap(self, entrapment: Entrapment) -> None:
        if self.rescue is None:
            raise RuntimeError("nobody can be trapped before the run begins")
        self.rescue(entrapment)

    def _runs_now(self, elevators: NDArray[np.int32]) -> bool:
        return any(self.state.runs(elevator, self.now_s) for elevator in elevators.tolist())

    def leave_to_repair(self, entrapment: Entrapment) -> None:
        """Let an elevator come back after a repair, where nobody rescues."""
        who, number = np.array([entrapment.elevator], np.int32), np.array([entrapment.number], np.int64)
        took_s = float(self.particulars.of(who, number).repair_s[0])
        self.state.repaired_at(entrapment.elevator, self.now_s + took_s)

    def visited(self, elevator: int, kind: VisitKind) -> None:
        """Hear that somebody has just visited an elevator; see `VisitKind`."""
        if kind == "inspection":
            self.visited_many(np.array([elevator], np.int32), self.now_s)
            return
        self.runs_again(elevator)
        if kind == "repair":
            self._repaired.append(elevator)

    def runs_again(self, elevator: int) -> None:
        """Hear that an elevator runs from now on."""
        self.state.stopped_until_s[elevator] = self.now_s

    def visited_many(self, elevators: NDArray[np.int32], at_s: float) -> None:
        """Hear that these are maintained today, at this time; shape (k,)."""
        self._inspected.append(elevators)
        self._upkeep.visited(elevators)
        self.state.last_visit_s[elevators] = at_s
        self.state.visits[elevators] += 1

    def on_event(self, twin: Twin, event: WorldEvent, begins: bool) -> None:
        """Stop elevators, or let them run again; heat and rain act by the table of days."""
        if event.kind not in (POWER_CUT.name, FLOOD.name):
            return
        place = next(number for number, other in enumerate(twin.events) if other is event)
        number = number_of_event(place)
        concerned = self._common.concerned(event, number)
        if begins:
            self._stop_many(event, place, concerned)
            return
        self.state.without_power[concerned] -= 1
        if event.kind == POWER_CUT.name and self.service is not None:
            self.service.power_returns(concerned[self.state.without_power[concerned] == 0])
        if event.kind == FLOOD.name:
            for elevator, took_s in zip(
                concerned.tolist(), self._common.repair_s(concerned, number).tolist(), strict=True
            ):
                if self.state.stopped_until_s[elevator] != STANDING:
                    self.state.repaired_at(elevator, twin.now + took_s)

    def _stop_many(self, event: WorldEvent, place: int, concerned: NDArray[np.int32]) -> None:
        """Let a common cause stop these; whoever is inside is trapped."""
        number = number_of_event(place)
        running = concerned[self.state.running(self.now_s)[concerned]]
        self.state.without_power[concerned] += 1
        people = self._common.trapped(running, number, self._twin.clock.hour_of_day(self.now_s))
        self.records.stops.add(place, self.now_s, len(running), int((people > 0).sum()))
        cause = CAUSES.index(event.kind)
        for elevator, inside in zip(running[people > 0].tolist(), people[people > 0].tolist(), strict=True):
            self._record(elevator, number, cause, inside)
            self._trap(Entrapment(elevator, number, self.now_s, event.kind, inside, case_of(elevator, number)))

    def busy(self) -> bool:
        """Say whether somebody is still trapped."""
        return self.service is not None and self.service.busy()

    def finish(self, twin: Twin) -> None:
        """Record what is still open, and whom the day after the run would visit."""
        if self.service is not None:
            self.service.finish()
        self._upkeep.tell_tomorrow()

    def populations(self) -> Mapping[str, Sequence[Any]]:
        """Return the elevators."""
        return {"elevators": self._agents}
