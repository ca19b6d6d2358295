"""Which way leads from every junction to many destinations, for all who drive there."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.city.routing import TravelTimes
from twin.kernels.lanes import LANES
from twin.kernels.next_links import find_next_links


def next_links(
    times: TravelTimes, out_first: NDArray[np.int32], out_link: NDArray[np.int32], destinations: ArrayLike
) -> NDArray[np.uint8]:
    """Return the table of next links on the fastest ways under these travel times.

    Parameters
    ----------
    times
        Of a hierarchy whose edges are the links.
    out_first, out_link
        The links out of each node in the order of their slots; see `twin.city.road_traffic.RoadTraffic`.
    destinations
        Nodes, shape (d,).

    Returns
    -------
    Shape (d, n): the slot of the link to take from each node, 255 at the destination, 254 where none leads there.

    Raises
    ------
    IndexError
        If a destination is no node.
    """
    nodes = np.array(destinations, np.int32, order="C", ndmin=1)
    next_slot = np.empty((len(nodes), times.hierarchy.node_count), np.uint8)
    write_next_links(times, out_first, out_link, nodes, np.arange(len(nodes), dtype=np.int32), next_slot)
    return next_slot


def write_next_links(
    times: TravelTimes,
    out_first: NDArray[np.int32],
    out_link: NDArray[np.int32],
    destinations: NDArray[np.int32],
    rows: NDArray[np.int32],
    next_slot: NDArray[np.uint8],
) -> None:
    """Write what `next_links` returns into these rows of a table, which has n columns."""
    hierarchy = times.hierarchy
    scratch_ms = np.empty((hierarchy.node_count, LANES), np.uint32)
    firsts, links = np.array(out_first, np.int32), np.array(out_link, np.int32)
    nodes, into = np.array(destinations, np.int32), np.array(rows, np.int32)
    find_next_links(
        hierarchy.topology, times.metric, firsts, links, hierarchy.edge_to, nodes, into, scratch_ms, next_slot
    )  # fmt: skip
