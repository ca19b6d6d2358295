"""Search time against occupancy rises where published curves rise; figures and sources stand in docs/validation.md."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from support.searching import Search, belloche_s, search
from support.traffic_day import run_traffic

from twin.domains.traffic.domain import TrafficDomain
from twin.domains.traffic.parameters import PURPOSES

TARGETS = (0.50, 0.70, 0.80, 0.85, 0.92, 0.98, 0.995)


@cache
def curve() -> dict[float, Search]:
    """Blocks of 100 m with 12 places each, as many as a street has here on the mean."""
    return {target: search(target) for target in TARGETS}


def test_the_quarter_is_held_at_the_occupancies_that_are_asked_about() -> None:
    for target, found in curve().items():
        assert found.occupancy == pytest.approx(target, abs=0.02), "near the top, who has left is not replaced at once"


def test_search_rises_sharply_past_85_to_92_percent() -> None:
    """Levy, Martens and Benenson (2013): space begins to matter at 85 %, and matters much above 92 to 93 %."""
    found = curve()
    assert found[0.70].search_s < 6 < 10 < found[0.85].search_s < 25
    assert found[0.92].search_s > 2 * found[0.85].search_s
    assert found[0.98].search_s > 5 * found[0.85].search_s
    slope = [
        (found[high].search_s - found[low].search_s) / (found[high].occupancy - found[low].occupancy)
        for low, high in ((0.50, 0.80), (0.85, 0.92), (0.92, 0.98))
    ]
    assert slope[1] > 6 * slope[0]
    assert slope[2] > 2 * slope[1]


def test_drivers_crowd_and_find_fewer_places_than_chance_alone_leaves() -> None:
    """Levy (2013): a model in space parts from one without, here 1 / (1 - occupancy ** places), as places fill."""
    found = curve()
    apart = {target: one.looked / one.looked_by_chance(12) for target, one in found.items()}
    assert apart[0.50] == pytest.approx(1, abs=0.03)
    assert apart[0.50] < apart[0.70] < apart[0.80] < apart[0.92]
    assert apart[0.92] > 1.35


def test_the_rise_is_at_least_as_steep_as_belloches() -> None:
    """Belloche (2015), exp(8.586 occupancy): from 70 to 85 % times 3.6, from 85 to 92 % times 1.8."""
    found = curve()
    for low, high in ((0.70, 0.85), (0.85, 0.92), (0.92, 0.98)):
        published = belloche_s(found[high].occupancy) / belloche_s(found[low].occupancy)
        assert found[high].search_s / found[low].search_s > published
        assert found[low].search_s < belloche_s(found[low].occupancy), "and lies below: streets of one kind, no queues"


def test_drivers_of_a_town_hardly_search_while_places_are_free_around_them() -> None:
    """All may park everywhere in lots of 20; occupancy of the 32 points around each destination at arrival."""
    everywhere = ["public", "roadside"]
    _, domain, events = run_traffic(
        informed=0.0, points_around=32, off_street_spaces=2600, roadside_spaces=0, lot_mean_spaces=20.0,
        lot_least_spaces=20, lot_size_sigma=0.0, home_permit_share=1.0, patience_min=60.0,
        barrier_recognised_s=0.0, barrier_ticket_s=0.0,
        lot_kind_shares={"public": 1.0, "commercial": 0.0, "office": 0.0, "residential": 0.0, "hospital": 0.0},
        may_park={name: [] if name == "school" else everywhere for name in PURPOSES[:6]},
    )  # fmt: skip
    found = occupancy_and_search(domain, events)
    by = found.groupby(pd.cut(found["occupancy"], [0, 0.5, 0.85, 0.98, 1.0]))["search_s"]
    mean, median, count = by.mean().tolist(), by.median().tolist(), by.size().tolist()
    assert min(count) > 200
    assert mean[0] < 15
    assert mean[0] < mean[1] < mean[2] < mean[3]
    assert median[0] == median[1] == 0 < median[3]
    assert mean[3] > 1000, "nothing is free for 32 points around"


def occupancy_and_search(domain: TrafficDomain, events: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return for each driver who looked how full the lots around were before, and how long he searched."""
    network, lots, taken = domain.network, domain.lots, events["traffic.lots"]
    point = network.junction_point[network.links.node_junction[lots["node"].to_numpy()]]
    points = len(network.point_junction)
    spaces = np.bincount(point, lots["spaces"], points)
    by_interval = np.zeros((int(events["traffic.trips"]["arrived_s"].max()) // 900 + 2, points))
    np.add.at(by_interval, (taken["ends_s"] // 900, point[taken["lot"]]), taken["taken"])
    trips = events["traffic.trips"]
    trips = trips[trips["ending"].isin(["lot", "gave_up"]) & trips["parked_s"].notna()]
    destination = network.junction_point[network.links.node_junction[trips["destination_node"].to_numpy()]]
    around = domain.car_parks.points_around[destination]
    interval = (trips["arrived_s"] // 900).astype(int).to_numpy()
    stands = by_interval[interval[:, None], around].sum(axis=1)
    return pd.DataFrame(
        {"occupancy": stands / spaces[around].sum(axis=1), "search_s": trips["parked_s"] - trips["arrived_s"]}
    )
