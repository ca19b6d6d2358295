"""The entrances of lots, where one car after the other is let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twin.core.clock import MS
from twin.kernels.barriers import Barriers, pass_barriers

if TYPE_CHECKING:
    import pandas as pd


class Entrances:
    """The barriers of all lots in the order of their table; a kerb has none."""

    def __init__(self, lots: pd.DataFrame) -> None:
        count = lots["entrances"].to_numpy(np.int64)
        recognised = lots["recognition"].to_numpy(np.bool_)
        service_s = np.where(recognised, lots["barrier_recognised_s"], lots["barrier_ticket_s"])
        self.barriers = Barriers(
            first=np.concatenate([[0], np.cumsum(count)]).astype(np.int32),
            service_ms=np.rint(MS * service_s).astype(np.int32),
            free_ms=np.zeros(int(count.sum()), np.int32),
            turn=np.zeros(len(lots), np.int32),
        )

    def let_in(self, lots: NDArray[np.int32], at_ms: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return when cars that come to lots in this order are let in: after those before them, and their own service.

        Parameters
        ----------
        lots
            Positions in the table; below 0 for who comes to none. Shape (v,).
        at_ms
            When each comes, shape (v,).
        """
        in_ms = np.empty(len(lots), np.int32)
        pass_barriers(self.barriers, lots, np.ascontiguousarray(at_ms, np.int32), in_ms)
        return in_ms
