from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from twin.city.driving import Turn, drive
from twin.city.graph import RoadGraph
from twin.city.nearest import nearest_nodes
from twin.city.routing import UNREACHABLE_MS, Hierarchy
from twin.kernels.dissection import nested_dissection_order


def road_graph(node_count, edges, rank=None, lon=None, lat=None) -> RoadGraph:
    edge_from, edge_to = np.array(edges, np.int32).reshape(-1, 2).T
    count = len(edge_from)
    return RoadGraph(
        node_lon=np.linspace(113.6, 113.7, node_count) if lon is None else np.array(lon, float),
        node_lat=np.full(node_count, 34.7) if lat is None else np.array(lat, float),
        node_rank=np.array(range(node_count) if rank is None else rank, np.int32),
        node_district=np.full(node_count, -1, np.int8),
        edge_from=edge_from.copy(),
        edge_to=edge_to.copy(),
        edge_length_m=np.full(count, 100, np.float32),
        edge_class=np.zeros(count, np.uint8),
        edge_source=np.zeros(count, np.uint8),
        edge_lanes=np.ones(count, np.uint8),
        edge_speed_kmh=np.full(count, 36, np.float32),
        edge_level=np.zeros(count, np.int8),
        edge_name=np.zeros(count, np.int32),
        names=("",),
        districts=(),
    )


DIAMOND = [(0, 1), (1, 3), (0, 2), (2, 3), (3, 0), (2, 2)]
"""Two ways from 0 to 3, one way back, and a loop."""


