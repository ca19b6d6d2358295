"""Before a run, a planner hears where more want to pass than can, and whether the day can be served at all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pytest
from support.cities import LAT, LON
from support.traffic import small_parameters, small_town
from support.traffic_day import run_traffic

from twin.city.conditions import RoadConditions
from twin.core.clock import HOUR_S, Clock
from twin.core.domain import WorldEvent
from twin.core.streams import Streams
from twin.domains.traffic.capacity_check import LEAST_RATIO, loads, warnings
from twin.domains.traffic.domain import TrafficDomain

MORNING = Clock(datetime(2021, 3, 15, 6), 0.0, 6 * HOUR_S)
INF = float("inf")


def domain(**changes: Any) -> TrafficDomain:
    city = small_town()
    return TrafficDomain(small_parameters(**changes), city, RoadConditions(city.ordinary, MORNING, Streams(1, 0)))


def said(town: TrafficDomain, *events: WorldEvent) -> str:
    return "\n".join(one.sentence.format(**one.values) for one in warnings(town, MORNING, events, 1))


def test_a_day_that_the_roads_can_carry_is_not_warned_of() -> None:
    assert said(domain()) == ""
    assert (
        loads(domain(trips_per_day=0.0, through_trips_per_day=0.0, lorry_trips_per_day=0.0, buses=0), MORNING, (), 1)
        == []
    )


def test_that_a_sample_is_lived_is_told_before() -> None:
    assert said(domain(vehicles_per_agent=3)).startswith("one vehicle in 3 is lived and stands for all of them")


def test_threads_that_share_the_fit_and_the_check_change_nothing() -> None:
    parameters, city = small_parameters(), small_town()
    found = []
    for threads in (1, 3):
        own = city.for_others(city.ordinary.parameters).with_threads(threads)
        town = TrafficDomain(parameters, own, RoadConditions(own.ordinary, MORNING, Streams(1, 0)))
        assert town.city.threads == threads
        factors = [(model.row_factor, model.column_factor) for model in town.demand.where.models.values()]
        found.append((factors, [(load.hour, load.flow_per_h) for load in loads(town, MORNING, (), 1)]))
    assert len(found[0][0]) == 5
    np.testing.assert_equal(found[0], found[1])


def test_overloaded_streets_are_named_with_their_ratio_and_hour() -> None:
    text = said(domain(trips_per_day=250_000.0))
    assert text.startswith("in the hour from 2021-03-15 0")
    assert "Main Street (" in text or "(no name) (" in text
    assert "queues will grow there" in text


def test_a_day_that_cannot_be_served_says_so() -> None:
    text = said(domain(trips_per_day=3_000_000.0))
    assert text.startswith("this day cannot be served: in 6 h more cars want to pass than can on ")
    assert "lower traffic.demand_factor" in text


def test_a_crowd_that_goes_home_makes_queues_and_no_day_that_cannot_be_served() -> None:
    details = (("place", (LON + 0.01, LAT + 0.01)),)
    crowd = WorldEvent("crowd_comes", 6000.0, 2 * HOUR_S, 4 * HOUR_S, details)
    text = said(domain(crowd_spread_m=0.0), crowd)
    assert "in the hour from 2021-03-15 10:00 more cars want to pass than can" in text
    assert "cannot be served" not in text


@pytest.mark.parametrize(("trips", "warned"), [(130_000.0, False), (250_000.0, True)])
def test_queues_dissolve_on_a_day_that_is_not_warned_of_and_stay_on_one_that_is(trips: float, warned: bool) -> None:
    """Between the two lies a band, from some 160,000 trips on, in which queues grow and dissolve without a warning."""
    room = {"trips_per_day": trips, "off_street_spaces": 90_000}
    assert bool(said(domain(**room))) == warned
    _, _, frames = run_traffic(clock=MORNING, **room)
    queued = frames["traffic.roads"].query("ends_s <= @MORNING.duration_s")["queued"]
    assert (queued.iloc[-1] > queued.max() / 2) == warned


def test_events_that_narrow_the_roads_are_taken_into_account() -> None:
    town = domain()
    rain = WorldEvent("traffic_slows", 8.0, 0.0, INF)
    (dry,), (slow,) = (loads(town, MORNING, events, 1) for events in ((), (rain,)))
    np.testing.assert_allclose(slow.capacity_per_h, dry.capacity_per_h / 8, rtol=0.01)
    assert LEAST_RATIO > slow.ratio.max() > 6 * dry.ratio.max()
    closed = WorldEvent("road_closes", "Main Street", 0.0, INF)
    (round_it,) = loads(town, MORNING, (closed,), 1)
    roads = town.city.roads
    main = town.network.links.edge_link[roads.edge_name == 1]
    assert (round_it.flow_per_h[main] == 0).all()
    assert dry.flow_per_h[main].sum() > 0


def test_an_hours_trips_are_all_on_the_roads() -> None:
    town = domain()
    (load,) = loads(town, MORNING, (), 1)
    links = town.network.links
    gone = np.bincount(links.from_junction, load.flow_per_h, len(links.node))
    come = np.bincount(links.to_junction, load.flow_per_h, len(links.node))
    begun = np.maximum(gone - come, 0).sum()
    assert 0 < begun <= load.flow_per_h.sum()
    assert load.run_share > 1 / 6  # the busiest of six hours
