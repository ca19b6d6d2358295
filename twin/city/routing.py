"""Travel times and routes on the road graph.

A `Hierarchy` is built once a map, `TravelTimes` once for each vector of edge times (an hour's speeds, a road closed),
and every question to it takes microseconds::

    hierarchy = Hierarchy.of(graph)
    now = hierarchy.customise(edge_time_ms)
    nearest = now.times_to(vehicle_nodes, call_node).argmin()
    route = now.route(vehicle_nodes[nearest], call_node)

Times are whole milliseconds. `UNREACHABLE_MS` closes an edge, and answers for what cannot be reached.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from operator import index
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.city.graph import RoadGraph
from twin.kernels import hierarchy as kernels
from twin.kernels.driving import drive_route
from twin.kernels.queries import NOT_YET, find_route, times_to_anchor

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

UNREACHABLE_MS: Final[int] = kernels.UNREACHABLE_MS
"""Time of a closed edge and of what no open road reaches; longer times (24 days) are the same."""


class _Scratch(threading.local):
    """Working arrays of one thread; see `twin.kernels.queries`."""

    def __init__(self, node_count: int) -> None:
        self.sweep_ms = np.full(node_count, UNREACHABLE_MS, np.int32)
        self.known_ms = np.full(node_count, NOT_YET, np.int32)
        self.known = np.empty(node_count, np.int32)
        self.came_from = np.empty(node_count, np.int32)
        self.edges = np.empty(node_count, np.int32)

    def __reduce__(self) -> tuple[type[_Scratch], tuple[int]]:
        return _Scratch, (len(self.known),)


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """What routing needs to know of a map whatever the travel times: a customisable contraction hierarchy.

    See `twin.kernels.hierarchy` for the arrays; n nodes, m edges, k arcs.

    Attributes
    ----------
    node_rank
        Order of contraction, shape (n,).
    edge_from, edge_to
        Node positions, shape (m,).
    arc_first, arc_head
        Arcs of each rank to higher ranks, shapes (n + 1,) and (k,).
    lower_first, lower_arc, lower_node
        Arcs by their heads, shapes (n + 1,), (k,) and (k,).
    edge_arc
        Arc of each edge, complemented where the edge leads down, shape (m,).
    """

    node_rank: NDArray[np.int32]
    edge_from: NDArray[np.int32]
    edge_to: NDArray[np.int32]
    arc_first: NDArray[np.int32]
    arc_head: NDArray[np.int32]
    lower_first: NDArray[np.int32]
    lower_arc: NDArray[np.int32]
    lower_node: NDArray[np.int32]
    edge_arc: NDArray[np.int32]
    _scratch: _Scratch

    @classmethod
    def of(cls, graph: RoadGraph) -> Hierarchy:
        """Build the hierarchy of a graph with its `node_rank`.

        Raises
        ------
        ValueError
            If `node_rank` is no permutation of the nodes.
        """
        return cls.of_arrays(graph.node_rank, graph.edge_from, graph.edge_to)

    @classmethod
    def of_arrays(
        cls, ranks: NDArray[np.int32], edges_from: NDArray[np.int32], edges_to: NDArray[np.int32]
    ) -> Hierarchy:
        """Build the hierarchy from the order of contraction, shape (n,), and the ends of the edges, shape (m,)."""
        node_rank = np.array(ranks, np.int32)
        if not np.array_equal(np.sort(node_rank), np.arange(len(node_rank))):
            raise ValueError("node_rank must be a permutation of the nodes 0..n-1")
        edge_from = np.array(edges_from, np.int32)
        edge_to = np.array(edges_to, np.int32)
        arc_first, arc_head = kernels.complete(node_rank, edge_from, edge_to)
        edge_arc = kernels.arcs_of_edges(arc_first, arc_head, node_rank[edge_from], node_rank[edge_to])
        lower = kernels.arcs_by_head(arc_first, arc_head)
        scratch = _Scratch(len(node_rank))
        return cls(node_rank, edge_from, edge_to, arc_first, arc_head, *lower, edge_arc, scratch)

    @property
    def node_count(self) -> int:
        """Number of nodes."""
        return len(self.node_rank)

    @property
    def edge_count(self) -> int:
        """Number of directed edges."""
        return len(self.edge_from)

    @property
    def arc_count(self) -> int:
        """Number of arcs: the smaller, the faster is everything."""
        return len(self.arc_head)

    def customise(self, edge_time_ms: NDArray[np.int32]) -> TravelTimes:
        """Make the hierarchy answer for these travel times.

        Parameters
        ----------
        edge_time_ms
            Milliseconds to drive each edge, from 1 up; `UNREACHABLE_MS` where it is closed; shape (m,). Copied.

        Raises
        ------
        TypeError
            If the times are not whole numbers.
        ValueError
            If there is not one time for each edge, or one is below 1 or above `UNREACHABLE_MS`.
        """
        given = np.asarray(edge_time_ms)
        if given.dtype.kind not in "iu":
            raise TypeError(f"edge_time_ms must hold whole milliseconds, not {given.dtype}")
        if given.shape != (self.edge_count,):
            raise ValueError(f"edge_time_ms must have shape ({self.edge_count},), not {given.shape}")
        if given.size and (given.min() < 1 or given.max() > UNREACHABLE_MS):
            raise ValueError(f"edge_time_ms must lie within 1..{UNREACHABLE_MS}")
        times_ms = np.array(given, np.int32)
        times_ms.flags.writeable = False
        arcs = kernels.customise(
            self.arc_first, self.arc_head, self.lower_first, self.lower_arc, self.lower_node, self.edge_arc, times_ms
        )
        return TravelTimes(self, times_ms, *arcs)


@dataclass(frozen=True, eq=False, slots=True)
class Route:
    """A fastest route.

    Attributes
    ----------
    edges
        Edge positions in driving order, shape (k,); empty where source and target are one node.
    nodes
        Node positions from source to target, shape (k + 1,).
    time_ms
        Sum of the edges' times.
    """

    edges: NDArray[np.int32]
    nodes: NDArray[np.int32]
    time_ms: int


@dataclass(frozen=True, eq=False)
class TravelTimes:
    """Answers for one vector of edge times; immutable, and safe to ask from several threads.

    Every question raises IndexError for a node that does not exist, and TypeError for one that is no whole number.

    Attributes
    ----------
    hierarchy
        What it was made from.
    edge_time_ms
        Milliseconds to drive each edge, shape (m,); read-only.
    up_ms, up_via, down_ms, down_via
        Times of the arcs and what they consist of, shape (k,).
    """

    hierarchy: Hierarchy
    edge_time_ms: NDArray[np.int32]
    up_ms: NDArray[np.int32]
    up_via: NDArray[np.int32]
    down_ms: NDArray[np.int32]
    down_via: NDArray[np.int32]

    def time_ms(self, source: int, target: int) -> int:
        """Return the time of the fastest route, `UNREACHABLE_MS` if there is none."""
        return int(self.times_to(np.array([index(source)], np.int32), target)[0])

    def times_to(self, sources: NDArray[np.integer[Any]], target: int) -> NDArray[np.int32]:
        """Return the times from many nodes (vehicles) to one (a call), shape (len(sources),)."""
        return self._times(target, sources, self.down_ms, self.up_ms)

    def times_from(self, source: int, targets: NDArray[np.integer[Any]]) -> NDArray[np.int32]:
        """Return the times from one node (a call) to many (hospitals), shape (len(targets),)."""
        return self._times(source, targets, self.up_ms, self.down_ms)

    def times_between(self, sources: NDArray[np.integer[Any]], targets: NDArray[np.integer[Any]]) -> NDArray[np.int32]:
        """Return the times from each source to each target, shape (len(sources), len(targets))."""
        if len(sources) < len(targets):
            rows = [self.times_from(source, targets) for source in sources]
            return np.array(rows, np.int32).reshape(len(sources), len(targets))
        columns = [self.times_to(sources, target) for target in targets]
        return np.array(columns, np.int32).reshape(len(targets), len(sources)).T

    def _times(
        self,
        anchor: int,
        others: NDArray[np.integer[Any]],
        anchor_arc_ms: NDArray[np.int32],
        other_arc_ms: NDArray[np.int32],
    ) -> NDArray[np.int32]:
        hierarchy = self.hierarchy
        scratch = hierarchy._scratch
        given = np.asarray(others)
        if given.size and given.dtype.kind not in "iu":
            raise TypeError(f"nodes must be whole numbers, not {given.dtype}")
        nodes = given.astype(np.int32)
        times_ms = np.empty(len(nodes), np.int32)
        times_to_anchor(
            hierarchy.arc_first, hierarchy.arc_head, anchor_arc_ms, other_arc_ms, hierarchy.node_rank, index(anchor),
            nodes, scratch.sweep_ms, scratch.known_ms, scratch.known, scratch.came_from, times_ms,
        )  # fmt: skip
        return times_ms

    def route(self, source: int, target: int) -> Route | None:
        """Return a fastest route, always the same one of equals; None if closed roads leave none."""
        hierarchy = self.hierarchy
        scratch = hierarchy._scratch
        time_ms, edge_count = find_route(
            hierarchy.arc_first, hierarchy.arc_head, self.up_ms, self.up_via, self.down_ms, self.down_via,
            hierarchy.node_rank, index(source), index(target),
            scratch.sweep_ms, scratch.known_ms, scratch.known, scratch.came_from, scratch.edges,
        )  # fmt: skip
        if time_ms == UNREACHABLE_MS:
            return None
        edges = scratch.edges[:edge_count].copy()
        nodes = np.empty(edge_count + 1, np.int32)
        nodes[0] = source
        nodes[1:] = hierarchy.edge_to[edges]
        return Route(edges, nodes, int(time_ms))


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a vehicle can next choose another way.

    Attributes
    ----------
    place
        How many edges of its route it has behind it there.
    at_s
        When it is there; not before the time asked for, unless the route was finished earlier.
    """

    place: int
    at_s: float


