"""Which way leads from every junction to many destinations, for all who drive there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.city.routing import Hierarchy
from twin.kernels.first_links import CLOSED_KEY, TIME_MASK, link_keys
from twin.kernels.hierarchy import UNREACHABLE_MS, customise_one
from twin.kernels.lanes import DESTINATIONS, KEYS, SLOT_BITS
from twin.kernels.next_links import find_next_links
from twin.kernels.queries import Topology
from twin.kernels.vehicles import LANE_MASK, MOST_SLOTS, NO_WAY_SLOT, SLOT_MASK, WORD_BITS

_EACH_LANE = np.arange(DESTINATIONS, dtype=np.uint64) * np.uint64(SLOT_BITS)


class NextLinks:
    """The slot of the link to take from each of n nodes to each of d destinations, four bits each.

    A slot is a position among the links out of the node, in the order of `twin.city.road_traffic.RoadTraffic.out_link`;
    `ARRIVED_SLOT` at the destination, `NO_WAY_SLOT` where no open road leads there.

    Attributes
    ----------
    words
        Destination d is lane ``d % DESTINATIONS`` of row ``d // DESTINATIONS``, shape (rows, n).
    """

    def __init__(self, destinations: int, node_count: int) -> None:
        no_way = np.bitwise_or.reduce(np.uint64(NO_WAY_SLOT) << _EACH_LANE)
        self.words = np.full((-(-destinations // DESTINATIONS), node_count), no_way, np.uint64)

    @classmethod
    def of_slots(cls, slots: ArrayLike) -> NextLinks:
        """Return the table of given slots, shape (d, n).

        Raises
        ------
        ValueError
            If one is no slot.
        """
        given = np.asarray(slots)
        if given.ndim != 2 or given.dtype.kind not in "iu" or ((given < 0) | (given > SLOT_MASK)).any():
            raise ValueError(f"slots must be whole numbers within 0..{SLOT_MASK}, of shape (destinations, nodes)")
        table = cls(*given.shape)
        padded = np.full((len(table.words) * DESTINATIONS, given.shape[1]), NO_WAY_SLOT, np.uint64)
        padded[: len(given)] = given
        lanes = padded.reshape(len(table.words), DESTINATIONS, given.shape[1]) << _EACH_LANE[:, None]
        table.words = np.bitwise_or.reduce(lanes, axis=1)
        return table

    @property
    def slots(self) -> NDArray[np.uint8]:
        """All slots, shape (rows x DESTINATIONS, n)."""
        lanes = (self.words[:, None, :] >> _EACH_LANE[:, None]) & np.uint64(SLOT_MASK)
        return lanes.astype(np.uint8).reshape(-1, self.words.shape[1])

    def write(self, ways: FastestWays, destinations: ArrayLike, words: ArrayLike, *, threads: int = 1) -> None:
        """Write fastest ways.

        Parameters
        ----------
        ways
            Under which travel times.
        destinations
            Nodes: `DESTINATIONS` for each row of `words`, in which they are written in their order; the last may have
            fewer.
        words
            Rows of the table.
        threads
            How many share the work; the table is the same.

        Raises
        ------
        IndexError
            If a destination is no node.
        ValueError
            If the numbers do not fit.
        """
        nodes, rows = (np.array(given, np.int32, order="C", ndmin=1) for given in (destinations, words))
        fits = not len(rows) or 0 <= rows.min() <= rows.max() < len(self.words)
        if len(rows) != -(-len(nodes) // DESTINATIONS) or not fits:
            raise ValueError(f"there must be a row of the table for each {DESTINATIONS} destinations")

        def fill(part: NDArray[np.int64]) -> None:
            begin, end = int(part[0]), int(part[-1]) + 1
            find_next_links(
                *ways, nodes[begin * DESTINATIONS : end * DESTINATIONS], rows[begin:end],
                np.empty((self.words.shape[1], KEYS), np.uint32), self.words,
            )  # fmt: skip

        parts = [part for part in np.array_split(np.arange(len(rows)), threads) if len(part)]
        if len(parts) == 1:
            fill(parts[0])
        elif parts:
            with ThreadPoolExecutor(len(parts)) as pool:
                list(pool.map(fill, parts))


def slots_at(words: NDArray[np.uint64], destinations: Any, nodes: Any) -> NDArray[np.int64]:
    """Return the slots that the words of a table hold for destinations at nodes, arrays of one shape or numbers."""
    word = words[destinations >> WORD_BITS, nodes].astype(np.int64)
    return np.asarray(word >> SLOT_BITS * (destinations & LANE_MASK) & SLOT_MASK, np.int64)


class FastestWays(NamedTuple):
    """What tables of next links are made of under one vector of travel times; see `find_next_links`."""

    topology: Topology
    up: NDArray[np.uint32]
    down: NDArray[np.uint32]
    rank_node: NDArray[np.int32]


class WaySearch:
    """A network prepared for tables of next links. m links.

    Parameters
    ----------
    hierarchy
        Its edges are the links.

    Raises
    ------
    ValueError
        If a node has more links out of it than a table has room for.
    """

    def __init__(self, hierarchy: Hierarchy) -> None:
        self._hierarchy = hierarchy
        out_first, order = links_out(hierarchy.edge_from, hierarchy.node_count)
        check_slots(out_first)
        self._slot = np.empty(len(order), np.uint8)
        self._slot[order] = np.arange(len(order)) - out_first[hierarchy.edge_from[order]]
        self._rank_node = np.argsort(hierarchy.topology.node_rank).astype(np.int32)

    def under(self, link_time_ms: NDArray[np.int32]) -> FastestWays:
        """Return the fastest ways under these times, from 1 up, `UNREACHABLE_MS` where a link is closed, shape (m,).

        Raises
        ------
        ValueError
            If there is not one time for each link, or one is below 1.
        """
        times_ms = np.array(link_time_ms, np.int32, order="C")
        if times_ms.shape != self._slot.shape or (times_ms < 1).any():
            raise ValueError(f"link_time_ms must have shape {self._slot.shape} and lie within 1..{UNREACHABLE_MS}")
        topology = self._hierarchy.topology
        edge_keys = np.empty(len(times_ms), np.uint32)
        link_keys(self._slot, times_ms, edge_keys)
        up, down = np.empty((2, len(topology.arc_head)), np.uint32)
        customise_one(
            topology.arc_first, topology.arc_head, topology.lower_first, topology.lower_arc, topology.lower_node,
            self._hierarchy.edge_arc, edge_keys, CLOSED_KEY, TIME_MASK, up, down,
        )  # fmt: skip
        return FastestWays(topology, up, down, self._rank_node)


def links_out(link_from: NDArray[np.int32], node_count: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the links out of node ``v`` in the order of their slots: ``second[first[v]:first[v + 1]]``."""
    order = np.argsort(link_from, kind="stable").astype(np.int32)
    return np.searchsorted(link_from[order], np.arange(node_count + 1)).astype(np.int32), order


def check_slots(out_first: NDArray[np.int32]) -> None:
    """Raise ValueError if a node has more links out of it than a table of next links has room for."""
    most = int(np.diff(out_first).max(initial=0))
    if most > MOST_SLOTS:
        node = int(np.diff(out_first).argmax())
        raise ValueError(
            f"node {node} has {most} links out of it, {MOST_SLOTS} at most find room; split it into several nodes"
        )


def next_links(hierarchy: Hierarchy, link_time_ms: NDArray[np.int32], destinations: ArrayLike) -> NextLinks:
    """Return the table of next links on the fastest ways to these nodes, shape (d,); see `NextLinks.write`."""
    nodes = np.array(destinations, np.int32, ndmin=1)
    table = NextLinks(len(nodes), hierarchy.node_count)
    table.write(WaySearch(hierarchy).under(link_time_ms), nodes, np.arange(len(table.words)))
    return table
