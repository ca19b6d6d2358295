"""What may happen to many elevators at once (light: no numpy)."""

from __future__ import annotations

from typing import Final

from twin.core.domain import EventDetail, EventKind

POWER_CUT: Final = EventKind(
    "power_cut",
    "Power fails in this district: elevators stop where they are, but for those with a second supply",
    names="district",
    details=(EventDetail("box", "Only what lies in this box: a part of the district", "box"),),
)
HEAT_WAVE: Final = EventKind("heat_wave", "Elevators fail so many times as often", low=1, high=20)
FLOOD: Final = EventKind(
    "flood",
    "Of the elevators in a box this share has its pit under water and stops",
    low=0,
    high=1,
    details=(EventDetail("box", "Where the water stands", "box", required=True),),
)
EVENT_KINDS: Final = (POWER_CUT, HEAT_WAVE, FLOOD)
RAIN: Final = "rain_mm_per_h"
HEARS: Final = (RAIN,)
"""The city's own events that act on elevators too."""
