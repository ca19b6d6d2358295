"""The workers who look after elevators: which there are, whose care each elevator is in, where each is at a time.

Whoever plans maintenance needs `Workforce.keeper` (whose care an elevator is in) and `Workforce.visits_a_day` (how many
visits fit into a shift): `Workforce.visits_possible`. Where the workers are on a day follows from who is visited on it:
`WorkDay`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import DAY_S, HOUR_S
from twin.domains.elevators.neighbours import along_curve
from twin.domains.elevators.parameters import ElevatorParameters
from twin.kernels.elevator_workers import Lists, amid_lists

if TYPE_CHECKING:
    from twin.city.city import City

Draw = Callable[[str], np.random.Generator]

MINUTE_S: Final = 60.0
WEEK_DAYS: Final = 7


class Workforce(NamedTuple):
    """The workers of all firms, w of them; those of a firm follow one another.

    Attributes
    ----------
    firm
        Whose worker each is, shape (w,).
    base, home
        Road nodes: the middle of his elevators, and where he sleeps; shape (w,).
    qualified
        Whether he may free people, shape (w,).
    on_call
        Whether he is on call outside his shift, shape (w,).
    rest_day
        On which day of seven he does not work, shape (w,).
    keeper
        Whose care each elevator is in, shape (elevators,).
    tour
        Elevators in the order in which one would go round, worker by worker, shape (elevators,).
    visits_a_day
        How many visits fit into a shift.
    """

    firm: NDArray[np.int32]
    base: NDArray[np.int32]
    home: NDArray[np.int32]
    qualified: NDArray[np.bool_]
    on_call: NDArray[np.bool_]
    rest_day: NDArray[np.int8]
    keeper: NDArray[np.int32]
    tour: NDArray[np.int32]
    visits_a_day: int

    def visits_possible(self, day: int, each: float, firms: int) -> NDArray[np.int32]:
        """Return how many visits each firm's workers can make on a day, shape (firms,).

        Parameters
        ----------
        each
            Visits that one makes on a day on which he works; no more than fit into his shift.
        """
        working = np.bincount(self.firm[self.works_on(day)], minlength=firms)
        return np.asarray(np.ceil(working * min(each, self.visits_a_day) - 1e-9), np.int32)

    def stand_ins(self, day: int) -> NDArray[np.int32]:
        """Return who does each worker's work on a day, shape (w,): he, or a colleague who looks after neighbours.

        He himself, too, where nobody of the firm works on this day.
        """
        works, each = self.works_on(day), np.arange(len(self.firm))
        after = np.minimum.accumulate(np.where(works, each, len(each))[::-1])[::-1]
        before = np.maximum.accumulate(np.where(works, each, -1))
        found = each.copy()
        for other in (before, after):
            place = np.clip(other, 0, len(each) - 1)
            found = np.where((other == place) & (self.firm[place] == self.firm), place, found)
        return found.astype(np.int32)

    def works_on(self, day: int) -> NDArray[np.bool_]:
        """Say who works on a day (0: in which the run begins), shape (w,)."""
        return np.asarray(self.rest_day != day % WEEK_DAYS)


def workforce_of(draw: Draw, city: City, fleet: pd.DataFrame, parameters: ElevatorParameters) -> Workforce:
    """Return the workers of a city; who they are belongs to it, so that all runs have the same."""
    chosen = ("elevators.workers", parameters.model_dump_json())
    return city.shared(chosen, lambda: draw_workforce(draw, city, fleet, parameters))


def draw_workforce(draw: Draw, city: City, fleet: pd.DataFrame, parameters: ElevatorParameters) -> Workforce:
    """Give each firm its workers, and each worker elevators that lie near one another.

    A firm's buildings are put in order along a curve that keeps neighbours together (Morton 1966), and the order is cut
    into pieces of equal numbers of elevators; those of a building stay together.
    """
    node_xy_m = city.roads.node_xy_m
    node, firm, building = (fleet[name].to_numpy() for name in ("node", "firm", "building"))
    order = np.lexsort((np.arange(len(fleet)), building, along_curve(node_xy_m[node]), firm)).astype(np.int32)
    keeper = _cut(firm[order], building[order], parameters.elevators_per_worker)
    of_elevator = np.empty(len(fleet), np.int32)
    of_elevator[order] = keeper
    count = int(keeper[-1]) + 1
    elevators = np.bincount(keeper, minlength=count)
    middle = np.column_stack([np.bincount(keeper, node_xy_m[node[order], axis], count) / elevators for axis in (0, 1)])
    first = np.concatenate([[0], np.cumsum(elevators)[:-1]])
    away_m = 1000 * parameters.home_km * draw("workers/home").standard_exponential(count)
    angle = 2 * np.pi * draw("workers/direction").random(count)
    home = middle + away_m[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    firms = firm[order][first].astype(np.int32)
    qualified = draw("workers/qualified").random(count) < parameters.qualified_share
    ready = draw("workers/on_call").random(count)
    on_call = (ready < parameters.night_on_call_share) & qualified
    _, firsts = np.unique(firms, return_index=True)
    qualified[firsts] = on_call[firsts] = True
    shift_min = 60 * (parameters.shift_until_h - parameters.shift_from_h)
    return Workforce(
        firm=firms, base=nodes_near(node_xy_m, middle), home=nodes_near(node_xy_m, home), qualified=qualified,
        on_call=on_call, rest_day=draw("workers/rest").integers(0, WEEK_DAYS, count).astype(np.int8),
        keeper=of_elevator, tour=order,
        visits_a_day=max(1, int(shift_min // (parameters.inspection_min + parameters.between_visits_min))),
    )  # fmt: skip


def _cut(firm: NDArray[np.int32], building: NDArray[np.int32], each: float) -> NDArray[np.int32]:
    """Return the worker of each elevator of the order in which firms and buildings lie together; shapes (n,)."""
    begins = np.flatnonzero(np.diff(firm, prepend=-1))
    size = np.diff(np.append(begins, len(firm)))
    which = np.repeat(np.arange(len(begins)), size)
    opens = np.flatnonzero((np.diff(building, prepend=-1) != 0) | (np.diff(firm, prepend=-1) != 0))
    rank = np.repeat(opens, np.diff(np.append(opens, len(firm)))) - begins[which]
    workers = np.maximum(1, np.rint(size / each)).astype(np.int64)
    piece = rank * workers[which] // size[which] + np.concatenate([[0], np.cumsum(workers)[:-1]])[which]
    return np.asarray(np.unique(piece, return_inverse=True)[1], np.int32)


def nodes_near(node_xy_m: NDArray[np.float64], xy_m: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return the road nodes nearest to places in the plane, shape (k,)."""
    from scipy.spatial import cKDTree

    return np.asarray(cKDTree(node_xy_m).query(xy_m)[1], np.int32)


