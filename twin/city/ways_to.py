"""The fastest ways to one place, searched outward from it no farther than somebody asks.

A hierarchy answers any question, but has to be made anew for every hour's times, which takes longer than a few
questions about what lies near: here nothing is made beforehand. Times are equal to a hierarchy's to the last
millisecond; of two ways that take equally long another may be found.
"""

from __future__ import annotations

from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.city.routing import Route
from twin.kernels.compile import direct
from twin.kernels.hierarchy import UNREACHABLE_MS
from twin.kernels.outward import EdgesInto, Search, Times, begin_search, search_until

_search_until = direct(search_until)


class WaysTo:
    """The ways to one node of a graph of n nodes and m edges; not to be asked from several threads at once.

    Parameters
    ----------
    edges
        See `twin.kernels.outward.edges_into`.
    edge_to
        Shape (m,).
    times
        Of the edges; see `twin.kernels.outward.Times`. Not copied: what they tell must not change as long as this is
        asked.
    target
        The node.

    Raises
    ------
    IndexError
        If there is no such node; so do the questions.
    """

    def __init__(self, edges: EdgesInto, edge_to: NDArray[np.int32], times: Times, target: int) -> None:
        self._edges, self._edge_to, self._times = edges, edge_to, times
        self._search: Search = begin_search(edges, self._checked(index(target)))

    def _checked(self, node: int) -> int:
        if not 0 <= node < len(self._edges.first) - 1:
            raise IndexError("no such node")
        return node

    def times_ms(self, sources: NDArray[np.integer[Any]]) -> NDArray[np.int32]:
        """Return the times from these nodes, `UNREACHABLE_MS` where there is no way; shape (k,)."""
        nodes = np.ascontiguousarray(sources, np.int32)
        if len(nodes):
            self._checked(int(nodes.min()))
            self._checked(int(nodes.max()))
        _search_until(self._edges, self._times, self._search, nodes)
        return np.asarray(self._search.reached_ms[nodes])

    def route(self, source: int) -> Route | None:
        """Return a fastest route, always the same one of equals; None if closed roads leave none."""
        begin = node = index(source)
        time_ms = int(self.times_ms(np.array([begin], np.int32))[0])
        if time_ms == UNREACHABLE_MS:
            return None
        edges = []
        onward = self._search.onward
        while (edge := int(onward[node])) >= 0:
            edges.append(edge)
            node = int(self._edge_to[edge])
        return Route(np.array(edges, np.int32), begin, self._edge_to, time_ms)
