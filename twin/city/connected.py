"""Whether every node can be reached and left again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def is_strongly_connected(node_count: int, edge_from: NDArray[np.integer], edge_to: NDArray[np.integer]) -> bool:
    """Say whether there is a way from every node to every other.

    SciPy would say so too, but takes longer to import than this takes.
    """
    return _reaches_all(node_count, edge_from, edge_to) and _reaches_all(node_count, edge_to, edge_from)


def _reaches_all(node_count: int, tail: NDArray[np.integer], head: NDArray[np.integer]) -> bool:
    """Say whether every one of at least one node can be reached from node 0."""
    order = np.argsort(tail, kind="stable")
    first = np.searchsorted(tail, np.arange(node_count + 1), sorter=order)
    onward = head[order]
    reached = np.zeros(node_count, np.bool_)
    reached[0] = True
    last_reached = np.zeros(1, np.int64)
    while len(last_reached):
        begin, count = first[last_reached], first[last_reached + 1] - first[last_reached]
        before = np.cumsum(count) - count
        found = onward[np.repeat(begin - before, count) + np.arange(count.sum())]
        last_reached = np.unique(found[~reached[found]])
        reached[last_reached] = True
    return bool(reached.all())
