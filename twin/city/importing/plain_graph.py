"""From nodes and directed links, as other simulators keep them, to a road graph: what is connected, what is fastest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.city.graph import EARTH_RADIUS_M, EDGE_SOURCES, RoadGraph
from twin.city.importing.build import DISTRICT_ID
from twin.core.errors import MapError


class Kept(NamedTuple):
    """Links that are kept, in the order of their ends, and how many were dropped."""

    links: NDArray[np.int64]
    loops: int
    parallel: int


def check_middle(at: tuple[float, float] | None) -> None:
    """Raise MapError where the place around which a plane is laid is none on Earth."""
    if at is not None and not (abs(at[0]) <= 180 and abs(at[1]) <= 85):
        raise MapError(
            "--at is {lon:g} {lat:g}; it must be a longitude (-180 to 180) and a latitude (-85 to 85)",
            lon=at[0],
            lat=at[1],
        )


def in_largest_component(size: int, begin: NDArray[np.integer], end: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Say which of ``size`` nodes lie in the largest set that can all reach one another, shape (size,)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(begin), np.int8), (begin, end)), shape=(size, size)).tocsr()
    _, label = connected_components(links, directed=True, connection="strong")
    keep: NDArray[np.bool_] = label == np.bincount(label).argmax()
    return keep


def fastest_links(
    begin: NDArray[np.integer], end: NDArray[np.integer], keep: NDArray[np.bool_], time: NDArray[np.float64]
) -> Kept:
    """Keep the links between kept nodes, of those between the same two the fastest, none that ends where it begins."""
    inside = keep[begin] & keep[end]
    loops = inside & (begin == end)
    links = np.flatnonzero(inside & ~loops)
    links = links[np.lexsort((links, time[links], end[links], begin[links]))]
    first = np.append(True, (begin[links][1:] != begin[links][:-1]) | (end[links][1:] != end[links][:-1]))
    return Kept(links[first[: len(links)]], int(loops.sum()), int((~first).sum()))


def straight_m(
    lon: NDArray[np.float64], lat: NDArray[np.float64], begin: NDArray[np.integer], end: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Return great-circle distances between pairs of nodes, metres, shape (links,)."""
    x, y = np.radians(lon), np.radians(lat)
    half = np.sin((y[end] - y[begin]) / 2) ** 2
    half = half + np.cos(y[begin]) * np.cos(y[end]) * np.sin((x[end] - x[begin]) / 2) ** 2
    distance_m: NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(half))
    return distance_m


def plain_graph(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    begin: NDArray[np.integer],
    end: NDArray[np.integer],
    *,
    length_m: NDArray[np.float64],
    speed_kmh: NDArray[np.float64],
    lanes: NDArray[np.integer],
    road_class: NDArray[np.integer],
    name: NDArray[np.integer] | None = None,
    names: tuple[str, ...] = ("",),
) -> RoadGraph:
    """Return a road graph of one district, its nodes ordered for routing; arguments as `RoadGraph` has them."""
    from twin.kernels.dissection import nested_dissection_order  # compiled: only those who build a map pay for it

    x_m = np.radians(lon - lon.mean()) * np.cos(np.radians(lat.mean())) * EARTH_RADIUS_M
    y_m = np.radians(lat - lat.mean()) * EARTH_RADIUS_M
    edge_from, edge_to, count = begin.astype(np.int32), end.astype(np.int32), len(begin)
    return RoadGraph(
        node_lon=lon,
        node_lat=lat,
        node_rank=nested_dissection_order(x_m, y_m, edge_from, edge_to),
        node_district=np.zeros(len(lon), np.int8),
        edge_from=edge_from,
        edge_to=edge_to,
        edge_length_m=length_m.astype(np.float32),
        edge_class=road_class.astype(np.uint8),
        edge_source=np.full(count, EDGE_SOURCES.index("osm"), np.uint8),
        edge_lanes=lanes.astype(np.uint8),
        edge_speed_kmh=speed_kmh.astype(np.float32),
        edge_level=np.zeros(count, np.int8),
        edge_name=np.zeros(count, np.int32) if name is None else name.astype(np.int32),
        names=names,
        districts=(DISTRICT_ID,),
    )
