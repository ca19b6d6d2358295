"""From joined pieces of street to the arrays of a road graph, and the line of each edge."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.city.graph import EARTH_RADIUS_M, EDGE_SOURCES, RoadGraph
from twin.city.importing.simplify import (
    SHORTEST_EDGE_M,
    Pieces,
    all_attributes,
    cut,
    in_largest_component,
    join,
    runs,
    take,
)
from twin.city.importing.streets import Attributes, Source, Streets
from twin.core.errors import MapError

DISTRICT_ID = "all"
LEAST_CONNECTED_SHARE = 0.5
"""Of the streets' length that must be connected; less means that the file is not one city's street network."""


@dataclass(frozen=True, eq=False)
class Network:
    """A road graph with its lines, and the street pieces that it was made of (for the population surface)."""

    graph: RoadGraph
    geometry: list[bytes]
    streets: Streets
    pieces: Pieces
    attributes: tuple[Attributes, ...]


@dataclass(frozen=True, eq=False)
class _Directed:
    """One row an edge: the piece it runs along, and whether from the piece's end."""

    piece: NDArray[np.int64]
    reverse: NDArray[np.bool_]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    speed_kmh: NDArray[np.float64]
    lanes: NDArray[np.int64]


def build_network(source: Source) -> Network:
    """Cut, connect, join, and number the streets of a source; what is dropped is counted in ``source.counts``.

    Raises
    ------
    MapError
        Where no street is left, or the streets fall into parts that cannot reach one another.
    """
    streets, counts = source.streets, source.counts
    if not streets.way_count:
        raise MapError(
            "{path}: holds no roads for cars (highway=motorway .. service with access for cars); choose another area",
            path=str(source.path),
        )
    pieces = cut(streets)
    pieces = _connected(source, pieces)
    loops = pieces.first == pieces.last
    pieces = take(pieces, ~loops)
    _refuse_too_small(source, pieces)
    joined = join(streets, pieces)
    more_loops = joined.first == joined.last
    counts["loops"] = int(loops.sum() + more_loops.sum())
    joined = take(joined, ~more_loops)
    attributes = all_attributes(streets)
    _refuse_too_small(source, joined)
    edges = _fastest(_directed(joined, attributes), joined, counts)
    _count_assumed(joined, counts)
    return _number(streets, joined, attributes, edges)


def _connected(source: Source, pieces: Pieces) -> Pieces:
    keep = in_largest_component(source.streets, pieces)
    total_m, kept_m = float(pieces.length_m.sum()), float(pieces.length_m[keep].sum())
    source.counts["unconnected_pieces"] = int((~keep).sum())
    source.counts["unconnected_m"] = round(total_m - kept_m)
    source.counts["street_m"] = round(total_m)
    if kept_m < LEAST_CONNECTED_SHARE * total_m:
        raise MapError(
            "{path}: only {share:.0%} of its streets can all reach one another; take an area without a gap between its "
            "parts, or check that the one-way tags are right",
            path=str(source.path),
            share=kept_m / total_m if total_m else 0.0,
        )
    return take(pieces, keep)


def _refuse_too_small(source: Source, pieces: Pieces) -> None:
    if not pieces.count:
        raise MapError("{path}: its streets form no network; choose a larger area", path=str(source.path))


def _directed(pieces: Pieces, attributes: tuple[Attributes, ...]) -> _Directed:
    """Make an edge of each direction in which a piece is open."""
    table = np.array([one[1:5] for one in attributes], dtype=np.float64)[pieces.attributes]
    ahead, back = np.flatnonzero(table[:, 2] > 0), np.flatnonzero(table[:, 3] > 0)
    piece = np.concatenate([ahead, back])
    return _Directed(
        piece=piece,
        reverse=np.arange(len(piece)) >= len(ahead),
        begin=np.concatenate([pieces.first[ahead], pieces.last[back]]),
        end=np.concatenate([pieces.last[ahead], pieces.first[back]]),
        speed_kmh=np.concatenate([table[ahead, 2], table[back, 3]]),
        lanes=np.concatenate([table[ahead, 0], table[back, 1]]).astype(np.int64),
    )


