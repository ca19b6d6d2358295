"""The tables of next links lead along ways that another program finds as short."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from twin.city.next_links import NextLinks, WaySearch, next_links
from twin.city.routing import UNREACHABLE_MS, Hierarchy
from twin.kernels.dissection import nested_dissection_order
from twin.kernels.vehicles import ARRIVED_SLOT, NO_WAY_SLOT


def network(seed: int, count: int = 300):
    """Return places, links of random length between near ones, some of them closed, and their slots."""
    generator = np.random.default_rng(seed)
    x_m, y_m = generator.uniform(0, 3000, (2, count))
    near = np.argsort(np.hypot(x_m[:, None] - x_m, y_m[:, None] - y_m), axis=1)[:, 1:5]
    kept = generator.random((count, 4)) < 0.6
    pairs = np.unique(np.column_stack([np.repeat(np.arange(count), 4)[kept.ravel()], near[kept]]), axis=0)
    link_from, link_to = generator.permutation(pairs).T.astype(np.int32).copy()
    time_ms = generator.integers(1, 60_000, len(link_from)).astype(np.int32)
    time_ms[generator.random(len(time_ms)) < 0.05] = UNREACHABLE_MS
    order = np.argsort(link_from, kind="stable").astype(np.int32)
    out_first = np.searchsorted(link_from[order], np.arange(count + 1)).astype(np.int32)
    return x_m, y_m, link_from, link_to, time_ms, out_first, order


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("destination_count", [1, 8, 61])
def test_following_the_next_links_takes_the_time_that_scipys_dijkstra_finds(seed, destination_count):
    x_m, y_m, link_from, link_to, time_ms, out_first, out_link = network(seed)
    count = len(x_m)
    hierarchy = Hierarchy.of_arrays(nested_dissection_order(x_m, y_m, link_from, link_to), link_from, link_to)
    destinations = np.random.default_rng(seed).permutation(count)[:destination_count]
    table = next_links(hierarchy, time_ms, destinations).slots
    is_open = time_ms < UNREACHABLE_MS
    backwards = csr_matrix((time_ms[is_open], (link_to[is_open], link_from[is_open])), shape=(count, count))
    expected_ms = dijkstra(backwards, indices=destinations)
    assert np.isinf(expected_ms).any(), "the case should hold what can not be reached"
    for column, destination in enumerate(destinations):
        for start in range(count):
            node, taken_ms = start, 0
            for _ in range(count):
                slot = table[column, node]
                if slot in (ARRIVED_SLOT, NO_WAY_SLOT):
                    break
                link = out_link[out_first[node] + slot]
                taken_ms += time_ms[link]
                node = link_to[link]
            if np.isinf(expected_ms[column, start]):
                assert table[column, start] == NO_WAY_SLOT
            else:
                assert node == destination
                assert table[column, node] == ARRIVED_SLOT
                assert taken_ms == expected_ms[column, start]


def test_a_destination_that_is_no_node_is_refused():
    x_m, y_m, link_from, link_to, time_ms, _, _ = network(4)
    hierarchy = Hierarchy.of_arrays(nested_dissection_order(x_m, y_m, link_from, link_to), link_from, link_to)
    with pytest.raises(IndexError):
        next_links(hierarchy, time_ms, [len(x_m)])


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_threads_share_the_work_and_change_nothing(threads):
    x_m, y_m, link_from, link_to, time_ms, _, _ = network(5)
    hierarchy = Hierarchy.of_arrays(nested_dissection_order(x_m, y_m, link_from, link_to), link_from, link_to)
    goals = np.arange(0, len(x_m), 7)
    table = NextLinks(len(goals), len(x_m))
    table.write(WaySearch(hierarchy).under(time_ms), goals, np.arange(len(table.words)), threads=threads)
    assert np.array_equal(table.words, next_links(hierarchy, time_ms, goals).words)


def test_slots_are_packed_and_unpacked():
    slots = np.random.default_rng(6).integers(0, 16, (21, 5))
    assert np.array_equal(NextLinks.of_slots(slots).slots[:21], slots)


def test_of_equally_fast_ways_the_link_with_the_lowest_slot_is_taken():
    side = 9  # a lattice of equal links has nothing but ties
    node = np.arange(side * side).reshape(side, side)
    pairs = np.vstack([
        np.column_stack([one.ravel(), other.ravel()])
        for a, b in ((node[1:], node[:-1]), (node[:, 1:], node[:, :-1])) for one, other in ((a, b), (b, a))
    ])  # fmt: skip
    link_from, link_to = np.random.default_rng(7).permutation(pairs).T.astype(np.int32).copy()
    y_m, x_m = np.divmod(np.arange(side * side), side)
    rank = nested_dissection_order(x_m.astype(float), y_m.astype(float), link_from, link_to)
    time_ms = np.full(len(link_from), 700, np.int32)
    slots = next_links(Hierarchy.of_arrays(rank, link_from, link_to), time_ms, node.ravel()).slots
    away = abs(x_m[:, None] - x_m) + abs(y_m[:, None] - y_m)
    order = np.argsort(link_from, kind="stable")
    for goal in node.ravel():
        for start in node.ravel():
            onward = link_to[order[link_from[order] == start]]
            if start != goal:
                assert slots[goal, start] == np.flatnonzero(away[goal, onward] < away[goal, start])[0]


def test_links_jammed_for_hours_still_lead_somewhere():
    """Twenty links of five hours each: the sum is more than a key can hold, the way is known all the same."""
    link_from = np.arange(20, dtype=np.int32)
    hierarchy = Hierarchy.of_arrays(np.arange(21, dtype=np.int32), link_from, link_from + 1)
    slots = next_links(hierarchy, np.full(20, 5 * 3_600_000, np.int32), [20]).slots
    assert (slots[0, :20] == 0).all()
    assert slots[0, 20] == ARRIVED_SLOT


@pytest.mark.parametrize("times_ms", [[5, 0], [5], [5, -3]])
def test_times_that_are_none_are_refused(times_ms):
    link_from = np.arange(2, dtype=np.int32)
    hierarchy = Hierarchy.of_arrays(np.arange(3, dtype=np.int32), link_from, link_from + 1)
    with pytest.raises(ValueError, match="link_time_ms"):
        WaySearch(hierarchy).under(np.array(times_ms, np.int32))
