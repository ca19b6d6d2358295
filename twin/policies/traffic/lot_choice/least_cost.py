"""Lead each driver where walk, price, drive and the risk of finding no space cost him least."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.domains.traffic.decisions_parking import LotChoiceView, ParkAt

LOGISTIC: Final = 1.702
"""1 / (1 + exp(-1.702 x)) is within 0.01 of the normal distribution (Haley 1952)."""


class LeastCost:
    """Lead to the lot of least generalised cost, with the occupancy that is expected when the driver arrives.

    The cost of a lot, yuan: price + value of time x (drive + ``walk_weight`` x walk + P(full) x ``search_min``). Free
    spaces at arrival are those shown, changed as in the last quarter of an hour and less those who are led there
    already; around that they vary with the standard deviation of as many comings and goings as ``turnover_per_h``
    makes in the time of the drive. Who would pay less by looking himself (``search_min`` and no walk) is still led.

    Parameters
    ----------
    walk_weight
        What a minute of walking weighs beside one of driving; 2 is a usual finding (Wardman 2004, "Public transport
        values of time", Transport Policy 11).
    walk_speed_mps
        Speed on foot (assumed 1.2).
    search_min
        What it costs to find a lot full, minutes (assumed).
    turnover_per_h
        Cars that come, and as many that go, for each space in an hour (assumed).

    References
    ----------
    Prediction at arrival: Caicedo, Blazquez and Miranda (2012), "Prediction of parking space availability in real
    time", Expert Systems with Applications 39(8). Generalised cost: Axhausen and Polak (1991), "Choice of parking:
    stated preference approach", Transportation 18(1). The approximation of P(full) is ours.
    """

    def __init__(
        self,
        walk_weight: float = 2.0,
        walk_speed_mps: float = 1.2,
        search_min: float = 8.0,
        turnover_per_h: float = 0.4,
    ) -> None:
        self._walk_weight, self._walk_speed_mps = walk_weight, walk_speed_mps
        self._search_s, self._turnover_per_h = 60 * search_min, turnover_per_h

    def decide(self, view: LotChoiceView) -> ParkAt:
        """Return where each driver is led; nobody to a lot that is almost surely full."""
        lots = view.lots
        full = self._full(view)
        seconds = lots.drive_time_s + self._walk_weight * lots.walk_m / self._walk_speed_mps + full * self._search_s
        yuan_a_second = view.drivers.value_of_time_yuan_per_h[:, None] / 3600
        cost = np.where((lots.lot >= 0) & (full < 0.95), lots.price_yuan + yuan_a_second * seconds, np.inf)
        place = cost.argmin(axis=1)
        best = cost[np.arange(len(place)), place]
        return ParkAt(np.where(np.isfinite(best), place, -1).astype(np.int32))

    def _full(self, view: LotChoiceView) -> NDArray[np.float32]:
        """Return the probability that each lot is full when the driver is there, a half where nothing is known."""
        lots = view.lots
        if not view.feed_works:
            return np.full(lots.lot.shape, 0.5, np.float32)
        ahead_h = (view.feed_age_s + lots.drive_time_s) / 3600
        expected = np.minimum(lots.free + lots.free_per_h * ahead_h, lots.spaces) - lots.led
        spread = np.sqrt(1 + 2 * self._turnover_per_h * lots.spaces * ahead_h)
        steps = np.clip(LOGISTIC * (expected - 0.5) / spread, -30, 30)
        return np.asarray(1 / (1 + np.exp(steps)), np.float32)
