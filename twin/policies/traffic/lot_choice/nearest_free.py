"""Lead each driver to the lot nearest to his destination that shows a free space."""

from __future__ import annotations

import numpy as np

from twin.domains.traffic.decisions_parking import LotChoiceView, ParkAt


def nearest_free(view: LotChoiceView) -> ParkAt:
    """Lead to the nearest lot with a free space as the feed says; where nothing is known, to the nearest.

    Who sees no free space looks for himself. Two users may be sent to the last space of a lot: what others are told
    is not looked at.

    References
    ----------
    What being told of free spaces does, simulated: Tasseron, Martens and van der Heijden (2016), "The potential impact
    of vehicle-to-vehicle communication on on-street parking under heterogeneous conditions", IEEE Intelligent
    Transportation Systems Magazine 8(2).
    """
    lots = view.lots
    offers = (lots.lot >= 0) & ((lots.free > 0) | (not view.feed_works))
    place = np.where(offers, lots.walk_m, np.inf).argmin(axis=1)
    return ParkAt(np.where(offers.any(axis=1), place, -1).astype(np.int32))
