"""Leave prices as the tariff has them."""

from __future__ import annotations

import numpy as np

from twin.domains.traffic.decisions_parking import PricesView, SetPrices


def fixed(view: PricesView) -> SetPrices:
    """Ask what the tariff asks, however full lots are.

    References
    ----------
    The practice: a tariff by zone and kind of place, the same on all days.
    """
    return SetPrices(np.zeros(len(view), np.int32))
