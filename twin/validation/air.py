"""Fits the daily model of PM2.5 on some years of observed days and judges it on others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.daily_columns import usable_columns
from twin.atmosphere.daily_features import features_of, group_of
from twin.atmosphere.daily_model import LEADS as MOST_DAYS_AHEAD
from twin.atmosphere.daily_model import DailyModel, fit_daily_model, threat_score
from twin.atmosphere.daily_record import Column, DailyRecord
from twin.atmosphere.season_table import SeasonTable, make_season_table
from twin.atmosphere.weather_forecasts import draw_forecasts
from twin.core.errors import TwinError
from twin.core.streams import Streams
from twin.validation.blocks import Range, threat_score_ranges
from twin.validation.options import Options

MODEL, TODAY, EXPERIENCE = "model", "tomorrow_as_today", "season_and_weather"
RULES: Final = (MODEL, TODAY, EXPERIENCE)
LEADS: Final = tuple(range(1, MOST_DAYS_AHEAD + 1))
CORRELATIONS: Final = (1.0, 0.95, 0.9, 0.8, 0.7, 0.5, 0.3, 0.0)
"""Of the weather's forecast one day ahead: the curve over its error."""

Flags = NDArray[np.bool_]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Score:
    """How a rule did on the days judged.

    Attributes
    ----------
    rmse_ugm3, bias_ugm3
        Of the predicted mean; positive where too much is predicted.
    brier
        Mean squared error of the chance; None where the rule names no chance.
    threat_score_range
        95 % interval by blocks of days.
    ahead_of_today
        The same of the score less that of tomorrow as today, on the same days; None for that rule itself.
    """

    rule: str
    lead: int
    days: int
    hits: int
    misses: int
    false_alarms: int
    threat_score: float
    rmse_ugm3: float
    bias_ugm3: float
    brier: float | None
    threat_score_range: Range
    ahead_of_today: Range | None


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The days judged at one lead, shapes (n,)."""

    lead: int
    dates: list[date]
    pm25_ugm3: Column
    mean_ugm3: Column
    chance: Column
    warned: Flags
    truth: Flags


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Threat scores with forecasts of one quality: mean, least and greatest of the draws."""

    correlation: float
    lead: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class AirValidation:
    """What came out."""

    fit_years: tuple[int, ...]
    predict_years: tuple[int, ...]
    limit_ugm3: float
    scores: list[Score]
    judged: dict[int, Judged]
    curve: list[CurvePoint]
    importance: dict[str, float]
    thresholds: dict[int, float]
    fitted_threat_scores: dict[int, float]
    draws: int
    notes: dict[str, Any] = field(default_factory=dict)

    def score(self, rule: str, lead: int) -> Score:
        """Return one score."""
        return next(score for score in self.scores if (score.rule, score.lead) == (rule, lead))

    def as_dict(self) -> dict[str, Any]:
        """Return everything but the single days as plain data."""
        return {
            "fit_years": list(self.fit_years),
            "predict_years": list(self.predict_years),
            "limit_ugm3": self.limit_ugm3,
            "scores": [asdict(score) for score in self.scores],
            "forecast_error_curve": [asdict(point) for point in self.curve],
            "error_growth_without_group": self.importance,
            "warn_from_chance": {str(lead): value for lead, value in self.thresholds.items()},
            "threat_score_in_fitting_years": {str(lead): value for lead, value in self.fitted_threat_scores.items()},
            **self.notes,
        }


