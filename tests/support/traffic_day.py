"""A day of traffic in a small town, without a scenario file."""

from __future__ import annotations

from typing import Any

import pandas as pd

from support.traffic import MONDAY, small_parameters, small_town
from twin.city.city import City
from twin.city.conditions import RoadConditions
from twin.core.brain import Brain
from twin.core.clock import Clock
from twin.core.decisions import BrainSetting, ConnectionSetting
from twin.core.model import Twin
from twin.core.recorder import Recorder
from twin.core.streams import Streams
from twin.domains.traffic.domain import TrafficDomain
from twin.domains.traffic.parameters import TrafficParameters


def traffic_twin(
    city: City,
    parameters: TrafficParameters,
    clock: Clock,
    *,
    seed: int = 1,
    informed: float = 0.5,
    recorder: Recorder | None = None,
) -> Twin:
    """Return a twin in which only traffic lives, ready to run."""
    streams = Streams(seed, 0)
    roads = RoadConditions(city.ordinary, clock, streams)
    domain = TrafficDomain(parameters, city, roads)
    kept = recorder or Recorder()
    connections = {"driver_traffic": ConnectionSetting(informed > 0, informed)}
    brain = Brain(BrainSetting("any", connections, {}), {}, {}, kept)
    return Twin(
        city=city, clock=clock, brain=brain, streams=streams, domains=[domain], recorder=kept, exogenous=roads.tables
    )  # fmt: skip


def run_traffic(
    *, clock: Clock = MONDAY, seed: int = 1, informed: float = 0.5, **changes: Any
) -> tuple[Twin, TrafficDomain, dict[str, pd.DataFrame]]:
    """Run one replication in a small town; return the twin, its domain and the event tables."""
    twin = traffic_twin(small_town(), small_parameters(**changes), clock, seed=seed, informed=informed)
    twin.run()
    domain = twin.domains["traffic"]
    assert isinstance(domain, TrafficDomain)
    return twin, domain, twin.recorder.frames()
