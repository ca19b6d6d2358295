"""Send a worker of the firm that has the contract."""

from __future__ import annotations

from twin.domains.elevators.decisions_rescue import Assign, RescueView


def contracted_firm(view: RescueView) -> Assign:
    """Send the worker of the elevator's own firm who is thought to be there first, one case after the other.

    References
    ----------
    The practice, and the rule: the firm that maintains an elevator answers for its rescue and must be there within 30
    minutes (TSG T5002-2017).
    """
    return view.fastest_in_turn(view.options.drive_time_s, view.options.own_firm)
