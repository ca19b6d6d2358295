"""A dispatch policy in ten lines."""

from twin.domains.emergency.decisions import DispatchView, Send, Wait


def first_there(view: DispatchView) -> Send | Wait:
    """Send the free vehicle that arrives first."""
    free = view.free_vehicles  # columns: id, station, at_station, station_order, straight_line_m, drive_time_s
    return Send(int(free.id[free.drive_time_s.argmin()])) if len(free) else Wait()
