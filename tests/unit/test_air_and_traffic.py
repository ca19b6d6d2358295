"""Air and traffic meet: roads emit what drivers drive, and a restriction that is ordered keeps cars at home."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from support.air_runs import JANUARY, air_parameters
from support.brains import brain_of
from support.cities import small_map
from support.traffic import small_parameters, small_town
from support.traffic_day import traffic_brain

from twin.city.city import City
from twin.city.conditions import RoadConditions
from twin.city.section import RoadParameters
from twin.core.brain import Brain
from twin.core.clock import HOUR_S, Clock
from twin.core.decisions import BrainSetting
from twin.core.model import Twin
from twin.core.recorder import Recorder
from twin.core.streams import Streams
from twin.domains.air import DESCRIPTION as AIR
from twin.domains.air.decisions_traffic import Restrict
from twin.domains.air.decisions_warning import Warn
from twin.domains.air.domain import AirDomain
from twin.domains.traffic.domain import TrafficDomain
from twin.domains.traffic.parameters import VEHICLE_KINDS

RING = "Fourth Ring"
MIDNIGHT_S = 12 * HOUR_S


def ringed_town() -> City:
    """The small town with a ring road, one street from its edge."""
    whole = small_map()
    roads = whole.roads
    side = round(roads.node_count**0.5)
    row, column = np.divmod(np.arange(roads.node_count), side)
    on_ring = (np.minimum(row, column) >= 1) & (np.maximum(row, column) <= side - 2)
    on_ring &= np.isin(row, (1, side - 2)) | np.isin(column, (1, side - 2))
    name = np.where(on_ring[roads.edge_from] & on_ring[roads.edge_to], 2, roads.edge_name)
    ringed = replace(roads, edge_name=name.astype(np.int32), names=(*roads.names, RING))
    return City(replace(whole, roads=ringed), RoadParameters())


def run_both(
    restriction: str, from_h: float = 12.0, hours: float = 22.0, city: City | None = None, **changes: Any
) -> tuple[TrafficDomain, dict[str, pd.DataFrame]]:
    """Live traffic and air in a small town from noon on, under a red warning from midnight on."""
    clock = Clock(JANUARY + timedelta(hours=from_h), 0.0, hours * HOUR_S)
    city, streams = city or small_town(), Streams(1, 0)
    roads, recorder = RoadConditions(city.ordinary, clock, streams), Recorder()
    parts = (
        traffic_brain(recorder),
        brain_of(
            AIR, "traditional", recorder,
            rules={"air_warning": lambda view: Warn(4), "traffic_restriction": lambda view: Restrict(restriction)},
        ),
    )  # fmt: skip
    setting = BrainSetting(
        "both",
        {name: one for part in parts for name, one in part.setting.connections.items()},
        {name: one for part in parts for name, one in part.setting.decisions.items()},
    )
    rules = {name: rule for part in parts for name, rule in part._rules.items()}
    brain = Brain(setting, rules, rules, recorder, limit_s=60.0)
    traffic = TrafficDomain(small_parameters(**changes), city, roads)
    rings = [["nowhere"], [RING]]
    own = air_parameters(odd_even_complies=1.0, lorry_rule_share=1.0, inside_ring_streets=rings)
    air = AirDomain(own, city, roads)
    twin = Twin(
        city=city, clock=clock, brain=brain, streams=streams, domains=[traffic, air], recorder=recorder,
        exogenous=roads.tables,
    )  # fmt: skip
    twin.run()
    return traffic, recorder.frames()


def test_an_odd_even_day_that_is_ordered_keeps_barred_cars_at_home_and_nobody_else() -> None:
    domain, free = run_both("none")
    _, barred = run_both("odd_even")
    digit = domain.vehicles["plate_digit"].to_numpy()
    kind = domain.vehicles["kind"].to_numpy()

    def made(frames: dict[str, pd.DataFrame], begin_s: float, end_s: float) -> pd.DataFrame:
        trips = frames["traffic.trips"]
        return trips[(trips["departed_s"] >= begin_s) & (trips["departed_s"] < end_s)]

    first = [made(frames, 0, MIDNIGHT_S) for frames in (free, barred)]
    assert first[0]["trip"].tolist() == first[1]["trip"].tolist(), "the afternoon before is alike"
    second = made(barred, MIDNIGHT_S + 6 * HOUR_S, MIDNIGHT_S + 10 * HOUR_S)
    who = second["vehicle"].to_numpy()
    odd_date = (JANUARY.day + 1) % 2 == 1
    wrong = (kind[who] == 0) & (digit[who] >= 0) & ((digit[who] % 2 == 1) != odd_date)
    # who was on the way at midnight may still drive home
    came_home = ~np.isin(who, first[1]["vehicle"].to_numpy()) | (second["purpose"].to_numpy() != 0)
    assert not (wrong & came_home).any()
    usual = made(free, MIDNIGHT_S + 6 * HOUR_S, MIDNIGHT_S + 10 * HOUR_S)
    assert 0.3 < len(second) / len(usual) < 0.8
    others = [frame[kind[frame["vehicle"].to_numpy()] != 0]["trip"].tolist() for frame in (second, usual)]
    assert len(others[0]) > 0.95 * len(others[1])


def test_roads_emit_what_is_driven() -> None:
    """Twice the drivers give more fine particles from traffic, and none at night when nobody drives."""
    few, many = (run_both("none", 5.0, 6.0, demand_factor=factor)[1] for factor in (0.5, 1.0))

    def traffic_of(frames: dict[str, pd.DataFrame]) -> float:
        parts = frames["air.contributions"]
        return float(parts[(parts["group"] == "traffic") & (parts["begins_s"] >= 2 * HOUR_S)]["pm25"].mean())

    assert traffic_of(many) > traffic_of(few)
    driven = [frames["traffic.roads"]["vehicle_km"].sum() for frames in (few, many)]
    assert driven[1] > 1.5 * driven[0]


def test_a_ban_on_lorries_keeps_them_off_the_lived_roads_and_off_the_air() -> None:
    """Those with an end inside the ring stay away on the day of the ban; all draws and all other trips are the same."""
    city, rings = ringed_town(), [["nowhere"], [RING]]
    many = {"city": city, "ring_roads": rings, "lorry_trips_per_day": 4000.0}
    (domain, free), (other, barred) = (run_both(rule, **many) for rule in ("none", "lorries_inside_fourth_ring"))
    pd.testing.assert_frame_equal(domain.vehicles, other.vehicles)
    for column in ("vehicle", "origin", "destination", "purpose", "planned_ms"):
        np.testing.assert_array_equal(getattr(domain.book, column), getattr(other.book, column))
    lorry = domain.vehicles["kind"].to_numpy() == VEHICLE_KINDS.index("lorry")
    inside = domain.air_links._inside
    assert 0 < inside.sum() < len(inside)
    ends_inside = inside[domain.book.origin] | inside[domain.book.destination]
    forbidden = lorry[domain.book.vehicle] & ends_inside & (domain.book.planned_ms >= 1000 * MIDNIGHT_S)
    assert forbidden.any()
    made = [one.book.departed_ms > -(2**31) for one in (domain, other)]
    assert made[0][forbidden].mean() > 0.9
    assert not made[1][forbidden].any()
    lorries = lorry[domain.book.vehicle] & ~forbidden
    assert made[1][lorries].sum() == made[0][lorries].sum()

    def second_day(frames: dict[str, pd.DataFrame], table: str, time: str) -> pd.DataFrame:
        rows = frames[table]
        return rows[rows[time] >= MIDNIGHT_S + 6 * HOUR_S]

    driven = [second_day(frames, "traffic.roads", "ends_s")["vehicle_km"].sum() for frames in (free, barred)]
    assert driven[1] < 0.97 * driven[0]
    hours = second_day(barred, "air.hours", "begins_s")
    assert (hours["emitted_gps"] < hours["ordinary_gps"]).all()
    traffic = [
        second_day(frames, "air.contributions", "begins_s").query("group == 'traffic'")["pm25"].mean()
        for frames in (free, barred)
    ]
    assert traffic[1] < traffic[0]
