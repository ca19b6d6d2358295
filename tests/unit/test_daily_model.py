"""The daily model learns from the years it is given, knows nothing of what comes after, and repeats itself."""

from __future__ import annotations

import pickle
from datetime import date, timedelta

import numpy as np
import pytest
from support.days import made_up_days, with_values

from twin.atmosphere.daily_features import GROUPS, features_of, group_of
from twin.atmosphere.daily_model import DailyModel, fit_daily_model, recent_error, threat_score
from twin.atmosphere.daily_record import DailyRecord
from twin.atmosphere.season_table import make_season_table
from twin.atmosphere.weather_forecasts import draw_forecasts
from twin.core.errors import TwinError

LIMIT = 75.0


@pytest.fixture(scope="module")
def record() -> DailyRecord:
    return made_up_days(date(2018, 1, 1), 3 * 365)


@pytest.fixture(scope="module")
def model(record: DailyRecord) -> DailyModel:
    return fit_daily_model(record, (2018, 2019), limit_ugm3=LIMIT)


def test_it_beats_tomorrow_as_today_where_weather_makes_the_air(record: DailyRecord, model: DailyModel) -> None:
    for lead in (1, 2, 3):
        judged = (record.years == 2020) & np.isfinite(record.pm25_ugm3)
        prediction = model.predict(record, lead)
        judged &= prediction.known
        truth = (record.pm25_ugm3 > LIMIT)[judged]
        warned = (prediction.chance_over(LIMIT) > model.leads[lead].threshold)[judged]
        today = (np.concatenate([np.zeros(lead), record.pm25_ugm3[:-lead]]) > LIMIT)[judged]
        assert truth.sum() > 30
        assert threat_score(truth, warned) > threat_score(truth, today) + 0.1
        error = np.log(prediction.mean_ugm3 / record.pm25_ugm3)[judged]
        assert abs(error.mean()) < 0.1
        assert error.std() < 0.35


def test_chances_are_true(record: DailyRecord, model: DailyModel) -> None:
    judged = record.years == 2020
    chance = model.predict(record, 1).chance_over(LIMIT)[judged]
    came = (record.pm25_ugm3 > LIMIT)[judged]
    known = np.isfinite(chance)
    assert chance[known].mean() == pytest.approx(came[known].mean(), abs=0.04)
    likely = known & (chance > 0.8)
    assert came[likely].mean() > 0.75
    assert (chance[known] >= model.predict(record, 1).chance_over(2 * LIMIT)[judged][known]).all()


def test_years_that_are_judged_change_nothing_of_the_model(record: DailyRecord, model: DailyModel) -> None:
    later = slice(730, None)
    other = with_values(with_values(record, "pm25_ugm3", later, 5.0), "wind_mps", later, 9.0)
    again = fit_daily_model(other, (2018, 2019), limit_ugm3=LIMIT)
    for lead in (1, 2, 3):
        assert again.leads[lead].threshold == model.leads[lead].threshold
        before, after = model.predict(record, lead), again.predict(other, lead)
        assert before.log_mean[:730].tobytes() == after.log_mean[:730].tobytes()


@pytest.mark.parametrize("lead", [1, 2, 3])
def test_nothing_after_the_evening_of_a_forecast_counts(record: DailyRecord, model: DailyModel, lead: int) -> None:
    """PM2.5 of the days ahead is not seen, whatever it is; nor is the weather after the day that is predicted."""
    day = 900
    changed = with_values(record, "pm25_ugm3", slice(day - lead + 1, None), 400.0)
    changed = with_values(changed, "wind_mps", slice(day + 1, None), 9.0)
    assert model.predict(changed, lead).log_mean[day] == model.predict(record, lead).log_mean[day]
    assert model.predict(changed, lead).log_mean[day + 1] != model.predict(record, lead).log_mean[day + 1]


def test_a_forecast_of_the_evening_is_the_prediction_of_those_days(record: DailyRecord, model: DailyModel) -> None:
    evening = record.first + timedelta(days=900)
    found = model.forecast(record.until(evening, ahead=3))
    assert [one.lead for one in found] == [1, 2, 3]
    for one in found:
        row = (one.day - record.first).days
        prediction = model.predict(record, one.lead)
        assert row == 900 + one.lead
        assert one.mean_ugm3 == pytest.approx(prediction.mean_ugm3[row])
        assert one.chance == pytest.approx(prediction.chance_over(LIMIT)[row])
        assert one.warn == (one.chance > model.leads[one.lead].threshold)
    with pytest.raises(TwinError, match="add the forecast weather of the days ahead"):
        model.forecast(record.until(evening))


