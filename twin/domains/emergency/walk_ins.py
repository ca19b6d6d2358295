"""Patients who come to an emergency department by themselves: they take bays and laboratories as the others do."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import TYPE_CHECKING, Any

import simpy

from twin.domains.emergency.agents import CallRecord, Patient
from twin.domains.emergency.hospital_stay import stay_in_hospital

if TYPE_CHECKING:
    import pandas as pd

    from twin.domains.emergency.service import Service


def let_walk_ins_come(service: Service, walk_ins: pd.DataFrame) -> Generator[simpy.Event, Any, None]:
    """Let them arrive in order of time; in the records of the hospitals their numbers are negative."""
    for row in walk_ins.itertuples(index=False):
        arrival: Any = row
        yield service.env.timeout(max(0.0, arrival.arrive_s - service.now))
        record = CallRecord(-1 - int(arrival.walk_in), service.now)
        service.self_arrived += 1
        patient = Patient(service.twin, arrival, record, partial(_treated, service, arrival, record))
        hospital = service.hospitals[int(arrival.hospital)]
        service.env.process(stay_in_hospital(service, patient, hospital, None))


def _treated(service: Service, arrival: Any, record: CallRecord) -> None:
    service.self_arrived -= 1
    service.records.walk_in(arrival, record)
