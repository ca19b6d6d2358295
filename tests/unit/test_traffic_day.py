"""Promises: in a day of traffic nobody is lost, nobody is in two places, and no lot holds more than its spaces."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from support.traffic import MONDAY, small_parameters, small_town
from support.traffic_day import run_traffic, traffic_twin

from twin.city.city import City
from twin.city.section import RoadParameters
from twin.core.clock import DAY_S, Clock
from twin.core.errors import ScenarioError
from twin.core.model import Twin
from twin.domains.traffic.domain import TrafficDomain
from twin.domains.traffic.parameters import PURPOSES
from twin.domains.traffic.supplied import Supplied
from twin.domains.traffic.supplied_lots import read_lots

Day = tuple[Twin, TrafficDomain, dict[str, pd.DataFrame]]
RIGHT_LOTS = Path(__file__).parents[1] / "data" / "lots" / "right.csv"
ROUNDING_S = 0.02
"""Times are recorded as 32-bit numbers."""


@pytest.fixture(scope="module")
def day() -> Day:
    return run_traffic()


@pytest.fixture(scope="module")
def crowded() -> Day:
    """Half as many spaces as are wanted."""
    return run_traffic(off_street_spaces=1_500, roadside_spaces=100)


def test_every_trip_of_the_table_begins_and_ends_once(day: Day) -> None:
    twin, _, frames = day
    trips = frames["traffic.trips"]
    assert len(trips) == len(twin.tables["traffic.trips"]) > 20_000
    assert trips["trip"].is_unique
    assert (trips["ending"] != "under_way").all()
    assert trips[["departed_s", "arrived_s", "parked_s"]].notna().all(axis=None)


@pytest.mark.parametrize("which", ["day", "crowded"])
def test_what_happens_to_a_trip_happens_in_order(which: str, request: pytest.FixtureRequest) -> None:
    trips = request.getfixturevalue(which)[2]["traffic.trips"]
    for before, after in (("planned_s", "departed_s"), ("departed_s", "arrived_s"), ("arrived_s", "parked_s")):
        assert (trips[after] >= trips[before] - ROUNDING_S).all(), f"{after} before {before}"
    gone = trips["left_s"].notna()
    assert (trips["left_s"] >= trips["parked_s"] - ROUNDING_S)[gone].all()
    of_one = trips["vehicle"].diff() == 0
    assert of_one.sum() > 10_000
    assert (trips["departed_s"] >= trips["parked_s"].shift() - ROUNDING_S)[of_one].all(), "in two places"
    assert np.allclose(trips["departed_s"][of_one], trips["left_s"].shift()[of_one])


def test_who_parks_is_in_a_lot_that_he_may_use_and_the_others_are_in_none(day: Day) -> None:
    trips, lots = day[2]["traffic.trips"], day[2]["traffic.lot_list"].set_index("lot")
    parked = trips["ending"] == "lot"
    assert parked.sum() > 5_000
    assert trips["lot"].notna().equals(parked)
    at_work = parked & (trips["purpose"] == PURPOSES.index("work"))
    kinds = set(lots.loc[trips.loc[at_work, "lot"], "kind"])
    assert kinds <= {"roadside", "public", "commercial", "office"}
    for purpose in ("freight", "school"):  # goods are unloaded, children set down
        assert (trips.loc[trips["purpose"] == PURPOSES.index(purpose), "ending"] == "no_parking").all()
    assert set(trips.loc[trips["ending"] == "own_place", "purpose"]) == {PURPOSES.index("home")}


@pytest.mark.parametrize("which", ["day", "crowded"])
def test_no_lot_ever_holds_more_than_its_spaces(which: str, request: pytest.FixtureRequest) -> None:
    """Counted from the trips themselves, at every arrival, not from what the domain says."""
    _, domain, frames = request.getfixturevalue(which)
    trips = frames["traffic.trips"]
    parked = trips[trips["lot"].notna()]
    stood = domain.overnight[domain.overnight >= 0]
    first = trips[~trips["vehicle"].duplicated()].set_index("vehicle")["departed_s"]
    overnight = np.flatnonzero(domain.overnight >= 0)
    begin_s = np.concatenate([np.full(len(stood), -1.0), parked["parked_s"]])
    end_s = np.concatenate([first.loc[overnight], parked["left_s"].fillna(np.inf)])
    lot = np.concatenate([stood, parked["lot"]]).astype(int)
    changes = pd.DataFrame(
        {"lot": np.tile(lot, 2), "at_s": np.concatenate([begin_s, end_s]), "by": np.repeat([1, -1], len(lot))}
    ).sort_values(["lot", "at_s", "by"])
    most = changes.groupby("lot")["by"].cumsum().groupby(changes["lot"]).max()
    spaces = frames["traffic.lot_list"].set_index("lot")["spaces"]
    assert (most <= spaces.loc[most.index]).all()
    assert parked["barrier_s"].max() > 14, "somebody has waited for others at a barrier, his place taken meanwhile"
    assert (trips["ending"] == "illegal").any()
    still = np.bincount(lot[np.isinf(end_s)], minlength=len(spaces))
    assert np.array_equal(still, domain.car_parks.taken)


def test_where_spaces_are_short_people_look_longer_and_some_find_none(day: Day, crowded: Day) -> None:
    searches_s, given_up = [], []
    for _, _, frames in (day, crowded):
        trips = frames["traffic.trips"]
        looked = trips[trips["looked"] > 0]
        searches_s.append((looked["parked_s"] - looked["arrived_s"]).mean())
        given_up.append((trips["ending"] == "gave_up").sum())
    assert searches_s[1] > 1.5 * searches_s[0]
    assert given_up[1] > 1.5 * given_up[0]


def test_nobody_arrives_earlier_than_an_empty_road_allows(day: Day) -> None:
    _, domain, frames = day
    trips, network = frames["traffic.trips"], domain.network
    sample = trips.sample(300, random_state=1)
    times = network.hierarchy.customise(network.times.free_ms)
    junction = network.links.node_junction
    first = ~trips["vehicle"].duplicated()
    for trip in sample[first.loc[sample.index]].itertuples():
        point = network.junction_point[junction[trip.destination_node]]
        least_s = times.time_ms(int(junction[trip.origin_node]), int(network.point_junction[point])) / 1000
        assert trip.arrived_s - trip.departed_s >= least_s - ROUNDING_S


def test_one_seed_is_one_day_to_the_last_bit_and_another_seed_another(day: Day) -> None:
    again, other = run_traffic(), run_traffic(seed=2)
    for name in ("traffic.trips", "traffic.links", "traffic.roads", "traffic.lots"):
        pd.testing.assert_frame_equal(day[2][name], again[2][name], check_exact=True)
    assert again[0].table_hashes == day[0].table_hashes != other[0].table_hashes
    assert day[2]["traffic.lot_list"].equals(other[2]["traffic.lot_list"]), "lots belong to the city"


def test_who_is_informed_changes_ways_and_not_the_day(day: Day) -> None:
    twin, _, frames = run_traffic(informed=0.0)
    assert twin.table_hashes == day[0].table_hashes
    assert len(frames["traffic.trips"]) == len(day[2]["traffic.trips"])


def test_kilometres_and_hours_of_the_roads_are_those_of_the_links(day: Day) -> None:
    _, domain, frames = day
    links, roads = frames["traffic.links"], frames["traffic.roads"]
    length_km = domain.network.links.length_m[links["link"]] / 1000
    by_interval = (links["left"] * length_km).groupby(links["ends_s"]).sum()
    expected = roads.set_index("ends_s")["vehicle_km"]
    assert np.allclose(by_interval.reindex(expected.index, fill_value=0), expected)
    assert (roads["vehicle_h"] >= roads["free_flow_h"] - 1e-6).all()
    assert small_town().roads.edge_count == len(domain.network.links.edge_link)


def test_a_run_too_long_for_the_roads_clock_is_refused() -> None:
    """Milliseconds of 32 bits would begin again below 0 after 24 days, and nobody would be told."""
    long = Clock(MONDAY.start, 0.0, 24 * DAY_S)
    with pytest.raises(ScenarioError, match="traffic lives 25 days at most"):
        run_traffic(clock=long, trips_per_day=100.0)


@pytest.mark.parametrize("step_s", [8.0, 14.0, 24.0])
def test_a_step_that_would_miss_the_minutes_is_refused(step_s: float) -> None:
    """News and records come at whole minutes; a step that never meets them would silently leave them out."""
    with pytest.raises(ValidationError, match="must go into a minute without rest"):
        small_parameters(step_s=step_s)


def test_lots_of_a_users_own_take_the_place_of_ours() -> None:
    """The key was once read and checked, and the day lived with the lots that were drawn."""
    supplied = read_lots(RIGHT_LOTS, small_town().roads, small_parameters())
    domain = TrafficDomain(small_parameters(), City(small_town().map, RoadParameters()), None, Supplied(supplied))  # type: ignore[arg-type]
    assert domain.lots["name"].tolist() == supplied.cells["name"].tolist()


def test_a_driver_and_a_lot_can_be_looked_at_while_they_live() -> None:
    twin = traffic_twin(small_town(), small_parameters(), Clock(datetime(2021, 3, 15, 6), 0.0, 3 * 3600.0))
    while twin.now < 2 * 3600:
        twin.step()
    domain = twin.domains["traffic"]
    assert isinstance(domain, TrafficDomain)
    under_way = [driver for driver in twin.drivers[:4000] if len(driver.route)]
    assert len(under_way) > 10
    links = domain.network.links
    for driver in under_way:
        trip = driver.trips[driver.current]
        assert (trip.ending, trip.parked_s) == ("under_way", None)
        assert trip.departed_s is not None
        assert trip.departed_s <= twin.now
        assert links.from_junction[driver.route[0]] == links.node_junction[trip.origin_node]
        assert (links.to_junction[driver.route[:-1]] == links.from_junction[driver.route[1:]]).all()
        assert links.to_junction[driver.route[-1]] in domain.network.point_junction
    assert [lot.taken for lot in twin.lots] == domain.car_parks.taken.tolist()
    assert twin.drivers[-1].vehicle == len(twin.drivers) - 1
    with pytest.raises(IndexError):
        twin.drivers[len(twin.drivers)]
    with pytest.raises(AttributeError, match="drivers, lots"):
        _ = twin.trains
