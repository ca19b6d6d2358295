"""Let every driver look for himself."""

from __future__ import annotations

import numpy as np

from twin.domains.traffic.decisions_parking import LotChoiceView, ParkAt


def look_yourself(view: LotChoiceView) -> ParkAt:
    """Lead nobody: drivers drive to their destinations and look around there.

    References
    ----------
    The practice before the app; how people look is that of Levy, Martens and Benenson (2013), "Exploring cruising
    using agent-based and analytical models of parking", Transportmetrica A 9.
    """
    return ParkAt(np.full(len(view.drivers), -1, np.int32))
