"""Leave the plans as they are."""

from __future__ import annotations

from twin.domains.traffic.decisions import SetPlans, SignalPlanView


def fixed(view: SignalPlanView) -> SetPlans:
    """Let each signal go through its fixed plan, whatever is measured.

    References
    ----------
    The practice where signals are not connected.
    """
    return SetPlans(view.fixed_green_s)
