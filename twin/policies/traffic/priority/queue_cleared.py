"""Give the green so early that the queue has driven off when the ambulance comes."""

from __future__ import annotations

import numpy as np

from twin.domains.traffic.decisions_priority import GreenWave, NoPriority, PriorityView


def queue_cleared(
    view: PriorityView, least_severe: int = 2, margin_s: float = 10.0, longest_s: float = 90.0
) -> GreenWave | NoPriority:
    """Give each signal on the route the green when its queue needs it to be gone before the ambulance is there.

    That is the lost time of the change, a saturation headway for each vehicle that waits, and a margin, before the
    expected passing.

    Parameters
    ----------
    least_severe
        Only for patients as severe as this, or more (a lower number).
    margin_s
        So many seconds earlier (assumed), for the expected time is not exact.
    longest_s
        Others do not wait longer than this for an ambulance that is not there (assumed).

    References
    ----------
    Noori, Fu and Shiravi (2016), "A connected vehicle based traffic signal control strategy for emergency vehicle
    preemption", Transportation Research Board 95th Annual Meeting: an early green at the right time, so that the
    predicted queue is served before the vehicle arrives. The choice by severity and the bounds are additions.
    """
    if view.severity > least_severe:
        return NoPriority()
    signals = view.signals
    clears_s = view.lost_s + 3600.0 * signals.queue / signals.saturation_per_h + margin_s
    return GreenWave(tuple(np.minimum(clears_s, longest_s).tolist()))
