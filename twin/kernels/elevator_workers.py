"""Where workers are amid the lists of visits that they work off."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import kernel


class Lists(NamedTuple):
    """What w workers have to do on a day: v visits, those of a worker one after the other.

    Attributes
    ----------
    first
        The visits of worker ``w`` are ``first[w]:first[w + 1]`` of the next two; shape (w + 1,).
    ends
        When each is done if nothing comes between, seconds after the shift begins, plus ``day_s`` times the worker.
    node
        Where it is.
    delay_s
        By how much each worker is behind, shape (w,).
    base, home
        Where he is when his list is done, and when he does not work, shape (w,).
    works
        Whether he works on this day, shape (w,).
    """

    first: NDArray[np.int64]
    ends: NDArray[np.float64]
    node: NDArray[np.int32]
    delay_s: NDArray[np.float64]
    base: NDArray[np.int32]
    home: NDArray[np.int32]
    works: NDArray[np.bool_]


@kernel
def amid_lists(
    lists: Lists, workers: NDArray[np.int32], since_shift_s: float, day_s: float, node: NDArray[np.int32]
) -> None:
    """Write where workers are, so many seconds after the shift begins and within it; shapes (k,)."""
    for place in range(len(workers)):
        worker = workers[place]
        if not lists.works[worker]:
            node[place] = lists.home[worker]
            continue
        worked_s = min(max(since_shift_s - lists.delay_s[worker], 0.0), day_s - 1)
        now = worker * day_s + worked_s
        low, high = lists.first[worker], lists.first[worker + 1]
        last = high
        while low < high:  # the first visit that ends later
            middle = (low + high) >> 1
            if lists.ends[middle] <= now:
                low = middle + 1
            else:
                high = middle
        node[place] = lists.node[low] if low < last else lists.base[worker]
