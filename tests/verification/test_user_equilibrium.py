"""Promises: the static user equilibrium is Wardrop's, as published tables, closed forms and other programs have it."""

from __future__ import annotations

import dataclasses

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.flows import demand, network, sioux_falls

from twin.city.equilibrium import user_equilibrium
from twin.city.flow_network import DelayFunction, FlowNetwork, OdMatrix
from twin.core.errors import TwinError

SIOUX_FALLS_OBJECTIVE = 42.31335287107440
"""Published optimum, in 100,000 of the problem's units."""


def least_costs(net: FlowNetwork, cost: np.ndarray, origin: int) -> dict[int, float]:
    """Return networkx's least costs from an origin; no way leads through a zone."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(net.node_count))
    for tail, head, one in zip(net.link_from.tolist(), net.link_to.tolist(), cost.tolist(), strict=True):
        if tail >= net.first_through_node or tail == origin:
            known = graph.edges[tail, head]["weight"] if graph.has_edge(tail, head) else np.inf
            graph.add_edge(tail, head, weight=min(known, one))
    return dict(nx.single_source_dijkstra_path_length(graph, origin))


def gap_by_networkx(net: FlowNetwork, od: OdMatrix, flow: np.ndarray, cost: np.ndarray) -> float:
    """Return the relative gap of flows, reckoned by another program's shortest ways."""
    least = 0.0
    for origin in np.unique(od.origin).tolist():
        costs = least_costs(net, cost, origin)
        here = od.origin == origin
        pairs = zip(od.destination[here].tolist(), od.trips_per_h[here].tolist(), strict=True)
        least += sum(trips * costs[destination] for destination, trips in pairs)
    return float((flow @ cost - least) / (flow @ cost))


# -- Sioux Falls -------------------------------------------------------------------------------------------------------


def test_sioux_falls_meets_its_published_objective() -> None:
    net, od, _ = sioux_falls()
    found = user_equilibrium(net, od, gap=1e-13)
    assert found.converged
    assert found.objective_s / 1e5 == pytest.approx(SIOUX_FALLS_OBJECTIVE, rel=1e-13)


def test_sioux_falls_meets_the_best_known_flow_of_every_link() -> None:
    net, od, best_known = sioux_falls()
    found = user_equilibrium(net, od, gap=1e-13)
    np.testing.assert_allclose(found.flow_per_h, best_known, rtol=0, atol=1e-4)


def test_the_objective_nears_the_optimum_from_above_and_the_gap_bounds_how_far_it_is() -> None:
    net, od, _ = sioux_falls()
    optimum, before = SIOUX_FALLS_OBJECTIVE * 1e5, np.inf
    for gap in (1e-2, 1e-4, 1e-6, 1e-8):
        found = user_equilibrium(net, od, gap=gap)
        excess = found.objective_s - optimum
        assert -1e-6 < excess < before
        assert excess <= found.relative_gap * float(found.flow_per_h @ found.cost_s), "the objective is convex"
        before = excess


def test_another_programs_shortest_ways_find_the_same_gap() -> None:
    net, od, _ = sioux_falls()
    found = user_equilibrium(net, od, gap=1e-5)
    assert gap_by_networkx(net, od, found.flow_per_h, found.cost_s) == pytest.approx(found.relative_gap, rel=1e-6)


def test_one_network_gives_one_result_to_the_last_bit() -> None:
    net, od, _ = sioux_falls()
    first, second = user_equilibrium(net, od, gap=1e-8), user_equilibrium(net, od, gap=1e-8)
    assert first.flow_per_h.tobytes() == second.flow_per_h.tobytes()


def test_flows_that_are_not_yet_in_equilibrium_are_called_so() -> None:
    net, od, _ = sioux_falls()
    found = user_equilibrium(net, od, gap=1e-9, most_rounds=3)
    assert not found.converged
    assert len(found.gaps) == 3
    assert gap_by_networkx(net, od, found.flow_per_h, found.cost_s) == pytest.approx(found.relative_gap, rel=1e-6)


# -- closed forms ------------------------------------------------------------------------------------------------------