def grid(side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    node = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate([
        np.column_stack([node[:, :-1].ravel(), node[:, 1:].ravel()]),
        np.column_stack([node[:-1].ravel(), node[1:].ravel()]),
    ]).astype(np.int32)  # fmt: skip
    return node.ravel() % side * 100.0, node.ravel() // side * 100.0, pairs[:, 0].copy(), pairs[:, 1].copy()


class TestTravelTimes:
    def test_fastest_of_two_ways_is_taken(self):
        times = Hierarchy.of(road_graph(4, DIAMOND)).customise(np.array([5, 5, 3, 4, 9, 1], np.int32))
        route = times.route(0, 3)
        assert route is not None
        assert route.edges.tolist() == [2, 3]
        assert route.nodes.tolist() == [0, 2, 3]
        assert route.time_ms == times.time_ms(0, 3) == 7
        assert times.times_to(np.array([0, 1, 2, 3]), 3).tolist() == [7, 5, 4, 0]
        assert times.times_from(0, np.array([0, 1, 2, 3])).tolist() == [0, 5, 3, 7]
        assert times.times_between([0, 3], [0, 1, 3]).tolist() == [[0, 5, 7], [9, 14, 0]]
        assert times.times_between([0, 3, 1], [3]).tolist() == [[7], [0], [5]]

    def test_closed_edge_is_driven_around_and_none_is_said_where_no_way_is_left(self):
        hierarchy = Hierarchy.of(road_graph(4, DIAMOND))
        edge_time_ms = np.array([5, 5, 3, 4, 9, 1], np.int32)
        edge_time_ms[3] = UNREACHABLE_MS
        route = hierarchy.customise(edge_time_ms).route(0, 3)
        assert route is not None
        assert route.edges.tolist() == [0, 1]
        edge_time_ms[1] = UNREACHABLE_MS
        closed = hierarchy.customise(edge_time_ms)
        assert closed.route(0, 3) is None
        assert closed.time_ms(0, 3) == UNREACHABLE_MS
        assert closed.times_from(0, np.array([1, 3, 2])).tolist() == [5, UNREACHABLE_MS, 3]

    def test_route_to_where_one_is_has_no_edges(self):
        route = Hierarchy.of(road_graph(4, DIAMOND)).customise(np.ones(6, np.int32)).route(2, 2)
        assert route is not None
        assert (route.edges.tolist(), route.nodes.tolist(), route.time_ms) == ([], [2], 0)

    def test_first_of_equal_parallel_edges_is_taken(self):
        times = Hierarchy.of(road_graph(2, [(0, 1), (0, 1), (0, 1)])).customise(np.array([8, 3, 3], np.int32))
        route = times.route(0, 1)
        assert route is not None
        assert route.edges.tolist() == [1]
        assert times.route(1, 0) is None

    def test_sums_beyond_the_largest_time_are_unreachable_and_do_not_wrap(self):
        edges = [(node, node + 1) for node in range(5)]
        for rank in ([0, 1, 2, 3, 4, 5], [5, 0, 4, 1, 3, 2]):
            times = Hierarchy.of(road_graph(6, edges, rank)).customise(np.full(5, 2**30, np.int32))
            assert times.times_from(0, np.arange(6)).tolist() == [0, 2**30] + [UNREACHABLE_MS] * 4
            assert times.route(0, 5) is None

    def test_edge_times_given_are_copied_and_read_only(self):
        given = np.ones(6, np.int32)
        times = Hierarchy.of(road_graph(4, DIAMOND)).customise(given)
        given[:] = 100
        assert times.edge_time_ms.tolist() == [1] * 6
        with pytest.raises(ValueError, match="read-only"):
            times.edge_time_ms[0] = 2

    @pytest.mark.parametrize(
        ("edge_time_ms", "error", "message"),
        [
            (np.ones(5, np.int32), ValueError, r"shape \(6,\)"),
            (np.ones((6, 1), np.int32), ValueError, r"shape \(6,\)"),
            (np.zeros(6, np.int32), ValueError, "within 1"),
            (np.full(6, -1, np.int32), ValueError, "within 1"),
            (np.full(6, 2**31, np.int64), ValueError, "within 1"),
            (np.ones(6), TypeError, "whole milliseconds"),
        ],
    )
    def test_times_that_make_no_sense_are_refused(self, edge_time_ms, error, message):
        with pytest.raises(error, match=message):
            Hierarchy.of(road_graph(4, DIAMOND)).customise(edge_time_ms)

    @pytest.mark.parametrize("node", [-1, 4])
    def test_node_that_does_not_exist_is_refused_and_later_answers_stay_right(self, node):
        times = Hierarchy.of(road_graph(4, DIAMOND)).customise(np.ones(6, np.int32))
        for ask in (
            lambda: times.time_ms(node, 0),
            lambda: times.time_ms(0, node),
            lambda: times.times_to(np.array([0, 1, node]), 3),
            lambda: times.route(0, node),
            lambda: times.route(node, 0),
        ):
            with pytest.raises(IndexError):
                ask()
        assert times.times_to(np.array([0, 1, 2, 3]), 3).tolist() == [2, 1, 1, 0]

    def test_node_that_is_no_whole_number_is_refused(self):
        times = Hierarchy.of(road_graph(4, DIAMOND)).customise(np.ones(6, np.int32))
        for ask in (
            lambda: times.time_ms(0.5, 1),
            lambda: times.times_to(np.array([0.5]), 1),
            lambda: times.route(0, 1.0),
        ):
            with pytest.raises(TypeError):
                ask()

    def test_rank_that_is_no_order_is_refused(self):
        with pytest.raises(ValueError, match="permutation"):
            Hierarchy.of(road_graph(4, DIAMOND, rank=[0, 1, 1, 2]))

    def test_asking_nothing_answers_nothing(self):
        times = Hierarchy.of(road_graph(4, DIAMOND)).customise(np.ones(6, np.int32))
        assert times.times_to(np.array([], np.int32), 0).shape == (0,)
        assert times.times_between([], [1, 2]).shape == (0, 2)
        assert times.times_between([1, 2], []).shape == (2, 0)

    def test_graph_without_edges_has_unreachable_nodes(self):
        times = Hierarchy.of(road_graph(3, [])).customise(np.empty(0, np.int32))
        assert times.times_from(1, np.arange(3)).tolist() == [UNREACHABLE_MS, 0, UNREACHABLE_MS]

    def test_pickled_times_and_other_threads_answer_the_same(self):
        x_m, y_m, edge_from, edge_to = grid(20)
        edges = np.column_stack([np.r_[edge_from, edge_to], np.r_[edge_to, edge_from]])
        graph = road_graph(400, edges, nested_dissection_order(x_m, y_m, edge_from, edge_to))
        times = Hierarchy.of(graph).customise(np.arange(1, len(edges) + 1, dtype=np.int32))
        everywhere = np.arange(400, dtype=np.int32)
        once = [times.times_to(everywhere, node).tolist() for node in range(50)]
        again = pickle.loads(pickle.dumps(times))
        assert [again.times_to(everywhere, node).tolist() for node in range(50)] == once
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(lambda node: times.times_to(everywhere, node).tolist(), range(50))) == once


