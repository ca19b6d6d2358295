"""Which links nobody can enter once some are closed, and how those leave who are inside.

A closed link bars more than itself: a ramp that leads to nothing but a closed road is barred too. Who is on a closed
road, or lives where no open road leads out, may leave by the shortest way: its closed links stay passable for him, and
only for him, since what leads there is barred.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from twin.city.links import Links


@dataclass(frozen=True, eq=False)
class Barriers:
    """m links, c junctions.

    Attributes
    ----------
    barred
        Which links nobody can enter, shape (m,).
    connected
        From which junctions all others of these can be reached and back, over links that are not barred, shape (c,).
    """

    barred: NDArray[np.bool_]
    connected: NDArray[np.bool_]

    @classmethod
    def of(cls, links: Links, closed: NDArray[np.bool_], free_ms: NDArray[np.int32]) -> Barriers:
        """Find them for these closed links, shape (m,)."""
        count = len(links.node)
        begin, end = links.from_junction, links.to_junction
        connected, leaves = _main_part(count, begin, end, ~closed)
        onto_nothing = leaves[begin] & ~leaves[end]
        barred = closed | onto_nothing
        barred[_ways_out(count, begin, end, free_ms, leaves)] = False
        return cls(barred, connected)


def _main_part(
    count: int, begin: NDArray[np.int32], end: NDArray[np.int32], is_open: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which junctions are in the largest part whose junctions all reach one another, and which reach it."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    ones = np.ones(int(is_open.sum()), np.int8)
    graph = coo_array((ones, (begin[is_open], end[is_open])), shape=(count, count)).tocsr()
    _, part = connected_components(graph, directed=True, connection="strong")
    main: NDArray[np.bool_] = part == np.argmax(np.bincount(part))
    leaves = np.zeros(count, np.bool_)
    leaves[breadth_first_order(graph.T.tocsr(), int(np.argmax(main)), return_predecessors=False)] = True
    return main, leaves


def _ways_out(
    count: int,
    begin: NDArray[np.int32],
    end: NDArray[np.int32],
    free_ms: NDArray[np.int32],
    leaves: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Return the links on the fastest ways from the junctions that cannot leave to one that can."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    inside = ~leaves
    if not inside.any():
        return np.empty(0, np.int64)
    of_inside = np.flatnonzero(inside[begin])
    out = np.where(leaves[end[of_inside]], count, end[of_inside])  # everything outside is one node
    order = np.lexsort((of_inside, free_ms[of_inside], out, begin[of_inside]))  # the fastest of parallel links first
    of_inside, out = of_inside[order], out[order]
    key = begin[of_inside].astype(np.int64) * (count + 1) + out
    _, first = np.unique(key, return_index=True)
    of_inside, out = of_inside[first], out[first]
    weights = free_ms[of_inside].astype(np.float64)
    reverse = coo_array((weights, (out, begin[of_inside])), shape=(count + 1, count + 1)).tocsr()
    time_ms = dijkstra(reverse, indices=np.array([count]))[0]
    on_way = np.full(count, -1, np.int64)
    total = weights + time_ms[out]
    for place in np.lexsort((of_inside, total)).tolist()[::-1]:  # the fastest is written last
        if np.isfinite(total[place]):
            on_way[begin[of_inside[place]]] = of_inside[place]
    return on_way[on_way >= 0]
