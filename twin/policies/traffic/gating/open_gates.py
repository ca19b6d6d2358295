"""Whoever comes may come in."""

from __future__ import annotations

from twin.domains.traffic.decisions_roads import GateView, LetIn


def open_gates(view: GateView) -> LetIn:
    """Let in as many as the links pass.

    References
    ----------
    The practice where the ring is not controlled.
    """
    return LetIn(view.full_per_h)
