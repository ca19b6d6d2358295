"""The static user equilibrium of a network and a matrix of trips: the yardstick of route choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.city.flow_network import DelayFunction, FlowNetwork, OdMatrix
from twin.core.errors import TwinError
from twin.kernels.assignment import (
    NONE,
    Links,
    Pairs,
    Paths,
    add_shortest_paths,
    balance,
    beckmann,
    flows_of_paths,
    link_costs,
)

BALANCING_PASSES: Final = 20
"""Most passes over the known paths before new ones are looked for."""
BALANCED_SHARE: Final = 0.1
"""Passes end when the known paths' excess is this share of the gap that new paths were looked for with."""


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """Flows and what they are worth.

    Attributes
    ----------
    flow_per_h
        Vehicles an hour on each link, shape (m,).
    time_s
        Time of each link under that flow, without tolls, shape (m,).
    cost_s
        Generalised cost of each link: time, toll and distance as they were weighed, shape (m,).
    objective_s
        Beckmann's objective in vehicle-seconds for each hour.
    relative_gap
        Of the last search for new paths: (total cost - cost if all drove a shortest path) / total cost.
    gaps
        The relative gap before each round, shape (rounds,).
    converged
        Whether the gap that was asked for was reached.
    """

    flow_per_h: NDArray[np.float64]
    time_s: NDArray[np.float64]
    cost_s: NDArray[np.float64]
    objective_s: float
    relative_gap: float
    gaps: NDArray[np.float64]
    converged: bool


def user_equilibrium(
    network: FlowNetwork,
    demand: OdMatrix,
    *,
    gap: float = 1e-6,
    most_rounds: int = 200,
    toll_s: float = 0.0,
    distance_s_per_m: float = 0.0,
) -> Equilibrium:
    """Return the flows under which no used route costs more than another (Wardrop 1952).

    Path-based gradient projection; see `twin.kernels.assignment`. Trips within a zone use no link.

    Parameters
    ----------
    network
        With delay functions; times of a network without stay as they are under any flow.
    gap
        Relative gap to reach.
    most_rounds
        Rounds of looking for new paths after which the flows are returned as they are, with ``converged`` False.
    toll_s
        What one unit of toll costs, seconds.
    distance_s_per_m
        What one metre costs beside its time, seconds.

    Raises
    ------
    TwinError
        Where a trip's destination cannot be reached.
    """
    links, order = _links(network, toll_s, distance_s_per_m)
    pairs = _pairs(demand)
    paths = _no_paths(len(pairs.origin))
    flow = np.zeros(network.link_count)
    paths, count, _, unreachable = add_shortest_paths(links, pairs, link_costs(links, flow), paths, 0)
    if unreachable != NONE:
        raise TwinError(
            "there is no way from node {origin} to node {destination}, yet trips go there; add the missing links, or "
            "leave the trips out",
            origin=network.node_name[pairs.origin[unreachable]],
            destination=network.node_name[pairs.destination[unreachable]],
        )
    gaps: list[float] = []
    while True:
        flow = flows_of_paths(paths, count, network.link_count)
        costs = link_costs(links, flow)
        total = float(flow @ costs)
        paths, count, least, _ = add_shortest_paths(links, pairs, costs, paths, count)
        gaps.append(max(total - least, 0.0) / total if total > 0 else 0.0)
        if gaps[-1] <= gap or len(gaps) >= most_rounds:
            break
        for _ in range(BALANCING_PASSES):
            if balance(links, pairs, paths, flow, costs) <= BALANCED_SHARE * gaps[-1] * total:
                break
    return _result(links, order, flow, gaps, gap)


def _links(network: FlowNetwork, toll_s: float, distance_s_per_m: float) -> tuple[Links, NDArray[np.int64]]:
    """Return the links in order of their beginnings, and which link of the network each is."""
    none = np.zeros(network.link_count)
    delay = network.delay or DelayFunction(none, none, none)
    order = np.argsort(network.link_from, kind="stable")
    links = Links(
        first=np.searchsorted(network.link_from[order], np.arange(network.node_count + 1)).astype(np.int32),
        tail=network.link_from[order].astype(np.int32),
        head=network.link_to[order].astype(np.int32),
        free_flow=network.free_flow_s[order].astype(np.float64),
        b=delay.b[order].astype(np.float64),
        capacity=network.capacity_per_h[order].astype(np.float64),
        power=delay.power[order].astype(np.float64),
        fixed=toll_s * delay.toll[order] + distance_s_per_m * network.length_m[order],
        first_through=network.first_through_node,
    )
    return links, order


def _pairs(demand: OdMatrix) -> Pairs:
    between = demand.origin != demand.destination
    return Pairs(
        demand.origin[between].astype(np.int32),
        demand.destination[between].astype(np.int32),
        demand.trips_per_h[between].astype(np.float64),
    )


def _no_paths(pair_count: int) -> Paths:
    return Paths(
        links=np.empty(0, np.int32),
        start=np.zeros(1, np.int64),
        flow=np.zeros(0),
        following=np.empty(0, np.int64),
        of_pair=np.full(pair_count, NONE, np.int64),
    )


def _result(
    links: Links, order: NDArray[np.int64], flow: NDArray[np.float64], gaps: list[float], gap: float
) -> Equilibrium:
    """Return the flows in the network's own order of links."""
    own_flow, own_time, own_cost = np.empty(len(flow)), np.empty(len(flow)), np.empty(len(flow))
    costs = link_costs(links, flow)
    own_flow[order], own_time[order], own_cost[order] = flow, costs - links.fixed, costs
    return Equilibrium(
        flow_per_h=own_flow,
        time_s=own_time,
        cost_s=own_cost,
        objective_s=beckmann(links, flow),
        relative_gap=gaps[-1],
        gaps=np.array(gaps),
        converged=gaps[-1] <= gap,
    )
