"""From the ring to the choice of a vehicle."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from functools import partial
from typing import Any

import simpy

from twin.domains.emergency.agents import Ambulance, Caller, CallTaker
from twin.domains.emergency.connections import ONE_TAP_LOCATION
from twin.domains.emergency.decisions import DispatchView, Send, TakeOver
from twin.domains.emergency.mission import begin_mission, call_off, go_to_post
from twin.domains.emergency.questions import DISPATCH, QUEUE, REDISPATCH, STANDBY
from twin.domains.emergency.service import Service

Life = Generator[simpy.Event, Any, None]


class Desk:
    """The call takers. Who rings when all of them talk is answered in the order of ringing.

    All that is said in a call is known once it is answered, so that a talk is one event: four calls in five are nothing
    but a talk, and a year has nearly a million.
    """

    def __init__(self, service: Service, takers: list[CallTaker]) -> None:
        self._service = service
        self._free = deque(takers)
        self._ringing: deque[Caller] = deque()

    def ring(self, caller: Caller) -> None:
        """Take a call now, or let it ring until somebody is free."""
        self._service.begin(caller)
        if self._free:
            self._answer(caller, self._free.popleft())
        else:
            self._ringing.append(caller)

    def _answer(self, caller: Caller, taker: CallTaker) -> None:
        """Live a talk: the place and what is the matter, or advice."""
        service, row, record = self._service, caller.row, caller.record
        record.answer_s = service.now + caller.pick_up_s
        if row is None:
            talked_s = record.answer_s + caller.advice_s
        else:
            record.one_tap = bool(row.smartphone) and service.twin.brain.works(ONE_TAP_LOCATION.name, row.app_draw)
            record.locate_s = record.answer_s + (row.locate_one_tap_s if record.one_tap else row.locate_verbal_s)
            if row.wrong_place and not record.one_tap:
                caller.reported_node = int(row.wrong_node)
            talked_s = record.triage_s = record.locate_s + row.triage_s
        service.after(talked_s - service.now, partial(self._hang_up, caller, taker))

    def _hang_up(self, caller: Caller, taker: CallTaker) -> None:
        if self._ringing:
            self._answer(self._ringing.popleft(), taker)
        else:
            self._free.append(taker)
        if caller.row is None:
            self._service.end(caller, "advice")
            return
        want_vehicle(self._service, caller)
        for other in caller.with_him:  # casualties of one event, reported in one call
            self._service.begin(other)
            for stamp in ("answer_s", "locate_s", "triage_s"):
                setattr(other.record, stamp, getattr(caller.record, stamp))
            want_vehicle(self._service, other)


def let_phones_ring(service: Service, desk: Desk, callers: Iterator[Caller]) -> Life:
    """Let the callers of the table ring, in order of time; each appears when he rings."""
    for caller in callers:
        yield service.env.timeout(max(0.0, caller.record.ring_s - service.now))
        desk.ring(caller)


def want_vehicle(service: Service, caller: Caller) -> None:
    """Send a vehicle to a call, or let it wait for one."""
    if not _assign(service, caller):
        _wait(service, caller)


def _wait(service: Service, caller: Caller) -> None:
    caller.record.waited_for_vehicle = True
    service.waiting.append(caller)
    if not service.reconsidering:
        service.reconsidering = True
        service.env.process(_reconsider(service))


def _reconsider(service: Service) -> Life:
    while service.waiting:
        yield service.env.timeout(service.parameters.reconsider_s)
        assign_waiting(service)
    service.reconsidering = False


def assign_waiting(service: Service) -> None:
    """Ask again for every waiting call, in the order that the brain gives them."""
    if not service.waiting or not service.fleet.free.any():
        return
    waiting = list(service.waiting)
    if len(waiting) > 1:
        answer = service.twin.brain.ask(QUEUE, service.views.queue(service.now, waiting), service.now)
        by_number = {caller.record.call: caller for caller in waiting}
        waiting = [by_number[int(call)] for call in answer.calls]
    for caller in waiting:
        if not service.fleet.free.any():
            return
        if _assign(service, caller):
            service.waiting.remove(caller)


def _assign(service: Service, caller: Caller) -> bool:
    """Ask which vehicle goes; send it, or say that the call must wait."""
    if not service.views.anybody_for(caller):
        return False
    view = service.views.dispatch(service.now, caller, len(service.waiting) + (caller not in service.waiting))
    if not len(view.free_vehicles) and not len(view.under_way):
        return False
    answer = service.twin.brain.ask(DISPATCH, view, service.now)
    if not isinstance(answer, Send):
        return False
    ambulance = service.fleet.ambulances[int(answer.vehicle)]
    left = call_off(service, ambulance) if ambulance.mission is not None else None
    ambulance.expected_s = service.now + _expected_delay_s(service, ambulance, view)
    begin_mission(service, ambulance, caller, on_free=take_back)
    if left is not None:
        want_vehicle(service, left)
    return True


def _expected_delay_s(service: Service, ambulance: Ambulance, view: DispatchView) -> float:
    """Return in how many seconds the dispatch centre expects a vehicle at the scene: alert, chute and drive."""
    parameters = service.parameters
    chute_s = parameters.chute_day_s.median if ambulance.status == "at_station" else 0.0
    out_s = parameters.alert_s.median + chute_s
    for vehicles in (view.free_vehicles, view.under_way):
        place = int(vehicles.id.searchsorted(ambulance.number))
        if place < len(vehicles) and vehicles.id[place] == ambulance.number:
            return out_s + float(vehicles.drive_time_s[place])
    return out_s


def take_back(service: Service, ambulance: Ambulance, *, may_take_over: bool = True) -> None:
    """Find something to do for a vehicle that has become free: a waiting call, one under way, or a place to wait.

    One whose call was just taken over takes none over itself: two vehicles could exchange calls for ever.
    """
    assign_waiting(service)
    if ambulance.call is not None:  # sent again
        return
    brain = service.twin.brain
    if ambulance.is_free and may_take_over and not service.waiting and not brain.is_silent(REDISPATCH):
        view = service.views.redispatch(service.now, ambulance)
        if len(view.calls):
            answer = brain.ask(REDISPATCH, view, service.now)
            if isinstance(answer, TakeOver):
                place = view.calls.call.tolist().index(int(answer.call))
                out_s = service.parameters.alert_s.median
                ambulance.expected_s = service.now + out_s + float(view.calls.drive_time_s[place])
                _take_over(service, ambulance, service.open_calls[int(answer.call)])
                return
    go_to_post(service, ambulance, _choose_post(service, ambulance))


def _choose_post(service: Service, ambulance: Ambulance) -> int:
    if not ambulance.is_free or service.twin.brain.is_silent(STANDBY):
        return ambulance.station.position
    view = service.views.standby(service.now, ambulance)
    if not len(view.stations):
        return ambulance.station.position
    return int(service.twin.brain.ask(STANDBY, view, service.now).station)


def _take_over(service: Service, ambulance: Ambulance, caller: Caller) -> None:
    """Let a free vehicle take over a call; the one under way turns round."""
    number = caller.record.vehicle
    if number is None:
        raise RuntimeError("a call under way has a vehicle")
    other = service.fleet.ambulances[number]
    call_off(service, other)
    begin_mission(service, ambulance, caller, on_free=take_back)
    take_back(service, other, may_take_over=False)
