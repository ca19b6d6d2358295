"""Tables of a user's own in place of what would be drawn: lots, and trips with or without routes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from twin.core.clock import MS
from twin.core.domain import Supply
from twin.core.errors import ScenarioError
from twin.domains.traffic.parameters import PURPOSES, VEHICLE_KINDS, TrafficParameters
from twin.domains.traffic.supplied_lots import SuppliedLots, read_lots
from twin.domains.traffic.supplied_trips import read_trips

if TYPE_CHECKING:
    from twin.city.map import CityMap
    from twin.core.clock import Clock

KIND_OF: Final = {"through": "through", "freight": "lorry", "bus_service": "bus"}
"""Kind of the vehicle by its trip's purpose; a car for all others."""
NO_PLACE: Final = -1
ALWAYS, NEVER = -1.0, 1.0
"""In place of a draw in [0, 1), which is held against a share."""


@dataclass(frozen=True, eq=False)
class Supplied:
    """What was read: None where it is to be drawn."""

    lots: SuppliedLots | None = None
    trips: pd.DataFrame | None = None


def supply(section: TrafficParameters, folder: Path, city_map: CityMap, start: datetime) -> Supply:
    """Read the tables that a scenario names; see `twin.core.domain.SupplyFunction`."""
    lots = None if section.lots is None else read_lots(folder / section.lots, city_map.roads, section)
    trips = None if section.trips is None else read_trips(folder / section.trips, city_map.roads, start)
    return Supply(city_map, tables=None if lots is None and trips is None else Supplied(lots, trips))


def vehicles_and_trips(
    given: pd.DataFrame, draw: Callable[[str], np.random.Generator], clock: Clock, parameters: TrafficParameters
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables of `twin.domains.traffic.tables.draw_tables` for supplied trips: a vehicle for each.

    Raises
    ------
    ScenarioError
        If a trip begins outside the run.
    """
    depart_s = given["depart_s"].to_numpy(np.float64)
    outside = np.flatnonzero((depart_s < -clock.warm_up_s) | (depart_s >= clock.duration_s))
    if len(outside):
        raise ScenarioError(
            "traffic.trips: {count} of {n} trips depart outside the run, the first is {trip} at {depart_s:g} s; change "
            "start, warm_up_h or duration_h, or leave them out",
            count=len(outside), n=len(given), trip=str(given["trip"].iloc[outside[0]]),
            depart_s=float(depart_s[outside[0]]),
        )  # fmt: skip
    count = len(given)
    purpose = given["purpose"].astype(str)
    kind = np.array([VEHICLE_KINDS.index(KIND_OF.get(name, "car")) for name in purpose], np.int8)
    uses = given["uses_app"]
    app_draw = np.where(uses.fillna(False), ALWAYS, NEVER)
    app_draw = np.where(uses.isna(), draw("app").random(count), app_draw).astype(np.float32)
    vehicles = pd.DataFrame(
        {
            "kind": kind,
            "home_node": np.full(count, NO_PLACE, np.int32),
            "work_node": np.full(count, NO_PLACE, np.int32),
            "app_draw": app_draw,
            "traffic_draw": draw("traffic").random(count, np.float32),
            "value_of_time_yuan_per_h": parameters.value_of_time_yuan_per_h.draw(draw("value_of_time"), count).astype(
                np.float32
            ),
            "walk_m": parameters.walk_m.draw(draw("walk"), count).astype(np.float32),
            "plate_digit": draw("plate_digit").integers(0, 10, count, np.int8),
            "home_permit": draw("home_permit").random(count, np.float32) < parameters.home_permit_share,
        }
    )
    normal = draw("stay").standard_normal(count)
    durations = parameters.stay_min
    drawn_min = [
        float(getattr(durations, name).of(normal[row])) if hasattr(durations, name) else 0.0
        for row, name in enumerate(purpose)
    ]
    stay_min = given["stay_min"].fillna(pd.Series(drawn_min, given.index)).to_numpy(np.float64)
    trips = pd.DataFrame(
        {
            "vehicle": np.arange(count, dtype=np.int32),
            "origin_node": given["from_node"].to_numpy(np.int32),
            "destination_node": given["to_node"].to_numpy(np.int32),
            "purpose": np.array([PURPOSES.index(name) for name in purpose], np.int8),
            "depart_ms": np.rint(MS * depart_s).astype(np.int32),
            "stay_s": np.rint(60 * stay_min).astype(np.int32),
        }
    )
    return vehicles, trips
