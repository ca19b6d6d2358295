"""All green to the phase with the most pressure."""

from __future__ import annotations

import numpy as np

from twin.domains.traffic.decisions import SetPlans, SignalPlanView


def max_pressure(view: SignalPlanView) -> SetPlans:
    """Give each signal's green to the phase whose approaches press most, the first of equals, until asked again.

    The pressure of an approach is its saturation flow times its queue less the queue ahead, on the links that lead on
    in proportion to the turns. It knows no cycle, and a phase may wait for long; so it wants to be asked often
    (``signal_every_s`` of 10 to 30 s). What it proves, that queues stay bounded whenever some plan could serve the
    demand, holds for queues that take no room and without the time lost at a change.


    References
    ----------
    Varaiya (2013), "Max pressure control of a network of signalized intersections", Transportation Research Part C 36.
    """
    approaches = view.approaches
    if not len(approaches):
        return SetPlans(view.fixed_green_s)
    presses = approaches.saturation_per_h * (approaches.queue - approaches.downstream_queue)
    pressure = np.add.reduceat(presses, view.approach_first[:-1])
    phases = np.diff(view.phase_first)
    most = np.flatnonzero(pressure == np.repeat(np.maximum.reduceat(pressure, view.phase_first[:-1]), phases))
    signal = np.repeat(np.arange(len(phases)), phases)[most]
    first = most[np.unique(signal, return_index=True)[1]]
    green_s = np.zeros(len(pressure))
    green_s[first] = view.interval_s
    return SetPlans(green_s)
