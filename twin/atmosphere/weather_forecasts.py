"""Forecasts of the days' weather whose error is known, to try what a warning is worth with a real forecast.

The measure is the one by which forecasts are judged: the correlation of the forecast's deviations from what is usual
with the weather's. A forecast of correlation r is r times the true deviation and the square root of 1 - r² times
that of another day of the record, so it varies as weather does, and its quantities fit together and follow one another.
Further ahead it is worse: r to the power of the days.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from twin.atmosphere.daily_features import YEAR_DAYS, weather_of
from twin.atmosphere.daily_record import Column, DailyRecord

_BOUNDS: Final = {
    "humidity": (0.0, 100.0), "driest": (0.0, 100.0), "sunshine": (0.0, 24.0), "rain": (0.0, np.inf),
    "range": (0.0, np.inf),
}  # fmt: skip
_LEAST_SHIFT_DAYS: Final = 60


def draw_forecasts(
    record: DailyRecord, correlation: float, leads: int, generator: np.random.Generator
) -> list[Mapping[str, Column]]:
    """Return the weather of every day as forecast one day ahead, two days ahead .. `leads`.

    Parameters
    ----------
    correlation
        Of the deviations, one day ahead, 0 to 1.
    generator
        Draws by how many days the record is moved to take its deviations for the forecast's errors.
    """
    shift = int(generator.integers(_LEAST_SHIFT_DAYS, max(record.days - _LEAST_SHIFT_DAYS, _LEAST_SHIFT_DAYS + 1)))
    forecasts: list[Mapping[str, Column]] = [{} for _ in range(leads)]
    for name, observed in weather_of(record).items():
        usual = _usual(record, observed)
        deviation = observed - usual
        strange = np.roll(np.nan_to_num(deviation), shift)
        low, high = _BOUNDS.get(name, (-np.inf, np.inf))
        for lead in range(1, leads + 1):
            kept = correlation**lead
            forecast = usual + kept * deviation + np.sqrt(1.0 - kept**2) * strange
            forecasts[lead - 1] = {**forecasts[lead - 1], name: np.clip(forecast, low, high)}
    return forecasts


def _usual(record: DailyRecord, values: Column) -> Column:
    """Return what is usual at each day's time of the year: two waves fitted to the record."""
    angle = 2 * np.pi * np.array([day.timetuple().tm_yday for day in record.dates]) / YEAR_DAYS
    waves = np.column_stack([np.ones_like(angle), *(part(k * angle) for k in (1, 2) for part in (np.cos, np.sin))])
    known = np.isfinite(values)
    return np.asarray(waves @ np.linalg.lstsq(waves[known], values[known], rcond=None)[0], dtype=np.float64)
