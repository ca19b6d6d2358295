"""Which way leads from every junction to many destinations, for all who drive there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.city.routing import TravelTimes
from twin.kernels.lanes import BITS_A_LANE, LANES
from twin.kernels.next_links import find_next_links
from twin.kernels.pruning import KeptArcs, keep_arcs, least_times
from twin.kernels.queries import Topology
from twin.kernels.vehicles import MOST_SLOTS, NO_WAY_SLOT, SLOT_MASK

_EACH_LANE = np.arange(LANES, dtype=np.uint32) * np.uint32(BITS_A_LANE)


class NextLinks:
    """The slot of the link to take from each of n nodes to each of d destinations, four bits each.

    A slot is a position among the links out of the node, in the order of `twin.city.road_traffic.RoadTraffic.out_link`;
    `ARRIVED_SLOT` at the destination, `NO_WAY_SLOT` where no open road leads there.

    Attributes
    ----------
    words
        Destination d is lane ``d % LANES`` of row ``d // LANES``, shape (rows, n).
    """

    def __init__(self, destinations: int, node_count: int) -> None:
        no_way = np.bitwise_or.reduce(np.uint32(NO_WAY_SLOT) << _EACH_LANE)
        self.words = np.full((-(-destinations // LANES), node_count), no_way, np.uint32)

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
        padded = np.full((len(table.words) * LANES, given.shape[1]), NO_WAY_SLOT, np.uint32)
        padded[: len(given)] = given
        lanes = padded.reshape(len(table.words), LANES, given.shape[1]) << _EACH_LANE[:, None]
        table.words = np.bitwise_or.reduce(lanes, axis=1)
        return table

    @property
    def slots(self) -> NDArray[np.uint8]:
        """All slots, shape (rows x LANES, n)."""
        lanes = (self.words[:, None, :] >> _EACH_LANE[:, None]) & np.uint32(SLOT_MASK)
        return lanes.astype(np.uint8).reshape(-1, self.words.shape[1])

    def write(self, ways: FastestWays, destinations: ArrayLike, words: ArrayLike, *, threads: int = 1) -> None:
        """Write fastest ways.

        Parameters
        ----------
        ways
            Under which travel times.
        destinations
            Nodes: `LANES` for each row of `words`, in which they are written in their order; the last may have fewer.
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
        if len(rows) != -(-len(nodes) // LANES) or (len(rows) and not 0 <= rows.min() <= rows.max() < len(self.words)):
            raise ValueError(f"there must be a row of the table for each {LANES} destinations")

        def fill(part: NDArray[np.int64]) -> None:
            begin, end = int(part[0]), int(part[-1]) + 1
            scratch_ms = np.empty((self.words.shape[1], LANES), np.uint32)
            find_next_links(
                ways.topology, ways.up, ways.down, ways.out_first, ways.out_rank, ways.out_time_ms,
                nodes[begin * LANES : end * LANES], rows[begin:end], scratch_ms, self.words,
            )  # fmt: skip

        parts = [part for part in np.array_split(np.arange(len(rows)), threads) if len(part)]
        if len(parts) == 1:
            fill(parts[0])
        elif parts:
            with ThreadPoolExecutor(len(parts)) as pool:
                list(pool.map(fill, parts))


class FastestWays(NamedTuple):
    """What tables of next links are made of under one vector of travel times; see `find_next_links`."""

    topology: Topology
    up: KeptArcs
    down: KeptArcs
    out_first: NDArray[np.int32]
    out_rank: NDArray[np.int32]
    out_time_ms: NDArray[np.int32]

    @classmethod
    def of(cls, times: TravelTimes, out_first: NDArray[np.int32], out_link: NDArray[np.int32]) -> FastestWays:
        """Leave out what is on nobody's way.

        Parameters
        ----------
        times
            Of a hierarchy whose edges are the links.
        out_first, out_link
            The links out of each node in the order of their slots; see `twin.city.road_traffic.RoadTraffic`.

        Raises
        ------
        ValueError
            If a node has more links out of it than a table has room for.
        """
        check_slots(out_first)
        topology, metric = times.hierarchy.topology, times.metric
        up_ms, down_ms = np.empty_like(metric.up_ms), np.empty_like(metric.down_ms)
        least_times(topology, metric, up_ms, down_ms)
        return cls(
            topology, KeptArcs(*keep_arcs(topology, metric.up_ms, up_ms)),
            KeptArcs(*keep_arcs(topology, metric.down_ms, down_ms)), np.array(out_first, np.int32),
            topology.node_rank[times.hierarchy.edge_to[out_link]], metric.edge_time_ms[out_link],
        )  # fmt: skip


def check_slots(out_first: NDArray[np.int32]) -> None:
    """Raise ValueError if a node has more links out of it than a table of next links has room for."""
    most = int(np.diff(out_first).max(initial=0))
    if most > MOST_SLOTS:
        node = int(np.diff(out_first).argmax())
        raise ValueError(
            f"node {node} has {most} links out of it, {MOST_SLOTS} at most find room; split it into several nodes"
        )


def next_links(
    times: TravelTimes, out_first: NDArray[np.int32], out_link: NDArray[np.int32], destinations: ArrayLike
) -> NextLinks:
    """Return the table of next links on the fastest ways to these nodes, shape (d,); see `NextLinks.write`."""
    nodes = np.array(destinations, np.int32, ndmin=1)
    table = NextLinks(len(nodes), times.hierarchy.node_count)
    table.write(FastestWays.of(times, out_first, out_link), nodes, np.arange(len(table.words)))
    return table
