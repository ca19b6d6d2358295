"""The event tables of the emergency domain and how their rows are made."""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import Any, Final

import pyarrow as pa

from twin.city.conditions import Trip
from twin.city.places import Hospital as HospitalPlace
from twin.city.places import Station as StationPlace
from twin.core.recorder import EventTable, Recorder
from twin.domains.emergency.agents import Ambulance, Caller, CallRecord, Hospital, Station
from twin.domains.emergency.parameters import CONDITIONS, SETTINGS
from twin.domains.emergency.tables import ADVICE

_WORD: Final = pa.dictionary(pa.int32(), pa.string())
STAMPS: Final = (
    "answer_s", "locate_s", "triage_s", "dispatch_s", "out_s", "at_scene_s", "at_patient_s", "ecg_s", "leave_s",
    "green_channel_s", "door_s", "bay_s", "registered_s", "seen_s", "consulted_s", "consented_s", "team_s", "ready_s",
    "treatment_s",
)  # fmt: skip
_stamps_of: Final = attrgetter(*STAMPS)
UNDER_65: Final = "under_65"
FROM_65: Final = "from_65"
ENDINGS: Final = ("treated", "advice", "no_patient", "unserved", "open")

CALLS: Final = {
    "call": pa.int64(),
    "cause": _WORD,
    "kind": _WORD,
    "ending": _WORD,
    "condition": _WORD,
    "severity": pa.int8(),
    "age": _WORD,
    "smartphone": pa.bool_(),
    "setting": _WORD,
    "district": _WORD,
    "lon": pa.float64(),
    "lat": pa.float64(),
    "symptom_s": pa.float64(),
    "ring_s": pa.float64(),
    **{name: pa.float64() for name in STAMPS},
    "one_tap": pa.bool_(),
    "history": pa.bool_(),
    "called_off": pa.int16(),
    "sent_wrong": pa.bool_(),
    "waited_for_vehicle": pa.bool_(),
    "vehicle": pa.int32(),
    "hospital": pa.int32(),
    "transferred_to": pa.int32(),
}
VEHICLES: Final = {
    "time_s": pa.float64(), "vehicle": pa.int32(), "status": _WORD, "node": pa.int32(), "call": pa.int64()
}  # fmt: skip
TRIPS: Final = {
    "vehicle": pa.int32(),
    "call": pa.int64(),
    "purpose": _WORD,
    "depart_s": pa.float64(),
    "arrive_s": pa.float64(),
    "from_node": pa.int32(),
    "to_node": pa.int32(),
    "length_m": pa.float64(),
    "free_flow_s": pa.float64(),
    "factor": pa.float64(),
    "through_closure": pa.bool_(),
}
TRACKS: Final = {
    "vehicle": pa.int32(), "call": pa.int64(), "purpose": _WORD, "edges": pa.list_(pa.int32()),
    "at_s": pa.list_(pa.float32()),
}  # fmt: skip
HOSPITALS: Final = {
    "time_s": pa.float64(), "hospital": pa.int32(), "call": pa.int64(), "resource": _WORD, "change": pa.int8()
}  # fmt: skip
WALK_INS: Final = {
    "walk_in": pa.int64(), "hospital": pa.int32(), "condition": _WORD, "severity": pa.int8(), "door_s": pa.float64(),
    "bay_s": pa.float64(), "ready_s": pa.float64(), "treatment_s": pa.float64(), "transferred_to": pa.int32(),
}  # fmt: skip
COVERAGE: Final = {
    "time_s": pa.float64(), "free": pa.int32(), "on_duty": pa.int32(), "waiting": pa.int32(), "covered": pa.float64(),
    "bays_taken": pa.int32(), "bays_waited_for": pa.int32(), "laboratories_taken": pa.int32(),
}  # fmt: skip
_TYPES: Final = {"str": pa.string(), "float": pa.float64(), "int": pa.int64(), "bool": pa.bool_()}


def _columns_of(place: type[StationPlace | HospitalPlace]) -> dict[str, pa.DataType]:
    """Return a column for each thing that a map, or a supplied table, says of a place."""
    return {field.name: _TYPES[str(field.type)] for field in dataclasses.fields(place)}


