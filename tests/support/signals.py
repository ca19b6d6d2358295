"""A small town in which main roads cross, so that signals stand there."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from support.cities import small_map
from support.traffic import small_parameters
from twin.city.city import City
from twin.city.conditions import RoadConditions
from twin.city.graph import ROAD_CLASSES
from twin.city.section import RoadParameters
from twin.core.brain import Brain
from twin.core.clock import HOUR_S, Clock
from twin.core.decisions import BrainSetting, ConnectionSetting, Rule, RuleSetting
from twin.core.domain import WorldEvent
from twin.core.model import ConnectionFailures, Twin
from twin.core.recorder import Recorder
from twin.core.streams import Streams
from twin.domains import DESCRIPTIONS
from twin.domains.traffic.domain import TrafficDomain
from twin.policies.registry import load_rule

SIDE = 12
EAST_WEST, NORTH_SOUTH = (4, 8), (3, 6, 9)
"""Rows and columns that are main roads; those along columns have two lanes each way."""
CROSSINGS = len(EAST_WEST) * len(NORTH_SOUTH)


@cache
def town_with_signals() -> City:
    """A grid of 12 by 12 junctions, 400 m apart, with two main roads one way and three the other."""
    city_map = small_map(SIDE)
    roads = city_map.roads
    row, column = roads.edge_from // SIDE, roads.edge_from % SIDE
    row_to, column_to = roads.edge_to // SIDE, roads.edge_to % SIDE
    along = np.isin(row, EAST_WEST) & (row == row_to)
    up = np.isin(column, NORTH_SOUTH) & (column == column_to)
    names = ("", *(f"East Street {k}" for k in EAST_WEST), *(f"North Avenue {k}" for k in NORTH_SOUTH))
    name = np.zeros(roads.edge_count, np.int32)
    name[along] = 1 + np.searchsorted(EAST_WEST, row[along])
    name[up] = 1 + len(EAST_WEST) + np.searchsorted(NORTH_SOUTH, column[up])
    classes = np.full(roads.edge_count, ROAD_CLASSES.index("residential"), np.uint8)
    classes[along], classes[up] = ROAD_CLASSES.index("secondary"), ROAD_CLASSES.index("primary")
    changed = dataclasses.replace(
        roads, edge_class=classes, edge_name=name, names=names, edge_lanes=np.where(up, 2, 1).astype(np.uint8)
    )
    return City(dataclasses.replace(city_map, roads=changed), RoadParameters())


MORNING = Clock(datetime(2021, 3, 15, 6), 0.0, 3 * HOUR_S)
OFF = {"parking_app", "parking_feed"}


def signals_twin(
    *,
    city: City | None = None,
    clock: Clock = MORNING,
    seed: int = 1,
    rules: dict[str, str | Rule] | None = None,
    shares: dict[str, float] | None = None,
    events: Sequence[WorldEvent] = (),
    **changes: Any,
) -> Twin:
    """Return a twin of the town in which only traffic lives.

    ``rules`` are by the decision's name, silent ones where it has none; ``shares`` of the connections, all of them
    where it has none (but for parking); ``changes`` of parameters.
    """
    place = city or town_with_signals()
    streams, recorder, traffic = Streams(seed, 0), Recorder(), DESCRIPTIONS["traffic"]
    chosen: dict[str, str | Rule] = {
        **{decision.name: decision.silent_rule for decision in traffic.decisions},
        **(rules or {}),
    }
    connections = {
        connection.name: (shares or {}).get(connection.name, 0.0 if connection.name in OFF else 1.0)
        for connection in traffic.connections
    }
    settings, loaded = {}, {}
    for decision in traffic.decisions:
        rule = chosen[decision.name]
        settings[decision.name] = RuleSetting(rule if isinstance(rule, str) else "of_a_test")
        loaded[decision.name] = load_rule(settings[decision.name], decision, Path()) if isinstance(rule, str) else rule
    setting = BrainSetting(
        "any", {name: ConnectionSetting(share > 0, share) for name, share in connections.items()}, settings
    )
    roads = RoadConditions(place.ordinary, clock, streams)
    domain = TrafficDomain(small_parameters(**{"signals": "plans", "demand_factor": 2.0, **changes}), place, roads)
    return Twin(
        city=place, clock=clock, brain=Brain(setting, loaded, loaded, recorder), streams=streams, domains=[domain],
        recorder=recorder, exogenous=roads.tables,
        events=[
            (event, ConnectionFailures() if event.kind == "connection_fails" else domain) for event in events
        ],
    )  # fmt: skip


def traffic_of(twin: Twin) -> TrafficDomain:
    """Return the traffic domain of a twin."""
    domain = twin.domains["traffic"]
    assert isinstance(domain, TrafficDomain)
    return domain
