"""The road graph as arrays: nodes (junctions and bends) and directed edges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

ROAD_CLASSES: Final[tuple[str, ...]] = (
    "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link",
    "tertiary", "tertiary_link", "unclassified", "residential", "living_street", "service",
)  # fmt: skip
"""OpenStreetMap's ``highway`` values that cars may use; ``edge_class`` holds positions in this tuple."""

EDGE_SOURCES: Final[tuple[str, ...]] = ("osm_skeleton", "street_axis", "synthetic", "osm")
"""Where an edge comes from; ``edge_source`` holds positions in this tuple."""

EARTH_RADIUS_M: Final = 6_371_008.8


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """A strongly connected street graph in WGS84.

    Shapes: ``node_*`` (n,), ``edge_*`` (m,). A two-way street is two edges.

    Attributes
    ----------
    node_lon, node_lat
        Degrees, WGS84 (EPSG:4326).
    node_rank
        Position of each node in the nested-dissection order (a permutation of 0..n-1): what the routing hierarchy
        contracts first has the lowest rank.
    node_district
        Position in ``districts``, -1 where a node lies in none.
    edge_from, edge_to
        Node positions.
    edge_length_m
        Metres along the road.
    edge_class, edge_source
        Positions in `ROAD_CLASSES` and `EDGE_SOURCES`.
    edge_lanes
        Lanes in this direction.
    edge_speed_kmh
        Free-flow speed.
    edge_level
        0 at grade, 1 elevated, -1 in a tunnel: roads of different levels cross without a junction.
    edge_name
        Position in ``names``; ``names[0]`` is the empty name.
    names
        Street names.
    districts
        District ids.
    """

    node_lon: NDArray[np.float64]
    node_lat: NDArray[np.float64]
    node_rank: NDArray[np.int32]
    node_district: NDArray[np.int8]
    edge_from: NDArray[np.int32]
    edge_to: NDArray[np.int32]
    edge_length_m: NDArray[np.float32]
    edge_class: NDArray[np.uint8]
    edge_source: NDArray[np.uint8]
    edge_lanes: NDArray[np.uint8]
    edge_speed_kmh: NDArray[np.float32]
    edge_level: NDArray[np.int8]
    edge_name: NDArray[np.int32]
    names: tuple[str, ...]
    districts: tuple[str, ...]

    @property
    def node_count(self) -> int:
        """Number of nodes."""
        return len(self.node_lon)

    @property
    def edge_count(self) -> int:
        """Number of directed edges."""
        return len(self.edge_from)

    @cached_property
    def node_xy_m(self) -> NDArray[np.float64]:
        """Local plane coordinates in metres, shape (n, 2); see `to_plane_m`."""
        return self.to_plane_m(self.node_lon, self.node_lat)

    @cached_property
    def origin(self) -> tuple[float, float]:
        """Longitude and latitude of the local plane's origin: the middle of the nodes' bounds."""
        return (
            float(self.node_lon.min() + self.node_lon.max()) / 2,
            float(self.node_lat.min() + self.node_lat.max()) / 2,
        )

    def to_plane_m(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Project degrees to metres east and north of `origin`, shape (k, 2).

        Equirectangular about the origin's latitude: within 0.4 % of the true distance over the city region, and
        used for straight-line distances and searches only; lengths of edges are stored.
        """
        lon0, lat0 = self.origin
        x_m = np.radians(lon - lon0) * np.cos(np.radians(lat0)) * EARTH_RADIUS_M
        y_m = np.radians(lat - lat0) * EARTH_RADIUS_M
        return np.column_stack([x_m, y_m])

    def to_degrees(self, xy_m: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return longitude and latitude of places in the plane, shape (k, 2): what `to_plane_m` came from."""
        lon0, lat0 = self.origin
        lon = lon0 + np.degrees(xy_m[:, 0] / (np.cos(np.radians(lat0)) * EARTH_RADIUS_M))
        return lon, lat0 + np.degrees(xy_m[:, 1] / EARTH_RADIUS_M)

    @cached_property
    def edge_free_flow_s(self) -> NDArray[np.float64]:
        """Travel time of each edge at its free-flow speed, in seconds."""
        return self.edge_length_m.astype(np.float64) / (self.edge_speed_kmh.astype(np.float64) / 3.6)
