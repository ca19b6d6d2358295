"""Who waits for a worker, and who is sent: asks the decisions ``rescue_order`` and ``rescue``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from twin.city.routing import TravelTimes
from twin.core.clock import MS
from twin.domains.elevators.connections_rescue import WORKER_POSITION
from twin.domains.elevators.decisions_rescue import Options, RescueOrderView, RescueView, WaitingCases
from twin.domains.elevators.questions_rescue import RESCUE, RESCUE_ORDER
from twin.domains.elevators.rescue_cases import Case
from twin.domains.elevators.rescue_crews import Crews
from twin.kernels.nearest import few_nearest

if TYPE_CHECKING:
    import pandas as pd

    from twin.city.city import City
    from twin.city.conditions import RoadConditions
    from twin.core.model import Twin
    from twin.domains.elevators.parameters import ElevatorParameters

GUESSED_MPS: Final = 25 / 3.6
"""What a straight line is taken to be driven at where only a rough time is needed."""
FIRST_FOR_EACH: Final = 20
"""Of very many who wait, a worker may be sent to the nearest of so many first ones of his firm."""

FEW_CASES: Final = 3
"""For more who wait at once, the travel times of the whole city are made; they are the same."""

Send = Callable[[Case, int, int, float], None]
"""Sends a worker: the case, his number, where he is, and how long his drive is expected to take (-1: not known)."""


class Dispatch:
    """The list of those who wait for a worker."""

    def __init__(
        self, twin: Twin, city: City, roads: RoadConditions, crews: Crews, fleet: pd.DataFrame,
        parameters: ElevatorParameters, send: Send,
    ) -> None:  # fmt: skip
        self._twin, self._roads, self._crews, self._parameters = twin, roads, crews, parameters
        self._send = send
        self._xy_m = city.roads.node_xy_m
        self._node = fleet["node"].to_numpy(np.int32)
        self._firm = fleet["firm"].to_numpy(np.int32)
        self._waiting: dict[int, Case] = {}
        self._asked_s = -np.inf
        self._planned_s = np.inf

    # -- when it is asked ------------------------------------------------------------------------------------------

    def wait(self, case: Case) -> None:
        """Let a case wait for a worker."""
        self._waiting[case.number] = case
        self._plan(0.0)

    def leave(self, case: Case) -> None:
        """Let a case wait no longer: somebody else has come."""
        self._waiting.pop(case.number, None)

    def somebody_is_free(self) -> None:
        """Look again at those who wait, if any do."""
        self._plan(0.0)

    def _plan(self, delay_s: float) -> None:
        """Look at those who wait after a delay, not too soon after the last look, and once for all who ask for it."""
        now_s = self._twin.now
        at_s = max(now_s + delay_s, self._asked_s + self._parameters.gather_s)
        if not self._waiting or at_s >= self._planned_s:
            return
        self._planned_s = at_s
        timeout = self._twin.env.timeout(at_s - now_s)
        timeout.callbacks.append(lambda _: self._look(at_s))

    def _look(self, planned_s: float) -> None:
        if planned_s != self._planned_s:  # an earlier look has come in between
            return
        self._planned_s = np.inf
        if self._waiting:
            self._ask()
            self._plan(60 * self._parameters.ask_again_min)

    # -- asking ----------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        twin, crews = self._twin, self._crews
        now_s = self._asked_s = twin.now
        free = crews.free(now_s)
        if not len(free):
            return
        known = twin.brain.works(WORKER_POSITION.name)
        node = crews.node_of(free, now_s) if known else crews.believed_node_of(free, now_s)
        cases = self._in_order(list(self._waiting.values()), node)
        cases, options = self._options(cases, free, node, known)
        if not len(options):
            return
        view = RescueView(now_s, known, self._columns(cases), options)
        answer = twin.brain.ask(RESCUE, view, now_s)
        drive_s = {
            (cases[place].number, worker): seconds
            for place, worker, seconds in zip(
                options.place.tolist(), options.worker.tolist(), options.drive_time_s.tolist(), strict=True
            )
        }
        for number, worker in answer.pairs:
            case = self._waiting.pop(int(number))
            there = int(crews.node_of(np.array([worker], np.int32), now_s)[0])
            self._send(case, int(worker), there, drive_s[int(number), int(worker)] if known else -1.0)

    def _columns(self, cases: Sequence[Case]) -> WaitingCases:
        now_s = self._twin.now
        return WaitingCases(
            case=_column([case.number for case in cases], np.int64),
            people=_column([case.entrapment.people for case in cases], np.int8),
            vulnerable=_column([case.course.vulnerable for case in cases], np.int8),
            waiting_s=_column([now_s - (case.told_s or 0.0) for case in cases], np.float32),
            connected=_column([case.connected for case in cases], np.bool_),
        )

    def _in_order(self, cases: list[Case], node: NDArray[np.int32]) -> list[Case]:
        brain, now_s = self._twin.brain, self._twin.now
        if len(cases) < 2 or brain.is_silent(RESCUE_ORDER):
            return cases
        from scipy.spatial import cKDTree

        away_m = cKDTree(self._xy_m[node]).query(self._xy_m[self._nodes_of(cases)])[0]
        view = RescueOrderView(
            now_s, 60 * self._parameters.release_min.mean, self._columns(cases),
            _column(away_m / GUESSED_MPS, np.float32),
        )  # fmt: skip
        answer = brain.ask(RESCUE_ORDER, view, now_s)
        return [self._waiting[int(number)] for number in answer.cases]

    def _nodes_of(self, cases: Sequence[Case]) -> NDArray[np.int32]:
        return self._node[[case.entrapment.elevator for case in cases]]

    # -- who could be sent where -----------------------------------------------------------------------------------

    def _options(
        self, cases: list[Case], free: NDArray[np.int32], node: NDArray[np.int32], known: bool
    ) -> tuple[list[Case], Options]:
        """Return the cases that can be looked at, and who may be sent to them."""
        case_node = self._nodes_of(cases)
        case_firm = self._firm[[case.entrapment.elevator for case in cases]]
        firm = self._crews.workforce.firm[free]
        if len(cases) <= len(free):
            place, who = self._from_cases(case_node, case_firm, node, firm, known)
        else:
            place, who = self._from_workers(case_node, case_firm, node, firm, known)
        kept, row = np.unique(place, return_inverse=True) if len(cases) > 1 else (place[:1], place)
        options = Options(
            place=_column(row, np.int32),
            worker=_column(free[who], np.int32),
            own_firm=_column(firm[who] == case_firm[place], np.bool_),
            straight_line_m=_column(self._away_m(node[who], case_node[place]), np.float32),
            drive_time_s=_column(self._drives_s(node[who], case_node[place], known), np.float32),
        )
        return [cases[one] for one in kept.tolist()], options

    def _away_m(self, one: NDArray[np.int32], other: NDArray[np.int32]) -> NDArray[np.float64]:
        difference = self._xy_m[one] - self._xy_m[other]
        return np.hypot(difference[:, 0], difference[:, 1])

    def _from_cases(
        self, case_node: NDArray[np.int32], case_firm: NDArray[np.int32], node: NDArray[np.int32],
        firm: NDArray[np.int32], known: bool,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:  # fmt: skip
        """Return pairs: for each case the nearest free workers of its firm, and of all where they are seen.

        Where all are seen, nobody is sent from afar whose firm alone speaks for him, unless nobody of it is nearer.
        """
        places, found = [], []
        within_m = 1000 * self._parameters.own_firm_within_km if known else np.inf
        anybody = np.ones(len(node), np.bool_)
        for place, (at, contracted) in enumerate(zip(case_node.tolist(), case_firm.tolist(), strict=True)):
            who = self._nearest(node, at, firm == contracted, within_m)
            if known:
                who = np.union1d(who, self._nearest(node, at, anybody))
            places.append(np.full(len(who), place))
            found.append(who)
        return np.concatenate(places), np.concatenate(found)

    def _from_workers(
        self, case_node: NDArray[np.int32], case_firm: NDArray[np.int32], node: NDArray[np.int32],
        firm: NDArray[np.int32], known: bool,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:  # fmt: skip
        """Return pairs: for each worker the nearest of his firm's first cases, and of all first where he is seen.

        So many more wait than are free that those last in the order have no chance yet.
        """
        first = np.arange(min(len(case_node), 2 * len(node) + FIRST_FOR_EACH))
        everyone = np.ones(len(case_node), np.bool_)
        places, found = [], []
        for who, (at, of_firm) in enumerate(zip(node.tolist(), firm.tolist(), strict=True)):
            own = np.flatnonzero(case_firm == of_firm)[:FIRST_FOR_EACH]
            parts = [own[self._nearest(case_node[own], at, everyone[: len(own)])]]
            if known:
                parts.append(first[self._nearest(case_node[first], at, everyone[: len(first)])])
            place = np.unique(np.concatenate(parts))
            places.append(place)
            found.append(np.full(len(place), who))
        place, who_of = np.concatenate(places), np.concatenate(found)
        order = np.argsort(place, kind="stable")
        return place[order], who_of[order]

    def _nearest(
        self, nodes: NDArray[np.int32], at: int, may: NDArray[np.bool_], within_m: float = np.inf
    ) -> NDArray[np.int64]:
        """Return the positions of the nearest of these nodes in a straight line, as many as are looked at, rising.

        Of those who are farther than ``within_m`` only the nearest, where nobody is within.
        """
        found = np.empty(self._parameters.options_for_each, np.int64)
        count = few_nearest(self._xy_m, nodes, at, may, within_m, found)
        return np.sort(found[:count])

    def _drives_s(self, sources: NDArray[np.int32], targets: NDArray[np.int32], known: bool) -> NDArray[np.float64]:
        """Return the drive time of each pair, in the traffic as it is or on an ordinary day; shape (pairs,)."""
        now_s, roads = self._twin.now, self._roads
        anchors = targets[:1] if len(targets) and (targets == targets[0]).all() else np.unique(targets)
        if known and len(anchors) <= FEW_CASES:
            found = np.empty(len(sources))
            for anchor in anchors.tolist():
                rows = targets == anchor
                found[rows] = roads.ways_to(anchor, now_s).times_ms(sources[rows])
            return found / MS
        return _drives_s(roads.live_times(now_s) if known else roads.ordinary_times(now_s), sources, targets)


Number = TypeVar("Number", bound=np.generic)


def _column(values: object, dtype: type[Number]) -> NDArray[Number]:
    """Return a view's column: policies cannot change it."""
    column = np.array(values, dtype)
    column.flags.writeable = False
    return column


def _drives_s(times: TravelTimes, sources: NDArray[np.int32], targets: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the drive time of each pair, asked from the side that has fewer places; shape (pairs,)."""
    found = np.empty(len(sources))
    to_one = len(np.unique(targets)) <= len(np.unique(sources))
    anchors = targets if to_one else sources
    for anchor in np.unique(anchors).tolist():
        rows = np.flatnonzero(anchors == anchor)
        found[rows] = times.times_to(sources[rows], anchor) if to_one else times.times_from(anchor, targets[rows])
    return found / MS
