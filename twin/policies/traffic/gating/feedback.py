"""Inflow is held so that the inner city keeps the number of vehicles with which it serves most."""

from __future__ import annotations

from twin.domains.traffic.decisions_roads import GateView, LetIn


def feedback(
    view: GateView, proportional_per_h: float = 20.0, integral_per_h: float = 5.0, least_share: float = 0.1
) -> LetIn:
    """Correct the inflow by the change of the vehicles inside and by their distance from the set point.

    With N the vehicles inside, N* the set point and q the inflow allowed:
    q(k) = q(k - 1) - K_P (N(k) - N(k - 1)) + K_I (N* - N(k)), kept between bounds; the bounded q is the next q(k - 1),
    so that nothing winds up.

    Parameters
    ----------
    proportional_per_h, integral_per_h
        K_P and K_I, 1/h: those of the paper's test network.
    least_share
        The gates are never held below this share of what they can pass (assumed).

    References
    ----------
    Keyvan-Ekbatani, Kouvelas, Papamichail and Papageorgiou (2012), "Exploiting the fundamental diagram of urban
    networks for feedback-based gating", Transportation Research Part B 46.
    """
    wanted = (
        view.allowed_per_h
        - proportional_per_h * (view.inside - view.inside_before)
        + integral_per_h * (view.set_point - view.inside)
    )
    return LetIn(min(max(wanted, least_share * view.full_per_h), view.full_per_h))
