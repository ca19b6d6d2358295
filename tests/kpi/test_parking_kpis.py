"""KPIs of parking from two hand-made hours, each value worked out by hand."""

from __future__ import annotations

from datetime import datetime

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
from twin.domains.traffic.kpis import compute
from twin.domains.traffic.parameters import PURPOSES
from twin.domains.traffic.parking_records import BOOKS, ILLEGAL, LED, STAYS
from twin.domains.traffic.priority import HOLDS, WAVES
from twin.domains.traffic.records import BARRED_CARS, LINK_LIST, LINKS, LOT_LIST, LOTS, ROADS, TRIPS
from twin.domains.traffic.sample import AGENTS, record_agents

CLOCK = Clock(datetime(2021, 3, 15, 7), 3600.0, 7200.0)


def add(table, schema, **fields: object) -> None:
    assert set(fields) <= set(schema)
    table.add(*(fields.get(name) for name in schema))


@pytest.fixture(scope="module")
def events() -> dict[str, pd.DataFrame]:
    """Lots of 2 spaces at the kerb, 10 public and 8 of a hospital; 58 vehicle-kilometres on the roads."""
    recorder = Recorder()
    record_agents(recorder, 1)
    trips = recorder.table("traffic.trips", TRIPS)

    def trip(number: int, purpose: str, planned_s: float, *stamps: float | None, **fields: object) -> None:
        times = dict(zip(("departed_s", "arrived_s", "parked_s"), stamps, strict=True))
        given = {"looked": 1, "search_m": 0.0, "barrier_s": 0.0, **fields}
        add(trips, TRIPS, trip=number, vehicle=number, purpose=PURPOSES.index(purpose), planned_s=planned_s, **times,
            **given)  # fmt: skip

    trip(0, "work", -60.0, -60.0, 60.0, 180.0, lot=1, ending="lot", looked=2, search_m=500.0, walk_m=999.0)  # warm-up
    trip(1, "work", 0.0, 0.0, 600.0, 904.0, lot=1, ending="lot", looked=3, search_m=1200.0, barrier_s=4.0, walk_m=144.0)
    trip(2, "leisure", 3600.0, 3600.0, 4000.0, 4600.0, ending="gave_up", looked=5, search_m=3000.0)
    trip(3, "hospital", 3700.0, 3700.0, 4300.0, 4420.0, ending="illegal", looked=2, search_m=400.0)
    trip(4, "hospital", 4000.0, 4000.0, 5000.0, 5028.0, lot=2, ending="lot", barrier_s=28.0, walk_m=50.0)
    trip(5, "school", 4000.0, 4000.0, 5000.0, 5000.0, ending="no_parking", looked=0)
    trip(6, "work", 5000.0, 5000.0, 6000.0, None, ending="under_way", looked=2, search_m=700.0)
    stays = recorder.table("traffic.stays", STAYS)
    for number, (of_trip, lot, begins_s, ends_s, fee_fen) in enumerate(
        [(None, 1, -3600, 1000, 500), (0, 1, 180, 3000, 100), (1, 1, 904, 4504, 400), (4, 2, 5028, None, None)], 1
    ):
        add(stays, STAYS, order_number=number, trip=of_trip, vehicle=number, lot=lot, begins_s=begins_s, ends_s=ends_s,
            price_fen=400, fee_fen=fee_fen)  # fmt: skip
    books = recorder.table("traffic.books", BOOKS)
    for ends_s, taken_fen in ((0, 999), (1800, 500), (3600, 100), (5400, 400), (8100, 777)):
        books.add(ends_s, 1, 1, taken_fen)
    led = recorder.table("traffic.led", LED)
    for of_trip, times_led, turned_away in ((0, 1, 1), (1, 2, 1), (4, 1, 0)):
        led.add(of_trip, times_led, turned_away)
    illegal = recorder.table("traffic.illegal_parking", ILLEGAL)
    illegal.add(3, 0, 4420.0, 6220.0)
    illegal.add(9, 0, 7000.0, 8800.0)  # 200 s of it counted
    told = recorder.table("traffic.lot_list", LOT_LIST)
    for lot, (kind, spaces, connected) in enumerate(
        [("roadside", 2, True), ("public", 10, True), ("hospital", 8, False)]
    ):
        add(told, LOT_LIST, lot=lot, kind=kind, spaces=spaces, connected=connected)
    lots = recorder.table("traffic.lots", LOTS)
    for row in ((0, 1, 9), (900, 0, 2), (900, 1, 5), (7200, 1, 10), (8100, 1, 9)):
        lots.add(*row)
    recorder.table("traffic.link_list", LINK_LIST).add(0, "a", "primary", 0, 2, 1000.0, 60.0, 1800.0, 0, 1)
    links = recorder.table("traffic.links", LINKS)
    links.add(900, 0, 30, 120.0, 3)
    links.add(4500, 0, 28, 60.0, 1)
    recorder.table("traffic.roads", ROADS)
    recorder.table("traffic.green_waves", WAVES)
    recorder.table("traffic.signal_holds", HOLDS)
    for name, schema in (
        ("traffic.closures", CLOSURES),
        ("traffic.locked_links", LOCKED),
        ("traffic.barred", BARRED_CARS),
        *TABLES.items(),
    ):
        recorder.table(name, schema)
    recorder.close()
    return recorder.frames()


