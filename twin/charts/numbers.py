"""Numbers with their units as people read them, in the report's language."""

from __future__ import annotations

import math
from typing import Final

from twin.core.language import Language

MINUS: Final = "−"
_UNITS: Final = {
    "s": "{number} s",
    "min": "{number} min",
    "km": "{number} km",
    "m": "{number} m",
    "km/h": "{number} km/h",
    "h": "{number} h",
    "yuan": "{number} yuan",
    "million yuan": "{number} million yuan",
    "share": "{number} %",
    "count": "{number}",
    "µg/m³": "{number} µg/m³",
    "days": "{number} days",
}
_DIFFERENCES: Final = {**_UNITS, "share": "{number} percentage points"}
_OF_ONE: Final = {"share": "{number} percentage point", "days": "{number} day"}
_SHORT_DIFFERENCES: Final = {**_UNITS, "share": "{number} points"}


def decimals_for(size: float) -> int:
    """Return the decimals that show the leading digit of a spread: 0.08 gives 2, 0.55 gives 1, 10 gives 0."""
    if not math.isfinite(size) or size <= 0:
        return 2
    return min(max(0, -math.floor(math.log10(size))), 4)


def interval_decimals(*values: float) -> int:
    """Return the decimals for a mean and its interval: those of its spread, more where an end would look like zero."""
    places = decimals_for((max(values) - min(values)) / 2)
    while places < 4 and any(value and not round(value, places) for value in values):
        places += 1
    return places


def decimals_of(value: float) -> int:
    """Return the decimals that leave some three digits of a value."""
    size = abs(value)
    return 0 if size >= 100 else 1 if size >= 10 else 2


def scaled(value: float, unit: str) -> float:
    """Return a value as it is shown: shares in per cent."""
    return value * 100 if unit == "share" else value


def number(value: float, decimals: int | None = None, *, sign: bool = False) -> str:
    """Return a number with a proper minus sign and thousands apart; an en dash where there is none."""
    if not math.isfinite(value):
        return "–"
    places = decimals_of(value) if decimals is None else decimals
    text = f"{abs(value):,.{places}f}".replace(",", "\u202f")
    nothing = not text.strip("0.\u202f")
    mark = MINUS if value < 0 and not nothing else "+" if sign and not nothing else ""
    return mark + text


class Numbers:
    """Says amounts in one language."""

    def __init__(self, language: Language) -> None:
        self._say = language

    def amount(self, value: float, unit: str, decimals: int | None = None) -> str:
        """Return a value with its unit, such as ``8.4 min`` or ``91 %``."""
        shown = scaled(value, unit)
        if unit == "count" and decimals is None:
            decimals = 0 if shown == round(shown) else 1
        return self._say(_UNITS.get(unit, "{number}"), number=number(shown, decimals))

    def size(self, value: float, unit: str, decimals: int | None = None) -> str:
        """Return the size of a difference with its unit, without its sign."""
        text = number(abs(scaled(value, unit)), decimals)
        units = {**_DIFFERENCES, **_OF_ONE} if text == "1" else _DIFFERENCES
        return self._say(units.get(unit, "{number}"), number=text)

    def unit(self, unit: str) -> str:
        """Return a unit by itself, for column heads and axes; empty for counts."""
        return self.amount(0, unit, 0).replace("0", "", 1).strip()

    def change(self, value: float, unit: str) -> str:
        """Return a difference with its sign and without an interval: ``−36 min``."""
        shown = scaled(value, unit)
        return self._say(_SHORT_DIFFERENCES.get(unit, "{number}"), number=number(shown, sign=True))

    def difference(self, mean: float, low: float, high: float, unit: str) -> str:
        """Return a difference with sign and interval: ``−36 min (−47 to −27)``; shares in points of a hundred."""
        values = [scaled(value, unit) for value in (mean, low, high)]
        places = interval_decimals(*values)
        shown = [number(value, places, sign=True) for value in values]
        return self._say(
            "{difference} ({low} to {high})",
            difference=self._say(_SHORT_DIFFERENCES.get(unit, "{number}"), number=shown[0]),
            low=shown[1],
            high=shown[2],
        )
