"""KPIs of the roads from a hand-made quarter of an hour, each value worked out by hand."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from support.traffic_day import run_traffic

from twin.core.clock import Clock
from twin.core.kpis import HOURS, names_of
from twin.core.recorder import Recorder
from twin.domains.traffic import DESCRIPTION
from twin.domains.traffic.gridlock import LOCKED
from twin.domains.traffic.happened import TABLES
from twin.domains.traffic.incidents import CLOSURES
from twin.domains.traffic.kpis import compute, observations
from twin.domains.traffic.measures import RINGS
from twin.domains.traffic.parameters import PURPOSES
from twin.domains.traffic.parking_kpis import WALK_M_PER_MIN
from twin.domains.traffic.parking_records import BOOKS, ILLEGAL, LED, STAYS
from twin.domains.traffic.priority import HOLDS, WAVES
from twin.domains.traffic.records import BARRED_CARS, LINK_LIST, LINKS, LOT_LIST, LOTS, ROADS, TRIPS
from twin.domains.traffic.sample import record_agents

CLOCK = Clock(datetime(2021, 3, 15, 7), 3600.0, 7200.0)
NO_PARKING = {
    "traffic.stays": STAYS, "traffic.books": BOOKS, "traffic.led": LED, "traffic.illegal_parking": ILLEGAL,
    "traffic.lots": LOTS, "traffic.lot_list": LOT_LIST,
}  # fmt: skip
WORK, LEISURE = PURPOSES.index("work"), PURPOSES.index("leisure")


@pytest.fixture(scope="module")
def events() -> dict[str, pd.DataFrame]:
    recorder = Recorder()
    record_agents(recorder, 1)
    trips = recorder.table("traffic.trips", TRIPS)

    def trip(number: int, purpose: int, planned_s: float, *stamps: float | None, ending: str, walk_m: float | None):
        fields = {"trip": number, "vehicle": number, "purpose": purpose, "planned_s": planned_s, "ending": ending,
                  "walk_m": walk_m, "looked": 1}  # fmt: skip
        fields |= dict(zip(("departed_s", "arrived_s", "parked_s"), stamps, strict=True))
        trips.add(*(fields.get(name) for name in TRIPS))

    trip(0, WORK, -60.0, -60.0, 600.0, 660.0, ending="lot", walk_m=720.0)  # warm-up: not counted
    trip(1, WORK, 0.0, 0.0, 600.0, 720.0, ending="lot", walk_m=144.0)
    trip(2, LEISURE, 3600.0, 3720.0, 4320.0 + 600, 4920.0, ending="gave_up", walk_m=None)
    trip(3, WORK, 7000.0, 7000.0, None, None, ending="under_way", walk_m=None)
    told = recorder.table("traffic.link_list", LINK_LIST)
    told.add(0, "a", "primary", 0, 2, 1000.0, 60.0, 1800.0, 0, 1)
    told.add(1, "", "residential", 2, 1, 500.0, 50.0, 600.0, 1, 2)
    links = recorder.table("traffic.links", LINKS)
    links.add(0, 0, 1000, 600.0, 3)  # before the counted time
    links.add(900, 0, 30, 120.0, 3)
    links.add(4500, 0, 10, 60.0, 1)
    links.add(4500, 1, 36, 100.0, 1)
    links.add(8100, 1, 1000, 100.0, 1)  # after it
    roads = recorder.table("traffic.roads", ROADS)
    roads.add(0, 99, 99, 99, 0.0, 0.0, 0.0, 99, 99, 99, 99)
    roads.add(900, 50, 1, 10, 30.0, 1.0, 0.5, 2, 0, 0, 120)
    roads.add(4500, 40, 0, 20, 28.0, 1.2, 0.7, 1, 1, 3, 150)
    for name, schema in (*NO_PARKING.items(), *TABLES.items()):
        recorder.table(name, schema)
    closures = recorder.table("traffic.closures", CLOSURES)
    closures.add(0.0, 600.0, 4, 7, 0)
    closures.add(600.0, 1200.0, 2, 5, 1)
    locked = recorder.table("traffic.locked_links", LOCKED)
    locked.add(0, "a", "west", 0, 113.0, 34.0, -600.0, 1800.0, False)  # half an hour of it counts
    locked.add(1, "", "west", 2, 113.0, 34.0, 5400.0, None, True)  # to the end
    locked.add(1, "", "west", 2, 113.0, 34.0, 8000.0, None, True)  # after it
    barred = recorder.table("traffic.barred", BARRED_CARS)
    for vehicle, does in enumerate(("stays_home", "stays_home", "shifts", "drives_anyway")):
        barred.add(vehicle, 0, does)
    waves = recorder.table("traffic.green_waves", WAVES)
    holds = recorder.table("traffic.signal_holds", HOLDS)
    for begins_s in (-600.0, 100.0, 7300.0):  # before the counted time, in it, after it
        waves.add(begins_s, 1, 2)
        holds.add(0, 1, 1, begins_s, begins_s + 40.0, 30.0)
    holds.add(1, 0, 1, 200.0, 290.0, 60.0)
    recorder.close()
    return recorder.frames()


@pytest.fixture(scope="module")
def found(events: dict[str, pd.DataFrame]) -> dict[str, float]:
    return {row.name: row.value for row in compute(events, CLOCK)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("trip_min.mean", 15.0), ("trip_min.work.mean", 10.0), ("trip_min.leisure.median", 20.0),
        ("trip_min.h07.mean", 10.0), ("trip_min.h08.p90", 20.0),
        ("door_to_door_min.mean", (12 + 144 / WALK_M_PER_MIN + 20) / 2),
        ("late_min.mean", 2 / 3), ("trips", 3), ("trips_not_ended", 1),
        ("vehicle_km", 58.0), ("vehicle_km.within_third_ring", 40.0), ("vehicle_km.beyond_fourth_ring", 18.0),
        ("vehicle_h", 1.0 + 1 / 6 + 1.0), ("speed_kmh", 58 / (13 / 6)), ("speed_kmh.h07", 30.0),
        ("speed_kmh.h08", 28 / (7 / 6)), ("speed_kmh.beyond_fourth_ring", 18.0),
        ("delay_index.h07", 2.0),
        ("delay_index.within_third_ring", (7 / 6) / (4 / 6)), ("delay_index.h08", (7 / 6) / (4 / 6)),
        ("delay_h", 1.0), ("delay_h.h07", 0.5),
        ("green_waves", 1), ("signal_holds", 2), ("green_taken_min", 1.5),
        ("planning_time_index.h07", 2.0), ("planning_time_index.h08", 2.0), ("planning_time_index", 2.0),
        ("most_driving", 50), ("queued", 15.0), ("most_queued", 20), ("most_full_links", 2), ("most_locked_links", 1),
        ("put_aside", 3), ("turned_away", 150), ("turned_back", 12), ("locked_link_h", 1.0), ("gridlocked_links", 1),
        ("barred_at_home", 2), ("barred_shifted", 1), ("barred_driven", 1),
    ],
)  # fmt: skip
def test_a_kpi_is_what_it_is_by_hand(found: dict[str, float], name: str, value: float) -> None:
    assert found[f"traffic.{name}"] == pytest.approx(value)


def test_every_kpi_is_one_that_the_scenario_may_name(found: dict[str, float]) -> None:
    members = {**DESCRIPTION.members, "hour": HOURS}
    assert set(found) <= {kpi.name for kpi in names_of("traffic", DESCRIPTION.kpi_families, members)}


def test_trips_of_the_warm_up_do_not_count(events: dict[str, pd.DataFrame]) -> None:
    assert observations(events, CLOCK).index.tolist() == [1, 2, 3]


def test_what_links_tell_adds_up_to_what_the_whole_road_tells() -> None:
    """Two tables are written by different code; their kilometres and hours are the same."""
    twin, _, frames = run_traffic(clock=Clock(datetime(2021, 3, 15, 6), 0.0, 4 * 3600.0))
    found = {row.name: row.value for row in compute(frames, twin.clock)}
    roads = frames["traffic.roads"]
    roads = roads[roads["ends_s"] <= twin.clock.duration_s]
    assert found["traffic.vehicle_km"] == pytest.approx(float(roads["vehicle_km"].sum()), rel=1e-6)
    assert found["traffic.vehicle_h"] == pytest.approx(float(roads["vehicle_h"].sum()), rel=1e-5)
    assert found["traffic.vehicle_h"] - found["traffic.delay_h"] == pytest.approx(
        float(roads["free_flow_h"].sum()), rel=1e-5
    )
    assert found["traffic.trips"] == len(frames["traffic.trips"])
    rings = [found[f"traffic.vehicle_km.{ring}"] for ring in RINGS if f"traffic.vehicle_km.{ring}" in found]
    assert np.sum(rings) == pytest.approx(found["traffic.vehicle_km"])
