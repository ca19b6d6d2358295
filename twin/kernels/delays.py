"""Travel times of a day's edges from what delays them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel


@kernel
def delayed_ms(
    free_s: np.float32, delayed_s: np.float32, deviation: np.float32, excess: np.float32, slow_factor: np.float32
) -> np.int32:
    """Return the travel time of one edge in whole milliseconds, at least 1; see `delayed_times`."""
    seconds = (free_s + excess * delayed_s * deviation) * slow_factor
    return max(np.int32(1), np.int32(np.rint(seconds * np.float32(1000))))


@kernel
def delayed_times(
    free_s: NDArray[np.float32],
    delayed_s: NDArray[np.float32],
    edge_district: NDArray[np.int32],
    edge_corridor: NDArray[np.int32],
    excess: np.float32,
    district_deviation: NDArray[np.float32],
    corridor_deviation: NDArray[np.float32],
    slow_factor: np.float32,
    time_ms: NDArray[np.int32],
) -> None:
    """Write each edge's travel time under one hour's delay in whole milliseconds, at least 1, into `time_ms`.

    Parameters
    ----------
    free_s, delayed_s
        Time without delay, and the part of it that delays multiply, shape (m,).
    edge_district, edge_corridor
        Position of each edge's deviations, shape (m,).
    excess
        What an ordinary day adds to the delayed part in this hour.
    district_deviation, corridor_deviation
        This day's deviations from that.
    slow_factor
        What all times are multiplied with.
    """
    for edge in range(len(free_s)):
        deviation = district_deviation[edge_district[edge]] * corridor_deviation[edge_corridor[edge]]
        time_ms[edge] = delayed_ms(free_s[edge], delayed_s[edge], deviation, excess, slow_factor)
