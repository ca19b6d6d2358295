"""Send a vehicle of the station in whose district the call lies."""

from __future__ import annotations

from twin.domains.emergency.decisions import DispatchView, Send, Wait


def station_district(view: DispatchView) -> Send | Wait:
    """Send a vehicle that stands at the station responsible for the place, else at the next station on its list.

    Only when no vehicle stands at any station is one called back on its way home.

    References
    ----------
    The practice before the city brain: districts of responsibility (划片), each with a fixed list of stations.
    """
    free = view.free_vehicles
    if not len(free):
        return Wait()
    order = free.station_order + (~free.at_station) * (int(free.station_order.max()) + 1)
    return Send(int(free.id[order.argmin()]))
