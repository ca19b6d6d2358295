"""Serve the severe calls before the others."""

from __future__ import annotations

from twin.domains.emergency.decisions import QueueView, ServeInOrder


def most_severe_first(view: QueueView) -> ServeInOrder:
    """Serve the most severe calls first, and of equally severe ones the one that was ready first.

    References
    ----------
    Practised in dispatch centres. In queueing theory: priority without interruption, Cobham (1954), "Priority
    assignment in waiting line problems", Journal of the Operations Research Society of America 2(1).
    """
    calls = view.calls
    return ServeInOrder(tuple(calls.call[calls.severity.argsort(kind="stable")].tolist()))
