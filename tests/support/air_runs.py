"""Runs of the air domain in a small city, without a scenario file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import pandas as pd

from support.brains import brain_of
from support.cities import small_city
from twin.city.city import City
from twin.city.conditions import RoadConditions
from twin.core.clock import DAY_S, Clock
from twin.core.decisions import Rule, RuleSetting
from twin.core.domain import Domain, WorldEvent
from twin.core.model import ConnectionFailures, Twin
from twin.core.recorder import Recorder
from twin.core.streams import Streams
from twin.domains.air import DESCRIPTION
from twin.domains.air.domain import AirDomain
from twin.domains.air.parameters import AirParameters
from twin.domains.air.supplied import SuppliedAir

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
    supplied: SuppliedAir | None = None,
) -> tuple[AirDomain, Twin, dict[str, pd.DataFrame]]:
    """Run one replication in memory; return the domain, the twin and its event tables."""
    city = city or town()
    clock = Clock(start, warm_up_h * 3600, days * DAY_S)
    streams = Streams(seed, 0)
    roads = RoadConditions(city.ordinary, clock, streams)
    domain = AirDomain(parameters or air_parameters(), city, roads, supplied)
    recorder = Recorder()
    chosen = brain_of(DESCRIPTION, brain, recorder, connections or {}, rules or {}, limit_s=60.0)
    listeners: dict[str, Any] = {"connection_fails": ConnectionFailures()}
    twin = Twin(
        city=city, clock=clock, brain=chosen, streams=streams, domains=[*more_domains, domain], recorder=recorder,
        exogenous=roads.tables, events=[(event, listeners.get(event.kind, domain)) for event in events],
    )  # fmt: skip
    twin.run()
    return domain, twin, recorder.frames()