def _fastest(edges: _Directed, pieces: Pieces, counts: Counter[str]) -> _Directed:
    """Keep the fastest of edges that share both ends, in the order of their ends."""
    time = pieces.length_m[edges.piece] / edges.speed_kmh
    order = np.lexsort((edges.piece, time, edges.end, edges.begin))
    begin, end = edges.begin[order], edges.end[order]
    best = order[np.append(True, (begin[1:] != begin[:-1]) | (end[1:] != end[:-1]))]
    counts["parallel_edges"] = len(order) - len(best)
    return _Directed(
        edges.piece[best], edges.reverse[best], edges.begin[best], edges.end[best], edges.speed_kmh[best],
        edges.lanes[best],
    )  # fmt: skip


def _count_assumed(pieces: Pieces, counts: Counter[str]) -> None:
    counts["kept_m"] = round(float(pieces.length_m.sum()))
    counts["speed_assumed_m"] = round(float(pieces.length_m[pieces.speed_assumed].sum()))
    counts["lanes_assumed_m"] = round(float(pieces.length_m[pieces.lanes_assumed].sum()))


def _number(streets: Streets, pieces: Pieces, attributes: tuple[Attributes, ...], edges: _Directed) -> Network:
    """Give nodes and names their numbers, and order the nodes for routing."""
    from twin.kernels.dissection import nested_dissection_order  # compiled: only those who build a map pay for it

    nodes, positions = np.unique(np.concatenate([edges.begin, edges.end]), return_inverse=True)
    begin, end = positions[: len(edges.begin)].astype(np.int32), positions[len(edges.begin) :].astype(np.int32)
    lon, lat = streets.point_lon[nodes], streets.point_lat[nodes]
    code = pieces.attributes[edges.piece]
    names: dict[str, int] = {"": 0}
    name_of = np.array([names.setdefault(one.name, len(names)) for one in attributes], dtype=np.int32)
    x_m = np.radians(lon - lon.mean()) * np.cos(np.radians(lat.mean())) * EARTH_RADIUS_M
    y_m = np.radians(lat - lat.mean()) * EARTH_RADIUS_M
    graph = RoadGraph(
        node_lon=lon,
        node_lat=lat,
        node_rank=nested_dissection_order(x_m, y_m, begin, end),
        node_district=np.zeros(len(nodes), np.int8),
        edge_from=begin,
        edge_to=end,
        edge_length_m=np.maximum(pieces.length_m[edges.piece], SHORTEST_EDGE_M).astype(np.float32),
        edge_class=np.array([one.road_class for one in attributes], np.uint8)[code],
        edge_source=np.full(len(begin), EDGE_SOURCES.index("osm"), np.uint8),
        edge_lanes=edges.lanes.astype(np.uint8),
        edge_speed_kmh=edges.speed_kmh.astype(np.float32),
        edge_level=np.array([one.level for one in attributes], np.int8)[code],
        edge_name=name_of[code],
        names=tuple(names),
        districts=(DISTRICT_ID,),
    )
    return Network(graph, _lines(streets, pieces, edges), streets, pieces, attributes)


def _lines(streets: Streets, pieces: Pieces, edges: _Directed) -> list[bytes]:
    """Return each edge's line as well-known binary, from its beginning to its end."""
    import shapely

    count = np.diff(pieces.start)[edges.piece]
    begin = np.where(edges.reverse, pieces.start[1:][edges.piece] - 1, pieces.start[:-1][edges.piece])
    points = pieces.points[runs(begin, count, np.where(edges.reverse, -1, 1))]
    places = np.column_stack([streets.point_lon[points], streets.point_lat[points]])
    lines = shapely.linestrings(places, indices=np.repeat(np.arange(len(count)), count))
    return list(shapely.to_wkb(lines))
