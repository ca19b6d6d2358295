"""A day of traffic in a small town, without a scenario file."""

from __future__ import annotations

from typing import Any

import pandas as pd

from support.traffic import MONDAY, small_parameters, small_town
from twin.city.conditions import RoadConditions
from twin.core.brain import Brain
from twin.core.clock import Clock
from twin.core.decisions import BrainSetting, ConnectionSetting
from twin.core.model import Twin
from twin.core.recorder import Recorder
from twin.core.streams import Streams
from twin.domains.traffic.domain import TrafficDomain


def run_traffic(
    *, clock: Clock = MONDAY, seed: int = 1, informed: float = 0.5, **changes: Any
) -> tuple[Twin, TrafficDomain, dict[str, pd.DataFrame]]:
    """Run one replication in memory; return the twin, its domain and the event tables."""
    city = small_town()
    streams = Streams(seed, 0)
    roads = RoadConditions(city.ordinary, clock, streams)
    domain = TrafficDomain(small_parameters(**changes), city, roads)
    recorder = Recorder()
    connections = {"driver_traffic": ConnectionSetting(informed > 0, informed)}
    brain = Brain(BrainSetting("any", connections, {}), {}, {}, recorder)
    twin = Twin(
        city=city, clock=clock, brain=brain, streams=streams, domains=[domain], recorder=recorder,
        exogenous=roads.tables,
    )  # fmt: skip
    twin.run()
    return twin, domain, recorder.frames()
