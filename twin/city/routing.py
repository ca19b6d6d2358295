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
import weakref
from dataclasses import dataclass, field
from functools import cached_property
from operator import index
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.city.graph import RoadGraph
from twin.kernels import hierarchy as kernels
from twin.kernels.buckets import (
    Buckets,
    fill_buckets,
    fill_buckets_of_all,
    sort_places,
    times_to_places,
)
from twin.kernels.compile import direct
from twin.kernels.lanes import LANES
from twin.kernels.queries import (
    NOT_YET,
    Metric,
    Scratch,
    Topology,
    find_route,
    times_to_anchor,
)

UNREACHABLE_MS: Final[int] = kernels.UNREACHABLE_MS
"""Time of a closed edge and of what no open road reaches; longer times (24 days) are the same."""

_UNREACHABLE: Final = np.uint32(UNREACHABLE_MS)
_WHOLE_VALUE: Final = np.uint32(2**32 - 1)
"""All bits of a time are its own."""

_find_route = direct(find_route)
_times_to_anchor = direct(times_to_anchor)
_times_to_places = direct(times_to_places)


class _OfThread(threading.local):
    """Working arrays of one thread; those of a customisation are made when one is asked for."""

    def __init__(self, node_count: int, arc_count: int) -> None:
        self._counts = (node_count, arc_count)
        self.scratch = Scratch(
            sweep_ms=np.full(node_count, UNREACHABLE_MS, np.int32),
            known_ms=np.full(node_count, NOT_YET, np.int32),
            known=np.empty(node_count, np.int32),
            edges=np.empty(node_count, np.int32),
            pending=np.empty((node_count + 2, 2), np.int32),
        )

    @cached_property
    def lanes_ms(self) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Up and down times of several metrics, each of shape (k, LANES)."""
        shape = (self._counts[1], LANES)
        return np.empty(shape, np.uint32), np.empty(shape, np.uint32)

    @cached_property
    def sweep_lanes_ms(self) -> NDArray[np.uint32]:
        """A sweep under several metrics, unreachable everywhere, shape (n, LANES)."""
        return np.full((self._counts[0], LANES), UNREACHABLE_MS, np.uint32)

    @cached_property
    def asked(self) -> weakref.WeakKeyDictionary[Places, set[bool]]:
        """Places that some metric was asked about, as sources (True) or as targets: the next will be asked too."""
        return weakref.WeakKeyDictionary()

    @cached_property
    def spare_blocks(self) -> list[NDArray[np.int32]]:
        """Arrays that no metric needs any longer."""
        return []

    def __reduce__(self) -> tuple[type[_OfThread], tuple[int, int]]:
        return _OfThread, self._counts


class _Block:
    """The arcs' times of metrics that were customised together; the array is used again when all are forgotten.

    Fresh memory is dear: on a virtual machine, touching it takes many times longer than computing what goes in.
    """

    def __init__(self, spare: list[NDArray[np.int32]], arc_count: int) -> None:
        self.arcs_ms = spare.pop() if spare else np.empty((2, LANES, arc_count), np.int32)
        weakref.finalize(self, spare.append, self.arcs_ms).atexit = False


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """What routing needs to know of a map whatever the travel times: a customisable contraction hierarchy.

    n nodes, m edges, k arcs.

    Attributes
    ----------
    topology
        Nodes and arcs by rank; see `twin.kernels.hierarchy`.
    edge_from, edge_to
        Node positions, shape (m,).
    edge_arc
        Arc of each edge, complemented where the edge leads down, shape (m,).
    """

    topology: Topology
    edge_from: NDArray[np.int32]
    edge_to: NDArray[np.int32]
    edge_arc: NDArray[np.int32]
    _of_thread: _OfThread

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
        topology = Topology(
            node_rank, arc_first, arc_head, *kernels.arcs_by_head(arc_first, arc_head),
            *kernels.edges_by_arc(edge_arc, len(arc_head)),
        )  # fmt: skip
        return cls(topology, edge_from, edge_to, edge_arc, _OfThread(len(node_rank), len(arc_head)))

    @property
    def node_count(self) -> int:
        """Number of nodes."""
        return len(self.topology.node_rank)

    @property
    def edge_count(self) -> int:
        """Number of directed edges."""
        return len(self.edge_from)

    @property
    def arc_count(self) -> int:
        """Number of arcs: the smaller, the faster is everything."""
        return len(self.topology.arc_head)

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
        if given.shape != (self.edge_count,):
            raise ValueError(f"edge_time_ms must have shape ({self.edge_count},), not {given.shape}")
        return self.customise_each(given[np.newaxis])[0]

    def customise_each(self, edge_time_ms: NDArray[np.int32]) -> list[TravelTimes]:
        """Do what `customise` does for several vectors of travel times, shape (p, m).

        Up to `LANES` at once cost little more than one.
        """
        given = np.asarray(edge_time_ms)
        if given.dtype.kind not in "iu":
            raise TypeError(f"edge_time_ms must hold whole milliseconds, not {given.dtype}")
        if given.ndim != 2 or given.shape[1] != self.edge_count:
            raise ValueError(f"edge_time_ms must have shape (any, {self.edge_count}), not {given.shape}")
        if given.size and (given.min() < 1 or given.max() > UNREACHABLE_MS):
            raise ValueError(f"edge_time_ms must lie within 1..{UNREACHABLE_MS}")
        found = []
        for begin in range(0, len(given), LANES):
            found += self._customise(np.array(given[begin : begin + LANES], np.int32, order="C"))
        return found

    def _customise(self, times_ms: NDArray[np.int32]) -> list[TravelTimes]:
        """Customise up to `LANES` metrics, which are kept."""
        topology = self.topology
        of_hierarchy = (
            topology.arc_first, topology.arc_head, topology.lower_first, topology.lower_arc, topology.lower_node,
            self.edge_arc,
        )  # fmt: skip
        block = _Block(self._of_thread.spare_blocks, self.arc_count)
        up_ms, down_ms = block.arcs_ms[:, : len(times_ms)]
        if len(times_ms) == 1:
            edge_ms, *arc_ms = (values.view(np.uint32) for values in (times_ms[0], up_ms[0], down_ms[0]))
            kernels.customise_one(*of_hierarchy, edge_ms, _UNREACHABLE, _WHOLE_VALUE, *arc_ms)
            return [TravelTimes(self, Metric(times_ms[0], up_ms[0], down_ms[0]), block)]
        up_lanes_ms, down_lanes_ms = self._of_thread.lanes_ms
        kernels.customise(*of_hierarchy, times_ms, up_lanes_ms, down_lanes_ms)
        kernels.take_lanes(up_lanes_ms, up_ms)
        kernels.take_lanes(down_lanes_ms, down_ms)
        found = [
            TravelTimes(self, Metric(edge_time_ms, up, down), block)
            for edge_time_ms, up, down in zip(times_ms, up_ms, down_ms, strict=True)
        ]
        sweep_ms = self._of_thread.sweep_lanes_ms
        for places, ways in list(self._of_thread.asked.items()):
            for are_sources in ways:
                bucket_ms = np.empty((len(found), len(places._buckets.place)), np.int32)
                place_arc_ms = up_lanes_ms if are_sources else down_lanes_ms
                fill_buckets_of_all(topology, places._buckets, places.nodes, place_arc_ms, sweep_ms, bucket_ms)
                for times, of_metric_ms in zip(found, bucket_ms, strict=True):
                    times._kept[places, are_sources] = of_metric_ms
        return found

    def places(self, nodes: NDArray[np.integer[Any]]) -> Places:
        """Choose nodes that will be asked about again and again; see `TravelTimes.times_to_places`.

        Raises
        ------
        IndexError
            If one of them is no node.
        """
        chosen = np.array(nodes, np.int32)
        return Places(chosen, Buckets(*sort_places(self.topology, chosen)))


@dataclass(frozen=True, eq=False)
class Places:
    """Nodes that many questions are about, prepared by `Hierarchy.places`.

    Attributes
    ----------
    nodes
        Node positions, shape (p,).
    """

    nodes: NDArray[np.int32]
    _buckets: Buckets


@dataclass(frozen=True, eq=False, slots=True)
class Route:
    """A fastest route.

    Attributes
    ----------
    edges
        Edge positions in driving order, shape (k,); empty where source and target are one node.
    source
        Where it begins, a node position.
    time_ms
        Sum of the edges' times.
    """

    edges: NDArray[np.int32]
    source: int
    _edge_to: NDArray[np.int32]
    time_ms: int

    @property
    def nodes(self) -> NDArray[np.int32]:
        """Node positions from source to target, shape (k + 1,)."""
        nodes = np.empty(len(self.edges) + 1, np.int32)
        nodes[0] = self.source
        nodes[1:] = self._edge_to[self.edges]
        return nodes


@dataclass(frozen=True, eq=False)
class TravelTimes:
    """Answers for one vector of edge times; safe to ask from several threads.

    Every question raises IndexError for a node that does not exist, and TypeError for one that is no whole number.

    Attributes
    ----------
    hierarchy
        What it was made from.
    metric
        The times of edges and arcs; see `twin.kernels.queries`. Its arrays must not outlive this object.
    """

    hierarchy: Hierarchy
    metric: Metric
    _block: _Block
    _kept: dict[tuple[Places, bool], NDArray[np.int32]] = field(default_factory=dict)

    @property
    def edge_time_ms(self) -> NDArray[np.int32]:
        """Milliseconds to drive each edge, shape (m,); read-only."""
        times_ms = self.metric.edge_time_ms.view()
        times_ms.flags.writeable = False
        return times_ms

    def time_ms(self, source: int, target: int) -> int:
        """Return the time of the fastest route, `UNREACHABLE_MS` if there is none."""
        return int(self.times_to(np.array([index(source)], np.int32), target)[0])

    def times_to(self, sources: NDArray[np.integer[Any]], target: int) -> NDArray[np.int32]:
        """Return the times from many nodes (vehicles) to one (a call), shape (len(sources),)."""
        return self._times(target, sources, self.metric.down_ms, self.metric.up_ms)

    def times_from(self, source: int, targets: NDArray[np.integer[Any]]) -> NDArray[np.int32]:
        """Return the times from one node (a call) to many (hospitals), shape (len(targets),)."""
        return self._times(source, targets, self.metric.up_ms, self.metric.down_ms)

    def times_from_places(self, places: Places, target: int) -> NDArray[np.int32]:
        """Return what ``times_to(places.nodes, target)`` returns, faster from the second question on."""
        return self._times_of_places(places, target, True)

    def times_to_places(self, source: int, places: Places) -> NDArray[np.int32]:
        """Return what ``times_from(source, places.nodes)`` returns, faster from the second question on."""
        return self._times_of_places(places, source, False)

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
        given = np.asarray(others)
        if given.size and given.dtype.kind not in "iu":
            raise TypeError(f"nodes must be whole numbers, not {given.dtype}")
        nodes = given.astype(np.int32)
        times_ms = np.empty(len(nodes), np.int32)
        hierarchy = self.hierarchy
        _times_to_anchor(
            hierarchy.topology, anchor_arc_ms, other_arc_ms, index(anchor), nodes, hierarchy._of_thread.scratch,
            times_ms,
        )  # fmt: skip
        return times_ms

    def _times_of_places(self, places: Places, anchor: int, are_sources: bool) -> NDArray[np.int32]:
        topology, scratch, metric = self.hierarchy.topology, self.hierarchy._of_thread.scratch, self.metric
        anchor_arc_ms, place_arc_ms = metric.up_ms, metric.down_ms
        if are_sources:
            anchor_arc_ms, place_arc_ms = place_arc_ms, anchor_arc_ms
        bucket_ms = self._kept.get((places, are_sources))
        if bucket_ms is None:
            bucket_ms = np.empty(len(places._buckets.place), np.int32)
            fill_buckets(topology, places._buckets, places.nodes, place_arc_ms, scratch, bucket_ms)
            self._kept[places, are_sources] = bucket_ms
            self.hierarchy._of_thread.asked.setdefault(places, set()).add(are_sources)
        times_ms = np.empty(len(places.nodes), np.int32)
        _times_to_places(topology, places._buckets, bucket_ms, anchor_arc_ms, index(anchor), scratch, times_ms)
        return times_ms

    def route(self, source: int, target: int) -> Route | None:
        """Return a fastest route, always the same one of equals; None if closed roads leave none."""
        hierarchy = self.hierarchy
        scratch = hierarchy._of_thread.scratch
        time_ms, edge_count = _find_route(hierarchy.topology, self.metric, index(source), index(target), scratch)
        if time_ms == UNREACHABLE_MS:
            return None
        return Route(scratch.edges[:edge_count].copy(), index(source), hierarchy.edge_to, int(time_ms))
