"""What may happen to the air (light: no numpy)."""

from __future__ import annotations

from typing import Final

from twin.core.domain import EventDetail, EventKind

STAGNATES: Final = EventKind(
    "air_stagnates",
    "Wind and mixing height are this share of what they would be: an episode of stagnation",
    low=0.1,
    high=1,
    needs_end=True,
)
CHEATS: Final = EventKind(
    "plant_cheats",
    "An enterprise secretly emits so many times what it reports",
    low=1,
    high=50,
    details=(
        EventDetail("place", "The enterprise nearest to this place; without it, the first of the list", "place"),
        EventDetail("from_h", "Only from this hour of the day on; 0 where it is left out", "number", low=0, high=24),
        EventDetail("until_h", "Only until this hour of the day, across midnight where it is the earlier; 24 where it "
                    "is left out", "number", low=0, high=24),
    ),
)  # fmt: skip
METERS_FAIL: Final = EventKind(
    "meters_fail", "This share of the enterprises' meters, the same ones each time, reports nothing", low=0, high=1
)
EVENT_KINDS: Final = (STAGNATES, CHEATS, METERS_FAIL)
