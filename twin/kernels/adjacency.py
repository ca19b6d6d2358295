"""Compressed lists of neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def undirected_neighbours(
    node_count: int, edge_from: NDArray[np.int32], edge_to: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """List each node's neighbours once, in rising order, whatever the direction and number of the edges between.

    Parameters
    ----------
    node_count
        Number of nodes, n.
    edge_from, edge_to
        Directed edges, shape (m,); loops are left out.

    Returns
    -------
    first, head
        Neighbours of node ``v``: ``head[first[v]:first[v + 1]]``; shapes (n + 1,) and (2 e,).
    """
    tail = np.concatenate([edge_from, edge_to]).astype(np.int64)
    head = np.concatenate([edge_to, edge_from]).astype(np.int64)
    pair = np.unique((tail * node_count + head)[tail != head])
    first = np.searchsorted(pair, np.arange(node_count + 1, dtype=np.int64) * node_count)
    return first.astype(np.int32), (pair % max(node_count, 1)).astype(np.int32)
