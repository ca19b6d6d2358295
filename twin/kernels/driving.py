"""Driving a route while the speeds change."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel
from twin.kernels.hierarchy import UNREACHABLE_MS


@kernel
def drive_edge(
    edge: int,
    begin_s: float,
    period: int,
    period_starts_s: NDArray[np.float64],
    edge_time_ms_by_period: NDArray[np.int32],
    factor: float,
) -> tuple[float, float, int]:
    """Return when a vehicle that reaches an edge at `begin_s` enters it, when it leaves it, and the period then.

    `period` is the one in force at `begin_s`; see `drive_route`.
    """
    last = len(period_starts_s) - 1
    while edge_time_ms_by_period[period, edge] == UNREACHABLE_MS:
        if period == last:
            return np.inf, np.inf, period
        period += 1
        begin_s = period_starts_s[period]
    now_s = begin_s
    left = 1.0
    duration_s = 0.0
    while True:
        if edge_time_ms_by_period[period, edge] != UNREACHABLE_MS:
            duration_s = edge_time_ms_by_period[period, edge] * factor / 1000.0
        end_s = now_s + left * duration_s
        if period == last or end_s < period_starts_s[period + 1]:
            return begin_s, end_s, period
        left = max(0.0, left - (period_starts_s[period + 1] - now_s) / duration_s)
        period += 1
        now_s = period_starts_s[period]


@kernel
def drive_route(
    edges: NDArray[np.int32],
    depart_s: float,
    period_starts_s: NDArray[np.float64],
    edge_time_ms_by_period: NDArray[np.int32],
    factor: float,
    arrive_s: NDArray[np.float64],
    enter_s: NDArray[np.float64],
) -> None:
    """Follow a vehicle along a route under speeds that are constant within periods.

    Ichoua, Gendreau and Potvin (2003), "Vehicle dispatching with time-dependent travel times", European Journal of
    Operational Research 144: what is left of an edge when the period changes is driven at the new speed, so that nobody
    overtakes by leaving later.

    Parameters
    ----------
    edges
        Shape (k,).
    depart_s
        When the vehicle is at the first edge's beginning.
    period_starts_s
        Rising, shape (p,). Each period lasts until the next begins, the last for ever; the first holds before it too.
    edge_time_ms_by_period
        Time to drive each whole edge, shape (p, m). A closed edge (`UNREACHABLE_MS`) is left at the last open speed by
        a vehicle that is on it; one that reaches it waits until it opens.
    factor
        The vehicle's times are these times `factor`.
    arrive_s, enter_s
        Written: when it is at each node, shape (k + 1,), and when it enters each edge, shape (k,); infinite where the
        way never opens.
    """
    period = max(0, int(np.searchsorted(period_starts_s, depart_s, side="right")) - 1)
    now_s = depart_s
    arrive_s[0] = now_s
    for place in range(len(edges)):
        if now_s < np.inf:
            enter_s[place], now_s, period = drive_edge(
                edges[place], now_s, period, period_starts_s, edge_time_ms_by_period, factor
            )
        else:
            enter_s[place] = np.inf
        arrive_s[place + 1] = now_s


@kernel
def sum_over(edges: NDArray[np.int32], first: NDArray[np.float32], second: NDArray[np.float64]) -> tuple[float, float]:
    """Return the sums over these edges of two quantities that every edge has."""
    first_sum = 0.0
    second_sum = 0.0
    for edge in edges:
        first_sum += np.float64(first[edge])
        second_sum += second[edge]
    return first_sum, second_sum
