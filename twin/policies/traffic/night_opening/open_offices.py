"""Open the lots of offices at night, when nobody works there."""

from __future__ import annotations

from twin.domains.traffic.decisions_parking import NightOpeningView, OpenLots


def open_offices(view: NightOpeningView, least_spaces: int = 0) -> OpenLots:
    """Open all office lots of a size, and no residential one: their places are their residents' at night.

    Parameters
    ----------
    least_spaces
        Smaller lots stay closed.

    References
    ----------
    Shared parking, what one use leaves free at the hours of another: Litman (2006), "Parking management: strategies,
    evaluation and planning", Victoria Transport Policy Institute. Chinese cities call it staggered parking.
    """
    return OpenLots(view.office & (view.spaces >= least_spaces))
