"""How much slower links are under the load of the last minutes; see `twin.domains.traffic.load_delay`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel
from twin.kernels.road_network import Rows


class Loads(NamedTuple):
    """What is kept of each link from one look to the next, shapes (m,); all but `load_delay` change.

    Attributes
    ----------
    load_delay
        Share by which a full load makes it slower.
    load
        The flow that was, as a share of its capacity.
    left
        Who had left it at the last look.
    free_ms, wave_ms
        Its times without load.
    set_free_ms, set_wave_ms
        Those that were set at the last look; what stands there otherwise, somebody else has set.
    """

    load_delay: NDArray[np.float64]
    load: NDArray[np.float64]
    left: NDArray[np.int32]
    free_ms: NDArray[np.int32]
    wave_ms: NDArray[np.int32]
    set_free_ms: NDArray[np.int32]
    set_wave_ms: NDArray[np.int32]


@kernel
def set_by_load(
    loads: Loads, readings: Rows, interval_ms: float, newest: float, fullest: float, least_ms: float
) -> None:
    """Reckon each link's load anew, and by it the times that are to be set.

    Parameters
    ----------
    readings
        The links now, of dtype `twin.kernels.readings.READING`, shape (m,).
    interval_ms
        Since the last look.
    newest
        Weight of this interval in the load.
    fullest
        The time forwards is at most this share of the time there and back, unless it is more without load.
    least_ms
        The time of the wave is not less.
    """
    for link in range(len(loads.load)):
        of: Any = readings[link]
        if of.free_ms != loads.set_free_ms[link] or of.wave_ms != loads.set_wave_ms[link]:
            loads.free_ms[link], loads.wave_ms[link] = of.free_ms, of.wave_ms
        passed = of.left - loads.left[link]
        loads.left[link] = of.left
        flow_share = min(passed * (of.headway_ms / interval_ms), 1.0)
        load = newest * flow_share + (1 - newest) * loads.load[link]
        loads.load[link] = load
        free_ms = loads.free_ms[link]
        both_ms = np.int64(free_ms) + np.int64(loads.wave_ms[link])
        slowest_ms = min(max(fullest * both_ms, np.float64(free_ms)), both_ms - least_ms)
        slower_ms = np.rint(min(free_ms * (1 + loads.load_delay[link] * load), slowest_ms))
        loads.set_free_ms[link] = np.int32(slower_ms)
        loads.set_wave_ms[link] = np.int32(both_ms - slower_ms)