def test_braess_paradox_a_new_road_makes_everyone_slower() -> None:
    """Braess (1968): six drivers, 10x and 50 + x on either way; the middle road of 10 + x takes 83 minutes to 92."""
    four = [(0, 2, 1e-8, 1e9, 1, 1), (0, 3, 50, 0.02, 1, 1), (2, 1, 50, 0.02, 1, 1), (3, 1, 1e-8, 1e9, 1, 1)]
    without = user_equilibrium(network(*four), demand((0, 1, 6)), gap=1e-12)
    np.testing.assert_allclose(without.flow_per_h, [3, 3, 3, 3], atol=1e-6)
    assert without.time_s[0] + without.time_s[2] == pytest.approx(83, abs=1e-5)
    with_road = user_equilibrium(network(*four, (2, 3, 10, 0.1, 1, 1)), demand((0, 1, 6)), gap=1e-12)
    np.testing.assert_allclose(with_road.flow_per_h, [4, 2, 2, 4, 2], atol=1e-6)
    for way in ([0, 2], [1, 3], [0, 4, 3]):
        assert with_road.time_s[way].sum() == pytest.approx(92, abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(
    free=st.tuples(st.floats(1, 100), st.floats(1, 100)),
    rise=st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)),
    trips=st.floats(1, 5000),
)
def test_two_roads_share_linear_delays_as_the_closed_form(
    free: tuple[float, float], rise: tuple[float, float], trips: float
) -> None:
    """free1 + rise1 x = free2 + rise2 (trips - x), or everybody on one road."""
    net = network(*((0, 1, t, r / t, 1, 1) for t, r in zip(free, rise, strict=True)))
    found = user_equilibrium(net, demand((0, 1, trips)), gap=1e-12)
    first = np.clip((free[1] - free[0] + rise[1] * trips) / sum(rise), 0, trips)
    np.testing.assert_allclose(found.flow_per_h, [first, trips - first], atol=1e-6 * trips + 1e-9)


@pytest.mark.parametrize("power", [1.0, 2.5, 4.0, 10.0])
def test_roads_equally_long_are_used_in_proportion_to_their_capacity(power: float) -> None:
    net = network((0, 1, 60, 0.15, 1800, power), (0, 1, 60, 0.15, 600, power), (0, 1, 60, 0.15, 1200, power))
    found = user_equilibrium(net, demand((0, 1, 7200)), gap=1e-13)
    np.testing.assert_allclose(found.flow_per_h, [3600, 1200, 2400], rtol=1e-6)
    np.testing.assert_allclose(found.time_s, 60 * (1 + 0.15 * 2**power), rtol=1e-6)


def test_a_toll_moves_as_many_as_its_price_says() -> None:
    """Pigou's two roads: 10 whatever the flow, and x / 100; half the toll-free flow leaves for a toll of 5."""
    net = network((0, 1, 10, 0, 1, 0), (0, 1, 1e-9, 1e9 / 100, 1, 1))
    free = user_equilibrium(net, demand((0, 1, 1500)), gap=1e-12)
    np.testing.assert_allclose(free.flow_per_h, [500, 1000], rtol=1e-6)
    assert net.delay is not None
    tolled = dataclasses.replace(net, delay=dataclasses.replace(net.delay, toll=np.array([0.0, 2.0])))
    paid = user_equilibrium(tolled, demand((0, 1, 1500)), gap=1e-12, toll_s=2.5)
    np.testing.assert_allclose(paid.flow_per_h, [1000, 500], rtol=1e-6)
    assert paid.time_s[1] == pytest.approx(5, rel=1e-6), "a toll costs money, not time"
    assert paid.cost_s[1] == pytest.approx(10, rel=1e-6)


def test_distance_counts_where_it_is_weighed() -> None:
    net = dataclasses.replace(network((0, 1, 10, 0, 1, 0), (0, 1, 12, 0, 1, 0)), length_m=np.array([500.0, 100.0]))
    assert user_equilibrium(net, demand((0, 1, 8))).flow_per_h.tolist() == [8, 0]
    assert user_equilibrium(net, demand((0, 1, 8)), distance_s_per_m=0.01).flow_per_h.tolist() == [0, 8]