def choose_years(record: DailyRecord, options: Options) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the years to fit and to judge.

    Raises
    ------
    TwinError
        Where a year is not in the record, or in both.
    """
    present = sorted({int(year) for year in record.years[np.isfinite(record.pm25_ugm3)]})
    listed = ", ".join(map(str, present))
    fit, judge = options.fit_years, options.predict_years
    if fit is None:
        others = [year for year in present if year not in (judge or ())]
        fit = tuple(others if judge else others[: max(1, len(others) * 2 // 3)])
    if judge is None:
        judge = tuple(year for year in present if year > max(fit, default=0))
        if not judge:
            raise TwinError(
                "of the years in the file ({present}) none follows those that are fitted, so none can be judged; name "
                "others with --fit-years and --predict-years, or give more years",
                present=listed,
            )
    for name, years in (("--fit-years", fit), ("--predict-years", judge)):
        unknown = [year for year in years if year not in present]
        if unknown or not years:
            raise TwinError(
                "{option}: {years} is not in the file, which has PM2.5 of {present}; name years of these",
                option=name,
                years=", ".join(map(str, unknown)) or "-",
                present=listed,
            )
    both = sorted(set(fit) & set(judge))
    if both:
        raise TwinError(
            "--fit-years and --predict-years both name {years}; a model must be judged on days that it has not seen",
            years=", ".join(map(str, both)),
        )
    return fit, judge


def validate_air(record: DailyRecord, options: Options, progress: Progress | None = None) -> AirValidation:
    """Fit, judge, and try forecasts of the weather that err."""
    say = progress or (lambda step, number, count: None)
    fit, judge = choose_years(record, options)
    record, left_out = usable_columns(record, fit, judge)
    say("fitting the model", 0, 3)
    model = fit_daily_model(record, fit, MOST_DAYS_AHEAD, options.limit_ugm3)
    say("judging it", 1, 3)
    lived = _lived(record, model, fit)
    table = make_season_table(record, fit, options.limit_ugm3)
    scores: list[Score] = []
    judged = {}
    for lead in LEADS:
        judged[lead], found = _judge_lead(record, model, lead, lived[lead], table, judge, options.seed)
        scores += found
    say("trying forecasts that err", 2, 3)
    return AirValidation(
        fit, judge, options.limit_ugm3, scores, judged,
        _curve(record, model, lived, judged, options),
        _importance(record, model, judged[1], options.seed),
        {lead: model.leads[lead].threshold for lead in LEADS},
        {lead: model.leads[lead].threat_score for lead in LEADS},
        options.draws,
        _notes(record, fit, judge, judged, left_out),
    )  # fmt: skip


def _judge_lead(
    record: DailyRecord, model: DailyModel, lead: int, lived: Column, table: SeasonTable, judge: Sequence[int],
    seed: int,
) -> tuple[Judged, list[Score]]:  # fmt: skip
    """Judge all rules on the same days: those of which each says something."""
    limit = model.limit_ugm3
    prediction = model.corrected(record, lead, lived, lived)
    usual, share = table.expect(record)
    today = np.concatenate([np.full(lead, np.nan), record.pm25_ugm3[:-lead]])
    known = np.isfinite(record.pm25_ugm3 + prediction.log_mean + today + usual)
    rows = np.flatnonzero(np.isin(record.years, judge) & known)
    pm25, mean, chance = record.pm25_ugm3[rows], prediction.mean_ugm3[rows], prediction.chance_over(limit)[rows]
    truth, warned = pm25 > limit, chance > model.leads[lead].threshold
    if not truth.any():
        raise TwinError(
            "of {years} {days} days can be judged, none of them above {limit:g} µg/m³, so no warning can be right; "
            "give other years or another --limit",
            years=", ".join(map(str, judge)),
            days=len(rows),
            limit=limit,
        )
    dates = record.dates
    one = Judged(lead, [dates[row] for row in rows], pm25, mean, chance, warned, truth)
    told = {MODEL: warned, TODAY: today[rows] > limit, EXPERIENCE: share[rows] >= table.threshold}
    ranges, ahead = threat_score_ranges(truth, told, TODAY, Streams(seed, 0)("validation", "blocks", str(lead)))
    said = {MODEL: (mean, chance), TODAY: (today[rows], None), EXPERIENCE: (usual[rows], share[rows])}
    return one, [
        _score(rule, lead, pm25, said[rule], told[rule], truth, (ranges[rule], ahead.get(rule))) for rule in RULES
    ]


def _lived(record: DailyRecord, model: DailyModel, fit: Sequence[int]) -> dict[int, Column]:
    """Return the estimates by lead; those of fitting years are of models that have not seen them."""
    fitted = np.isin(record.years, fit)
    return {
        lead: np.where(fitted, model.leads[lead].unseen, estimate) for lead, estimate in model.estimates(record).items()
    }


def _score(
    rule: str, lead: int, pm25: Column, said: tuple[Column, Column | None], warned: Flags, truth: Flags,
    ranges: tuple[Range, Range | None],
) -> Score:  # fmt: skip
    mean, chance = said
    error = mean - pm25
    return Score(
        rule,
        lead,
        len(pm25),
        int((truth & warned).sum()),
        int((truth & ~warned).sum()),
        int((~truth & warned).sum()),
        threat_score(truth, warned),
        float(np.sqrt(np.mean(error**2))),
        float(error.mean()),
        None if chance is None else float(np.mean((chance - truth) ** 2)),
        *ranges,
    )


def _curve(
    record: DailyRecord, model: DailyModel, lived: dict[int, Column], judged: dict[int, Judged], options: Options
) -> list[CurvePoint]:
    """Judge the model with forecasts of each quality."""
    streams = Streams(options.seed, 0)
    rows = {lead: np.array([(day - record.first).days for day in one.dates]) for lead, one in judged.items()}
    among = np.zeros(record.days, dtype=np.bool_)
    for back in range(max(LEADS)):
        among[np.concatenate(list(rows.values())) - back] = True
    points = []
    for correlation in CORRELATIONS:
        found: dict[int, list[float]] = {lead: [] for lead in LEADS}
        for draw in range(1 if correlation == 1 else options.draws):
            generator = streams("validation", "forecasts", str(draw))
            forecasts = draw_forecasts(record, correlation, max(LEADS), generator)
            for lead, estimate in model.estimates(record, forecasts, among).items():
                prediction = model.corrected(record, lead, estimate, lived[lead])
                warned = prediction.chance_over(options.limit_ugm3)[rows[lead]] > model.leads[lead].threshold
                found[lead].append(threat_score(judged[lead].truth, warned))
        points += [
            CurvePoint(correlation, lead, float(np.mean(scores)), min(scores), max(scores))
            for lead, scores in found.items()
        ]
    return points


def _importance(record: DailyRecord, model: DailyModel, judged: Judged, seed: int) -> dict[str, float]:
    """Return by how much the error of a day's logarithm grows when what a group says of it is another day's."""
    features = features_of(record, 1, {})
    rows = np.array([(day - record.first).days for day in judged.dates])
    values, truth = features.values[rows], np.log(judged.pm25_ugm3)

    def error(changed: Column) -> float:
        return float(np.std(model.estimator(changed) - truth))

    order = Streams(seed, 0)("validation", "importance").permutation(len(rows))
    usual = error(values)
    growth = {}
    for group in dict.fromkeys(map(group_of, features.names)):
        changed = values.copy()
        inside = [column for column, name in enumerate(features.names) if group_of(name) == group]
        changed[:, inside] = values[order][:, inside]
        growth[group] = error(changed) / usual - 1.0
    return dict(sorted(growth.items(), key=lambda one: -one[1]))


def _notes(
    record: DailyRecord, fit: Sequence[int], judge: Sequence[int], judged: dict[int, Judged], left_out: tuple[str, ...]
) -> dict[str, Any]:
    """Return what a reader should know about the file."""
    asked = np.isin(record.years, [*fit, *judge])
    notes: dict[str, Any] = {
        "days_without_pm25": int((asked & ~np.isfinite(record.pm25_ugm3)).sum()),
        "days_not_judged": int(np.isin(record.years, judge).sum()) - len(judged[1].dates),
        "columns_missing": [name for name in _all_names() if name not in {*record.columns, *left_out}],
        "columns_left_out": list(left_out),
    }
    if "pm10_ugm3" in record.columns:
        notes["pm10_seems_a_day_early"] = _is_a_day_early(record)
    return notes


def _all_names() -> list[str]:
    from twin.atmosphere.daily_record import QUANTITIES

    return [quantity.name for quantity in QUANTITIES if not quantity.needed and quantity.name != "pm10_ugm3"]


def _is_a_day_early(record: DailyRecord) -> bool:
    """Say whether PM10 goes with the next day's PM2.5 better than with its own."""
    coarse, fine = np.log(np.maximum(record.columns["pm10_ugm3"], 1.0)), np.log(record.pm25_ugm3)

    def alike(one: Column, other: Column) -> float:
        both = np.isfinite(one) & np.isfinite(other)
        return float(np.corrcoef(one[both], other[both])[0, 1]) if both.sum() > 2 else 0.0

    return alike(coarse[:-1], fine[1:]) > alike(coarse, fine) + 0.05
