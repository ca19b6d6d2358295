"""From the ring to the choice of a vehicle."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import Any, Final

import simpy

from twin.domains.emergency.agents import Caller, CallTaker
from twin.domains.emergency.connections import ONE_TAP_LOCATION
from twin.domains.emergency.decisions import DISPATCH, Send
from twin.domains.emergency.mission import begin_mission
from twin.domains.emergency.service import Service

Life = Generator[simpy.Event, Any, None]

RECONSIDER_S: Final = 60.0
"""Calls that wait are looked at again this often (assumed), besides whenever a vehicle becomes free."""


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
            record.one_tap = service.twin.brain.works(ONE_TAP_LOCATION.name, row.app_draw)
            record.locate_s = record.answer_s + (row.locate_one_tap_s if record.one_tap else row.locate_verbal_s)
            if row.wrong_place and not record.one_tap:
                caller.reported_node = int(row.wrong_node)
            talked_s = record.triage_s = record.locate_s + row.triage_s
        after(service, talked_s - service.now, partial(self._hang_up, caller, taker))

    def _hang_up(self, caller: Caller, taker: CallTaker) -> None:
        if self._ringing:
            self._answer(self._ringing.popleft(), taker)
        else:
            self._free.append(taker)
        if caller.row is None:
            self._service.end(caller, "advice")
        elif not _assign(self._service, caller):
            caller.record.waited_for_vehicle = True
            self._service.waiting.append(caller)
            if not self._service.reconsidering:
                self._service.reconsidering = True
                self._service.env.process(_reconsider(self._service))


def after(service: Service, delay_s: float, what: Callable[[], None]) -> None:
    """Do something after a delay, without a process of its own."""
    timeout = service.env.timeout(max(0.0, delay_s))
    timeout.callbacks.append(lambda _: what())


def let_phones_ring(service: Service, desk: Desk, callers: Iterator[Caller]) -> Life:
    """Let the callers of the table ring, in order of time; each appears when he rings."""
    for caller in callers:
        yield service.env.timeout(max(0.0, caller.record.ring_s - service.now))
        desk.ring(caller)


def assign_waiting(service: Service) -> None:
    """Ask again for every waiting call, the life-threatening first, then in order of readiness."""
    for caller in sorted(service.waiting, key=lambda caller: (caller.row.severity, caller.record.triage_s)):
        if not service.fleet.free.any():
            return
        if _assign(service, caller):
            service.waiting.remove(caller)


def _reconsider(service: Service) -> Life:
    while service.waiting:
        yield service.env.timeout(RECONSIDER_S)
        assign_waiting(service)
    service.reconsidering = False


def _assign(service: Service, caller: Caller) -> bool:
    """Ask which vehicle goes; send it, or say that the call must wait."""
    if not service.fleet.free.any():
        return False
    view = service.views.dispatch(service.now, caller, len(service.waiting) + (caller not in service.waiting))
    answer = service.twin.brain.ask(DISPATCH, view, service.now)
    if not isinstance(answer, Send):
        return False
    ambulance = service.fleet.ambulances[int(answer.vehicle)]
    begin_mission(service, ambulance, caller, on_free=assign_waiting)
    return True
