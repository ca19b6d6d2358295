from __future__ import annotations

import heapq
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.city.driving import drive
from twin.city.graph import RoadGraph
from twin.city.routing import UNREACHABLE_MS, Hierarchy
from twin.kernels.dissection import nested_dissection_order
from twin.kernels.lanes import LANES

settings.register_profile("routing", deadline=None, max_examples=200)
unhurried = settings.get_profile("routing")


@st.composite
def road_graphs(draw):
    """Draw any directed graph: one-ways, loops, parallel and closed edges, several components, any order."""
    count = draw(st.integers(1, 14))
    node = st.integers(0, count - 1)
    time = st.one_of(st.integers(1, 20), st.just(UNREACHABLE_MS), st.integers(2**29, UNREACHABLE_MS))
    edges = draw(st.lists(st.tuples(node, node, time), max_size=60))
    edge_from, edge_to, time_ms = np.array(edges, np.int64).reshape(-1, 3).T.astype(np.int32)
    if draw(st.booleans()):
        rank = np.array(draw(st.permutations(range(count))), np.int32)
    else:
        place = st.lists(st.integers(0, 3), min_size=count, max_size=count)
        x_m, y_m = np.array(draw(place), float), np.array(draw(place), float)
        rank = nested_dissection_order(x_m, y_m, edge_from, edge_to)
        assert sorted(rank.tolist()) == list(range(count))
    nodes, edges = np.zeros(count), np.zeros(len(edges))
    graph = RoadGraph(
        nodes, nodes, rank, nodes.astype(np.int8), edge_from.copy(), edge_to.copy(), edges, edges, edges, edges, edges,
        edges, edges, ("",), (),
    )  # fmt: skip
    return graph, time_ms.copy()


def dijkstra(graph: RoadGraph, time_ms: np.ndarray, source: int) -> list[int]:
    best = [UNREACHABLE_MS] * graph.node_count
    best[source] = 0
    queue = [(0, source)]
    while queue:
        reached_ms, node = heapq.heappop(queue)
        if reached_ms > best[node]:
            continue
        for edge in np.flatnonzero(graph.edge_from == node):
            there_ms = reached_ms + int(time_ms[edge])
            if there_ms < best[graph.edge_to[edge]]:
                best[graph.edge_to[edge]] = there_ms
                heapq.heappush(queue, (there_ms, int(graph.edge_to[edge])))
    return best


@given(road_graphs())
@settings(unhurried)
def test_every_time_is_the_one_that_dijkstra_finds(case):
    graph, time_ms = case
    times = Hierarchy.of(graph).customise(time_ms)
    everywhere = np.arange(graph.node_count)
    expected = np.array([dijkstra(graph, time_ms, source) for source in everywhere])
    assert np.array_equal([times.times_from(source, everywhere) for source in everywhere], expected)
    assert np.array_equal(np.transpose([times.times_to(everywhere, target) for target in everywhere]), expected)
    assert np.array_equal(times.times_between(everywhere, everywhere[::2]), expected[:, ::2])
    assert np.array_equal(times.times_between(everywhere[::2], everywhere), expected[::2])


@given(road_graphs())
@settings(unhurried)
def test_every_route_is_connected_open_and_takes_its_time(case):
    graph, time_ms = case
    times = Hierarchy.of(graph).customise(time_ms)
    for source in range(graph.node_count):
        for target in range(graph.node_count):
            route = times.route(source, target)
            if route is None:
                assert times.time_ms(source, target) == UNREACHABLE_MS
                continue
            assert route.time_ms == times.time_ms(source, target) == time_ms[route.edges].astype(np.int64).sum()
            assert (route.nodes[0], route.nodes[-1]) == (source, target)
            assert np.array_equal(graph.edge_from[route.edges], route.nodes[:-1])
            assert np.array_equal(graph.edge_to[route.edges], route.nodes[1:])
            assert len(set(route.nodes.tolist())) == len(route.nodes)


@given(road_graphs(), st.integers(0, 2**32 - 1))
@settings(unhurried)
def test_new_times_leave_no_trace_of_the_old(case, seed):
    graph, time_ms = case
    hierarchy = Hierarchy.of(graph)
    other = hierarchy.customise(np.random.default_rng(seed).permutation(time_ms).astype(np.int32))
    everywhere = np.arange(graph.node_count)
    before = other.times_from(0, everywhere)
    hierarchy.customise(time_ms)
    assert np.array_equal(other.times_from(0, everywhere), before)
    assert before.tolist() == dijkstra(graph, other.edge_time_ms, 0)


