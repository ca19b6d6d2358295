"""What may happen to the roads, beside what the city's own events do to them (light: no numpy)."""

from __future__ import annotations

from typing import Final

from twin.core.domain import EventDetail, EventKind

HEADINGS: Final = ("north", "east", "south", "west")
MOST_LANES: Final = 8

CRASH: Final = EventKind(
    "crash",
    "A crash takes lanes of this road, on one link",
    names="road",
    details=(
        EventDetail("lanes", "Lanes that are blocked; 1 where it is left out", "number", low=1, high=MOST_LANES),
        EventDetail("place", "On the link nearest to this place; without it, the link is drawn", "place"),
        EventDetail("heading", "On the side on which one drives this way; without it, it is drawn", "choice",
                    choices=HEADINGS),
    ),
)  # fmt: skip
CROWD: Final = EventKind(
    "crowd_comes",
    "So many more cars come to a place for what begins there and leave after it ends",
    low=1,
    high=200_000,
    details=(
        EventDetail("place", "Where it is", "place", required=True),
        EventDetail("spaces", "Parking spaces that are opened for it near the place; 0 where it is left out", "number",
                    low=0, high=200_000),
    ),
    needs_end=True,
)  # fmt: skip
SIGNALS_FAIL: Final = EventKind(
    "signals_fail", "This share of the signals goes dark; drivers stop and go one by one", low=0, high=1
)
CARS_STAY: Final = EventKind(
    "cars_stay", "This share of all cars, lorries and buses makes no trip until it ends, and stays where it is",
    low=0, high=1,
)  # fmt: skip
EVENT_KINDS: Final = (CRASH, CROWD, SIGNALS_FAIL, CARS_STAY)
HEARS: Final = ("road_closes", "traffic_slows", "rain_mm_per_h")
"""The city's own events that act on the lived roads too."""
