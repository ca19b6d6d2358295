"""The cycle shared out by the pressures."""

from __future__ import annotations

import numpy as np

from twin.domains.traffic.decisions import SetPlans, SignalPlanView


def cyclic_max_pressure(view: SignalPlanView, eta: float = 0.05, least_green_s: float = 10.0) -> SetPlans:
    """Share the fixed plans' cycle out in proportion to exp(eta x pressure), no phase without green.

    The pressure of a phase is the sum over its approaches of queue less the queue ahead, each weighted by its
    saturation flow relative to the mean of its signal's approaches. Unlike `max_pressure`, whom nobody can foresee,
    it keeps cycle and order of the phases.

    Parameters
    ----------
    eta
        How sharply the green follows the pressure, for each vehicle (assumed; above 0).
    least_green_s
        Each phase has at least this (assumed, for those who cross on foot), or an equal share where the cycle is too
        short for that.

    References
    ----------
    Le, Kovács, Walton, Vu, Andrew and Hoogendoorn (2015), "Decentralized signal control for urban road networks",
    Transportation Research Part C 58.
    """
    approaches = view.approaches
    if not len(approaches):
        return SetPlans(view.fixed_green_s)
    phases, first = np.diff(view.phase_first), view.phase_first[:-1]
    saturation = np.add.reduceat(approaches.saturation_per_h, view.approach_first[:-1])
    count = np.diff(view.approach_first)
    mean = np.add.reduceat(saturation, first) / np.add.reduceat(count, first)
    presses = approaches.saturation_per_h * (approaches.queue - approaches.downstream_queue)
    pressure = np.add.reduceat(presses, view.approach_first[:-1]) / np.repeat(mean, phases)
    most = np.repeat(np.maximum.reduceat(pressure, first), phases)  # else the exponentials could overflow
    share = np.exp(eta * (pressure - most))
    share /= np.repeat(np.add.reduceat(share, first), phases)
    to_share_s = np.repeat(view.cycle_s - view.lost_s * phases, phases)
    least_s = np.minimum(least_green_s, to_share_s / np.repeat(phases, phases))
    return SetPlans(least_s + share * (to_share_s - least_s * np.repeat(phases, phases)))