def spread_stations(city: City, fleet: pd.DataFrame, count: int) -> NDArray[np.int32]:
    """Return road nodes of stations that divide the elevators evenly, shape (count,)."""
    if not count:
        return np.empty(0, np.int32)
    xy_m = city.roads.node_xy_m[fleet["node"].to_numpy()]
    order = np.argsort(along_curve(xy_m), kind="stable")
    middles = [xy_m[part].mean(axis=0) for part in np.array_split(order, min(count, len(order)))]
    return nodes_near(city.roads.node_xy_m, np.array(middles))


class WorkDay:
    """Where each worker is on a day: at the elevators of his list, one after the other, else at his base.

    Who does not work on a day leaves his list to a colleague: `does_work_of`.

    What takes him away (a rescue, a fault) moves the rest of his list back: `delay`.

    Parameters
    ----------
    due
        Elevators that are visited on this day, shape (any,).
    begins_s
        The day's midnight, seconds since the scenario's start.
    """

    def __init__(
        self, workforce: Workforce, fleet_node: NDArray[np.int32], due: NDArray[np.int32], day: int, begins_s: float,
        parameters: ElevatorParameters,
    ) -> None:  # fmt: skip
        self.begins_s = begins_s
        self.shift_s = (begins_s + HOUR_S * parameters.shift_from_h, begins_s + HOUR_S * parameters.shift_until_h)
        self.works = workforce.works_on(day)
        self._workforce = workforce
        count = len(workforce.firm)
        wanted = np.zeros(len(workforce.keeper), np.bool_)
        wanted[due] = True
        stop = workforce.tour[wanted[workforce.tour]]
        self.does_work_of = workforce.stand_ins(day)
        who = self.does_work_of[workforce.keeper[stop]]
        order = np.argsort(who, kind="stable")
        who, node = who[order], fleet_node[stop[order]]
        moves = np.diff(node, prepend=-1) != 0
        takes_s = MINUTE_S * (parameters.inspection_min + parameters.between_visits_min * moves)
        self.inspecting_s = np.bincount(who, takes_s, count)
        ends_s = np.cumsum(takes_s)
        first = np.searchsorted(who, np.arange(count + 1))
        before_s = np.concatenate([[0.0], ends_s])[first]
        ends = who * DAY_S + np.minimum(ends_s - before_s[who], DAY_S - 1)
        self._lists = Lists(first, ends, node, np.zeros(count), workforce.base, workforce.home, self.works)

    def in_shift(self, now_s: float) -> bool:
        """Say whether it is the time of the shift."""
        return self.shift_s[0] <= now_s < self.shift_s[1]

    def on_duty(self, now_s: float) -> NDArray[np.bool_]:
        """Say who can be called now: who works, and outside the shift or on his day of rest who is on call; (w,)."""
        return self.works | self._workforce.on_call if self.in_shift(now_s) else self._workforce.on_call

    def node_of(self, workers: NDArray[np.int32], now_s: float) -> NDArray[np.int32]:
        """Return where these are, if nothing else keeps them, shape (k,)."""
        if not self.in_shift(now_s):
            return np.asarray(self._workforce.home[workers])
        node = np.empty(len(workers), np.int32)
        amid_lists(self._lists, workers, now_s - self.shift_s[0], DAY_S, node)
        return node

    def delay(self, worker: int, seconds: float) -> None:
        """Move the rest of a worker's list back."""
        self._lists.delay_s[worker] += max(0.0, seconds)
