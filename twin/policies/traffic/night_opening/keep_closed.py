"""Open no private lot."""

from __future__ import annotations

import numpy as np

from twin.domains.traffic.decisions_parking import NightOpeningView, OpenLots


def keep_closed(view: NightOpeningView) -> OpenLots:
    """Leave private lots to those to whom they belong.

    References
    ----------
    The practice: a lot's posted hours, and residents' permits.
    """
    return OpenLots(np.zeros(len(view), np.bool_))
