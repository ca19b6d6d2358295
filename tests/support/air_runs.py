"""Runs of the air domain in a small city, without a scenario file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from support.cities import small_city
from twin.city.city import City
from twin.city.conditions import RoadConditions
from twin.core.brain import Brain
from twin.core.clock import DAY_S, Clock
from twin.core.decisions import BrainSetting, ConnectionSetting, Rule, RuleSetting
from twin.core.domain import Domain, WorldEvent
from twin.core.model import ConnectionFailures, Twin
from twin.core.recorder import Recorder
from twin.core.streams import Streams
from twin.domains.air import DESCRIPTION
from twin.domains.air.domain import AirDomain
from twin.domains.air.parameters import AirParameters
from twin.policies.registry import load_rule
from twin.scenario.brains import shipped_brain

JANUARY = datetime(2018, 1, 10)


def air_parameters(**changes: object) -> AirParameters:
    """Sixty enterprises whose emissions stand as they are, a short spin-up, few forecasts."""
    given: dict[str, object] = {
        "enterprises": 60, "building_sites": 6, "figures_for_residents": 0.0, "spin_up_days": 3, "forecast_members": 4,
        "calls_residents": 0.0,
    }  # fmt: skip
    return AirParameters(**{**given, **changes})


@cache
def town() -> City:
    return small_city(side=16, spacing_m=700.0)


def air_brain(
    name: str,
    recorder: Recorder,
    connections: Mapping[str, float] = {},
    rules: Mapping[str, str | RuleSetting | Rule] = {},
) -> Brain:
    """Return a shipped brain with some of its air connections (shares; 0 is off) and rules changed."""
    shipped = shipped_brain(name)
    settings = {}
    for one in DESCRIPTION.connections:
        given = shipped.connections[one.name]
        settings[one.name] = ConnectionSetting(given) if isinstance(given, bool) else ConnectionSetting(**given)
    settings.update({key: ConnectionSetting(share > 0, share) for key, share in connections.items()})
    chosen, loaded = {}, {}
    for one in DESCRIPTION.decisions:
        rule = {**shipped.decisions, **rules}[one.name]
        if isinstance(rule, str | RuleSetting):
            chosen[one.name] = RuleSetting(rule) if isinstance(rule, str) else rule
            stream = Streams(1, 0)("policy", one.name)
            loaded[one.name] = load_rule(chosen[one.name], one, Path(), random=stream)
        else:
            chosen[one.name], loaded[one.name] = RuleSetting("a function of a test"), rule
    return Brain(BrainSetting(name, settings, chosen), loaded, loaded, recorder, replace_illegal=False, limit_s=60.0)


def run_air(
    parameters: AirParameters | None = None,
    *,
    days: float = 2.0,
    warm_up_h: float = 0.0,
    start: datetime = JANUARY,
    seed: int = 1,
    events: Sequence[WorldEvent] = (),
    brain: str = "traditional",
    connections: Mapping[str, float] | None = None,
    rules: Mapping[str, str | RuleSetting | Rule] | None = None,
    city: City | None = None,
    more_domains: Sequence[Domain] = (),
) -> tuple[AirDomain, Twin, dict[str, pd.DataFrame]]:
    """Run one replication in memory; return the domain, the twin and its event tables."""
    city = city or town()
    clock = Clock(start, warm_up_h * 3600, days * DAY_S)
    streams = Streams(seed, 0)
    roads = RoadConditions(city.ordinary, clock, streams)
    domain = AirDomain(parameters or air_parameters(), city, roads)
    recorder = Recorder()
    chosen = air_brain(brain, recorder, connections or {}, rules or {})
    listeners: dict[str, Any] = {"connection_fails": ConnectionFailures()}
    twin = Twin(
        city=city, clock=clock, brain=chosen, streams=streams, domains=[*more_domains, domain], recorder=recorder,
        exogenous=roads.tables, events=[(event, listeners.get(event.kind, domain)) for event in events],
    )  # fmt: skip
    twin.run()
    return domain, twin, recorder.frames()
