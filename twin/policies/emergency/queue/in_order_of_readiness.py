"""Serve waiting calls in the order in which they were ready."""

from __future__ import annotations

from twin.domains.emergency.decisions import QueueView, ServeInOrder


def in_order_of_readiness(view: QueueView) -> ServeInOrder:
    """Serve first who was ready first, however severe the others are.

    References
    ----------
    First come, first served: the queue of the hypercube model, Larson and Odoni (1981), "Urban Operations Research",
    Prentice-Hall, chapter 5.
    """
    return ServeInOrder(tuple(view.calls.call.tolist()))
