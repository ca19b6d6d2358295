"""Who is free to rescue and where: workers of all firms, and teams of the second level and of the fire brigade."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twin.domains.elevators.parameters import ElevatorParameters
from twin.domains.elevators.rescue_cases import FIRE, SECOND
from twin.domains.elevators.workers import WorkDay, Workforce, spread_stations, workforce_of
from twin.kernels.nearest import few_nearest

if TYPE_CHECKING:
    import pandas as pd

    from twin.city.city import City
    from twin.domains.elevators.fleet import Draw


class Stations:
    """The second-level stations, then the fire stations, a team each.

    Attributes
    ----------
    node
        Where each team waits, shape (teams,).
    level
        `SECOND` or `FIRE`, shape (teams,).
    """

    def __init__(self, city: City, fleet: pd.DataFrame, parameters: ElevatorParameters) -> None:
        scale = parameters.scale(float(city.map.population.residents.sum()))
        counts = [
            max(1, round(count * scale)) if count else 0
            for count in (parameters.second_level_stations, parameters.fire_stations)
        ]
        parts = [spread_stations(city, fleet, count) for count in counts]
        self.node = np.concatenate(parts).astype(np.int32)
        self.level = np.repeat(np.array([SECOND, FIRE], np.int8), [len(part) for part in parts])
        self.places = city.hierarchy.places(self.node)


class Crews:
    """What workers and teams are at.

    Attributes
    ----------
    busy
        Who is on a rescue, shape (workers,).
    team_busy
        The same of teams, shape (teams,).
    spent_s
        Seconds that workers have spent on the day: on rescues, on faults that trap nobody.
    """

    def __init__(self, workforce: Workforce, stations: Stations, fleet: pd.DataFrame, parameters: ElevatorParameters):
        self.workforce = workforce
        self.stations = stations
        self._node = fleet["node"].to_numpy(np.int32)
        self._parameters = parameters
        count = len(workforce.firm)
        self.busy = np.zeros(count, np.bool_)
        self.team_busy = np.zeros(len(stations.node), np.bool_)
        self._kept_node = np.zeros(count, np.int32)
        self._kept_until_s = np.full(count, -np.inf)
        self._mending_until_s = np.full(count, -np.inf)
        self.rescuing_s = self.mending_s = 0.0
        self.day: WorkDay

    @classmethod
    def of(cls, draw: Draw, city: City, fleet: pd.DataFrame, parameters: ElevatorParameters) -> Crews:
        """Return the crews of a run; who they are belongs to the city."""
        chosen = ("elevators.stations", parameters.model_dump_json())
        stations = city.shared(chosen, lambda: Stations(city, fleet, parameters))
        return cls(workforce_of(draw, city, fleet, parameters), stations, fleet, parameters)

    def begin_day(self, day: int, begins_s: float, due: NDArray[np.int32]) -> None:
        """Give the workers their lists of a day."""
        self.day = WorkDay(self.workforce, self._node, due, day, begins_s, self._parameters)
        self.rescuing_s = self.mending_s = 0.0

    def free(self, now_s: float) -> NDArray[np.int32]:
        """Return the workers who may be sent now: on duty or on call, qualified, at no rescue and no fault; rising."""
        able = self.day.on_duty(now_s) & self.workforce.qualified & ~self.busy
        return np.flatnonzero(able & (self._mending_until_s <= now_s)).astype(np.int32)

    def node_of(self, workers: NDArray[np.int32], now_s: float) -> NDArray[np.int32]:
        """Return where these are, shape (k,)."""
        listed = self.day.node_of(workers, now_s)
        return np.where(self._kept_until_s[workers] > now_s, self._kept_node[workers], listed).astype(np.int32)

    def believed_node_of(self, workers: NDArray[np.int32], now_s: float) -> NDArray[np.int32]:
        """Return where these are thought to be by who does not see them: amid their elevators, or at home; (k,)."""
        force = self.workforce
        at_work = self.day.works[workers] & self.day.in_shift(now_s)
        return np.where(at_work, force.base[workers], force.home[workers]).astype(np.int32)

    def teams_near(self, node_xy_m: NDArray[np.float64], target: int) -> NDArray[np.int32]:
        """Return the free teams nearest to a road node in a straight line, so many of each level; rising, (k,)."""
        stations, free = self.stations, ~self.team_busy
        found = np.empty(self._parameters.teams_for_each, np.int64)
        near = []
        for level in (SECOND, FIRE):
            count = few_nearest(node_xy_m, stations.node, target, free & (stations.level == level), np.inf, found)
            near.append(found[:count].copy())
        return np.sort(np.concatenate(near)).astype(np.int32)

    def take(self, worker: int) -> None:
        """Send a worker to a rescue."""
        if self.busy[worker]:
            raise RuntimeError("a worker cannot be sent to two places")
        self.busy[worker] = True

    def give_back(self, worker: int, node: int, since_s: float, now_s: float, way_s: float) -> None:
        """Let a worker go back to what he was at.

        Parameters
        ----------
        node
            Where he is.
        since_s
            When he was sent.
        way_s
            How long he was on the way, which he needs again.
        """
        self.busy[worker] = False
        self._kept_node[worker], self._kept_until_s[worker] = node, now_s + way_s
        self.day.delay(worker, now_s + way_s - max(since_s, self.day.shift_s[0]))
        self.rescuing_s += now_s - since_s

    def mend(self, elevator: int, takes_s: float, now_s: float) -> None:
        """Let the worker who looks after an elevator be at a fault that traps nobody, if he is there to do it."""
        worker = int(self.day.does_work_of[self.workforce.keeper[elevator]])
        if self.busy[worker] or not (self.day.in_shift(now_s) and self.day.works[worker]):
            return  # a colleague, or he himself tomorrow, when nothing else depends on where he is
        begins_s = max(now_s, float(self._mending_until_s[worker]))
        self._mending_until_s[worker] = self._kept_until_s[worker] = begins_s + takes_s
        self._kept_node[worker] = self._node[elevator]
        self.day.delay(worker, takes_s)
        self.mending_s += takes_s
