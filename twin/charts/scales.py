"""Scales from data to chart units, with round ticks."""

from __future__ import annotations

import math
from dataclasses import dataclass

from twin.charts.html import plain


def round_step(span: float, most: int) -> float:
    """Return the smallest of 1, 2 or 5 times a power of ten that divides a span into at most ``most`` parts."""
    if not span > 0 or not math.isfinite(span):
        return 1.0
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= rough * (1 - 1e-9))


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale from [low, high] to [begin, end]."""

    low: float
    high: float
    begin: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of a value."""
        return self.begin + (value - self.low) / (self.high - self.low or 1.0) * (self.end - self.begin)

    def ticks(self, most: int = 6) -> list[float]:
        """Return round values inside the scale."""
        step = round_step(self.high - self.low, most)
        first = math.ceil(self.low / step - 1e-9)
        return [n * step for n in range(first, math.floor(self.high / step + 1e-9) + 1)]

    def inside(self, value: float) -> bool:
        """Say whether a value lies on the scale."""
        return self.low <= value <= self.high


def tick_text(value: float) -> str:
    """Return a tick's number, with a minus sign that can be drawn."""
    return plain(value, 6).replace("-", "−")
