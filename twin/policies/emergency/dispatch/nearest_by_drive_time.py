"""Send the free vehicle with the shortest drive time."""

from __future__ import annotations

from twin.domains.emergency.decisions import DispatchView, Send, Wait


def nearest_by_drive_time(view: DispatchView) -> Send | Wait:
    """Send the free vehicle that drives there fastest, as far as the traffic is known.

    References
    ----------
    The city brain's rule ("nearest vehicle by the day's traffic", 2021); the closest-idle rule of the literature, for
    instance Jagtenberg, van den Berg and van der Mei (2017), "Benchmarking online dispatch algorithms for emergency
    medical services", European Journal of Operational Research 258(2).
    """
    free = view.free_vehicles
    return Send(int(free.id[free.drive_time_s.argmin()])) if len(free) else Wait()