@st.composite
def drives(draw, closures=True):
    """Draw a route of up to 6 edges, 1 to 5 periods, and times that suit them."""
    gaps_s = draw(st.lists(st.integers(1, 60), max_size=4))
    starts_s = np.cumsum([0.0, *gaps_s])
    edge_count = draw(st.integers(1, 6))
    open_ms = st.integers(1, 90_000)
    time = st.one_of(open_ms, open_ms, st.just(UNREACHABLE_MS)) if closures else open_ms
    row = st.lists(time, min_size=edge_count, max_size=edge_count)
    time_ms = np.array(draw(st.lists(row, min_size=len(starts_s), max_size=len(starts_s))), np.int32)
    route = draw(st.lists(st.integers(0, edge_count - 1), max_size=6))
    return route, starts_s, time_ms, draw(st.floats(0.3, 2))


departures = st.floats(-30, 300)


@given(drives(), st.lists(departures, min_size=2, max_size=6))
@settings(unhurried)
def test_nobody_arrives_earlier_by_leaving_later(case, departures_s):
    route, starts_s, time_ms, factor = case
    arrivals = [drive(route, depart_s, starts_s, time_ms, factor).arrive_s for depart_s in sorted(departures_s)]
    for earlier, later in pairwise(arrivals):
        assert (earlier <= later + 1e-6).all()


@given(drives(), departures)
@settings(unhurried)
def test_time_never_runs_backwards_along_a_drive(case, depart_s):
    route, starts_s, time_ms, factor = case
    driven = drive(route, depart_s, starts_s, time_ms, factor)
    assert driven.arrive_s[0] == depart_s
    assert (driven.arrive_s[:-1] <= driven.enter_s).all()
    assert (driven.enter_s <= driven.arrive_s[1:]).all()


@given(drives(closures=False), departures)
@settings(unhurried)
def test_speeds_driven_add_up_to_the_whole_edge(case, depart_s):
    route, starts_s, time_ms, factor = case
    driven = drive(route, depart_s, starts_s, time_ms, factor)
    bounds_s = np.r_[-np.inf, starts_s[1:], np.inf]
    for edge, enter_s, leave_s in zip(route, driven.enter_s, driven.arrive_s[1:], strict=True):
        spent_s = np.clip(np.minimum(leave_s, bounds_s[1:]) - np.maximum(enter_s, bounds_s[:-1]), 0, None)
        np.testing.assert_allclose((spent_s / (time_ms[:, edge] * factor / 1000)).sum(), 1, atol=1e-6, rtol=0)


@given(drives(), departures, departures)
@settings(unhurried)
def test_next_turn_is_never_in_the_past_before_arrival(case, depart_s, time_s):
    route, starts_s, time_ms, factor = case
    driven = drive(route, depart_s, starts_s, time_ms, factor)
    turn = driven.position_at(time_s)
    assert 0 <= turn.place <= len(route)
    assert turn.at_s >= time_s or turn.at_s == driven.arrive_s[-1]
    assert turn.at_s >= driven.arrive_s[turn.place]
    assert turn.at_s < np.inf


@given(road_graphs(), st.integers(0, 2**32 - 1), st.integers(1, 2 * LANES + 1))
@settings(unhurried)
def test_several_metrics_at_once_answer_as_each_alone(case, seed, count):
    graph, time_ms = case
    hierarchy = Hierarchy.of(graph)
    generator = np.random.default_rng(seed)
    each_ms = np.array([generator.permutation(time_ms) for _ in range(count)], np.int32)
    nodes = np.arange(graph.node_count)
    for times, alone_ms in zip(hierarchy.customise_each(each_ms), each_ms, strict=True):
        assert np.array_equal(
            times.times_between(nodes, nodes), hierarchy.customise(alone_ms).times_between(nodes, nodes)
        )


@given(road_graphs(), st.integers(0, 2**32 - 1))
@settings(unhurried)
def test_places_that_are_prepared_are_as_far_as_they_are(case, seed):
    graph, time_ms = case
    hierarchy = Hierarchy.of(graph)
    generator = np.random.default_rng(seed)
    places = hierarchy.places(generator.integers(0, graph.node_count, 5))
    several_ms = np.array([generator.permutation(time_ms) for _ in range(3)], np.int32)
    for each_ms in (
        several_ms[:1],
        several_ms,
    ):  # the second time what the first was asked is prepared with the metrics
        for times in hierarchy.customise_each(each_ms):
            for node in range(graph.node_count):
                assert np.array_equal(times.times_from_places(places, node), times.times_to(places.nodes, node))
                assert np.array_equal(times.times_to_places(node, places), times.times_from(node, places.nodes))