@pytest.fixture(scope="module")
def found(events: dict[str, pd.DataFrame]) -> dict[str, float]:
    return {row.name: row.value for row in compute(events, CLOCK)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("search_min.mean", (5 + 10 + 2 + 0) / 4), ("search_min.hospital.mean", 1.0), ("search_min.h08.mean", 4.0),
        ("search_km.mean", (1.2 + 3 + 0.4 + 0) / 4), ("search_km.work.mean", 1.2),
        ("walk_m.mean", 97.0), ("walk_m.h08.median", 50.0), ("barrier_s.mean", 16.0),
        ("fee_yuan.mean", 4.0), ("fee_yuan.work.mean", 4.0),
        ("want_place", 4), ("fail_share", 0.5), ("fail_share.hospital", 0.5), ("fail_share.h08", 2 / 3),
        ("fail_share.work", 0.0), ("illegal_share", 0.25), ("illegal_h", 2000 / 3600),
        ("led_share", 0.5), ("turned_away_share", 0.5),
        ("search_h", (120 + 300 + 600 + 120) / 3600), ("cruising_km", 5.8), ("cruising_share", 0.1),
        ("cruising_share.h07", 1.7 / 30), ("cruising_share.h08", 4.1 / 28),
        ("occupancy", 17 / 160), ("occupancy.public_lots", 15 / 80), ("occupancy.roadside_spaces", 2 / 16),
        ("occupancy.hospital_lots", 0.0), ("occupancy.h07", 7 / 80), ("occupancy.h08", 10 / 80),
        ("stays", 3), ("stays.public_lots", 2), ("turnover_per_day", 3 / 20 * 12),
        ("turnover_per_day.hospital_lots", 1 / 8 * 12),
        ("revenue_yuan", 10.0), ("revenue_yuan.public_lots", 10.0), ("revenue_yuan.hospital_lots", 0.0),
        ("connected_spaces", 12),
    ],
)  # fmt: skip
def test_a_kpi_is_what_it_is_by_hand(found: dict[str, float], name: str, value: float) -> None:
    assert found[f"traffic.{name}"] == pytest.approx(value, rel=1e-6)


def test_every_kpi_is_one_that_the_scenario_may_name(found: dict[str, float]) -> None:
    members = {**DESCRIPTION.members, "hour": HOURS}
    assert set(found) <= {kpi.name for kpi in names_of("traffic", DESCRIPTION.kpi_families, members)}


def test_kinds_without_lots_and_a_day_without_drivers_have_no_kpis_of_them(events: dict[str, pd.DataFrame]) -> None:
    assert not any("office" in row.name for row in compute(events, CLOCK))
    nobody = {name: table.iloc[:0] for name, table in events.items()}
    without = {**nobody, **{name: events[name] for name in ("traffic.lot_list", AGENTS)}}
    names = {row.name for row in compute(without, CLOCK)}
    assert "traffic.fail_share" not in names
    assert "traffic.search_min.mean" not in names
    assert {"traffic.occupancy", "traffic.connected_spaces", "traffic.revenue_yuan"} <= names


def test_kpis_of_a_run_agree_with_what_else_is_known_of_it() -> None:
    """Takings with the stays that were paid, kilometres with the roads', occupancy with the cars that stand."""
    clock = Clock(datetime(2021, 3, 15, 6), 0.0, 5 * 3600.0)
    twin, domain, frames = run_traffic(clock=clock, brain={"app": 0.5, "chosen": {"lot_choice": "nearest_free"}})
    found = {row.name: row.value for row in compute(frames, twin.clock)}
    stays = frames["traffic.stays"]
    paid = stays[stays["ends_s"] <= clock.duration_s]  # to the second; an interval's books end with it
    assert found["traffic.revenue_yuan"] == pytest.approx(paid["fee_fen"].sum() / 100, abs=20)
    assert 0 < found["traffic.cruising_km"] < found["traffic.vehicle_km"]
    last = frames["traffic.lots"]
    last = last[last["ends_s"] == clock.duration_s]["taken"].sum()
    there = ((stays["begins_s"] < clock.duration_s) & ~(stays["ends_s"] < clock.duration_s)).sum()
    assert last == pytest.approx(there, rel=0.01)
    assert 0.02 < found["traffic.led_share"] < 0.5
    assert found["traffic.connected_spaces"] == domain.lots["spaces"][domain.parking_app.connected].sum()