def test_some_weeks_are_enough_for_a_forecast(record: DailyRecord, model: DailyModel) -> None:
    first = 780
    columns = {name: column[first:904] for name, column in record.columns.items()}
    recent = DailyRecord(record.first + timedelta(days=first), columns).until(record.first + timedelta(days=900), 3)
    whole = model.forecast(record.until(record.first + timedelta(days=900), 3))
    assert [one.mean_ugm3 for one in model.forecast(recent)] == pytest.approx(
        [one.mean_ugm3 for one in whole], rel=0.02
    )


def test_the_model_goes_to_other_processes_and_says_the_same(record: DailyRecord, model: DailyModel) -> None:
    copy = pickle.loads(pickle.dumps(model))
    assert copy.predict(record, 3).log_mean.tobytes() == model.predict(record, 3).log_mean.tobytes()


def test_missing_days_are_held_for_a_while_and_then_not_predicted(record: DailyRecord, model: DailyModel) -> None:
    gap = with_values(record, "pm25_ugm3", slice(850, 854), np.nan)
    assert model.predict(gap, 1).known[850:855].all()
    long_gap = with_values(record, "pm25_ugm3", slice(850, 860), np.nan)
    assert model.predict(long_gap, 1).known[849:864].tolist() == [True] * 6 + [False] * 8 + [True]
    no_wind = with_values(record, "wind_mps", slice(850, 853), np.nan)
    assert not model.predict(no_wind, 1).known[852]
    assert model.predict(no_wind, 1).known[851]


def test_a_record_without_a_fitted_column_is_refused(record: DailyRecord, model: DailyModel) -> None:
    less = {name: column for name, column in record.columns.items() if name != "rain_mm"}
    with pytest.raises(TwinError, match="fitted on rain_0, rain_1"):
        model.predict(DailyRecord(record.first, less), 1)
    assert "rain_0" not in features_of(DailyRecord(record.first, less), 1, {}).names


def test_too_little_to_learn_from_is_refused(record: DailyRecord) -> None:
    with pytest.raises(TwinError, match="2018: of these years 355 days can be used, 0 of them above 5000"):
        fit_daily_model(record, (2018,), limit_ugm3=5000.0)
    few = with_values(record, "pm25_ugm3", slice(150, None), np.nan)
    with pytest.raises(TwinError, match="give more years with --fit-years"):
        fit_daily_model(few, (2018, 2019), limit_ugm3=LIMIT)


def test_recent_errors_count_when_they_are_known() -> None:
    error = np.zeros(100)
    error[50] = 1.0
    for lead in (1, 3):
        mean = recent_error(error, lead)
        assert not mean[: 50 + lead].any()
        assert mean[50 + lead] > mean[60 + lead] > 0
    steady = recent_error(np.full(400, 0.5), 1)
    assert 0.25 < steady[-1] < 0.5, "doubt keeps part of it"


def test_forecasts_err_as_they_are_told_to() -> None:
    record = made_up_days(date(2014, 1, 1), 1461)
    generator = np.random.default_rng(3)
    perfect = draw_forecasts(record, 1.0, 2, generator)
    from twin.atmosphere.daily_features import weather_of

    truth = weather_of(record)
    for name, values in truth.items():
        assert perfect[1][name] == pytest.approx(np.clip(values, *((0, 24) if name == "sunshine" else (-1e9, 1e9))))
    season = [np.cos(2 * np.pi * np.arange(1461) / 365.25), np.sin(2 * np.pi * np.arange(1461) / 365.25)]
    waves = np.column_stack([np.ones(1461), *season])

    def deviation(values: np.ndarray) -> np.ndarray:
        return values - waves @ np.linalg.lstsq(waves, values, rcond=None)[0]

    for lead in (1, 2):
        found = [
            np.corrcoef(
                deviation(truth["wind"]), deviation(draw_forecasts(record, 0.8, 2, generator)[lead - 1]["wind"])
            )
            for _ in range(4)
        ]
        assert np.mean([one[0, 1] for one in found]) == pytest.approx(0.8**lead, abs=0.05)


def test_experience_is_what_a_like_season_brought(record: DailyRecord) -> None:
    table = make_season_table(record, (2018, 2019), LIMIT)
    mean, share = table.expect(record)
    winter_calm = (record.years == 2020) & (np.array([day.month for day in record.dates]) == 1)
    assert mean[winter_calm].mean() > 1.3 * mean[record.years == 2020].mean()
    assert ((share >= 0) & (share <= 1)).all()


def test_every_feature_belongs_to_a_group(record: DailyRecord) -> None:
    names = features_of(record, 1, {}).names
    assert {group_of(name) for name in names} == set(GROUPS)
    assert group_of("season_x_wind") == "stagnation: wind"
    assert group_of("pm_level") == "the days before"
