"""How the verdict says the traffic domain's KPIs in plain words, and what members of groupings are called."""

from __future__ import annotations

from typing import Final

from twin.charts.section import Finding
from twin.domains.traffic.report_findings_parking import LOT_NAMES, PARKING_FINDINGS

MEMBER_NAMES: Final = {
    "within_third_ring": "within the Third Ring",
    "third_to_fourth_ring": "between the Third and the Fourth Ring",
    "beyond_fourth_ring": "beyond the Fourth Ring",
    "home": "to home",
    "work": "to work",
    "school": "to school",
    "business": "on business",
    "leisure": "for leisure",
    "hospital": "to a hospital",
    "through": "passing through",
    "freight": "freight",
    "bus_service": "bus service",
    **LOT_NAMES,
}
"""English names of the members of groupings, for titles and rows."""

FINDINGS: Final = (
    Finding(
        ("trip_min.mean",),
        "Drivers reach their destination {difference} sooner",
        "Drivers reach their destination {difference} later",
        "how long drivers are on their way",
    ),
    Finding(
        ("door_to_door_min.mean",),
        "With parking and the walk, trips take {difference} less",
        "With parking and the walk, trips take {difference} more",
        "how long trips take with parking and the walk",
    ),
    Finding(
        ("late_min.mean",),
        "Drivers set out {difference} less late, for having come late before",
        "Drivers set out {difference} later than planned, for having come late before",
        "how late drivers set out for having come late before",
    ),
    Finding(
        ("delay_h",),
        "The roads cost all drivers together {difference} vehicle-hours less",
        "The roads cost all drivers together {difference} vehicle-hours more",
        "the hours that the roads cost all drivers together",
    ),
    Finding(
        ("speed_kmh.h08",),
        "From eight to nine in the morning the roads are {difference} slower",
        "From eight to nine in the morning the roads are {difference} faster",
        "the speed on the roads from eight to nine in the morning",
    ),
    *PARKING_FINDINGS,
    Finding(
        ("locked_link_h",),
        "Links stand locked for {difference} less",
        "Links stand locked for {difference} more",
        "how long links stand locked",
    ),
)
