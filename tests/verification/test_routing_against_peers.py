"""The same travel times as independent programs, on the city's map and on an irregular made-up one."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay

from twin.city.graph import RoadGraph
from twin.city.map import read_map
from twin.city.nearest import nearest_nodes
from twin.city.routing import UNREACHABLE_MS, Hierarchy, TravelTimes
from twin.kernels.adjacency import undirected_neighbours
from twin.kernels.dissection import nested_dissection_order
from twin.kernels.separator import mark_sides, send_disjoint_paths

ZHENGZHOU = Path(__file__).parents[2] / "maps" / "zhengzhou"
SOURCES, TARGETS = 12, 25
SPEEDS = ("free_flow", "rush_hour", "roads_closed")


@cache
def irregular_city() -> RoadGraph:
    """Return 4,000 scattered junctions, neighbours mostly joined, some by one-way streets."""
    rng = np.random.default_rng(2021)
    xy_km = rng.uniform(0, 30, (4000, 2))
    triangles = Delaunay(xy_km).simplices
    street = np.unique(np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]]]), axis=1), axis=0)
    street = street[rng.random(len(street)) < 0.6]
    back = street[rng.random(len(street)) < 0.85][:, ::-1]
    edge_from, edge_to = np.concatenate([street, back]).astype(np.int32).T.copy()
    length_m = 1000 * np.hypot(*(xy_km[edge_from] - xy_km[edge_to]).T)
    lon, lat = 113.5 + xy_km[:, 0] / 91, 34.6 + xy_km[:, 1] / 111
    node, edge = np.zeros(len(lon), np.int8), np.zeros(len(edge_from), np.uint8)
    return RoadGraph(
        node_lon=lon, node_lat=lat, node_rank=nested_dissection_order(xy_km[:, 0], xy_km[:, 1], edge_from, edge_to),
        node_district=node, edge_from=edge_from, edge_to=edge_to, edge_length_m=length_m.astype(np.float32),
        edge_class=edge, edge_source=edge, edge_lanes=edge + 1,
        edge_speed_kmh=rng.choice([30, 50, 80], len(edge_from)).astype(np.float32), edge_level=edge.astype(np.int8),
        edge_name=edge.astype(np.int32), names=("",), districts=(),
    )  # fmt: skip


@cache
def zhengzhou() -> RoadGraph:
    return read_map(ZHENGZHOU).roads


@cache
def hierarchy_of(city: str) -> tuple[RoadGraph, Hierarchy]:
    graph = zhengzhou() if city == "zhengzhou" else irregular_city()
    return graph, Hierarchy.of(graph)


@pytest.fixture(
    params=[
        "irregular_city",
        pytest.param(
            "zhengzhou",
            marks=pytest.mark.skipif(not (ZHENGZHOU / "map.yaml").exists(), reason="maps/zhengzhou is not built"),
        ),
    ]
)
def city(request) -> str:
    return request.param


def edge_times_ms(graph: RoadGraph, speeds: str) -> np.ndarray:
    rng = np.random.default_rng(8)
    time_s = graph.edge_free_flow_s
    if speeds == "rush_hour":
        time_s = time_s * rng.lognormal(0.5, 0.4, graph.edge_count)
    time_ms = np.maximum(np.round(1000 * time_s), 1).astype(np.int32)
    if speeds == "roads_closed":
        time_ms[rng.random(graph.edge_count) < 0.15] = UNREACHABLE_MS
    return time_ms


def fastest_of_parallel(graph: RoadGraph, time_ms: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    is_open = time_ms < UNREACHABLE_MS
    tail, head, open_ms = graph.edge_from[is_open], graph.edge_to[is_open], time_ms[is_open]
    by_time = np.lexsort([open_ms, head, tail])
    pair = tail[by_time].astype(np.int64) * graph.node_count + head[by_time]
    first = by_time[np.unique(pair, return_index=True)[1]]
    return tail[first], head[first], open_ms[first]


@pytest.fixture(params=SPEEDS)
def case(request, city) -> tuple[RoadGraph, np.ndarray, TravelTimes, np.ndarray, np.ndarray]:
    graph, hierarchy = hierarchy_of(city)
    time_ms = edge_times_ms(graph, request.param)
    rng = np.random.default_rng(4)
    sources, targets = rng.integers(0, graph.node_count, SOURCES), rng.integers(0, graph.node_count, TARGETS)
    return graph, time_ms, hierarchy.customise(time_ms), sources, targets


def test_same_times_as_scipy(case):
    graph, time_ms, times, sources, _ = case
    tail, head, open_ms = fastest_of_parallel(graph, time_ms)
    matrix = csr_matrix((open_ms.astype(float), (tail, head)), shape=(graph.node_count,) * 2)
    expected = np.minimum(dijkstra(matrix, indices=sources), UNREACHABLE_MS)
    everywhere = np.arange(graph.node_count)
    assert np.array_equal([times.times_from(source, everywhere) for source in sources], expected)
    assert np.array_equal(times.times_between(everywhere, everywhere[:5])[sources], expected[:, :5])


def test_same_times_as_networkx_and_routes_that_take_them(case):
    graph, time_ms, times, sources, targets = case
    peer = nx.DiGraph()
    peer.add_nodes_from(range(graph.node_count))
    peer.add_weighted_edges_from(zip(*(values.tolist() for values in fastest_of_parallel(graph, time_ms)), strict=True))
    for source in sources.tolist():
        expected = nx.single_source_dijkstra_path_length(peer, source)
        for target in targets.tolist():
            route = times.route(source, target)
            assert times.time_ms(source, target) == expected.get(target, UNREACHABLE_MS)
            assert (route is None) == (target not in expected)
            if route is not None:
                assert route.time_ms == time_ms[route.edges].sum() == expected[target]
                assert np.array_equal(graph.edge_from[route.edges], route.nodes[:-1])
                assert np.array_equal(graph.edge_to[route.edges], route.nodes[1:])
                assert (route.nodes[0], route.nodes[-1]) == (source, target)


@cache
def peer_topology(city: str):
    pyroutingkit = pytest.importorskip("pyroutingkit", reason="pyroutingkit is not installed (Linux on x86-64 only)")
    graph = hierarchy_of(city)[0]
    topology = pyroutingkit.CCHTopology()
    topology.build(
        graph.edge_from.astype(np.uint32), graph.edge_to.astype(np.uint32),
        graph.node_lat.astype(np.float32), graph.node_lon.astype(np.float32), graph.node_count,
    )  # fmt: skip
    return pyroutingkit, topology


def test_same_times_as_routingkit(case, city):
    _, time_ms, times, sources, targets = case
    pyroutingkit, topology = peer_topology(city)
    metric = pyroutingkit.CCHMetric(topology)
    metric.customize(np.where(time_ms < UNREACHABLE_MS, time_ms, pyroutingkit.INF_WEIGHT).astype(np.uint32))
    expected = metric.distances_many_to_many(sources.astype(np.uint32), targets.astype(np.uint32))
    assert np.array_equal(times.times_between(sources, targets), np.minimum(expected, UNREACHABLE_MS))


def test_some_pairs_are_unreachable_when_roads_are_closed_and_most_are_not(city):
    graph, hierarchy = hierarchy_of(city)
    times = hierarchy.customise(edge_times_ms(graph, "roads_closed"))
    everywhere = np.arange(graph.node_count)
    unreachable = times.times_between(everywhere, everywhere[::500]) == UNREACHABLE_MS
    assert 0 < unreachable.mean() < 0.7


def test_nearest_node_is_the_one_that_looking_at_all_finds(city):
    graph, _ = hierarchy_of(city)
    rng = np.random.default_rng(6)
    lon = rng.uniform(graph.node_lon.min() - 0.1, graph.node_lon.max() + 0.1, 50)
    lat = rng.uniform(graph.node_lat.min() - 0.1, graph.node_lat.max() + 0.1, 50)
    away_m = np.linalg.norm(graph.to_plane_m(lon, lat)[:, None] - graph.node_xy_m, axis=2)
    assert np.array_equal(nearest_nodes(graph, lon, lat), away_m.argmin(axis=1))


@pytest.mark.parametrize("seed", range(40))
def test_separator_parts_its_ends_and_is_as_small_as_networkx_says(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 30))
    ends = rng.integers(0, count, (2, rng.integers(1, 80))).astype(np.int32)
    first, head = undirected_neighbours(count, ends[0], ends[1])
    shuffled = rng.permutation(count)
    is_start, is_goal = np.zeros((2, count), bool)
    is_start[shuffled[: max(1, count // 4)]] = True
    is_goal[shuffled[count - max(1, count // 4) :]] = True
    on_path, before, after = np.empty(count, bool), np.empty(count, np.int32), np.empty(count, np.int32)
    side = np.empty(count, np.int8)
    cut = send_disjoint_paths(first, head, is_start, is_goal, count, on_path, before, after)
    sizes = mark_sides(first, head, is_start, is_goal, on_path, before, after, side)
    peer = nx.DiGraph()
    for node in range(count):
        peer.add_edge(("entrance", node), ("exit", node), capacity=1)
        peer.add_edges_from((("exit", node), ("entrance", other)) for other in head[first[node] : first[node + 1]])
    peer.add_edges_from(("start", ("entrance", node)) for node in np.flatnonzero(is_start))
    peer.add_edges_from((("exit", node), "goal") for node in np.flatnonzero(is_goal))
    assert cut == nx.maximum_flow_value(peer, "start", "goal") == (side == 2).sum()
    assert sizes == ((side == 0).sum(), (side == 1).sum())
    tail = np.repeat(np.arange(count), np.diff(first))
    assert not ((side[tail] == 0) & (side[head] == 1)).any()
    assert not (is_start & (side == 1)).any()
    assert not (is_goal & (side == 0)).any()


def test_order_leaves_no_larger_a_hierarchy_than_routingkits(city, tmp_path):
    _, topology = peer_topology(city)
    graph, hierarchy = hierarchy_of(city)
    topology.save(str(tmp_path))
    peer_order = np.fromfile(tmp_path / "order", np.uint32)
    rank = np.empty(graph.node_count, np.int32)
    rank[peer_order] = np.arange(graph.node_count)
    peer = Hierarchy.of(replace(graph, node_rank=rank))
    assert hierarchy.arc_count <= 1.2 * peer.arc_count
