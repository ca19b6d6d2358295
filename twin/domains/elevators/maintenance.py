"""Each evening: what the city knows, which elevators are visited tomorrow, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import DAY_S
from twin.domains.elevators.book import Book, Faults, read_only
from twin.domains.elevators.chances import Purpose
from twin.domains.elevators.decisions_inspection import Fleet, Inspect, InspectionView
from twin.domains.elevators.failure_process import Failed, FailureProcess, is_wear
from twin.domains.elevators.history import Past, last_practised
from twin.domains.elevators.judging import Judge
from twin.domains.elevators.questions_inspection import ELEVATOR_TELEMETRY, INSPECTION
from twin.domains.elevators.records_maintenance import MaintenanceRecords
from twin.domains.elevators.telemetry import Telemetry
from twin.domains.elevators.workers import Workforce

if TYPE_CHECKING:
    from twin.core.model import Twin
    from twin.domains.elevators.domain import ElevatorsDomain

ORACLE: Final = "oracle"
"""The one rule that is shown the true hazard."""
_NOBODY: Final = np.empty(0, np.int32)


def fleet_columns(fleet: pd.DataFrame) -> Fleet:
    """Return what a policy knows of the fleet once and for all."""
    firm = fleet["firm"].to_numpy(np.int32)
    first = np.concatenate([[0], np.cumsum(np.bincount(firm))]).astype(np.int32)
    told = {name: read_only(fleet[name].to_numpy(copy=True)) for name in ("age_years", "use", "floors", "starts_a_day")}
    return Fleet(
        **told,
        firm=read_only(firm),
        building=read_only(fleet["building"].to_numpy(np.int32)),
        by_firm=read_only(np.argsort(firm, kind="stable").astype(np.int32)),
        firm_first=read_only(first),
    )


class Maintenance:
    """Asks which elevators are visited, keeps the city's book, and notes what visits prevent.

    Prevented is what would have failed had nobody visited any elevator since the run began: a second fleet with the
    same chance is lived beside, in which faults are repaired and nobody is visited. So each failure that is missing is
    known by its elevator and number, and the figures of two rules can be taken from one another.

    Parameters
    ----------
    domain
        With its fleet, state and failures; nothing of it is changed.
    past
        Where each elevator was in its life when the run began, and what the city knew.
    first_s
        The midnight at which day 0 begins.
    workforce
        Who makes the visits.
    """

    def __init__(self, twin: Twin, domain: ElevatorsDomain, past: Past, first_s: float, workforce: Workforce) -> None:
        fleet, parameters = domain.fleet, domain.parameters
        self._twin, self._parameters, self._state = twin, parameters, domain.state
        self._process, self._particulars = domain.process, domain.particulars
        self._first_s = first_s
        self._fleet = fleet_columns(fleet)
        self._workforce = workforce
        self._telemetry_draw = fleet["telemetry_draw"].to_numpy()
        self._telemetry = Telemetry(parameters, self._process.key)
        self._book = Book(
            self._process.key, last_practised(fleet, 0), past.records, past.diary, parameters.history_days
        )
        self._unvisited = FailureProcess(fleet, parameters, past.lives)
        self._records = MaintenanceRecords(twin.recorder)
        self._judge = Judge(self._records, self._process, parameters.judged_every_days)
        self._shows_truth = twin.brain.setting.decisions[INSPECTION.name].rule == ORACLE
        self._day = 0
        self._faults: list[tuple[int, int, int]] = []
        self._visited: list[NDArray[np.int32]] = []
        self._worn: NDArray[np.float64] | None = None
        self._reporting = self._who_reports()

    def _who_reports(self) -> NDArray[np.bool_]:
        """Say whose codes reach the city now, shape (n,)."""
        setting = self._twin.brain.connection(ELEVATOR_TELEMETRY.name)
        works = setting.on and self._twin.brain.works(ELEVATOR_TELEMETRY.name, -1.0)
        return np.asarray((self._telemetry_draw < setting.share) & works)

    # -- what happens -----------------------------------------------------------------------------------------------

    def fault(self, elevator: int, cause: int, people: int) -> None:
        """Hear of a fault."""
        self._faults.append((elevator, cause, people))

    def visited(self, elevators: NDArray[np.int32]) -> None:
        """Hear that these are maintained today, shape (any,)."""
        self._visited.append(elevators)

    def lived(self, day: int, outside: float, wear: float, failed: Failed, visits: int) -> None:
        """Hear what a day that begins brings, multiplied by these factors, which the city does not know yet."""
        self._day = day
        self._judge.season(day, wear)
        self._worn = self._process.wear_lived(wear)
        beside = self._unvisited.live_day(outside, wear)
        self._unvisited.repair(beside.elevator[is_wear(beside.number)])
        drawn = (len(failed.elevator), self._trapping(failed), len(beside.elevator), self._trapping(beside))
        yuan = visits * self._parameters.visit_yuan + len(failed.elevator) * self._parameters.repair_yuan
        self._records.days.add(self._begins_s(day), visits, int(self._capacity(day).sum()), *drawn, yuan)

    def _capacity(self, day: int) -> NDArray[np.int32]:
        """Return how many visits each firm can make on a day, shape (firms,)."""
        firms = len(self._fleet.firm_first) - 1
        return self._workforce.visits_possible(day, self._parameters.visits_per_worker, firms)

    def _begins_s(self, day: int) -> float:
        return self._first_s + DAY_S * day

    def _trapping(self, failed: Failed) -> int:
        """Return how many of these failures trap somebody."""
        drawn = self._particulars.draw(failed.elevator, failed.number, Purpose.TRAPS)
        return int((drawn < 1 / self._parameters.faults_per_entrapment).sum())

    def end_day(self) -> None:
        """Write down what the day has brought; nothing before the first."""
        if self._worn is None:
            return
        rows = np.array(self._faults, np.int64).reshape(-1, 3)
        faults = Faults(rows[:, 0].astype(np.int32), rows[:, 1].astype(np.int8), rows[:, 2].astype(np.int8))
        self._judge.hold_against(faults)
        self._book.end_day(self._day, faults, np.concatenate([_NOBODY, *self._visited]), self._reporting)
        if self._twin.brain.connection(ELEVATOR_TELEMETRY.name).on:
            self._telemetry.report(self._day, self._worn, self._book.codes)
        self._faults, self._visited, self._worn = [], [], None

    # -- the question -----------------------------------------------------------------------------------------------

    def ask(self, day: int) -> NDArray[np.int32]:
        """Ask which elevators are visited on a day that begins; return them in the order of the answer."""
        answer = self._answer(self._view(day))
        self._records.inspections.add_columns(np.full(len(answer.elevators), day, np.int32), answer.elevators)
        return answer.elevators.astype(np.int32)

    def tell_tomorrow(self) -> None:
        """Record the list of the day after the run, with the reasons; nobody goes."""
        self.end_day()
        view = self._view(self._day + 1)
        self._records.tell(view, self._answer(view))

    def _answer(self, view: InspectionView) -> Inspect:
        answer: Inspect = self._twin.brain.ask(INSPECTION, view, view.time_s)
        self._judge.foretold(view, answer.expected)
        return answer

    def _view(self, day: int) -> InspectionView:
        self._reporting = self._who_reports()
        stands = ~self._state.running(self._twin.now)
        capacity = read_only(self._capacity(day))
        truth = self._process.hazard()[:, 1] if self._shows_truth else np.empty(0)
        return InspectionView(
            time_s=self._begins_s(day), day=day, round_days=self._parameters.round_days,
            days_observed=self._book.days_observed, visits_possible=int(capacity.sum()),
            capacity=capacity, fleet=self._fleet, record=self._book.record(day, stands, self._reporting),
            diary=self._book.diary(), true_hazard=read_only(truth),
        )  # fmt: skip
