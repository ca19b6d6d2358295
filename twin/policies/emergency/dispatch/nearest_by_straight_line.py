"""Send the free vehicle that is nearest on the map."""

from __future__ import annotations

from twin.domains.emergency.decisions import DispatchView, Send, Wait


def nearest_by_straight_line(view: DispatchView) -> Send | Wait:
    """Send the free vehicle with the shortest straight line to the place.

    References
    ----------
    Practised where positions are known but travel times are not.
    """
    free = view.free_vehicles
    return Send(int(free.id[free.straight_line_m.argmin()])) if len(free) else Wait()
