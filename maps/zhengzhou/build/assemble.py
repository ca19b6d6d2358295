"""From pieces of road to the directed graph that the twin reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import shapely
from builtup import areas
from districts import Outline, district_of
from motorways import Upper
from network import Network
from plane import haversine_m, to_degrees
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from twin.city.graph import EDGE_SOURCES, ROAD_CLASSES, RoadGraph

LANES: Final = {
    "motorway": 3, "motorway_link": 1, "trunk": 3, "trunk_link": 1, "primary": 3, "secondary": 2, "tertiary": 1,
    "residential": 1,
}  # fmt: skip
TOWN_SPEED_KMH: Final = {
    "motorway": 110.0, "motorway_link": 50.0, "trunk": 60.0, "trunk_link": 40.0, "primary": 50.0, "secondary": 45.0,
    "tertiary": 35.0, "residential": 25.0,
}  # fmt: skip
COUNTRY_SPEED_KMH: Final = TOWN_SPEED_KMH | {"trunk": 80.0, "primary": 70.0, "secondary": 60.0}
ELEVATED_SPEED_KMH: Final = 80.0

RankNodes = Callable[..., np.ndarray]


def assemble(ground: Network, upper: Upper, districts: list[Outline], rank_nodes: RankNodes) -> RoadGraph:
    """Make the directed, strongly connected graph; nodes stand in an order that keeps neighbours together."""
    lon_lat = np.round(to_degrees([*ground.xy, *upper.xy]), 6)
    rows = []
    for a, b in ground.pairs():
        road = ground.roads[(a, b)]
        rows += [(a, b, road.grade, road.source, road.name, 0), (b, a, road.grade, road.source, road.name, 0)]
    for key in sorted(upper.pieces):
        piece = upper.pieces[key]
        rows.append((piece.start, piece.end, piece.grade, piece.source, piece.name, 1))
    ends = np.array([row[:2] for row in rows])
    keep = _largest_part(ends, len(lon_lat))
    rows = [row for row in rows if keep[row[0]] and keep[row[1]]]
    order = _along_a_curve(lon_lat)
    order = order[keep[order]]
    place = np.full(len(lon_lat), -1)
    place[order] = np.arange(len(order))
    lon, lat = lon_lat[order].T.copy()
    rows.sort(key=lambda row: (place[row[0]], place[row[1]]))
    start, end = (np.array([place[row[at]] for row in rows], dtype=np.int32) for at in (0, 1))
    names = ("", *sorted({row[4] for row in rows} - {""}))
    code = {name: at for at, name in enumerate(names)}
    speeds, lanes = _speeds_and_lanes(rows, (lon[start] + lon[end]) / 2, (lat[start] + lat[end]) / 2)
    x_m, y_m = (lon - lon.mean()) * 91_400.0, (lat - lat.mean()) * 111_195.0
    return RoadGraph(
        node_lon=lon,
        node_lat=lat,
        node_rank=np.asarray(rank_nodes(x_m, y_m, start, end), dtype=np.int32),
        node_district=district_of(lon_lat[order], districts),
        edge_from=start,
        edge_to=end,
        edge_length_m=np.round(haversine_m(lon[start], lat[start], lon[end], lat[end]), 1).astype(np.float32),
        edge_class=np.array([ROAD_CLASSES.index(row[2]) for row in rows], dtype=np.uint8),
        edge_source=np.array([EDGE_SOURCES.index(row[3]) for row in rows], dtype=np.uint8),
        edge_lanes=lanes,
        edge_speed_kmh=speeds,
        edge_level=np.array([row[5] for row in rows], dtype=np.int8),
        edge_name=np.array([code[row[4]] for row in rows], dtype=np.int32),
        names=names,
        districts=tuple(district.id for district in districts),
    )


def _largest_part(ends: np.ndarray, size: int) -> np.ndarray:
    matrix = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size))
    _, label = connected_components(matrix, directed=True, connection="strong")
    return label == np.bincount(label).argmax()


def _along_a_curve(lon_lat: np.ndarray) -> np.ndarray:
    """Order points along a Z-curve of about 40 m cells."""
    cells = np.floor((lon_lat - lon_lat.min(axis=0)) / 0.0004).astype(np.int64)
    code = np.zeros(len(cells), dtype=np.int64)
    for bit in range(16):
        code |= ((cells[:, 0] >> bit) & 1) << (2 * bit) | ((cells[:, 1] >> bit) & 1) << (2 * bit + 1)
    return np.lexsort((lon_lat[:, 1], lon_lat[:, 0], code))


def _speeds_and_lanes(rows: list, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    from plane import to_plane

    town = shapely.union_all([area.outline for area in areas()])
    shapely.prepare(town)
    inside = shapely.contains(town, shapely.points(to_plane(np.column_stack([lon, lat]))))
    speeds, lanes = [], []
    for row, in_town in zip(rows, inside, strict=True):
        grade, level = row[2], row[5]
        speed = (TOWN_SPEED_KMH if in_town else COUNTRY_SPEED_KMH)[grade]
        speeds.append(ELEVATED_SPEED_KMH if level == 1 and grade == "trunk" else speed)
        lanes.append(2 if grade == "primary" and not in_town else LANES[grade])
    return np.array(speeds, dtype=np.float32), np.array(lanes, dtype=np.uint8)
