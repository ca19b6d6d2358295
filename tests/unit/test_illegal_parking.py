"""Promises: who stands where it is not allowed takes a lane while he stands there, and no longer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.traffic_day import run_traffic

from twin.city.road_traffic import RoadTraffic
from twin.core.clock import Clock
from twin.domains.traffic.capacity import Capacity
from twin.domains.traffic.domain import TrafficDomain
from twin.domains.traffic.illegal_parking import IllegalParking
from twin.kernels.road_network import triangular

MORNING = Clock(datetime(2021, 3, 15, 7), 0.0, 3 * 3600.0)
SHORT: dict[str, Any] = {"off_street_spaces": 1_500, "roadside_spaces": 100, "patience_min": 5.0}


def two_links() -> tuple[RoadTraffic, Capacity, np.ndarray]:
    times = triangular(np.full(2, 300.0), np.array([2, 1]), np.full(2, 10.0), np.full(2, 1800.0), 0.15, 2000)
    road = RoadTraffic(3, [0, 1], [1, 2], times)
    return road, Capacity(road, times.headway_ms), times.headway_ms


def headways(road: RoadTraffic) -> list[int]:
    return road.of_links("headway_ms").tolist()


def test_causes_that_limit_a_link_multiply_and_each_takes_back_its_own_alone() -> None:
    road, capacity, ordinary = two_links()
    both = np.array([0, 1], np.int32)
    capacity.limit("illegal_parking", both, np.array([0.5, 0.8]))
    capacity.limit("works", both[:1], np.array([0.5]))
    assert headways(road) == [ordinary[0] * 4, round(ordinary[1] / 0.8)]
    capacity.limit("illegal_parking", both, np.ones(2))
    assert headways(road) == [ordinary[0] * 2, ordinary[1]]
    capacity.limit("works", both[:1], np.ones(1))
    assert headways(road) == ordinary.tolist()
    for share in (0.0, 1.5):
        with pytest.raises(ValueError, match="above 0, and at most 1"):
            capacity.limit("works", both[:1], np.array([share]))


def test_a_link_with_half_its_lanes_passes_half_as_many() -> None:
    passed = []
    for left in (1.0, 0.5):
        road, capacity, _ = two_links()
        capacity.limit("illegal_parking", np.array([0], np.int32), np.array([left]))
        cars = road.add_vehicles(400)
        road.send_along(cars, np.arange(401), np.zeros(400, int))
        arrived, _ = road.advance(300_000, cars, np.zeros(400, int))
        passed.append(len(arrived))
    assert passed[0] == pytest.approx(2 * (300 - 30) * 0.5, abs=2)
    assert passed[1] == pytest.approx(passed[0] / 2, abs=2)


@pytest.fixture(scope="module")
def crowded() -> tuple[TrafficDomain, dict[str, pd.DataFrame]]:
    _, domain, frames = run_traffic(clock=MORNING, illegal_share=1.0, **SHORT)
    return domain, frames


def test_a_link_is_narrowed_until_the_last_of_several_has_gone(crowded: Any) -> None:
    """Driven by hand: three cars on one link, minute by minute."""
    domain, _ = crowded
    road = domain.network.road(0, 2)
    table = pd.DataFrame({"kerb_draw": np.zeros(3)})
    parking = IllegalParking(
        table, domain.network, road.out_first, road.out_link, Capacity(road, domain.network.times.headway_ms),
        domain.parameters,
    )  # fmt: skip

    class Book:
        destination = np.full(3, domain.network.links.node[0], np.int32)
        stay_s = np.array([90, 200, 9_000], np.int32)
        left_ms = np.full(3, -(2**31), np.int32)

    who = np.arange(3, dtype=np.int32)
    same = np.zeros(3, np.int32)  # the number of the vehicle chooses the link
    parking.stop(same[:2], who[:2], Book, np.array([10_000, 70_000], np.int32))
    parking.stop(same[2:], who[2:], Book, np.array([75_000], np.int32))
    seen = []
    for minute in range(1, 35):
        if minute == 7:
            Book.left_ms[2] = 400_000  # drives off before his time: his next trip begins
        parking.step(Book, 60_000 * minute)
        link = np.flatnonzero(parking.on_link)
        seen.append(int(parking.on_link.sum()))
        narrowed = np.flatnonzero(road.of_links("headway_ms") != domain.network.times.headway_ms)
        assert narrowed.tolist() == link.tolist()
    # all three are noted before the first minute; at 100, 270 and 400 s they go, to be missed at the next whole minute
    assert seen[:8] == [3, 2, 2, 2, 1, 1, 0, 0]
    assert parking.stood(Book).ends_ms.tolist() == [100_000, 270_000, 400_000]


def test_every_car_that_stood_illegally_is_on_record_and_links_are_as_before(crowded: Any) -> None:
    domain, frames = crowded
    trips, stood = frames["traffic.trips"], frames["traffic.illegal_parking"]
    illegal = trips[trips["ending"] == "illegal"]
    assert len(illegal) > 300
    assert not (trips["ending"] == "gave_up").any(), "all who find none do it here"
    assert sorted(stood["trip"]) == sorted(illegal["trip"])
    assert illegal["lot"].isna().all()
    longest_s = 60 * domain.parameters.illegal_longest_min
    stays_s = stood["ends_s"] - stood["begins_s"]
    assert ((stays_s >= 0) & (stays_s <= longest_s + 0.01)).all()
    begun = stood.merge(illegal, on="trip")
    gone = begun["left_s"].notna()
    assert (begun["ends_s"][gone] <= begun["left_s"][gone] + 0.01).all()
    narrowed = domain.road.of_links("headway_ms") != domain.network.times.headway_ms
    assert narrowed.tolist() == (domain.illegal_parking.on_link > 0).tolist()
    links = frames["traffic.link_list"].set_index("link")
    from_node = links["from_node"].loc[stood["link"].dropna().astype(int)]
    destination = illegal.set_index("trip")["destination_node"].loc[stood["trip"][stood["link"].notna()]]
    junction = domain.network.links.node_junction
    assert (junction[from_node] == junction[destination]).all(), "near the destination"


def test_cars_that_stand_in_the_way_cost_the_others_time(crowded: Any) -> None:
    _, domain, lawful = run_traffic(clock=MORNING, illegal_share=0.0, **SHORT)
    assert not len(lawful["traffic.illegal_parking"])
    assert (domain.road.of_links("headway_ms") == domain.network.times.headway_ms).all()
    hours = [frames["traffic.roads"]["vehicle_h"].sum() for frames in (lawful, crowded[1])]
    assert hours[1] > hours[0]


def test_the_same_people_would_stop_illegally_under_another_share(crowded: Any) -> None:
    twin, domain, _ = run_traffic(clock=Clock(datetime(2021, 3, 15, 7), 0.0, 600.0), illegal_share=0.3, **SHORT)
    assert 0.2 < domain.illegal_parking.would.mean() < 0.4
    assert (domain.illegal_parking.would <= crowded[0].illegal_parking.would).all()
    assert set(twin.tables["traffic.kerb"].columns) == {"kerb_draw"}