class TestOrder:
    def test_grid_keeps_a_small_hierarchy(self):
        side = 60
        x_m, y_m, edge_from, edge_to = grid(side)
        rank = nested_dissection_order(x_m, y_m, edge_from, edge_to)
        arcs = Hierarchy.of(road_graph(side**2, np.column_stack([edge_from, edge_to]), rank)).arc_count
        # George (1973): nested dissection of a grid of side s leaves about 31/4 s² log2 s arcs; row by row leaves s³.
        assert arcs < 31 / 8 * side**2 * np.log2(side)

    def test_one_graph_has_one_order_whatever_the_order_and_direction_of_its_edges(self):
        x_m, y_m, edge_from, edge_to = grid(25)
        rank = nested_dissection_order(x_m, y_m, edge_from, edge_to)
        shuffle = np.random.default_rng(1).permutation(len(edge_from))
        again = nested_dissection_order(x_m, y_m, edge_to[shuffle], edge_from[shuffle])
        assert np.array_equal(rank, again)

    def test_long_chain_of_bends_stays_shallow(self):
        count = 4096
        ends = np.arange(count - 1, dtype=np.int32)
        rank = nested_dissection_order(np.zeros(count), np.zeros(count), ends, ends + 1)
        hierarchy = Hierarchy.of(road_graph(count, np.column_stack([ends, ends + 1]), rank))
        depth, topology = np.zeros(count, int), hierarchy.topology
        for node in range(count - 1, -1, -1):
            higher = topology.arc_head[topology.arc_first[node] : topology.arc_first[node + 1]]
            depth[node] = depth[higher[0]] + 1 if len(higher) else 1
        assert depth.max() <= 2 * np.log2(count)

    @pytest.mark.parametrize(("node_count", "edges"), [
        (0, []), (1, []), (1, [(0, 0)]), (2, [(0, 1), (1, 0), (0, 1)]), (5, [(0, 1), (3, 4)]),
        (8, [(a, b) for a in range(8) for b in range(8)]), (50, [(0, a) for a in range(50)]),
    ])  # fmt: skip
    def test_tiny_whole_and_torn_graphs_with_all_nodes_in_one_place_have_an_order(self, node_count, edges):
        edge_from, edge_to = np.array(edges, np.int32).reshape(-1, 2).T
        rank = nested_dissection_order(np.zeros(node_count), np.zeros(node_count), edge_from, edge_to)
        assert rank.dtype == np.int32
        assert sorted(rank.tolist()) == list(range(node_count))

    def test_nonsense_is_refused(self):
        ends = np.array([0], np.int32)
        with pytest.raises(ValueError, match="finite"):
            nested_dissection_order(np.array([0, np.nan]), np.zeros(2), ends, ends)
        with pytest.raises(ValueError, match=r"0\.\.1"):
            nested_dissection_order(np.zeros(2), np.zeros(2), ends, ends + 2)


