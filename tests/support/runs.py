"""Runs of the emergency domain in a small city, without a scenario file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from twin.city.city import City
from twin.city.conditions import RoadConditions
from twin.core.brain import Brain
from twin.core.clock import Clock
from twin.core.decisions import BrainSetting, ConnectionSetting, Rule, RuleSetting
from twin.core.model import ConnectionFailures, Twin
from twin.core.recorder import Recorder
from twin.core.streams import Streams
from twin.domains.emergency.connections import CONNECTIONS
from twin.domains.emergency.decisions import (
    LeaveAsIs,
    QueueView,
    RedispatchView,
    ServeInOrder,
    StandbyView,
    WaitAt,
)
from twin.domains.emergency.domain import EmergencyDomain
from twin.domains.emergency.parameters import EmergencyParameters
from twin.policies.emergency.dispatch.nearest_by_drive_time import nearest_by_drive_time
from twin.policies.emergency.dispatch.station_district import station_district
from twin.policies.emergency.green_channel.at_the_door import at_the_door
from twin.policies.emergency.green_channel.when_vital_signs_show import when_vital_signs_show
from twin.policies.emergency.hospital.nearest import nearest
from twin.policies.emergency.hospital.nearest_capable import nearest_capable


def severe_first(view: QueueView) -> ServeInOrder:
    """Serve the severe first, then who was ready first."""
    order = sorted(range(len(view.calls)), key=lambda place: (view.calls.severity[place], place))
    return ServeInOrder(tuple(int(view.calls.call[place]) for place in order))


def as_it_is(view: RedispatchView) -> LeaveAsIs:
    """Let those under way go on."""
    return LeaveAsIs()


def at_home(view: StandbyView) -> WaitAt:
    """Wait at home."""
    return WaitAt(view.home)


SHARED: dict[str, Rule] = {"queue": severe_first, "redispatch": as_it_is, "standby": at_home}
PRACTISED: dict[str, Rule] = {
    **SHARED, "dispatch": station_district, "hospital": nearest, "green_channel": at_the_door,
}  # fmt: skip
CITY_BRAIN: dict[str, Rule] = {
    **SHARED,
    "dispatch": nearest_by_drive_time,
    "hospital": nearest_capable,
    "green_channel": when_vital_signs_show,
}


def run_emergency(
    city: City,
    parameters: EmergencyParameters | None = None,
    *,
    rules: Mapping[str, Rule] | None = None,
    connected: bool = True,
    connections: Mapping[str, ConnectionSetting] | None = None,
    hours: float = 24.0,
    warm_up_h: float = 0.0,
    seed: int = 1,
    replication: int = 0,
    tables: Mapping[str, pd.DataFrame] | None = None,
    events: Any = (),
    more_domains: Any = (),
    replace_illegal: bool = False,
    limit_s: float = 10.0,
    record_views: bool = True,
) -> tuple[Twin, dict[str, pd.DataFrame]]:
    """Run one replication in memory; return the twin and its event tables."""
    clock = Clock(datetime(2021, 3, 15), warm_up_h * 3600, hours * 3600)
    streams = Streams(seed, replication)
    roads = RoadConditions(city.ordinary, clock, streams)
    emergency = EmergencyDomain(parameters or EmergencyParameters(), city, roads)
    recorder = Recorder()
    chosen = {**CITY_BRAIN, **(rules or {})}
    setting = BrainSetting(
        "tested",
        {connection.name: ConnectionSetting(connected) for connection in CONNECTIONS} | dict(connections or {}),
        {name: RuleSetting(getattr(rule, "__name__", "rule")) for name, rule in chosen.items()},
    )
    brain = Brain(
        setting, chosen, PRACTISED, recorder,
        replace_illegal=replace_illegal, limit_s=limit_s, record_views=record_views,
    )  # fmt: skip
    listeners = {"emergency": emergency, "roads": roads, "connections": ConnectionFailures()}
    twin = Twin(
        city=city, clock=clock, brain=brain, streams=streams, domains=[emergency, *more_domains], recorder=recorder,
        tables=tables, exogenous=roads.tables,
        events=[(event, listeners.get(who, who)) for event, who in events],
    )  # fmt: skip
    twin.run()
    return twin, recorder.frames()
