"""A day of traffic in a small town, without a scenario file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from support.traffic import MONDAY, small_parameters, small_town
from twin.city.city import City
from twin.city.conditions import RoadConditions
from twin.core.brain import Brain
from twin.core.clock import Clock
from twin.core.decisions import BrainSetting, ConnectionSetting, Rule, RuleSetting
from twin.core.domain import WorldEvent
from twin.core.model import ConnectionFailures, Twin
from twin.core.recorder import Recorder
from twin.core.streams import Streams
from twin.domains.traffic.domain import TrafficDomain
from twin.domains.traffic.parameters import TrafficParameters
from twin.domains.traffic.questions_parking import DECISIONS as PARKING_DECISIONS
from twin.domains.traffic.questions_roads import DECISIONS as WAY_DECISIONS
from twin.policies.registry import load_rule

DECISIONS = (*WAY_DECISIONS, *PARKING_DECISIONS)
PRACTISED = {decision.name: decision.silent_rule for decision in DECISIONS}
"""Rules that are not even asked."""


def traffic_brain(
    recorder: Recorder,
    *,
    informed: float = 0.5,
    app: float = 0.0,
    feed: float = 0.95,
    chosen: Mapping[str, str | Rule] | None = None,
) -> Brain:
    """Return a brain of these shares; ``chosen`` names the rules that differ from `PRACTISED`, or is them."""
    shares = {"driver_traffic": informed, "parking_app": app, "parking_feed": feed}
    shares |= dict.fromkeys(("signal_control", "ambulance_priority"), 0.0)
    connections = {name: ConnectionSetting(share > 0, share) for name, share in shares.items()}
    rules, settings = {}, {}
    for decision in DECISIONS:
        rule = {**PRACTISED, **(chosen or {})}[decision.name]
        settings[decision.name] = RuleSetting(rule if isinstance(rule, str) else "of_a_test")
        rules[decision.name] = load_rule(settings[decision.name], decision, Path()) if isinstance(rule, str) else rule
    return Brain(BrainSetting("any", connections, settings), rules, rules, recorder)


def traffic_twin(
    city: City,
    parameters: TrafficParameters,
    clock: Clock,
    *,
    seed: int = 1,
    recorder: Recorder | None = None,
    events: Sequence[WorldEvent] = (),
    **brain: Any,
) -> Twin:
    """Return a twin in which only traffic lives, ready to run; ``brain`` as in `traffic_brain`."""
    streams = Streams(seed, 0)
    roads = RoadConditions(city.ordinary, clock, streams)
    domain = TrafficDomain(parameters, city, roads)
    kept = recorder or Recorder()
    return Twin(
        city=city, clock=clock, brain=traffic_brain(kept, **brain), streams=streams, domains=[domain], recorder=kept,
        exogenous=roads.tables,
        events=[(event, ConnectionFailures() if event.kind == "connection_fails" else domain) for event in events],
    )  # fmt: skip


def run_traffic(
    *,
    clock: Clock = MONDAY,
    seed: int = 1,
    informed: float = 0.5,
    brain: Mapping[str, Any] | None = None,
    events: Sequence[WorldEvent] = (),
    **changes: Any,
) -> tuple[Twin, TrafficDomain, dict[str, pd.DataFrame]]:
    """Run one replication in a small town; return the twin, its domain and the event tables.

    ``brain`` as in `traffic_brain`, ``changes`` of parameters.
    """
    twin = traffic_twin(
        small_town(), small_parameters(**changes), clock, seed=seed, events=events, informed=informed, **(brain or {})
    )
    twin.run()
    domain = twin.domains["traffic"]
    assert isinstance(domain, TrafficDomain)
    return twin, domain, twin.recorder.frames()
