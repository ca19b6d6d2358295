"""When a vehicle is where along a route while speeds change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import direct
from twin.kernels.driving import drive_route

_drive_route = direct(drive_route)


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a vehicle can next choose another way.

    Attributes
    ----------
    place
        How many edges of its route it has behind it there.
    at_s
        When it is there; not before the time asked for, unless the route was finished earlier.
    """

    place: int
    at_s: float


@dataclass(frozen=True, eq=False, slots=True)
class Drive:
    """When a vehicle is where along a route of k edges, as far as the roads are known (see `twin.city.watched`).

    Attributes
    ----------
    arrive_s
        At each node of the route, the first being the departure, shape (k + 1,); never falls; infinite beyond an edge
        that never opens.
    enter_s
        When it enters each edge, shape (k,): later than its arrival there only where it waits for a closed edge.
    """

    arrive_s: NDArray[np.float64]
    enter_s: NDArray[np.float64]

    def position_at(self, time_s: float) -> Turn:
        """Return the next node at which the vehicle can turn and when it is there.

        On an edge that is the edge's end; while it waits before a closed edge, where it waits and now; before
        departure, the first node and the departure; after arrival, the last node and the arrival.
        """
        place = int(np.searchsorted(self.arrive_s, time_s))
        if place == len(self.arrive_s):
            return Turn(place - 1, float(self.arrive_s[-1]))
        if place > 0 and time_s < self.enter_s[place - 1]:
            return Turn(place - 1, float(time_s))
        return Turn(place, float(self.arrive_s[place]))


def drive(
    route_edges: NDArray[np.int32],
    depart_s: float,
    period_starts_s: NDArray[np.float64],
    edge_time_ms_by_period: NDArray[np.int32],
    factor: float = 1.0,
) -> Drive:
    """Drive a route while speeds change: constant within a period, and nobody arrives earlier by leaving later.

    A vehicle on an edge when the period changes goes on at the new speed; on an edge that closes, at the last open
    speed; one that reaches a closed edge waits until it opens (see `twin.kernels.driving`).

    Parameters
    ----------
    route_edges
        Edge positions, shape (k,).
    depart_s
        When the vehicle leaves the first node.
    period_starts_s
        Rising, shape (p,). A period lasts until the next starts, the last for ever; the first also holds before it.
    edge_time_ms_by_period
        Milliseconds to drive each whole edge in each period, `UNREACHABLE_MS` where it is closed, shape (p, m).
    factor
        What the vehicle's times are of these: 0.8 for one that needs a fifth less.

    Raises
    ------
    ValueError
        If shapes do not fit, periods do not rise, or the factor is not above zero.
    """
    starts_s = np.array(period_starts_s, np.float64)
    times_ms = np.ascontiguousarray(edge_time_ms_by_period, np.int32)
    edges = np.array(route_edges, np.int32)
    if starts_s.ndim != 1 or not len(starts_s) or (np.diff(starts_s) <= 0).any():
        raise ValueError("period_starts_s must hold rising times, at least one")
    if times_ms.ndim != 2 or len(times_ms) != len(starts_s):
        raise ValueError(f"edge_time_ms_by_period must have {len(starts_s)} rows, its shape is {times_ms.shape}")
    if not (0 < factor < np.inf and np.isfinite(depart_s)):
        raise ValueError("factor must be above zero, and it and depart_s finite")
    if len(edges) and (edges.min() < 0 or edges.max() >= times_ms.shape[1]):
        raise ValueError("route_edges names an edge without times")
    return drive_known(edges, float(depart_s), starts_s, times_ms, float(factor))


def drive_known(
    edges: NDArray[np.int32],
    depart_s: float,
    starts_s: NDArray[np.float64],
    times_ms: NDArray[np.int32],
    factor: float,
) -> Drive:
    """Do what `drive` does with arrays that are known to fit: contiguous, of these types, within bounds."""
    arrive_s = np.empty(len(edges) + 1)
    enter_s = np.empty(len(edges))
    _drive_route(edges, depart_s, starts_s, times_ms, factor, arrive_s, enter_s)
    return Drive(arrive_s, enter_s)