def test_a_delay_to_the_power_of_0_is_there_on_an_empty_road_too() -> None:
    net = network((0, 1, 10, 1, 5, 0), (0, 1, 15, 0, 5, 0))
    found = user_equilibrium(net, demand((0, 1, 8)))
    assert found.flow_per_h.tolist() == [0, 8]
    assert found.time_s.tolist() == [20, 15]


# -- what a network and its trips may be -------------------------------------------------------------------------------


def test_nobody_drives_through_a_zone() -> None:
    """The short way from zone 1 to zone 3 leads through zone 2."""
    roads = [(0, 1, 1, 0, 1, 0), (1, 2, 1, 0, 1, 0), (0, 3, 10, 0, 1, 0), (3, 2, 10, 0, 1, 0)]
    trips = demand((0, 2, 5), (0, 1, 2), (1, 2, 3))
    assert user_equilibrium(network(*roads), trips).flow_per_h.tolist() == [7, 8, 0, 0]
    assert user_equilibrium(network(*roads, first_through=3), trips).flow_per_h.tolist() == [2, 3, 5, 5]


def test_trips_without_a_way_are_named() -> None:
    net = network((0, 1, 1, 0, 1, 0), (2, 1, 1, 0, 1, 0))
    with pytest.raises(TwinError, match="no way from node 1 to node 3"):
        user_equilibrium(net, demand((0, 1, 1), (0, 2, 1)))


def test_no_trips_and_trips_within_a_zone_give_empty_roads() -> None:
    net = network((0, 1, 1, 0.15, 1, 4))
    for trips in (demand(), demand((0, 0, 50))):
        found = user_equilibrium(net, trips)
        assert (found.converged, found.flow_per_h.tolist(), found.objective_s) == (True, [0.0], 0.0)


def test_a_matrix_of_two_hours_counts_half_an_hour_each() -> None:
    net = network((0, 1, 60, 0.15, 1000, 4))
    two_hours = dataclasses.replace(demand((0, 1, 3000)), period_h=2.0)
    assert user_equilibrium(net, two_hours).flow_per_h.tolist() == [1500]


@st.composite
def random_problems(draw: st.DrawFn) -> tuple[FlowNetwork, OdMatrix]:
    """A ring of nodes (so that all can be reached) with roads across it, loaded up to twenty times their capacity."""
    nodes = draw(st.integers(3, 9))
    ends = [(node, (node + 1) % nodes) for node in range(nodes)]
    ends += draw(st.lists(st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)), max_size=20))
    road = st.tuples(st.floats(0, 50), st.floats(0, 2), st.floats(20, 200), st.sampled_from([0.0, 1.0, 2.0, 4.0, 5.5]))
    links = [(*pair, *draw(road)) for pair in ends]
    trips = draw(
        st.lists(st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1), st.floats(0.1, 50)), max_size=8)
    )
    return network(*links), demand(*trips, zones=nodes)


@settings(max_examples=80, deadline=None)
@given(random_problems())
def test_any_network_keeps_its_vehicles_and_ends_where_nobody_can_gain(problem: tuple[FlowNetwork, OdMatrix]) -> None:
    net, od = problem
    found = user_equilibrium(net, od, gap=1e-7)
    assert (found.flow_per_h >= 0).all()
    out = np.bincount(net.link_from, found.flow_per_h, net.node_count)
    into = np.bincount(net.link_to, found.flow_per_h, net.node_count)
    between = od.origin != od.destination
    begins = np.bincount(od.origin[between], od.trips[between], net.node_count)
    ends = np.bincount(od.destination[between], od.trips[between], net.node_count)
    np.testing.assert_allclose(out - into, begins - ends, atol=1e-6 * max(1.0, float(od.trips.sum())))
    assert found.converged
    if float(found.flow_per_h @ found.cost_s) > 0:
        assert gap_by_networkx(net, OdMatrix.from_dense(od.dense()), found.flow_per_h, found.cost_s) <= 1.1e-7


def test_a_network_without_delay_functions_is_loaded_by_shortest_ways() -> None:
    net = dataclasses.replace(network((0, 1, 5, 9, 1, 4), (0, 1, 6, 9, 1, 4)), delay=None)
    assert user_equilibrium(net, demand((0, 1, 100))).flow_per_h.tolist() == [100, 0]
    assert isinstance(network((0, 1, 5, 9, 1, 4)).delay, DelayFunction)
