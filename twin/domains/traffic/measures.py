"""The KPIs of the roads by name: what each is, its unit, its groups."""

from __future__ import annotations

from typing import Final

from twin.core.kpis import KpiFamily

RINGS: Final = ("within_third_ring", "third_to_fourth_ring", "beyond_fourth_ring")
"""Where a link lies; recorded as positions in this tuple."""

ROAD_FAMILIES: Final = (
    KpiFamily(
        "trip_min", "setting out to coming to the destination, before a place is looked for", "min",
        ("mean", "median", "p90"), "trip_min", ("purpose", "hour"), headline=("mean",),
    ),
    KpiFamily(
        "door_to_door_min", "setting out to having parked and walked to the destination", "min",
        ("mean", "median", "p90"), "door_to_door_min", ("purpose", "hour"), headline=("mean",),
    ),
    KpiFamily("late_min", "setting out later than planned, for having come late before", "min", ("mean",), "late_min"),
    KpiFamily("trips", "trips that began", "count", better="neither"),
    KpiFamily("trips_not_ended", "trips still under way when the run ended", "count"),
    KpiFamily(
        "speed_kmh", "speed on the roads, waiting at junctions included", "km/h", groups=("ring", "hour"),
        better="higher", headline=("", "h08", "h18"),
    ),
    KpiFamily(
        "delay_index", "time on the roads relative to free flow", "times", groups=("ring", "hour"),
        headline=("", "h08", "h18"),
    ),
    KpiFamily(
        "planning_time_index", "time relative to free flow that nineteen in twenty kilometres stay within", "times",
        groups=("hour",),
    ),
    KpiFamily("vehicle_km", "vehicle-kilometres", "km", groups=("ring",), better="neither"),
    KpiFamily("vehicle_h", "vehicle-hours", "h", groups=("ring",)),
    KpiFamily("delay_h", "vehicle-hours lost against free flow", "h", groups=("ring", "hour"), headline=("",)),
    KpiFamily("most_driving", "most vehicles on the roads at once", "count", better="neither"),
    KpiFamily("queued", "vehicles in queues at the ends of links, mean", "count"),
    KpiFamily("most_queued", "most vehicles in queues at once", "count"),
    KpiFamily("most_full_links", "most links that were full at once", "count"),
    KpiFamily("most_locked_links", "most links that had not moved for a quarter of an hour", "count"),
    KpiFamily("green_waves", "drives under lights and siren that signals made way for", "count", better="neither"),
    KpiFamily("signal_holds", "times that a signal made way for an ambulance", "count", better="neither"),
    KpiFamily("green_taken_min", "green that others lost to ambulances at signals", "min"),
    KpiFamily("put_aside", "vehicles that were put beside the road to undo a gridlock", "count"),
    KpiFamily("turned_away", "times that a driver turned away from a full street", "count"),
)  # fmt: skip
