"""Whoever has waited longest comes first."""

from __future__ import annotations

from twin.domains.elevators.decisions_rescue import RescueInOrder, RescueOrderView


def first_come(view: RescueOrderView) -> RescueInOrder:
    """Look for workers in the order in which firms were told, which is that of the view.

    References
    ----------
    The practice.
    """
    return RescueInOrder(tuple(view.cases.case.tolist()))