FLEET: Final = {"vehicle": pa.int32(), "station": pa.int32(), "station_id": pa.string(), "node": pa.int32()}
HOSPITAL_LIST: Final = {
    "hospital": pa.int32(), "hospital_id": pa.string(), "node": pa.int32(), "bays": pa.int32(),
    "laboratories": pa.int32(), **_columns_of(HospitalPlace),
}  # fmt: skip
STATION_LIST: Final = {"station": pa.int32(), "node": pa.int32(), **_columns_of(StationPlace)}


class Records:
    """Writes the rows of the emergency domain.

    Parameters
    ----------
    tracked_until_s
        The ways of drives that begin before are written too.
    """

    def __init__(self, recorder: Recorder, tracked_until_s: float = float("-inf")) -> None:
        self._tracked_until_s = tracked_until_s
        self._tracks: EventTable = recorder.table("emergency.tracks", TRACKS)
        self.calls: EventTable = recorder.table("emergency.calls", CALLS)
        self.vehicles: EventTable = recorder.table("emergency.vehicles", VEHICLES)
        self.trips: EventTable = recorder.table("emergency.trips", TRIPS)
        self.hospitals: EventTable = recorder.table("emergency.hospitals", HOSPITALS)
        self.walk_ins: EventTable = recorder.table("emergency.walk_ins", WALK_INS)
        self.coverage: EventTable = recorder.table("emergency.coverage", COVERAGE)
        self._fleet: EventTable = recorder.table("emergency.fleet", FLEET)
        self._hospital_list: EventTable = recorder.table("emergency.hospital_list", HOSPITAL_LIST)
        self._station_list: EventTable = recorder.table("emergency.station_list", STATION_LIST)

    def describe(self, ambulances: list[Ambulance], hospitals: list[Hospital], stations: list[Station]) -> None:
        """Write who and what there is."""
        for ambulance in ambulances:
            home = ambulance.station
            self._fleet.add(ambulance.number, home.position, home.place.id, home.node)
        for hospital in hospitals:
            self._hospital_list.add(
                hospital.position,
                hospital.place.id,
                hospital.node,
                hospital.bays.capacity,
                hospital.laboratories.capacity,
                *dataclasses.astuple(hospital.place),
            )
        for station in stations:
            self._station_list.add(station.position, station.node, *dataclasses.astuple(station.place))

    def track(self, ambulance: Ambulance, trip: Trip, edge_count: int) -> None:
        """Write the way of a drive that ends after so many edges, and when the vehicle was at each node of it."""
        at_s = trip.timing.arrive_s
        if edge_count and at_s[0] < self._tracked_until_s:
            self._tracks.add(
                ambulance.number, ambulance.way_call, ambulance.way_purpose, trip.edges[:edge_count],
                at_s[: edge_count + 1],
            )  # fmt: skip

    def call(self, caller: Caller, ending: str, district: str, lon: float, lat: float) -> None:
        """Write a call that has ended."""
        row, record = caller.row, caller.record
        who: tuple[object, ...]
        if row is None:
            who = (record.call, caller.cause, ADVICE, ending, None, None, None, None, None)
        else:
            age = FROM_65 if row.elderly else UNDER_65
            setting, condition = SETTINGS[row.setting], CONDITIONS[row.condition]
            phone = bool(row.smartphone)
            who = (record.call, caller.cause, row.kind, ending, condition, int(row.severity), age, phone, setting)
        self.calls.add(
            *who,
            district,
            lon,
            lat,
            record.symptom_s,
            record.ring_s,
            *_stamps_of(record),
            record.one_tap,
            record.history,
            record.called_off,
            record.sent_wrong,
            record.waited_for_vehicle,
            record.vehicle,
            record.hospital,
            record.transferred_to,
        )

    def walk_in(self, row: Any, record: CallRecord) -> None:
        """Write a self-arriving patient who is treated."""
        self.walk_ins.add(
            int(row.walk_in),
            int(row.hospital),
            CONDITIONS[row.condition],
            int(row.severity),
            record.door_s,
            record.bay_s,
            record.ready_s,
            record.treatment_s,
            record.transferred_to,
        )
