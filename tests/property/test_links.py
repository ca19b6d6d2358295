"""Traffic's links are the streets of the road graph from junction to junction: nothing is lost or made shorter."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from twin.city.graph import RoadGraph
from twin.city.links import Links


@st.composite
def streets(draw: st.DrawFn) -> RoadGraph:
    """Any streets between a few places, bent at points in between, one-way and two-way, doubled, and in rings."""
    places = draw(st.integers(1, 6))
    node = st.integers(0, places - 1)
    edges: list[tuple[int, int, float, int]] = []
    count = places
    for begin, end, bends, both_ways, lanes in draw(
        st.lists(st.tuples(node, node, st.integers(0, 3), st.booleans(), st.integers(1, 2)), min_size=1, max_size=10)
    ):
        along = [begin, *range(count, count + bends), end]
        count += bends
        for one, other in pairwise(along):
            length_m = float(draw(st.integers(1, 50)))
            edges.append((one, other, length_m, lanes))
            if both_ways:
                edges.append((other, one, length_m, lanes))
    order = draw(st.permutations(range(len(edges))))
    begin_node, end_node, lengths_m, lane_counts = zip(*(edges[place] for place in order), strict=True)
    some, zeros = np.zeros(count), np.zeros(len(edges), np.uint8)
    return RoadGraph(
        some, some, np.arange(count, dtype=np.int32), some.astype(np.int8), np.array(begin_node, np.int32),
        np.array(end_node, np.int32), np.array(lengths_m, np.float32), zeros, zeros, np.array(lane_counts, np.uint8),
        np.full(len(edges), 36.0, np.float32), zeros.astype(np.int8), zeros.astype(np.int32), ("",), (),
    )  # fmt: skip


def shortest_s(
    count: int, begin: NDArray[np.int32], end: NDArray[np.int32], time_s: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the shortest times between all nodes; of parallel edges the shortest counts."""
    in_order = np.argsort(-time_s, kind="stable")
    matrix = np.zeros((count, count))
    matrix[begin[in_order], end[in_order]] = time_s[in_order]
    found: NDArray[np.float64] = dijkstra(coo_matrix(matrix).tocsr())
    return found


@settings(deadline=None, max_examples=300)
@given(streets(), st.data())
def test_links_are_the_same_streets(roads: RoadGraph, data: st.DataObject) -> None:
    keep = np.array(data.draw(st.lists(st.integers(0, roads.node_count - 1), max_size=2)), np.int64)
    links = Links.of(roads, keep)
    used = np.union1d(roads.edge_from, roads.edge_to)
    assert np.isin(np.intersect1d(keep, used), links.node).all(), "a node that had to stay is gone"
    assert links.length_m.sum() == roads.edge_length_m.sum()
    assert np.allclose(links.on_edges(links.free_flow_s), roads.edge_free_flow_s, rtol=1e-12)
    assert np.array_equal(links.lanes[links.edge_link], roads.edge_lanes)
    assert (links.node_junction[used] >= 0).all()
    assert np.array_equal(links.node[links.node_junction[links.node]], links.node)
    in_streets = shortest_s(roads.node_count, roads.edge_from, roads.edge_to, roads.edge_free_flow_s)
    in_links = shortest_s(len(links.node), links.from_junction, links.to_junction, links.free_flow_s)
    assert np.allclose(in_links, in_streets[np.ix_(links.node, links.node)], rtol=1e-9)


@settings(deadline=None, max_examples=100)
@given(streets())
def test_only_junctions_are_left(roads: RoadGraph) -> None:
    """A link that another one only continues would be a place where cars are counted twice for nothing."""
    links = Links.of(roads)
    neighbours: dict[int, set[int]] = {}
    for begin, end in zip(links.from_junction.tolist(), links.to_junction.tolist(), strict=True):
        neighbours.setdefault(begin, set()).add(end)
        neighbours.setdefault(end, set()).add(begin)
    count = len(links.node)
    into, out = np.bincount(links.to_junction, minlength=count), np.bincount(links.from_junction, minlength=count)
    for junction, others in neighbours.items():
        if len(others) == 2 and junction not in others and into[junction] == out[junction] == 1:
            before = int(np.flatnonzero(links.to_junction == junction)[0])
            after = int(np.flatnonzero(links.from_junction == junction)[0])
            assert links.lanes[before] != links.lanes[after], "the street only goes on here"


def test_a_bent_street_is_one_link_each_way_and_its_bends_belong_to_the_nearer_end() -> None:
    r"""0 --30 m-- 1 --40 m-- 2 --50 m-- 3, both ways; 1 and 2 are bends, 4 and 5 make junctions of the ends."""
    pairs = [(0, 1, 30), (1, 2, 40), (2, 3, 50), (0, 4, 10), (0, 5, 10), (3, 4, 70), (3, 5, 90)]
    begin = np.array([a for a, _, _ in pairs] + [b for _, b, _ in pairs], np.int32)
    end = np.array([b for _, b, _ in pairs] + [a for a, _, _ in pairs], np.int32)
    length_m = np.array([m for *_, m in pairs] * 2, np.float32)
    zeros = np.zeros(len(begin), np.uint8)
    roads = RoadGraph(
        np.zeros(6), np.zeros(6), np.arange(6, dtype=np.int32), np.zeros(6, np.int8), begin, end, length_m, zeros,
        zeros, np.ones(len(begin), np.uint8), np.full(len(begin), 36.0, np.float32), zeros.astype(np.int8),
        zeros.astype(np.int32), ("",), (),
    )  # fmt: skip
    links = Links.of(roads, keep=np.array([4]))
    assert links.node.tolist() == [0, 3, 4]
    assert sorted(links.length_m.tolist()) == [10, 10, 70, 70, 100, 100, 120, 120]
    assert links.node[links.node_junction].tolist() == [0, 0, 3, 3, 4, 0]
