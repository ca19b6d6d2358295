"""Which warning days of bad air call for: Zhengzhou's plan of 2016, by the index predicted for each day.

Blue: a day above 200. Yellow: two days. Orange: three, one of them above 300. Red: four, two of them above 300; or a
day at 500 (Zhengzhou Evening News, 2016-10-28).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from twin.core.language import Language

NONE, BLUE, YELLOW, ORANGE, RED = range(5)

HEAVY: Final = 200.0
SEVERE: Final = 300.0
OFF_SCALE: Final = 500.0


def warning_level(daily_index: Sequence[float]) -> int:
    """Return the highest level that consecutive days of predicted index call for, 0 (none) to 4 (red)."""
    level = RED if any(index >= OFF_SCALE for index in daily_index) else NONE
    days = severe_days = 0
    for index in daily_index:
        days, severe_days = (days + 1, severe_days + (index > SEVERE)) if index > HEAVY else (0, 0)
        level = max(level, _of_spell(days, severe_days))
    return level


def _of_spell(days: int, severe_days: int) -> int:
    if days >= 4 and severe_days >= 2:
        return RED
    if days >= 3 and severe_days >= 1:
        return ORANGE
    return YELLOW if days >= 2 else BLUE if days else NONE


def warning_name(level: int, language: Language) -> str:
    """Return what a warning level is called."""
    return (
        language("no warning"),
        language("blue warning"),
        language("yellow warning"),
        language("orange warning"),
        language("red warning"),
    )[level]