@dataclass(frozen=True, eq=False, slots=True)
class Drive:
    """When a vehicle is where along a route of k edges.

    Attributes
    ----------
    arrive_s
        At each node of the route, the first being the departure, shape (k + 1,); never falls; infinite beyond an edge
        that never opens.
    enter_s
        When it enters each edge, shape (k,): later than its arrival there only where it waits for a closed edge.
    """

    arrive_s: NDArray[np.float64]
    enter_s: NDArray[np.float64]

    def position_at(self, time_s: float) -> Turn:
        """Return the next node at which the vehicle can turn and when it is there.

        On an edge that is the edge's end; while it waits before a closed edge, where it waits and now; before
        departure, the first node and the departure; after arrival, the last node and the arrival.
        """
        place = int(np.searchsorted(self.arrive_s, time_s))
        if place == len(self.arrive_s):
            return Turn(place - 1, float(self.arrive_s[-1]))
        if place > 0 and time_s < self.enter_s[place - 1]:
            return Turn(place - 1, float(time_s))
        return Turn(place, float(self.arrive_s[place]))


def drive(
    route_edges: NDArray[np.int32],
    depart_s: float,
    period_starts_s: NDArray[np.float64],
    edge_time_ms_by_period: NDArray[np.int32],
    factor: float = 1.0,
) -> Drive:
    """Drive a route while speeds change: constant within a period, and nobody arrives earlier by leaving later.

    A vehicle on an edge when the period changes goes on at the new speed; on an edge that closes, at the last open
    speed; one that reaches a closed edge waits until it opens (see `twin.kernels.driving`).

    Parameters
    ----------
    route_edges
        Edge positions, shape (k,).
    depart_s
        When the vehicle leaves the first node.
    period_starts_s
        Rising, shape (p,). A period lasts until the next starts, the last for ever; the first also holds before it.
    edge_time_ms_by_period
        Milliseconds to drive each whole edge in each period, `UNREACHABLE_MS` where it is closed, shape (p, m).
    factor
        What the vehicle's times are of these: 0.8 for one that needs a fifth less.

    Raises
    ------
    ValueError
        If shapes do not fit, periods do not rise, or the factor is not above zero.
    """
    starts_s = np.array(period_starts_s, np.float64)
    times_ms = np.ascontiguousarray(edge_time_ms_by_period, np.int32)
    edges = np.array(route_edges, np.int32)
    if starts_s.ndim != 1 or not len(starts_s) or (np.diff(starts_s) <= 0).any():
        raise ValueError("period_starts_s must hold rising times, at least one")
    if times_ms.ndim != 2 or len(times_ms) != len(starts_s):
        raise ValueError(f"edge_time_ms_by_period must have {len(starts_s)} rows, its shape is {times_ms.shape}")
    if not (0 < factor < np.inf and np.isfinite(depart_s)):
        raise ValueError("factor must be above zero, and it and depart_s finite")
    if len(edges) and (edges.min() < 0 or edges.max() >= times_ms.shape[1]):
        raise ValueError("route_edges names an edge without times")
    return drive_known(edges, float(depart_s), starts_s, times_ms, float(factor))


