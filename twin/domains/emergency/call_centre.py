"""From the ring to the choice of a vehicle."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Final

import simpy

from twin.domains.emergency.agents import Caller, CallTaker
from twin.domains.emergency.connections import ONE_TAP_LOCATION
from twin.domains.emergency.decisions import DISPATCH, Send
from twin.domains.emergency.mission import begin_mission
from twin.domains.emergency.service import Service
from twin.domains.emergency.tables import ADVICE

Life = Generator[simpy.Event, Any, None]

RECONSIDER_S: Final = 60.0
"""Calls that wait are looked at again this often (assumed), besides whenever a vehicle becomes free."""


def take_calls(service: Service, callers: list[Caller]) -> Life:
    """Let the callers of the table ring, in order of time."""
    for caller in callers:
        yield service.env.timeout(max(0.0, caller.record.ring_s - service.now))
        service.env.process(take_call(service, caller))


def take_call(service: Service, caller: Caller) -> Life:
    """Answer a call, find out where and what, and hand it to dispatch."""
    env, row, record = service.env, caller.row, caller.record
    service.begin(caller)
    taker: CallTaker = yield service.desk.get()
    if row.kind == ADVICE:
        record.answer_s = service.now + row.pick_up_s
        yield env.timeout(row.pick_up_s + row.advice_s)
        service.desk.put(taker)
        service.end(caller, "advice")
        return
    yield env.timeout(row.pick_up_s)
    record.answer_s = service.now
    record.one_tap = service.twin.brain.works(ONE_TAP_LOCATION.name, row.app_draw)
    yield env.timeout(row.locate_one_tap_s if record.one_tap else row.locate_verbal_s)
    record.locate_s = service.now
    if row.wrong_place and not record.one_tap:
        caller.reported_node = int(row.wrong_node)
    yield env.timeout(row.triage_s)
    record.triage_s = service.now
    service.desk.put(taker)
    if not _assign(service, caller):
        record.waited_for_vehicle = True
        service.waiting.append(caller)
        if not service.reconsidering:
            service.reconsidering = True
            env.process(_reconsider(service))


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
