"""A road network and its demand as plain arrays: what the readers of other programs' files hand over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class DelayFunction:
    """How a link's time grows with its flow: ``free_flow * (1 + b * (flow / capacity) ** power)``.

    Bureau of Public Roads (1964), Traffic Assignment Manual.

    Attributes
    ----------
    b, power
        Shape (m,); ``power`` is 0 or at least 1.
    toll
        In the units of the source, shape (m,).
    """

    b: NDArray[np.float64]
    power: NDArray[np.float64]
    toll: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FlowNetwork:
    """A network of n nodes and m directed links.

    Attributes
    ----------
    node_name
        What the source calls each node.
    node_x, node_y
        In the units of the source, shape (n,); None where it has no places.
    link_name
        What the source calls each link; empty where it has no names.
    link_from, link_to
        Positions of nodes, shape (m,).
    length_m
        Metres, at least 0, shape (m,).
    free_flow_s
        Seconds without traffic, at least 0, shape (m,).
    capacity_per_h
        Vehicles an hour, greater than 0, shape (m,).
    lanes
        At least 1, shape (m,).
    speed_kmh
        Free-flow speed, shape (m,); 0 where the source does not say.
    first_through_node
        Nodes before this position are zones: trips begin and end there, but none drives through.
    delay
        None where the source has no delay functions.
    """

    node_name: tuple[str, ...]
    node_x: NDArray[np.float64] | None
    node_y: NDArray[np.float64] | None
    link_name: tuple[str, ...]
    link_from: NDArray[np.int32]
    link_to: NDArray[np.int32]
    length_m: NDArray[np.float64]
    free_flow_s: NDArray[np.float64]
    capacity_per_h: NDArray[np.float64]
    lanes: NDArray[np.int32]
    speed_kmh: NDArray[np.float64]
    first_through_node: int = 0
    delay: DelayFunction | None = None

    @property
    def node_count(self) -> int:
        """Number of nodes, n."""
        return len(self.node_name)

    @property
    def link_count(self) -> int:
        """Number of links, m."""
        return len(self.link_from)


@dataclass(frozen=True, eq=False)
class OdMatrix:
    """Trips between nodes during a period; pairs without trips are left out.

    Attributes
    ----------
    zone_count
        Zones of the source: positions 0 to ``zone_count - 1`` of the network.
    origin, destination
        Positions of nodes, in rising order of origin, then destination; each pair once, shape (p,).
    trips
        Vehicles in the period, greater than 0, need not be whole, shape (p,).
    period_h
        How long the period is.
    """

    zone_count: int
    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    trips: NDArray[np.float64]
    period_h: float = 1.0

    @property
    def trips_per_h(self) -> NDArray[np.float64]:
        """Vehicles an hour of each pair, shape (p,)."""
        return self.trips / self.period_h

    @classmethod
    def from_dense(cls, matrix: NDArray[np.float64], period_h: float = 1.0) -> OdMatrix:
        """Return the pairs with trips of a square matrix (rows are origins)."""
        origin, destination = np.nonzero(matrix)
        trips = np.asarray(matrix[origin, destination], dtype=np.float64)
        return cls(len(matrix), origin.astype(np.int32), destination.astype(np.int32), trips, period_h)

    def dense(self) -> NDArray[np.float64]:
        """Return the trips as a square matrix of zones (rows are origins)."""
        matrix = np.zeros((self.zone_count, self.zone_count))
        matrix[self.origin, self.destination] = self.trips
        return matrix


@dataclass(frozen=True, eq=False)
class TripList:
    """Single trips, in order of departure; shapes (k,) but for the routes.

    Attributes
    ----------
    name
        What the source calls each trip.
    depart_s
        Seconds after the source's time 0.
    origin, destination
        Positions of nodes.
    route
        Positions of the links of all given routes, one after the other.
    route_start
        The route of trip i is ``route[route_start[i]:route_start[i + 1]]``, empty where none is given; shape (k + 1,).
    """

    name: tuple[str, ...]
    depart_s: NDArray[np.float64]
    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    route: NDArray[np.int32]
    route_start: NDArray[np.int64]

    @property
    def count(self) -> int:
        """Number of trips, k."""
        return len(self.depart_s)
