"""A small city with traffic, and streams by name for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from support.cities import small_city
from twin.city.city import City
from twin.city.map import read_map
from twin.city.section import RoadParameters
from twin.core.clock import DAY_S, Clock
from twin.core.streams import Streams
from twin.domains.traffic.parameter_kinds import ByDestination
from twin.domains.traffic.parameters import TrafficParameters
from twin.domains.traffic.tables import Demand

ZHENGZHOU = Path(__file__).parents[2] / "maps" / "zhengzhou"
MONDAY = Clock(datetime(2021, 3, 15, 3), 0.0, DAY_S)
"""A working day from 03:00 to 03:00."""


def streams(seed: int = 1) -> Callable[..., np.random.Generator]:
    named = Streams(seed, 0)
    return lambda *name: named("traffic", *name)


def small_parameters(**changes: Any) -> TrafficParameters:
    """A town of some kilometres with 20,000 trips a day and 9,000 spaces."""
    short = ByDestination(work=2.5, school=1.8, business=2.5, leisure=2.2, hospital=2.6)
    given: dict[str, Any] = {
        "figures_for_residents": 0.0, "trips_per_day": 20_000.0, "mean_trip_km": short, "through_trips_per_day": 500.0,
        "lorry_trips_per_day": 800.0, "buses": 12, "bus_routes": 5, "off_street_spaces": 9_000, "roadside_spaces": 300,
        "tariff_zone_km": [1.0, 2.0],
    }  # fmt: skip
    return TrafficParameters(**{**given, **changes})


@cache
def small_town() -> City:
    return small_city()


@cache
def small_demand() -> Demand:
    return Demand.of(small_town(), small_parameters())


@cache
def zhengzhou() -> City:
    return City(read_map(ZHENGZHOU), RoadParameters())


@cache
def zhengzhou_demand() -> Demand:
    return Demand.of(zhengzhou(), TrafficParameters())
