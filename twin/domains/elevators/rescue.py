"""Rescue: from the alarm to the release, each entrapment a process.

The firm is told; the case waits for a worker (`Dispatch`), who comes, frees them, and mends what is broken. While
nobody has come the platform is asked now and then whether the second level is called; whoever is there first frees
them, the other turns round. The command centre's call into the car calms, and changes nothing that is measured here.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import simpy
from numpy.typing import NDArray

from twin.city.being_under_way import wait_until_at
from twin.core.channels import PersonFellIll
from twin.core.clock import DAY_S, HOUR_S, MS
from twin.domains.elevators.connections_rescue import ELEVATOR_ALARM, WORKER_POSITION
from twin.domains.elevators.decisions_rescue import CallTeam, SecondLevelView, Teams
from twin.domains.elevators.entrapments import Entrapment
from twin.domains.elevators.happenings import POWER_CUT
from twin.domains.elevators.parameters import COMMON_CAUSES, WEAR_CAUSES
from twin.domains.elevators.questions_rescue import SECOND_LEVEL
from twin.domains.elevators.rescue_cases import FIRE, FIRM, Case, Helper
from twin.domains.elevators.rescue_chances import MINUTE_S, RescueChances
from twin.domains.elevators.rescue_crews import Crews
from twin.domains.elevators.rescue_dispatch import Dispatch
from twin.domains.elevators.rescue_records import RescueRecords

if TYPE_CHECKING:
    from twin.core.model import Twin
    from twin.domains.elevators.domain import ElevatorsDomain
    from twin.domains.elevators.fleet import Draw

Life = Generator[simpy.Event, Any, None]

FELL_ILL: Final = "person_fell_ill"
BROKEN: Final = (*WEAR_CAUSES, "water_heat")
"""Causes after which something has to be mended before the elevator runs again."""


class Rescue:
    """Frees everybody who is trapped in one run.

    Attributes
    ----------
    open_cases
        Those whose elevator does not run again yet, by number; false alarms too.
    """

    def __init__(self, twin: Twin, domain: ElevatorsDomain, draw: Draw) -> None:
        self._twin, self._domain = twin, domain
        self._parameters = domain.parameters
        self.crews = Crews.of(draw, domain.city, domain.fleet, domain.parameters)
        self._chances = RescueChances(domain.fleet, domain.process.key, domain.parameters)
        roads = domain.city.roads
        tracked_s = DAY_S * domain.parameters.tracked_days if twin.streams.replication == 0 else -np.inf
        self._records = RescueRecords(twin.recorder, roads.districts, tracked_s)
        self._records.describe(self.crews, roads.node_lon, roads.node_lat)
        self._dispatch = Dispatch(
            twin, domain.city, domain.roads, self.crews, domain.fleet, domain.parameters, self._send
        )
        self._xy_m = roads.node_xy_m
        self._node = domain.fleet["node"].to_numpy(np.int32)
        self._district = domain.fleet["district"].to_numpy()
        self._firm = domain.fleet["firm"].to_numpy(np.int32)
        self._alarm_draw = domain.fleet["alarm_draw"].to_numpy(np.float64)
        self._median_s = {
            name: MINUTE_S * getattr(domain.parameters, f"{name}_min").median
            for name in ("access", "turn_out_day", "turn_out_night", "team_turn_out")
        }
        self.open_cases: dict[int, Case] = {}
        self._calls_today = 0

    # -- days ------------------------------------------------------------------------------------------------------

    def begin_day(self, day: int, begins_s: float, due: NDArray[np.int32]) -> None:
        """Give the workers their lists of the day, and close the books of the day before."""
        if day:
            self._end_day()
        self.crews.begin_day(day, begins_s, due)

    def _end_day(self) -> None:
        """Record what the day was spent on, as far as it belongs to the counted time."""
        crews, day, given = self.crews, self.crews.day, self._parameters
        begin, end = day.shift_s
        lived_s = max(0.0, min(end, self._twin.clock.duration_s) - max(begin, 0.0))
        share = lived_s / (end - begin)
        working = int(day.works.sum())
        connected = self._twin.brain.connection(ELEVATOR_ALARM.name)
        count = int((self._alarm_draw < connected.share).sum()) if connected.on else 0
        until = min(day.begins_s + DAY_S, self._twin.clock.duration_s)
        days = max(0.0, until - max(day.begins_s, 0.0)) / DAY_S
        cost = (
            crews.rescuing_s / HOUR_S * given.worker_yuan_per_h
            + self._calls_today * given.second_level_yuan
            + count * given.connected_yuan_per_year * days / 365
        )
        self._records.worker_days.add(
            day.begins_s, working, working * lived_s, float(day.inspecting_s.sum()) * share, crews.mending_s,
            crews.rescuing_s, cost,
        )  # fmt: skip
        self._calls_today = 0

    def fault(self, elevator: int, number: int) -> None:
        """Hear of a fault that traps nobody: it keeps the worker in whose care the elevator is."""
        self.crews.mend(elevator, self._chances.mend_s(elevator, number), self._twin.now)

    def report_falsely(self, alarms: pd.DataFrame) -> Life:
        """Let connected elevators that run report at these times that somebody is trapped, though nobody is."""
        twin, state = self._twin, self._domain.state
        for at_s, elevator, number, case in zip(*(alarms[name] for name in alarms), strict=True):
            yield twin.env.timeout(max(0.0, at_s - twin.now))
            connected = twin.brain.works(ELEVATOR_ALARM.name, float(self._alarm_draw[elevator]))
            if connected and state.runs(elevator, twin.now):
                self.begin(Entrapment(int(elevator), int(number), twin.now, "", 0, int(case)))

    # -- an entrapment ---------------------------------------------------------------------------------------------

    def begin(self, entrapment: Entrapment) -> None:
        """Let an entrapment begin."""
        env = self._twin.env
        connected = self._twin.brain.works(ELEVATOR_ALARM.name, float(self._alarm_draw[entrapment.elevator]))
        district = int(self._district[entrapment.elevator])
        case = Case(entrapment, self._chances.of(entrapment), connected, district, env.event(), env.event())
        self.open_cases[case.number] = case
        case.life = env.process(self._live(case))
        if case.course.ill_after_s < DAY_S and not case.is_false:
            env.process(self._may_fall_ill(case))

    def _live(self, case: Case) -> Life:
        env, course = self._twin.env, case.course
        try:
            yield from self._until_somebody_is_there(case)
        except simpy.Interrupt:
            self._open_by_itself(case)
            return
        helper = case.helper
        assert helper is not None
        if case.is_false:
            yield env.timeout(MINUTE_S * self._parameters.false_alarm_check_min)
        else:
            yield env.timeout(course.release_s * (self._parameters.stranger_factor if helper.stranger else 1.0))
        case.freed_s = self._twin.now
        case.freed.succeed()
        yield from self._put_back_into_service(case, helper)
        del self.open_cases[case.number]
        self._records.rescue(case)

    def _until_somebody_is_there(self, case: Case) -> Life:
        env, course = self._twin.env, case.course
        yield env.timeout(course.connected_s if case.connected else course.by_hand_s)
        case.told_s = self._twin.now
        if not self._twin.brain.works(WORKER_POSITION.name):
            yield env.timeout(course.ring_round_s)
        self._dispatch.wait(case)
        yield from self._wait_for_somebody(case)

    def power_returns(self, elevators: NDArray[np.int32]) -> None:
        """Hear that these have power again: most that only had none run to a floor and open."""
        back = set(elevators.tolist())
        for case in self.open_cases.values():
            if case.entrapment.cause == POWER_CUT.name and case.entrapment.elevator in back:
                after_s = self._chances.reset_s(case.entrapment)
                if after_s < np.inf:
                    self._twin.env.process(self._run_to_a_floor(case, after_s))

    def _run_to_a_floor(self, case: Case, after_s: float) -> Life:
        """Let the trapped out, unless somebody is there by then, or power is gone again."""
        yield self._twin.env.timeout(after_s)
        powered = self._domain.state.without_power[case.entrapment.elevator] == 0
        if powered and case.arrive_s is None and case.freed_s is None and case.life is not None:
            case.life.interrupt()

    def _open_by_itself(self, case: Case) -> None:
        """Let those out whom nobody had to free; whoever is on his way turns round."""
        case.freed_s = case.back_s = self._twin.now
        case.by_power = True
        case.freed.succeed()
        self._dispatch.leave(case)
        for helper in (case.worker, case.team):
            if helper is not None and helper.coming is not None and helper.coming.is_alive:
                helper.coming.interrupt()
        del self.open_cases[case.number]
        self._domain.runs_again(case.entrapment.elevator)
        self._records.rescue(case)

    def _wait_for_somebody(self, case: Case) -> Life:
        """Ask now and then whether the second level is called, until the first helper is there."""
        env = self._twin.env
        if case.is_false or self._twin.brain.is_silent(SECOND_LEVEL):
            yield case.arrived
            return
        while not case.arrived.triggered:
            if case.team is None:
                self._ask_second_level(case)
            yield case.arrived | env.timeout(MINUTE_S * self._parameters.ask_again_min)

    def _put_back_into_service(self, case: Case, helper: Helper) -> Life:
        """Let the elevator run again when it can; the helper goes when there is nothing more for him to do."""
        env, domain, entrapment, course = self._twin.env, self._domain, case.entrapment, case.course
        elevator, cause = entrapment.elevator, entrapment.cause
        broken = cause in BROKEN
        stays_s = 0.0
        if not case.is_false and cause not in COMMON_CAUSES:
            stays_s = course.mend_s if broken and helper.level == FIRM else 0.0 if broken else course.restart_s
        yield env.timeout(stays_s)
        self._end_help(helper, case, int(self._node[elevator]))
        if broken:
            who, number = np.array([elevator], np.int32), np.array([entrapment.number], np.int64)
            repair_s = float(domain.particulars.of(who, number).repair_s[0])
            yield env.timeout(max(0.0, repair_s - stays_s))
        case.back_s = self._twin.now
        if not case.is_false:
            domain.visited(elevator, "repair" if broken else "release")

    def _may_fall_ill(self, case: Case) -> Life:
        """Let the first of the trapped fall ill if it takes too long; the ambulance is called then."""
        env = self._twin.env
        yield case.freed | env.timeout(case.course.ill_after_s)
        if case.freed.triggered:
            return
        case.ill = True
        row = self._domain.fleet.iloc[case.entrapment.elevator]
        illness = illness_of(case.course.illness, self._parameters.illness_shares.model_dump())
        self._twin.channels.publish(
            FELL_ILL,
            PersonFellIll(
                "elevators.entrapment", float(row["lon"]), float(row["lat"]), illness,
                f"elevators/{case.number}",
            ),
        )  # fmt: skip

    # -- those who come --------------------------------------------------------------------------------------------

    def _send(self, case: Case, worker: int, node: int, drive_s: float) -> None:
        """Send a worker."""
        now_s, crews = self._twin.now, self.crews
        crews.take(worker)
        at_work = crews.day.in_shift(now_s) and bool(crews.day.works[worker])
        course = case.course
        turn_out_s = course.turn_out_day_s if at_work else course.turn_out_night_s
        likely_s = self._median_s["turn_out_day" if at_work else "turn_out_night"] + self._median_s["access"]
        expected_s = -1.0 if drive_s < 0 else now_s + likely_s + drive_s
        stranger = bool(crews.workforce.firm[worker] != self._firm[case.entrapment.elevator])
        case.worker = Helper(FIRM, worker, node, now_s, expected_s, stranger)
        case.worker.coming = self._twin.env.process(self._come(case, case.worker, turn_out_s, course.access_s))

    def _ask_second_level(self, case: Case) -> None:
        """Ask whether a team is called, if one is free, and call it."""
        now_s, brain = self._twin.now, self._twin.brain
        if self.crews.team_busy.all():
            return
        worker = case.worker
        expected_s = -1.0 if worker is None or worker.expected_s < 0 else max(0.0, worker.expected_s - now_s)
        view = SecondLevelView(
            time_s=now_s, case=case.number, people=case.entrapment.people, vulnerable=case.course.vulnerable,
            since_told_s=now_s - (case.told_s or 0.0), worker_sent=worker is not None, worker_arrives_in_s=expected_s,
            teams=self._teams(int(self._node[case.entrapment.elevator])),
        )  # fmt: skip
        answer = brain.ask(SECOND_LEVEL, view, now_s)
        if not isinstance(answer, CallTeam):
            return
        team, stations, course = int(answer.team), self.crews.stations, case.course
        self.crews.team_busy[team] = True
        self._calls_today += 1
        case.team = Helper(int(stations.level[team]), team, int(stations.node[team]), now_s, -1.0, True)
        coming = self._come(case, case.team, course.team_turn_out_s, course.team_access_s)
        case.team.coming = self._twin.env.process(coming)

    def _teams(self, target: int) -> Teams:
        """Return the free teams that are nearest, and when each could be there."""
        now_s, crews, roads = self._twin.now, self.crews, self._domain.roads
        stations, given = crews.stations, self._parameters
        near = crews.teams_near(self._xy_m, target)
        if self._twin.brain.works(WORKER_POSITION.name):
            drive_ms = roads.ways_to(target, now_s).times_ms(stations.node[near])
        else:
            drive_ms = roads.ordinary_times(now_s).times_from_places(stations.places, target)[near]
        level = stations.level[near]
        factor = np.where(level == FIRE, given.fire_time_factor, given.worker_time_factor)
        arrives_s = drive_ms / MS * factor + self._median_s["team_turn_out"] + self._median_s["access"]
        columns = near, level, arrives_s.astype(np.float32)
        for column in columns:
            column.flags.writeable = False
        return Teams(*columns)

    def _come(self, case: Case, helper: Helper, turn_out_s: float, access_s: float) -> Life:
        """Set out, drive, and find the elevator; turn round where somebody else is there first."""
        env, roads, target = self._twin.env, self._domain.roads, int(self._node[case.entrapment.elevator])
        given = self._parameters
        factor = given.fire_time_factor if helper.level == FIRE else given.worker_time_factor
        try:
            yield env.timeout(turn_out_s)
            informed = self._twin.brain.works(WORKER_POSITION.name)
            trip = helper.trip = roads.trip(helper.node, target, self._twin.now, factor, informed=informed, near=True)
            yield from wait_until_at(env, roads, trip.timing, len(trip.edges))
            yield env.timeout(access_s)
        except simpy.Interrupt:
            self._end_help(helper, case, self._node_reached(helper))
            return
        self._arrive(case, helper)

    def _node_reached(self, helper: Helper) -> int:
        """Return the next node of a helper who turns round."""
        if helper.trip is None:
            return helper.node
        place = helper.trip.timing.position_at(self._twin.now).place
        return self._domain.roads.node_after(helper.trip, place)

    def _arrive(self, case: Case, helper: Helper) -> None:
        """Be the first who is there."""
        case.helper, case.arrive_s = helper, self._twin.now
        self._dispatch.leave(case)
        other = case.team if helper is case.worker else case.worker
        if other is not None and other.coming is not None and other.coming.is_alive:
            other.coming.interrupt()
        case.arrived.succeed()

    def _end_help(self, helper: Helper, case: Case, node: int) -> None:
        """Let somebody go back to what he was at."""
        now_s = self._twin.now
        helper.is_done = True
        self._records.helper(helper, case, now_s, node)
        self._records.track(helper, case, now_s)
        if helper.level != FIRM:
            self.crews.team_busy[helper.number] = False
            return
        way_s = 0.0
        if helper.trip is not None:
            begun_s = float(helper.trip.timing.arrive_s[0])
            way_s = min(now_s, helper.trip.arrive_s) - begun_s
        self.crews.give_back(helper.number, node, helper.sent_s, now_s, way_s)
        self._dispatch.somebody_is_free()

    # -- the end ---------------------------------------------------------------------------------------------------

    def busy(self) -> bool:
        """Say whether somebody is still trapped, or a false alarm not looked at."""
        return any(case.freed_s is None for case in self.open_cases.values())

    def finish(self) -> None:
        """Record what is still open."""
        self._end_day()
        for case in self.open_cases.values():
            for helper in (case.worker, case.team):
                if helper is not None and not helper.is_done:
                    self._records.helper(helper, case, None, self._node_reached(helper))
                    self._records.track(helper, case, self._twin.now)
            self._records.rescue(case)


def illness_of(uniform: float, shares: Mapping[str, float]) -> str:
    """Return what somebody falls ill with, for a number in [0, 1)."""
    until = 0.0
    for name, share in shares.items():
        until += share
        if uniform < until:
            return name
    return list(shares)[-1]