class TestDrive:
    starts_s = np.array([0.0, 100.0, 200.0])

    def test_edge_under_way_goes_on_at_the_new_speed(self):
        edge_time_ms = np.array([[80_000], [40_000], [10_000]], np.int32)
        # 60 s at a speed of 1/80 leave a quarter, which takes 10 s at a speed of 1/40.
        assert drive([0], 40, self.starts_s, edge_time_ms).arrive_s.tolist() == [40, 110]
        # Before the first period its speeds hold; the last holds for ever.
        assert drive([0], -80, self.starts_s, edge_time_ms).arrive_s.tolist() == [-80, 0]
        assert drive([0, 0], 1e6, self.starts_s, edge_time_ms).arrive_s.tolist() == [1e6, 1e6 + 10, 1e6 + 20]

    def test_factor_scales_the_times(self):
        edge_time_ms = np.array([[80_000]] * 3, np.int32)
        assert drive([0, 0], 10, self.starts_s, edge_time_ms, 0.5).arrive_s.tolist() == [10, 50, 90]

    def test_vehicle_on_an_edge_that_closes_finishes_at_the_last_open_speed(self):
        edge_time_ms = np.array([[80_000], [UNREACHABLE_MS], [UNREACHABLE_MS]], np.int32)
        assert drive([0], 99, self.starts_s, edge_time_ms).arrive_s.tolist() == [99, 179]

    def test_vehicle_before_a_closed_edge_waits_and_can_still_turn(self):
        edge_time_ms = np.array([[50_000, 9_000], [50_000, UNREACHABLE_MS], [50_000, 7_000]], np.int32)
        waiting = drive([0, 1], 60, self.starts_s, edge_time_ms)
        assert waiting.arrive_s.tolist() == [60, 110, 207]
        assert waiting.enter_s.tolist() == [60, 200]
        assert waiting.position_at(150) == Turn(1, 150)
        assert waiting.position_at(201) == Turn(2, 207)

    def test_edge_that_never_opens_is_never_passed(self):
        edge_time_ms = np.array(
            [[50_000, 9_000, 1], [50_000, UNREACHABLE_MS, 1], [50_000, UNREACHABLE_MS, 1]], np.int32
        )
        stuck = drive([0, 1, 2], 60, self.starts_s, edge_time_ms)
        assert stuck.arrive_s.tolist() == [60, 110, np.inf, np.inf]
        assert stuck.position_at(1e9) == Turn(1, 1e9)

    def test_position_is_the_next_node(self):
        there = drive([0, 0], 10, self.starts_s, np.array([[20_000]] * 3, np.int32))
        asked = {5: Turn(0, 10), 10: Turn(0, 10), 11: Turn(1, 30), 30: Turn(1, 30), 31: Turn(2, 50), 99: Turn(2, 50)}
        assert {time_s: there.position_at(time_s) for time_s in asked} == asked

    def test_route_without_edges_arrives_at_once(self):
        there = drive([], 10, self.starts_s, np.ones((3, 1), np.int32))
        assert there.arrive_s.tolist() == [10]
        assert there.position_at(12) == Turn(0, 10)

    @pytest.mark.parametrize(
        ("changed", "message"),
        [
            ({"period_starts_s": [0, 0, 1]}, "rising"),
            ({"period_starts_s": []}, "rising"),
            ({"edge_time_ms_by_period": np.ones((2, 1), np.int32)}, "3 rows"),
            ({"factor": 0}, "factor"),
            ({"depart_s": np.nan}, "finite"),
            ({"route_edges": [1]}, "without times"),
        ],
    )
    def test_nonsense_is_refused(self, changed, message):
        arguments = {
            "route_edges": [0],
            "depart_s": 0,
            "period_starts_s": self.starts_s,
            "edge_time_ms_by_period": np.ones((3, 1), np.int32),
        }
        with pytest.raises(ValueError, match=message):
            drive(**(arguments | changed))


class TestNearestNodes:
    def test_nearest_node_is_found(self):
        graph = road_graph(3, [(0, 1)], lon=[113.6, 113.7, 113.8], lat=[34.7, 34.7, 34.9])
        assert nearest_nodes(graph, [113.61, 113.79, 113.69], [34.6, 34.9, 34.75]).tolist() == [0, 2, 1]
        assert nearest_nodes(graph, 113.69, 34.75).tolist() == [1]
        assert nearest_nodes(graph, [], []).tolist() == []

    def test_lowest_of_equally_near_nodes_is_taken(self):
        lon = np.array([113.0, *[113.6] * 40, 114.0])
        shuffle = np.random.default_rng(3).permutation(42)
        graph = road_graph(42, [(0, 1)], lon=lon[shuffle], lat=np.full(42, 34.7))
        lowest = np.flatnonzero(lon[shuffle] == 113.6)[0]
        assert nearest_nodes(graph, [113.61, 113.6], [34.7, 34.8]).tolist() == [lowest, lowest]

    def test_map_of_one_node(self):
        assert nearest_nodes(road_graph(1, []), [113.0], [34.0]).tolist() == [0]
