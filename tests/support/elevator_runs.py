"""Runs of the elevator domain in a small city, without a scenario file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache

import numpy as np
import pandas as pd

from support.brains import brain_of
from support.cities import small_city
from twin.city.city import City
from twin.city.conditions import RoadConditions
from twin.core.brain import Brain
from twin.core.clock import DAY_S, Clock
from twin.core.decisions import Rule, RuleSetting
from twin.core.domain import Domain, WorldEvent
from twin.core.model import Twin
from twin.core.recorder import Recorder
from twin.core.streams import Streams
from twin.domains.elevators import DESCRIPTION
from twin.domains.elevators.domain import ElevatorsDomain
from twin.domains.elevators.fleet import draw_fleet
from twin.domains.elevators.parameters import ElevatorParameters

ROUNDS = RuleSetting("rounds")
MONDAY = datetime(2021, 3, 15)


def elevator_parameters(**changes: object) -> ElevatorParameters:
    """Two thousand elevators that fail some twenty times as often as those of Zhengzhou, with a month of history."""
    given: dict[str, object] = {
        "fleet_size": 2_000, "figures_for_residents": 0.0, "entrapments_per_elevator_year": 2.0, "history_days": 30,
    }  # fmt: skip
    return ElevatorParameters(**{**given, **changes})


def elevator_brain(recorder: Recorder, inspection: RuleSetting | Rule = ROUNDS, telemetry: float = 0.0) -> Brain:
    """A traditional brain that inspects by a rule of one's own."""
    return brain_of(DESCRIPTION, "traditional", recorder, {"elevator_telemetry": telemetry}, {"inspection": inspection})


@cache
def town() -> City:
    return small_city()


def fleet_of(parameters: ElevatorParameters, seed: int = 0) -> pd.DataFrame:
    named = Streams(seed, 0)

    def draw(column: str) -> np.random.Generator:
        return named("elevators", "fleet", column)

    return draw_fleet(draw, town(), parameters)


def run_elevators(
    parameters: ElevatorParameters | None = None,
    *,
    days: float = 2.0,
    warm_up_h: float = 0.0,
    start: datetime = MONDAY,
    seed: int = 1,
    replication: int = 0,
    events: Sequence[WorldEvent] = (),
    prepare: Callable[[ElevatorsDomain], None] | None = None,
    brain: str = "traditional",
    connections: Mapping[str, float] | None = None,
    rules: Mapping[str, str | RuleSetting | Rule] | None = None,
    inspection: RuleSetting | Rule | None = None,
    telemetry: float = 0.0,
    city: City | None = None,
    more_domains: Sequence[Domain] = (),
) -> tuple[ElevatorsDomain, Twin, dict[str, pd.DataFrame]]:
    """Run one replication in memory; return the domain, the twin and its event tables.

    ``prepare`` is handed the domain before the run: where a rescue or a maintenance of one's own is put.
    ``connections`` (shares; 0 is off) and ``rules`` (names, or functions) change what the shipped brain has;
    ``inspection`` is the rule for that decision; ``telemetry`` is the share of elevators that report.
    """
    city = city or town()
    clock = Clock(start, warm_up_h * 3600, days * DAY_S)
    streams = Streams(seed, replication)
    roads = RoadConditions(city.ordinary, clock, streams)
    domain = ElevatorsDomain(parameters or elevator_parameters(), city, roads)
    if prepare is not None:
        prepare(domain)
    recorder = Recorder()
    shares = {"elevator_telemetry": telemetry, **(connections or {})}
    named = {} if inspection is None else {"inspection": inspection}
    chosen = brain_of(DESCRIPTION, brain, recorder, shares, {**(rules or {}), **named})
    twin = Twin(
        city=city, clock=clock, brain=chosen, streams=streams, domains=[*more_domains, domain], recorder=recorder,
        exogenous=roads.tables, events=[(event, domain) for event in events],
    )  # fmt: skip
    twin.run()
    return domain, twin, recorder.frames()
