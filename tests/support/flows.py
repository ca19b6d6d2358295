"""Small networks for assignment, and Sioux Falls from its published table (tests/data/assignment/SOURCE.md)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.city.flow_network import DelayFunction, FlowNetwork, OdMatrix

DATA = Path(__file__).parents[1] / "data" / "assignment"


def network(*links: tuple[int, int, float, float, float, float], first_through: int = 0) -> FlowNetwork:
    """Return a network of (from, to, free flow in s, b, capacity an hour, power); nodes count from 0."""
    table = np.array(links, dtype=np.float64)
    count, zeros = int(table[:, :2].max()) + 1, np.zeros(len(table))
    return FlowNetwork(
        node_name=tuple(str(node + 1) for node in range(count)),
        node_x=None,
        node_y=None,
        link_name=(),
        link_from=table[:, 0].astype(np.int32),
        link_to=table[:, 1].astype(np.int32),
        length_m=zeros,
        free_flow_s=table[:, 2].copy(),
        capacity_per_h=table[:, 4].copy(),
        lanes=np.ones(len(table), np.int32),
        speed_kmh=zeros,
        first_through_node=first_through,
        delay=DelayFunction(table[:, 3].copy(), table[:, 5].copy(), zeros),
    )


def demand(*trips: tuple[int, int, float], zones: int = 10) -> OdMatrix:
    """Return a matrix of (origin, destination, trips an hour)."""
    matrix = np.zeros((zones, zones))
    for origin, destination, number in trips:
        matrix[origin, destination] = number
    return OdMatrix.from_dense(matrix)


def sioux_falls() -> tuple[FlowNetwork, OdMatrix, NDArray[np.float64]]:
    """Return network, demand and best-known flows; its unit of time stands as one second, its demand as an hour's."""
    table = np.genfromtxt(DATA / "sioux_falls_links.csv", delimiter=",", skip_header=1)
    links = [(int(row[0]) - 1, int(row[1]) - 1, row[2], 0.15, row[3], 4.0) for row in table]
    trips = np.genfromtxt(DATA / "sioux_falls_trips.csv", delimiter=",") * 100
    return network(*links), OdMatrix.from_dense(trips), table[:, 4]
