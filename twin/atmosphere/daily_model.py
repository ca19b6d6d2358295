"""Predicts the PM2.5 of the days ahead from the days before and the weather: mean, and chance of exceeding a limit.

The logarithm of a day's PM2.5 is the mean of two estimates: a sum of smooth curves, one for each feature (ridge
regression on splines), and boosted trees, which find what acts together. Further ahead the model goes from day to day,
and its own estimates stand for the days between. What it missed in the last weeks is taken off (half of what happened
twenty days ago counts), since emissions change from year to year. Its chances come from its own errors: of the fitting
years, each predicted by a model that had not seen that year, the errors of the days with a like prediction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.daily_estimator import Estimator, fit_estimator
from twin.atmosphere.daily_features import features_of
from twin.atmosphere.daily_record import Column, DailyRecord
from twin.core.errors import TwinError

LEADS: Final = 3
LIMIT_UGM3: Final = 150.0
"""Above this PM2.5 the index is above 200: heavy pollution."""
FEWEST_DAYS: Final = 200

_HALF_LIFE_DAYS: Final = 20.0
_DOUBT_DAYS: Final = 20.0
"""So many errors of zero are added to the recent ones, so that a few days do not move the model."""
_LIKE: Final = 0.25
"""Predictions so far from one another (of the logarithm) are alike."""
_DOUBT_ERRORS: Final = 20.0
_BLOCK_DAYS: Final = 61
_FOLDS: Final = 4

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """Predictions and errors of days that the model had not seen (logarithms), from which chances come."""

    predicted: Column
    error: Column

    def like(self, predicted: Column) -> tuple[Column, Column]:
        """Return mean and standard deviation of the errors of like predictions, shapes of `predicted`."""
        weight = np.exp(-0.5 * ((predicted[:, None] - self.predicted[None, :]) / _LIKE) ** 2)
        count = weight.sum(axis=1) + _DOUBT_ERRORS
        mean = (weight @ self.error + _DOUBT_ERRORS * self.error.mean()) / count
        square = (weight @ self.error**2 + _DOUBT_ERRORS * (self.error**2).mean()) / count
        return mean, np.sqrt(np.maximum(square - mean**2, 1e-6))


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What is predicted for days, shapes (n,); NaN where too little is known."""

    log_mean: Column
    log_sigma: Column

    @property
    def mean_ugm3(self) -> Column:
        """Expected PM2.5."""
        return np.asarray(np.exp(self.log_mean + self.log_sigma**2 / 2), dtype=np.float64)

    @property
    def known(self) -> Flags:
        """Days that are predicted."""
        return np.isfinite(self.log_mean)

    def chance_over(self, limit_ugm3: float) -> Column:
        """Return the chance of exceeding a limit."""
        from scipy.stats import norm

        return np.asarray(norm.sf((np.log(limit_ugm3) - self.log_mean) / self.log_sigma), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class LeadModel:
    """What is known of the model's predictions so many days ahead.

    Attributes
    ----------
    unseen
        Estimated logarithms of the fitting days, each by an estimator that had not seen its year, NaN elsewhere; shape
        (days,) of the record it was fitted on.
    threshold
        Chance from which a warning brings the highest threat score in the fitting years.
    threat_score
        That score, from predictions of days not seen.
    """

    lead: int
    errors: Errors
    unseen: Column
    threshold: float
    threat_score: float


@dataclass(frozen=True, slots=True)
class DayForecast:
    """What is expected of one day ahead."""

    day: date
    lead: int
    mean_ugm3: float
    chance: float
    warn: bool


@dataclass(frozen=True, slots=True, eq=False)
class DailyModel:
    """A fitted model; `fit_daily_model` makes it.

    Attributes
    ----------
    names
        The features it looks at.
    leads
        By days ahead, from 1 without gaps.
    limit_ugm3
        The limit to which the thresholds belong.
    """

    names: tuple[str, ...]
    estimator: Estimator
    leads: Mapping[int, LeadModel]
    limit_ugm3: float

    def predict(
        self, record: DailyRecord, lead: int, forecasts: Sequence[Mapping[str, Column]] | None = None
    ) -> Prediction:
        """Predict every day of a record, each as on the evening `lead` days before it, shape (days,).

        Parameters
        ----------
        forecasts
            See `features_of`; what the model missed of late is always judged by the observed weather.
        """
        raw = self.estimates(record, forecasts)[lead]
        before = raw if forecasts is None else self.estimates(record)[lead]
        return self.corrected(record, lead, raw, before)

    def corrected(self, record: DailyRecord, lead: int, raw: Column, before: Column) -> Prediction:
        """Take off what was missed of late.

        Parameters
        ----------
        raw
            Logarithms as the estimators give them, shape (days,).
        before
            The same, from which recent errors are taken.
        """
        log = raw + recent_error(np.log(record.pm25_ugm3) - before, lead)
        return _with_chances(self.leads[lead].errors, log)

    def forecast(self, recent: DailyRecord) -> tuple[DayForecast, ...]:
        """Forecast the days after the last one with PM2.5, as far as there is weather and a lead for them.

        Parameters
        ----------
        recent
            Some weeks up to the evening of the forecast, and the forecast weather of the days ahead, whose PM2.5 is
            NaN (`DailyRecord.until` makes one of a longer record).

        Raises
        ------
        TwinError
            Where no day with PM2.5 is there, or none after it.
        """
        known = np.flatnonzero(np.isfinite(recent.pm25_ugm3))
        ahead = recent.days - 1 - int(known[-1]) if len(known) else 0
        if not ahead:
            raise TwinError(
                "daily model: the record ends with the last day whose PM2.5 is known, or knows none; "
                "add the forecast weather of the days ahead"
            )
        found = []
        for lead in (lead for lead in self.leads if lead <= ahead):
            row = int(known[-1]) + lead
            prediction = self.predict(recent, lead)
            chance = float(prediction.chance_over(self.limit_ugm3)[row])
            day = recent.first + timedelta(days=row)
            mean = float(prediction.mean_ugm3[row])
            found.append(DayForecast(day, lead, mean, chance, chance > self.leads[lead].threshold))
        return tuple(found)

    def estimates(
        self,
        record: DailyRecord,
        forecasts: Sequence[Mapping[str, Column]] | None = None,
        among: Flags | None = None,
    ) -> dict[int, Column]:
        """Return the estimated logarithms by lead, before what was missed of late is taken off, shapes (days,).

        Parameters
        ----------
        forecasts
            See `features_of`.
        among
            Days that are estimated, where not all are needed.

        Raises
        ------
        TwinError
            Where the record lacks a column on which the model was fitted.
        """
        names = features_of(record, 1, {}).names
        if names != self.names:
            raise TwinError(
                "daily model: it was fitted on {lacking}, which these days lack; give the same columns",
                lacking=", ".join(sorted(set(self.names) - set(names))) or "fewer columns",
            )
        return _day_by_day(self.estimator, record, len(self.leads), forecasts, among)


def fit_daily_model(
    record: DailyRecord, years: Sequence[int], leads: int = LEADS, limit_ugm3: float = LIMIT_UGM3
) -> DailyModel:
    """Fit the model on some years of a record; nothing of its other years is looked at.

    Parameters
    ----------
    leads
        Days ahead that it shall predict.

    Raises
    ------
    TwinError
        Where the years hold too few days of which enough is known, or too few above the limit.
    """
    features = features_of(record, 1, {})
    log = np.log(record.pm25_ugm3)
    used = features.complete & np.isfinite(log) & np.isin(record.years, years)
    above = used & (record.pm25_ugm3 > limit_ugm3)
    if used.sum() < FEWEST_DAYS or not 5 <= above.sum() <= used.sum() - 5:
        raise TwinError(
            "{years}: of these years {used} days can be used, {above} of them above {limit:g} µg/m³, but {wanted} days "
            "and five on each side of the limit are needed; give more years with --fit-years, or another --limit",
            years=", ".join(map(str, years)),
            used=int(used.sum()),
            above=int(above.sum()),
            limit=limit_ugm3,
            wanted=FEWEST_DAYS,
        )
    unseen = _estimates_unseen(record, features.values, used, years, leads)
    whole = fit_estimator(features.values[used], log[used])
    found = {lead: _judged_lead(record, used, lead, column, years, limit_ugm3) for lead, column in unseen.items()}
    return DailyModel(features.names, whole, found, limit_ugm3)


def _estimates_unseen(
    record: DailyRecord, values: Column, used: Flags, years: Sequence[int], leads: int
) -> dict[int, Column]:
    """Return estimates by lead of the fitting days, each by an estimator that was not fitted on its year."""
    log = np.log(record.pm25_ugm3)
    unseen = {lead: np.full(record.days, np.nan) for lead in range(1, leads + 1)}
    for fold in _folds(record, years):
        inside = used & ~fold
        if inside.any() and (used & fold).any():
            estimator = fit_estimator(values[inside], log[inside])
            for lead, estimate in _day_by_day(estimator, record, leads).items():
                unseen[lead][fold] = estimate[fold]
    return unseen


def _judged_lead(
    record: DailyRecord, used: Flags, lead: int, unseen: Column, years: Sequence[int], limit_ugm3: float
) -> LeadModel:
    log = np.log(record.pm25_ugm3)
    corrected = unseen + recent_error(log - unseen, lead)
    used = used & np.isfinite(corrected)
    errors = Errors(corrected[used], (log - corrected)[used])
    threshold, score = _best_threshold(record, used, corrected, years, limit_ugm3)
    return LeadModel(lead, errors, unseen, threshold, score)


def _day_by_day(
    estimator: Estimator,
    record: DailyRecord,
    leads: int,
    forecasts: Sequence[Mapping[str, Column]] | None = None,
    among: Flags | None = None,
) -> dict[int, Column]:
    """Estimate every day's logarithm one day ahead, from these two days ahead, and so on; NaN where it cannot."""
    estimates: dict[int, Column] = {}
    for lead in range(1, leads + 1):
        features = features_of(record, lead, estimates, forecasts)
        known = features.complete if among is None else features.complete & among
        estimates[lead] = np.full(record.days, np.nan)
        if known.any():
            estimates[lead][known] = estimator(features.values[known])
    return estimates


def recent_error(error: Column, lead: int) -> Column:
    """Return the mean of the errors that are known `lead` days before each day, recent ones weighing more."""
    keep = 0.5 ** (1.0 / _HALF_LIFE_DAYS)
    total = weight = 0.0
    means = np.zeros(len(error))
    for day in range(lead, len(error)):
        total, weight = total * keep, weight * keep
        if np.isfinite(error[day - lead]):
            total, weight = total + float(error[day - lead]), weight + 1.0
        means[day] = total / (weight + _DOUBT_DAYS)
    return means


def _folds(record: DailyRecord, years: Sequence[int]) -> list[Flags]:
    """Return days left out together: years, or, of fewer than three years, every fourth stretch of two months."""
    if len(years) >= 3:
        return [record.years == year for year in years]
    block = np.arange(record.days) // _BLOCK_DAYS % _FOLDS
    return [np.isin(record.years, years) & (block == number) for number in range(_FOLDS)]


def _best_threshold(
    record: DailyRecord, used: Flags, corrected: Column, years: Sequence[int], limit_ugm3: float
) -> tuple[float, float]:
    """Return the chance from which to warn, and the threat score that it brought on days not seen.

    The score jumps from threshold to threshold by chance, so its mean over the neighbours (0.05 to each side) decides.
    """
    truth = record.pm25_ugm3 > limit_ugm3
    chance = np.full(record.days, np.nan)
    for fold in _folds(record, years):
        rest, mine = used & ~fold, used & fold
        if mine.any():
            errors = Errors(corrected[rest], (np.log(record.pm25_ugm3) - corrected)[rest])
            chance[mine] = _with_chances(errors, corrected[mine]).chance_over(limit_ugm3)
    thresholds = np.arange(0.05, 0.705, 0.01)
    scores = np.array([threat_score(truth[used], chance[used] > threshold) for threshold in thresholds])
    smooth = np.convolve(scores, np.ones(11) / 11, mode="valid")
    best = int(smooth.argmax())
    return float(thresholds[best + 5]), float(scores[best + 5])


def threat_score(truth: Flags, warned: Flags) -> float:
    """Return hits over hits, misses and false alarms; NaN where there is none of them."""
    either = int((truth | warned).sum())
    return int((truth & warned).sum()) / either if either else float("nan")


def _with_chances(errors: Errors, log: Column) -> Prediction:
    mean, sigma = np.full(len(log), np.nan), np.full(len(log), np.nan)
    known = np.isfinite(log)
    if known.any():
        shift, sigma[known] = errors.like(log[known])
        mean[known] = log[known] + shift
    return Prediction(mean, sigma)
