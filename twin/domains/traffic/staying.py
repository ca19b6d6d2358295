"""Cars that are not driven for a time because of what happens: a flood, a day on which people are told to stay in.

A share of all vehicles makes no trip while an event ``cars_stay`` lasts, and stands where it stands. Afterwards its
driver takes up his day with the next trip that was planned, from there. Who has set out already drives on. How many
stay is assumed; which ones is drawn before any policy acts, a number a vehicle, so that a larger share holds back
everybody whom a smaller one does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from twin.core.clock import MS
from twin.domains.traffic.happenings import CARS_STAY

if TYPE_CHECKING:
    from twin.core.domain import WorldEvent


def without_those_who_stay(
    draw: np.random.Generator, trips: pd.DataFrame, vehicles: int, events: Sequence[WorldEvent]
) -> pd.DataFrame:
    """Return the trips that are still planned under these events."""
    of_kind = [event for event in events if event.kind == CARS_STAY.name]
    if not of_kind:
        return trips
    reluctance = draw.random(vehicles)[trips["vehicle"].to_numpy()]
    planned_s = trips["depart_ms"].to_numpy() / MS
    stays = np.zeros(len(trips), np.bool_)
    for event in of_kind:
        during = (planned_s >= event.begins_s) & (planned_s < event.ends_s)
        stays |= during & (reluctance < float(event.value))
    return trips[~stays].reset_index(drop=True)
