"""From the nodes and arcs of JEMSS to a road graph: where x and y lie on Earth, what is connected, how fast it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.city.graph import EARTH_RADIUS_M, ROAD_CLASSES, RoadGraph
from twin.city.importing.build import LEAST_CONNECTED_SHARE
from twin.city.importing.jemss_read import JemssCity, Roads
from twin.city.importing.plain_graph import fastest_links, in_largest_component, plain_graph, straight_m
from twin.city.importing.simplify import SHORTEST_EDGE_M
from twin.core.clock import DAY_S
from twin.core.errors import MapError

KM_PER_DEGREE: Final = 40_075 / 360
"""The figure by which JEMSS makes the scales of its maps."""
SCALE_TOLERANCE: Final = 0.03
ROAD_CLASS: Final = "tertiary"
"""JEMSS keeps no classes: all its roads count as main ones, so that a delay in the scenario slows every one alike."""

Pair = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True)
class Projection:
    """Turns JEMSS's x and y into degrees: ``lon = lon0 + (x - x0) * lon_per_x``, and so for y.

    Attributes
    ----------
    degrees
        Whether x and y are degrees already.
    """

    degrees: bool
    x0: float
    y0: float
    lon0: float
    lat0: float
    lon_per_x: float
    lat_per_y: float

    def to_degrees(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> Pair:
        """Return longitudes and latitudes, same shape."""
        return self.lon0 + (x - self.x0) * self.lon_per_x, self.lat0 + (y - self.y0) * self.lat_per_y


def find_projection(city: JemssCity, at: tuple[float, float] | None) -> Projection:
    """Tell by the map's scales (kilometres for each unit of x and y) whether x and y are degrees or a plane's.

    Parameters
    ----------
    at
        Longitude and latitude of the map's middle where x and y are a plane's; 0, 0 where None.
    """
    table = city.table("map")
    x_min, x_max, y_min, y_max, x_scale, y_scale = (
        float(table.numbers(name)[0]) for name in ("xMin", "xMax", "yMin", "yMax", "xScale", "yScale")
    )
    if x_scale <= 0 or y_scale <= 0 or x_min >= x_max or y_min >= y_max:
        raise MapError(
            "{path}:{line}: xScale and yScale must be greater than 0 (kilometres for each unit), and the minima below "
            "the maxima",
            path=str(table.path),
            line=table.lines[0],
        )
    x_middle, y_middle = (x_min + x_max) / 2, (y_min + y_max) / 2
    on_earth = max(abs(x_min), abs(x_max)) <= 180 and max(abs(y_min), abs(y_max)) < 90
    wanted = KM_PER_DEGREE * np.cos(np.radians(y_middle)), KM_PER_DEGREE
    if on_earth and np.allclose((x_scale, y_scale), wanted, rtol=SCALE_TOLERANCE, atol=0):
        return Projection(True, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0)
    lon0, lat0 = at or (0.0, 0.0)
    lat_per_km = float(np.degrees(1000.0 / EARTH_RADIUS_M))
    lon_per_km = float(lat_per_km / np.cos(np.radians(lat0)))
    return Projection(False, x_middle, y_middle, lon0, lat0, x_scale * lon_per_km, y_scale * lat_per_km)


def build_roads(city: JemssCity, projection: Projection, counts: Counter[str]) -> RoadGraph:
    """Make the road graph; what is dropped is counted.

    The time of ordinary driving on each arc is kept: where JEMSS gives no distance, the straight one is taken and the
    speed follows.

    Raises
    ------
    MapError
        Where a node lies beyond the poles, or less than half of the nodes can reach one another.
    """
    roads = city.roads
    lon, lat = projection.to_degrees(roads.node_x, roads.node_y)
    _check_degrees(city, lon, lat)
    keep = _connected(city, roads, counts)
    used = np.flatnonzero(keep)
    position = np.cumsum(keep) - 1
    arcs, counts["loops"], counts["parallel_arcs"] = fastest_links(
        roads.begin, roads.end, keep, roads.time_days[city.modes[1]]
    )
    begin, end = roads.begin[arcs], roads.end[arcs]
    length_m = roads.distance_km[arcs] * 1000
    counts["lengths_straight"] = int(np.isnan(length_m).sum())
    length_m = np.where(np.isnan(length_m), straight_m(lon, lat, begin, end), length_m)
    length_m = np.maximum(length_m, SHORTEST_EDGE_M)
    speed_kmh = length_m / (roads.time_days[city.modes[1]][arcs] * DAY_S) * 3.6
    counts["odd_speeds"] = int(((speed_kmh < 2) | (speed_kmh > 200)).sum())
    return plain_graph(
        lon[used],
        lat[used],
        position[begin],
        position[end],
        length_m=length_m,
        speed_kmh=speed_kmh,
        lanes=np.ones(len(arcs), np.int64),
        road_class=np.full(len(arcs), ROAD_CLASSES.index(ROAD_CLASS)),
    )


def urgent_share(city: JemssCity) -> float:
    """Return the time of urgent driving relative to ordinary driving, median over the arcs."""
    urgent, ordinary = city.modes
    return float(np.median(city.roads.time_days[urgent] / city.roads.time_days[ordinary]))


def _check_degrees(city: JemssCity, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> None:
    wrong = np.flatnonzero((np.abs(lon) > 180) | (np.abs(lat) >= 90))
    if len(wrong):
        raise MapError(
            "{path}:{line}: {lon}, {lat} is no longitude and latitude, although the map's scales are those of degrees; "
            "correct the place or the scales",
            path=str(city.nodes.path),
            line=city.nodes.lines[int(wrong[0])],
            lon=float(lon[wrong[0]]),
            lat=float(lat[wrong[0]]),
        )


def _connected(city: JemssCity, roads: Roads, counts: Counter[str]) -> NDArray[np.bool_]:
    """Say which nodes lie in the largest set that can all reach one another, shape (nodes,)."""
    size = len(roads.node_x)
    keep = in_largest_component(size, roads.begin, roads.end)
    counts["unconnected_nodes"] = int((~keep).sum())
    if keep.sum() < max(2, LEAST_CONNECTED_SHARE * size):
        raise MapError(
            "{path}: only {count} of {all} nodes can all reach one another; add the missing arcs, or say undirected in "
            "arcForm where arcs lead both ways",
            path=str(city.files["arcs"]),
            count=int(keep.sum()),
            all=size,
        )
    return keep