def drive_known(
    edges: NDArray[np.int32],
    depart_s: float,
    starts_s: NDArray[np.float64],
    times_ms: NDArray[np.int32],
    factor: float,
) -> Drive:
    """Do what `drive` does with arrays that are known to fit: contiguous, of these types, within bounds."""
    arrive_s = np.empty(len(edges) + 1)
    enter_s = np.empty(len(edges))
    drive_route(edges, depart_s, starts_s, times_ms, factor, arrive_s, enter_s)
    return Drive(arrive_s, enter_s)


def nearest_nodes(graph: RoadGraph, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.int32]:
    """Return the node nearest to each point in a straight line; the lowest of equally near ones.

    Parameters
    ----------
    lon, lat
        Degrees, shape (k,).
    """
    points = graph.to_plane_m(np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float)))
    tree = _node_tree(graph)
    nearest = np.empty(len(points), np.int32)
    unsure = np.arange(len(points))
    candidates = 1
    while len(unsure):  # look at more neighbours until one is farther than the nearest, so that all ties are seen
        candidates = min(2 * candidates, graph.node_count)
        answer = tree.query(points[unsure], k=np.arange(1, candidates + 1))
        distance_m, node = np.asarray(answer[0]), np.asarray(answer[1])
        ties = distance_m == distance_m[:, :1]
        nearest[unsure] = np.where(ties, node, graph.node_count).min(axis=1)
        unsure = unsure[ties.all(axis=1)] if candidates < graph.node_count else unsure[:0]
    return nearest


@lru_cache(maxsize=4)
def _node_tree(graph: RoadGraph) -> cKDTree:
    from scipy.spatial import cKDTree

    return cKDTree(graph.node_xy_m)
