"""History and experience: what the same season with like weather used to bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.daily_model import threat_score
from twin.atmosphere.daily_record import Column, DailyRecord

_PARTS: Final = 3
_FEWEST: Final = 5
"""Cells with fewer days take their season's values."""


@dataclass(frozen=True, slots=True, eq=False)
class SeasonTable:
    """Mean PM2.5, and share of days above the limit, by season and thirds of wind and humidity.

    Attributes
    ----------
    mean_ugm3, share
        Shape (4, 3, 3): season (winter first), wind, humidity.
    """

    wind_bounds: Column
    humidity_bounds: Column
    mean_ugm3: Column
    share: Column
    threshold: float

    def expect(self, record: DailyRecord) -> tuple[Column, Column]:
        """Return the mean and the share of each day's cell, NaN where its weather is not known, shapes (days,)."""
        cell = _cells(record, self.wind_bounds, self.humidity_bounds)
        known = np.isfinite(record.columns["wind_mps"]) & np.isfinite(record.columns["humidity_percent"])
        return np.where(known, self.mean_ugm3[cell], np.nan), np.where(known, self.share[cell], np.nan)


def make_season_table(record: DailyRecord, years: Sequence[int], limit_ugm3: float) -> SeasonTable:
    """Make the table of some years; its threshold is the one with the highest threat score in them."""
    used = np.isin(record.years, years) & np.isfinite(record.pm25_ugm3)
    bounds = [
        np.nanquantile(record.columns[name][used], [1 / _PARTS, 2 / _PARTS])
        for name in ("wind_mps", "humidity_percent")
    ]
    season, wind, humidity = _cells(record, *bounds)
    pm25 = record.pm25_ugm3
    mean, share = np.empty((4, _PARTS, _PARTS)), np.empty((4, _PARTS, _PARTS))
    for cell in np.ndindex(mean.shape):
        inside = used & (season == cell[0]) & (wind == cell[1]) & (humidity == cell[2])
        if inside.sum() < _FEWEST:
            inside = used & (season == cell[0]) if (used & (season == cell[0])).any() else used
        mean[cell], share[cell] = pm25[inside].mean(), (pm25[inside] > limit_ugm3).mean()
    own = share[season, wind, humidity][used]
    truth = pm25[used] > limit_ugm3
    candidates = np.unique(share)
    best = max(candidates, key=lambda one: np.nan_to_num(threat_score(truth, own >= one)))
    return SeasonTable(bounds[0], bounds[1], mean, share, float(best))


def _cells(record: DailyRecord, wind_bounds: Column, humidity_bounds: Column) -> tuple[NDArray[np.int64], ...]:
    season = np.array([day.month % 12 // 3 for day in record.dates])
    wind = np.searchsorted(wind_bounds, np.nan_to_num(record.columns["wind_mps"]))
    return season, wind, np.searchsorted(humidity_bounds, np.nan_to_num(record.columns["humidity_percent"]))
