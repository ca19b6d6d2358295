"""World events act on the lived roads: nobody enters a closed one, those on it leave, and everybody arrives."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from support.cities import LAT, LON, small_map
from support.signals import signals_twin, traffic_of
from support.traffic import small_parameters, small_town
from support.traffic_day import run_traffic, traffic_twin

from twin.city.city import City
from twin.city.happenings import edges_of, effect_of
from twin.city.links import Links
from twin.city.section import RoadParameters
from twin.core.clock import HOUR_S, Clock
from twin.core.domain import WorldEvent
from twin.core.errors import ScenarioError
from twin.core.model import Together
from twin.domains.traffic.closures import Barriers
from twin.domains.traffic.domain import TrafficDomain
from twin.domains.traffic.parameters import PURPOSES

INF = float("inf")
MORNING = Clock(datetime(2021, 3, 15, 6), 0.0, 2 * HOUR_S)
CLOSED = WorldEvent("road_closes", "Main Street", 0.5 * HOUR_S, 1.5 * HOUR_S)


def begun(event: WorldEvent, city: City | None = None, **changes: Any) -> TrafficDomain:
    """Return the domain of a town, just after an event at second 0 has begun."""
    twin = traffic_twin(city or small_town(), small_parameters(trips_per_day=200.0, **changes), MORNING, events=[event])
    twin.env.run(until=30.0)
    domain = twin.domains["traffic"]
    assert isinstance(domain, TrafficDomain)
    return domain


def main_street(domain: TrafficDomain) -> NDArray[np.int32]:
    roads = domain.city.roads
    return np.unique(domain.network.links.edge_link[roads.edge_name == roads.names.index("Main Street")])


def wide_town(lanes: int) -> City:
    """The small town with so many lanes on every street."""
    narrow = small_map()
    roads = dataclasses.replace(narrow.roads, edge_lanes=np.full(narrow.roads.edge_count, lanes, np.uint8))
    return City(dataclasses.replace(narrow, roads=roads), RoadParameters())


# -- closed roads ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("informed", [0.0, 0.5, 1.0])
def test_nobody_enters_a_closed_road_and_those_on_it_leave(informed: float) -> None:
    twin = traffic_twin(small_town(), small_parameters(), MORNING, events=[CLOSED], informed=informed)
    domain = twin.domains["traffic"]
    assert isinstance(domain, TrafficDomain)
    closed = main_street(domain)
    twin.env.run(until=CLOSED.begins_s - 1)
    before = domain.road.of_links("entered")[closed]
    assert before.sum() > 50
    twin.env.run(until=CLOSED.begins_s + 20)
    begin = domain.road.of_links("entered")[closed]
    twin.env.run(until=CLOSED.ends_s - 1)
    assert (domain.road.of_links("entered")[closed] == begin).all()
    assert (domain.road.of_links("left")[closed] == begin).all()
    twin.run()
    assert (domain.road.of_links("entered")[closed] > begin).any()
    assert "under_way" not in set(twin.recorder.frames()["traffic.trips"]["ending"])


def test_only_who_does_not_know_learns_at_the_barrier() -> None:
    turned = {}
    for informed in (0.0, 1.0):
        _, _, frames = run_traffic(clock=MORNING, events=[CLOSED], informed=informed)
        (row,) = frames["traffic.closures"].itertuples()
        assert (row.begins_s, row.ends_s) == (CLOSED.begins_s, CLOSED.ends_s)
        turned[informed] = row.turned
    assert turned[0.0] > 0
    assert turned[1.0] == 0


def test_who_has_heard_of_it_after_some_minutes_does_not_come_to_the_barrier() -> None:
    def turned(minutes: float) -> int:
        _, _, frames = run_traffic(clock=MORNING, events=[CLOSED], informed=0.0, closure_known_min=minutes)
        return int(frames["traffic.closures"]["turned"].sum())

    assert 0 == turned(0.0) < turned(10.0) < turned(60.0)


def test_a_closure_without_end_lets_everybody_arrive() -> None:
    endless = dataclasses.replace(CLOSED, ends_s=INF)
    _, domain, frames = run_traffic(clock=MORNING, events=[endless])
    assert "under_way" not in set(frames["traffic.trips"]["ending"])
    assert domain.road.driving_count == 0


def test_a_box_closes_a_stretch_alone() -> None:
    roads = small_town().roads
    whole = edges_of(roads, CLOSED)
    west = dataclasses.replace(CLOSED, details=(("box", (LON - 0.01, LAT, LON + 0.02, LAT + 1)),))
    some = edges_of(roads, west)
    assert 0 < len(some) < len(whole)
    assert roads.node_lon[roads.edge_to[some]].max() <= LON + 0.02
    nowhere = dataclasses.replace(CLOSED, details=(("box", (0.0, 0.0, 1.0, 1.0)),))
    with pytest.raises(ScenarioError, match="no piece of Main Street lies whole in the box 0, 0, 1, 1"):
        edges_of(roads, nowhere)


def hand_made(*ends: tuple[int, int]) -> Links:
    count, nodes = len(ends), 1 + max(max(pair) for pair in ends)
    begin, end = (np.array(column, np.int32) for column in zip(*ends, strict=True))
    junctions, ones = np.arange(nodes, dtype=np.int32), np.ones(count)
    return Links(
        junctions, junctions, begin, end, ones, ones, np.ones(count, np.uint8), np.ones(count, np.uint8),
        np.arange(count, dtype=np.int32), ones,
    )  # fmt: skip


def test_a_ramp_onto_a_closed_road_is_barred_and_who_is_on_it_gets_off() -> None:
    # A street 0-1-2-3 both ways; a ramp 0-4 onto an expressway 4-5-6, with a ramp off at 6 to 3. 4-5 and 5-6 close.
    links = hand_made((0, 1), (1, 0), (1, 2), (2, 1), (2, 3), (3, 2), (0, 4), (4, 5), (5, 6), (6, 3))
    closed = np.isin(np.arange(10), [7, 8])
    barriers = Barriers.of(links, closed, np.full(10, 1000, np.int32))
    # nobody gets on at 0-4; who is at 4 or 5 drives on to 6 and off
    assert np.flatnonzero(barriers.barred).tolist() == [6]
    assert np.flatnonzero(barriers.connected).tolist() == [0, 1, 2, 3]


def test_a_closed_street_with_exits_is_barred_whole() -> None:
    # Streets 0-1-2 (closed) and 0-3-2, both ways, joined by 1-3.
    links = hand_made((0, 1), (1, 0), (1, 2), (2, 1), (0, 3), (3, 0), (3, 2), (2, 3), (1, 3), (3, 1))
    closed = np.arange(10) < 4
    barriers = Barriers.of(links, closed, np.full(10, 1000, np.int32))
    assert np.flatnonzero(barriers.barred).tolist() == [0, 1, 2, 3]
    assert barriers.connected.all()


# -- slower and narrower -----------------------------------------------------------------------------------------------


def test_rain_takes_from_speed_and_capacity_what_the_manual_says() -> None:
    parameters = RoadParameters()
    rain = {rate: effect_of(WorldEvent("rain_mm_per_h", rate, 0, 1), parameters) for rate in (0.0, 2.0, 5.0, 10.0)}
    assert rain[0.0] == (1.0, 1.0)
    # Highway Capacity Manual 2010, exhibit 10-15: 2.01, 7.24 and 14.13 % less
    assert [round(1 - capacity, 2) for _, capacity in rain.values()] == [0, 0.02, 0.07, 0.14]
    domain = begun(WorldEvent("rain_mm_per_h", 10.0, 0.0, INF))
    times = domain.network.times
    np.testing.assert_allclose(domain.road.of_links("headway_ms"), times.headway_ms / 0.86, atol=1)
    np.testing.assert_allclose(domain.road.of_links("free_ms"), times.free_ms / 0.94, atol=1)
    filled = (domain.road.of_links("free_ms") + domain.road.of_links("wave_ms")) / domain.road.of_links("headway_ms")
    assert (filled <= times.storage + 1).all()  # as many as fit in can still stand there


def test_slow_traffic_multiplies_every_drive_on_empty_roads() -> None:
    usual = begun(WorldEvent("traffic_slows", 1.0, 0.0, INF)).road
    slow = begun(WorldEvent("traffic_slows", 2.0, 0.0, INF)).road
    for name in ("free_ms", "wave_ms", "headway_ms"):
        np.testing.assert_allclose(slow.of_links(name), 2 * usual.of_links(name), atol=2)


def test_the_road_is_as_before_when_overlapping_events_have_ended() -> None:
    events = [
        WorldEvent("rain_mm_per_h", 10.0, 100.0, 3000.0), WorldEvent("traffic_slows", 1.5, 200.0, 1000.0),
        WorldEvent("crash", "Main Street", 300.0, 2000.0), CLOSED, WorldEvent("signals_fail", 1.0, 150.0, 900.0),
    ]  # fmt: skip
    without = {"load_delay": 0.0, "load_delay_uncrossed": 0.0, "illegal_share": 0.0}
    _, domain, frames = run_traffic(clock=MORNING, events=events, **without)
    for name, given in zip(("free_ms", "wave_ms", "headway_ms", "storage"), domain.network.times, strict=True):
        assert (domain.road.of_links(name) == given).all(), name
    assert "under_way" not in set(frames["traffic.trips"]["ending"])


@pytest.mark.parametrize(("lanes", "blocked", "left"), [(2, 1, 0.35), (3, 1, 0.49), (3, 2, 0.17), (4, 3, 0.13)])
def test_a_crash_leaves_of_one_link_what_the_manual_says(lanes: int, blocked: int, left: float) -> None:
    details = (("heading", "east"), ("lanes", float(blocked)), ("place", (LON + 0.02, LAT + 0.02)))
    domain = begun(WorldEvent("crash", "Main Street", 0.0, INF, details), wide_town(lanes))
    share = domain.network.times.headway_ms / domain.road.of_links("headway_ms")
    (link,) = np.flatnonzero(share < 0.9)
    assert share[link] == pytest.approx(left, abs=0.01)
    roads, links = domain.city.roads, domain.network.links
    ends = links.node[[links.from_junction[link], links.to_junction[link]]]
    assert roads.node_lon[ends[0]] < LON + 0.02 + 0.005 < roads.node_lon[ends[1]] + 0.01  # eastwards, near the place
    assert link in main_street(domain)
    assert (domain.road.of_links("storage") == domain.network.times.storage).all()


def test_a_crash_on_all_lanes_closes_its_link() -> None:
    domain = begun(WorldEvent("crash", "Main Street", 0.0, INF))
    (link,) = np.flatnonzero(domain.road.of_links("storage") == 0)
    assert link in main_street(domain)


@pytest.mark.parametrize("signals", ["plans", "share"])
def test_dark_signals_pass_one_by_one(signals: str) -> None:
    event = WorldEvent("signals_fail", 0.5, 600.0, 1200.0)
    twin = signals_twin(events=[event], signals=signals, clock=MORNING, illegal_share=0.0)
    domain = traffic_of(twin)
    usual_ms, links = domain.network.times.headway_ms, domain.network.links
    twin.env.run(until=900.0)
    slower = domain.road.of_links("headway_ms") > usual_ms
    assert (domain.road.of_links("headway_ms")[slower] == 7000 / links.lanes[slower]).all()
    dark = np.unique(links.to_junction[slower])  # every approach, and only those, of the signals that were drawn
    assert slower.sum() == 4 * len(dark)
    assert len(dark) == (twin.tables["traffic.signals"]["failure_draw"] < 0.5).sum() > 0
    if signals == "plans":
        phases = domain.network.signals.link_phase[slower]
        cycle_ms, _, green_ms = (
            domain.road._road.signals[name][phases] for name in ("cycle_ms", "start_ms", "green_ms")
        )
        assert (cycle_ms == green_ms).all()
    twin.env.run(until=1300.0)
    assert (domain.road.of_links("headway_ms") == usual_ms).all()


# -- crowds ------------------------------------------------------------------------------------------------------------


def test_a_crowd_comes_before_it_begins_leaves_after_it_ends_and_moves_nobody_else() -> None:
    place = (LON + 0.01, LAT + 0.01)
    crowd = WorldEvent("crowd_comes", 300.0, 1.2 * HOUR_S, 1.6 * HOUR_S, (("place", place),))
    with_it = traffic_twin(small_town(), small_parameters(), MORNING, events=[crowd])
    without = traffic_twin(small_town(), small_parameters(), MORNING)
    for name in ("traffic.vehicles", "traffic.trips"):
        usual = without.tables[name]
        assert with_it.tables[name].iloc[: len(usual)].equals(usual)
    vehicles = len(without.tables["traffic.vehicles"])
    assert len(with_it.tables["traffic.vehicles"]) == vehicles + 300
    trips = with_it.tables["traffic.trips"].iloc[len(without.tables["traffic.trips"]) :]
    leisure = trips["purpose"] == PURPOSES.index("leisure")
    there, back = trips[leisure], trips[~leisure]
    heads_for = there.set_index("vehicle")["destination_node"]
    assert back["origin_node"].tolist() == heads_for[back["vehicle"]].tolist()
    roads = small_town().roads
    away_m = np.hypot(*(roads.node_xy_m[heads_for.unique()] - roads.to_plane_m(*_degrees(place))).T)
    assert len(away_m) > 3
    assert away_m.max() <= small_parameters().crowd_spread_m
    assert len(there) == 300
    assert there["depart_ms"].min() >= 0
    assert (there["depart_ms"] < 1.2 * HOUR_S * 1000).mean() > 0.95
    assert (back["depart_ms"] >= 1.6 * HOUR_S * 1000).all()
    assert set(trips["vehicle"]) == set(range(vehicles, vehicles + 300))


def _degrees(place: tuple[float, float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.array([place[0]]), np.array([place[1]])


def test_cars_that_stay_make_no_trip_meanwhile_and_go_on_from_where_they_stand() -> None:
    def stay(share: float) -> WorldEvent:
        return WorldEvent("cars_stay", share, 0.5 * HOUR_S, 1.0 * HOUR_S)

    _, usual, _ = run_traffic(clock=MORNING)
    _, domain, _ = run_traffic(clock=MORNING, events=[stay(0.6)])
    book, whole = domain.book, usual.book
    planned = set(zip(book.vehicle.tolist(), book.planned_ms.tolist(), strict=True))
    would = set(zip(whole.vehicle.tolist(), whole.planned_ms.tolist(), strict=True))
    missing = np.array(sorted(would - planned))
    assert planned < would
    assert ((missing[:, 1] >= 1_800_000) & (missing[:, 1] < 3_600_000)).all()
    inside = (whole.planned_ms >= 1_800_000) & (whole.planned_ms < 3_600_000)
    assert len(missing) / inside.sum() == pytest.approx(0.6, abs=0.1)
    fewer = traffic_twin(small_town(), small_parameters(), MORNING, events=[stay(0.3)]).tables["traffic.trips"]
    some = set(zip(fewer["vehicle"].tolist(), fewer["depart_ms"].tolist(), strict=True))
    assert planned < some < would, "who stays under a smaller share stays under a larger one"
    assert not domain.busy()


def test_with_no_spread_a_crowd_heads_for_the_nearest_street() -> None:
    place = (LON + 0.011, LAT + 0.011)
    crowd = WorldEvent("crowd_comes", 50.0, 1.2 * HOUR_S, 1.6 * HOUR_S, (("place", place),))
    twin = traffic_twin(small_town(), small_parameters(crowd_spread_m=0.0), MORNING, events=[crowd])
    trips, first = twin.tables["traffic.trips"], len(twin.tables["traffic.vehicles"]) - 50
    there = (trips["vehicle"] >= first) & (trips["purpose"] == PURPOSES.index("leisure"))
    (node,) = set(trips["destination_node"][there])
    roads = small_town().roads
    away_m = np.hypot(*(roads.node_xy_m - roads.to_plane_m(*_degrees(place))).T)
    assert away_m[node] <= np.sort(away_m)[1]


def test_several_may_hear_one_event_each_in_turn() -> None:
    heard: list[tuple[str, bool]] = []

    class Listener:
        def __init__(self, name: str) -> None:
            self.name = name

        def on_event(self, twin: Any, event: WorldEvent, begins: bool) -> None:
            heard.append((self.name, begins))

    Together([Listener("roads"), Listener("traffic")]).on_event(None, CLOSED, True)  # type: ignore[arg-type]
    assert heard == [("roads", True), ("traffic", True)]
