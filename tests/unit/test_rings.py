"""Within which ring road a junction lies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from support.cities import grid_graph

from twin.city.graph import RoadGraph
from twin.city.rings import ring_of_nodes

SIDE = 9


def with_rings(*names_and_margins: tuple[str, int]) -> RoadGraph:
    """Return a grid of streets in which the square so many streets from the edge has a name."""
    roads = grid_graph(SIDE)
    column, row = (np.unique(np.round(axis, 6), return_inverse=True)[1] for axis in (roads.node_lon, roads.node_lat))
    name = np.zeros_like(roads.edge_name)
    for code, (_, margin) in enumerate(names_and_margins, start=1):
        low, high = margin, SIDE - 1 - margin
        on_ring = (np.minimum(column, row) >= low) & (np.maximum(column, row) <= high)
        on_ring &= np.isin(column, (low, high)) | np.isin(row, (low, high))
        name[on_ring[roads.edge_from] & on_ring[roads.edge_to]] = code
    return replace(roads, edge_name=name, names=("", *(name for name, _ in names_and_margins)))


def test_a_ring_holds_its_own_junctions_and_what_lies_inside() -> None:
    ring = ring_of_nodes(with_rings(("inner", 3), ("outer", 1)), [["inner"], ["outer"]])
    assert np.bincount(ring).tolist() == [3 * 3, 7 * 7 - 3 * 3, 9 * 9 - 7 * 7]


def test_a_ring_that_the_map_lacks_or_that_is_a_line_holds_nobody() -> None:
    roads = with_rings(("inner", 4))  # a single junction
    assert ring_of_nodes(roads, [["inner"], ["nowhere"]]).tolist() == [2] * roads.node_count


def test_what_lies_within_an_inner_ring_lies_within_all() -> None:
    ring = ring_of_nodes(with_rings(("inner", 3), ("outer", 1)), [["outer"], ["inner"]])
    assert np.bincount(ring).tolist() == [7 * 7, 0, 9 * 9 - 7 * 7]
