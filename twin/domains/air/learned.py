"""What the city has learned from days before: the daily model of `twin.atmosphere`, fitted on a table of days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.daily_columns import usable_columns
from twin.atmosphere.daily_file import read_daily_record
from twin.atmosphere.daily_model import FEWEST_DAYS, DailyModel, Prediction, fit_daily_model
from twin.atmosphere.daily_record import DailyRecord
from twin.atmosphere.days_of_weather import LIVED, days_of_weather
from twin.atmosphere.quality_index import STEPS, standard_on
from twin.atmosphere.weather import Weather
from twin.core.errors import TwinError
from twin.domains.air.decisions_warning import DAYS_AHEAD
from twin.domains.air.parameters import AirParameters

Floats = NDArray[np.float64]

FEWEST_SPIN_UP_DAYS: Final = 14
"""The model looks at the mean of a month, of which ten days must be known when the first question is asked."""
FEWEST_BAD_DAYS: Final = 10


def limit_ugm3(parameters: AirParameters, day: date) -> float:
    """Return the daily mean of PM2.5 above which a day is to be warned of."""
    return float(np.interp(parameters.event_index, STEPS, standard_on(day).breakpoints["pm25"]))


def read_days(path: Path, start: datetime, parameters: AirParameters) -> DailyRecord:
    """Read the days from which warnings are learned: those before the run, and of them what the twin knows, too.

    Raises
    ------
    TwinError
        Where they cannot be read or are too few, or where the spin-up is too short for the model to look back.
    """
    record = read_daily_record(path)
    before = (start.date() - record.first).days - parameters.spin_up_days
    columns = {name: column[: max(before, 0)] for name, column in record.columns.items()}
    record = DailyRecord(record.first, columns).only(LIVED)
    limit = limit_ugm3(parameters, start.date())
    days, bad = int(np.isfinite(record.pm25_ugm3).sum()), int((record.pm25_ugm3 > limit).sum())
    if days < FEWEST_DAYS or bad < FEWEST_BAD_DAYS:
        raise TwinError(
            "{path}: holds {days} days with PM2.5 before the run and its spin-up, {bad} of them above {limit:g} µg/m³; "
            "{fewest} and {fewest_bad} are needed to learn warnings from: give more days of earlier years",
            path=str(path), days=days, bad=bad, limit=limit, fewest=FEWEST_DAYS, fewest_bad=FEWEST_BAD_DAYS,
        )  # fmt: skip
    if parameters.spin_up_days < FEWEST_SPIN_UP_DAYS:
        raise TwinError(
            "{path}: warnings that are learned look back on the days before, but the spin-up is {days} days; "
            "set air.spin_up_days to {fewest} or more",
            path=str(path), days=parameters.spin_up_days, fewest=FEWEST_SPIN_UP_DAYS,
        )  # fmt: skip
    years = sorted({int(year) for year in record.years})
    return usable_columns(record, years, years)[0]


class LearnedModel:
    """The daily model as it was fitted before the run.

    Parameters
    ----------
    days
        See `read_days`.
    limit
        PM2.5 above which a day is to be warned of.
    """

    def __init__(self, days: DailyRecord, limit: float) -> None:
        self._columns = tuple(days.columns)
        years = sorted({int(year) for year in days.years[np.isfinite(days.pm25_ugm3)]})
        self._model: DailyModel = fit_daily_model(days, years, DAYS_AHEAD, limit)

    def expect(self, lived: Weather, foreseen: Weather, pm25_ugm3: Floats) -> LearnedOutlook:
        """Return what is expected on an afternoon.

        Parameters
        ----------
        lived, foreseen
            The weather since a midnight up to now, and from now to the end of the third day after this.
        pm25_ugm3
            Of each day since then, the last of them today's so far, shape (days,).
        """
        ahead = np.full(DAYS_AHEAD, np.nan)
        record = days_of_weather(lived.followed_by(foreseen), np.concatenate([pm25_ugm3, ahead])).only(self._columns)
        leads = range(1, DAYS_AHEAD + 1)
        return LearnedOutlook(
            float(pm25_ugm3[-1]),
            tuple(_on(self._model.predict(record, lead), len(pm25_ugm3) - 1 + lead) for lead in leads),
            np.array([0.5, *(self._model.leads[lead].threshold for lead in leads)]),
        )


def _on(prediction: Prediction, row: int) -> Prediction:
    return Prediction(prediction.log_mean[row : row + 1], prediction.log_sigma[row : row + 1])


@dataclass(frozen=True, slots=True, eq=False)
class LearnedOutlook:
    """See `twin.domains.air.decisions_warning.Learned`."""

    today_ugm3: float
    days: tuple[Prediction, ...]
    from_chance: Floats

    def pm25_ugm3(self) -> Floats:
        """Return the expected means of the days, shape (4,)."""
        return np.array([self.today_ugm3, *(float(day.mean_ugm3[0]) for day in self.days)])

    def chance_over(self, ugm3: float) -> Floats:
        """Return the chance that each day's mean lies above, shape (4,)."""
        today = np.nan if np.isnan(self.today_ugm3) else float(self.today_ugm3 > ugm3)
        return np.array([today, *(float(day.chance_over(ugm3)[0]) for day in self.days)])

    def warn_from(self) -> Floats:
        """Return the chance from which to warn, shape (4,)."""
        return self.from_chance.copy()
