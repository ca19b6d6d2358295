"""Cycle and splits by the flows that were measured."""

from __future__ import annotations

import numpy as np

from twin.domains.traffic.decisions import SetPlans, SignalPlanView


def webster(
    view: SignalPlanView, shortest_s: float = 40.0, longest_s: float = 150.0, least_green_s: float = 10.0
) -> SetPlans:
    """Give each signal the cycle of least delay for its flows, shared out by their ratios to saturation.

    With L the lost time in a cycle, y the greatest ratio of flow to saturation flow on a phase's approaches and Y the
    sum over phases, the cycle is (1.5 L + 5) / (1 - Y), and a phase's effective green is its share y / Y of what the
    cycle leaves beside L. Flows are those that came since the last question.

    Parameters
    ----------
    shortest_s, longest_s
        Bounds of the cycle (assumed); one whose flows exceed what it can pass has the longest.
    least_green_s
        No phase has less (assumed, for those who cross on foot); the cycle is longer by what that adds.

    References
    ----------
    Webster (1958), "Traffic signal settings", Road Research Technical Paper 39, London.
    """
    approaches = view.approaches
    if not len(approaches):
        return SetPlans(view.fixed_green_s)
    phases = np.diff(view.phase_first)
    ratio = np.maximum.reduceat(approaches.arrivals_per_h / approaches.saturation_per_h, view.approach_first[:-1])
    whole = np.add.reduceat(ratio, view.phase_first[:-1])
    lost_s = view.lost_s * phases
    room = np.maximum(1.0 - whole, 1e-9)
    cycle_s = np.clip((1.5 * lost_s + 5.0) / room, shortest_s, longest_s)
    share = np.where(np.repeat(whole, phases) > 0, ratio, 1.0)
    share = share / np.repeat(np.add.reduceat(share, view.phase_first[:-1]), phases)
    green_s = share * np.repeat(np.maximum(cycle_s - lost_s, 0.0), phases)
    return SetPlans(np.maximum(green_s, least_green_s))
