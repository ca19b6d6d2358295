"""The levels of the air quality index as the report and the playback show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twin.atmosphere.quality_index import LEVELS, standard_on

if TYPE_CHECKING:
    from datetime import date

INDEX_LEVELS: Final = tuple(level.name for level in LEVELS)
"""English names of the levels, the cleanest first."""


def pm25_bounds(day: date) -> list[float]:
    """Return at how many µg/m³ of PM2.5 each level ends, but for the last, by the standard of a day."""
    return list(standard_on(day).breakpoints["pm25"][1 : len(LEVELS)])
