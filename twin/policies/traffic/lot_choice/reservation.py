"""Keep a place for each driver in the lot that costs him least."""

from __future__ import annotations

import numpy as np

from twin.domains.traffic.decisions_parking import LotChoiceView, ParkAt


def reservation(view: LotChoiceView, walk_weight: float = 2.0, walk_speed_mps: float = 1.2) -> ParkAt:
    """Lead each to the lot of least price, drive and walk that shows a free space, and keep the place until he comes.

    Drivers are served one by one in order of departure; the next sees the place as taken when the feed says so, and is
    refused before where it was the last. Without a feed nobody is led.

    Parameters
    ----------
    walk_weight
        What a minute of walking weighs beside one of driving (Wardman 2004).
    walk_speed_mps
        Speed on foot (assumed 1.2).

    References
    ----------
    Wang and He (2011), "A reservation-based smart parking system", IEEE INFOCOM workshops.
    """
    lots = view.lots
    yuan_a_second = view.drivers.value_of_time_yuan_per_h[:, None] / 3600
    seconds = lots.drive_time_s + walk_weight * lots.walk_m / walk_speed_mps
    cost = np.where((lots.lot >= 0) & (lots.free > 0), lots.price_yuan + yuan_a_second * seconds, np.inf)
    place = cost.argmin(axis=1)
    best = cost[np.arange(len(place)), place]
    return ParkAt(np.where(np.isfinite(best), place, -1).astype(np.int32), keep=True)
