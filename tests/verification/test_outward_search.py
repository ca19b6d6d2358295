"""Searching outward from a place finds what scipy's Dijkstra finds, and what the hierarchy says of the same roads."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from support.cities import small_city

from twin.city.conditions import RoadConditions
from twin.city.ways_to import WaysTo
from twin.core.clock import DAY_S, HOUR_S, Clock
from twin.core.streams import Streams
from twin.kernels.hierarchy import UNREACHABLE_MS
from twin.kernels.outward import edges_into, given_times

NODES = 40


def random_roads(seed: int, edges: int) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Ends and times of edges between 40 nodes, parallel ones, loops and closed ones among them."""
    generator = np.random.default_rng(seed)
    ends = generator.integers(0, NODES, (2, edges)).astype(np.int32)
    time_ms = generator.integers(1, 5_000, edges).astype(np.int32)
    time_ms[generator.random(edges) < 0.1] = UNREACHABLE_MS
    return np.ascontiguousarray(ends[0]), np.ascontiguousarray(ends[1]), time_ms


def times_by_scipy(
    edge_from: NDArray[np.int32], edge_to: NDArray[np.int32], time_ms: NDArray[np.int32], target: int
) -> NDArray[np.int64]:
    least = np.full((NODES, NODES), np.inf)
    np.minimum.at(least, (edge_to, edge_from), np.where(time_ms == UNREACHABLE_MS, np.inf, time_ms))
    row, column = np.nonzero(np.isfinite(least))
    found = dijkstra(coo_array((least[row, column], (row, column)), shape=least.shape).tocsr(), indices=target)
    return np.where(np.isfinite(found), found, UNREACHABLE_MS).astype(np.int64)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 200), st.lists(st.integers(0, NODES - 1), min_size=1, max_size=8))
def test_times_are_those_of_scipy_in_whatever_portions_they_are_asked(seed: int, edges: int, asked: list[int]) -> None:
    edge_from, edge_to, time_ms = random_roads(seed, edges)
    graph = edges_into(NODES, edge_from, edge_to)
    ways = WaysTo(graph, edge_to, given_times(graph, time_ms), asked[0])
    wanted = times_by_scipy(edge_from, edge_to, time_ms, asked[0])
    for node in asked:  # a search goes on where it stopped
        assert ways.times_ms(np.array([node]))[0] == wanted[node]
    assert ways.times_ms(np.arange(NODES)).tolist() == wanted.tolist()
    for source in range(NODES):
        route = ways.route(source)
        if wanted[source] == UNREACHABLE_MS:
            assert route is None
            continue
        assert route is not None
        assert route.time_ms == time_ms[route.edges].sum() == wanted[source]
        at = source
        for edge in route.edges.tolist():
            assert edge_from[edge] == at
            at = int(edge_to[edge])
        assert at == asked[0]


def test_what_is_no_node_or_no_time_is_refused() -> None:
    ends = np.array([0, 1], np.int32)
    graph = edges_into(2, ends, ends[::-1].copy())
    times = given_times(graph, np.array([5, 7], np.int32))
    with pytest.raises(IndexError, match="no such node"):
        WaysTo(graph, ends, times, 2)
    for node in (-1, 2):
        with pytest.raises(IndexError, match="no such node"):
            WaysTo(graph, ends, times, 0).times_ms(np.array([node]))
    with pytest.raises(ValueError, match="at least 1"):
        given_times(graph, np.array([5, 0], np.int32))


@pytest.mark.parametrize("seen", [False, True], ids=["by the day", "as seen"])
def test_the_hierarchy_says_the_same_of_every_hour_and_of_closed_roads(seen: bool) -> None:
    import simpy

    city = small_city()
    clock = Clock(datetime(2021, 3, 15), 0.0, DAY_S)
    roads = RoadConditions(city.ordinary, clock, Streams(3, 0))
    nodes = np.arange(city.roads.node_count, dtype=np.int32)
    for hour, closed in ((3, 0), (8, 0), (8, 3), (18, 0)):
        roads._closed = dict.fromkeys(range(7, 7 + closed), 1)
        roads._forget()
        at_s = hour * HOUR_S + 60.0
        if seen:
            generator = np.random.default_rng(hour)
            roads.watch(simpy.Environment(), generator.integers(500, 90_000, city.roads.edge_count).astype(np.int32))
        known = roads.live_times(at_s)
        for target in (0, 11, len(nodes) - 1):
            ways = roads.ways_to(target, at_s)
            assert ways.times_ms(nodes[::-1]).tolist() == known.times_to(nodes[::-1], target).tolist()
            assert roads.ways_to(target, at_s) is ways
        trips = [roads.trip(5, 11, at_s, 1.0, informed=True, near=near) for near in (False, True)]
        assert trips[0].arrive_s == pytest.approx(trips[1].arrive_s, abs=1.0)
        assert not trips[1].through_closure
