"""Warnings that are learned: from days before the run alone, by what the city knows in the afternoon."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.air_runs import air_parameters, run_air
from support.days import made_up_days, write_days

from twin.atmosphere.daily_file import read_daily_record
from twin.atmosphere.daily_model import fit_daily_model
from twin.atmosphere.daily_record import DailyRecord
from twin.atmosphere.days_of_weather import LIVED, days_of_weather
from twin.core.clock import DAY_S
from twin.core.errors import PolicyError, TwinError
from twin.core.language import Language
from twin.domains.air.decisions_warning import AirWarningView, Warn
from twin.domains.air.learned import read_days
from twin.domains.air.supplied import SuppliedAir

START = datetime(2018, 1, 20)
PARAMETERS = air_parameters(spin_up_days=14, event_index=100.0, forecast_scale=0.0)


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years of a made-up city, the second of which goes on beyond the run's start."""
    return write_days(made_up_days(date(2016, 6, 1), 730), tmp_path_factory.mktemp("days") / "days.csv")


@pytest.fixture(scope="module")
def known(days: Path) -> DailyRecord:
    return read_days(days, START, PARAMETERS)


def test_nothing_is_learned_from_days_that_the_run_lives(known: DailyRecord, days: Path) -> None:
    whole = read_daily_record(days)
    assert known.first + timedelta(days=known.days) == date(2018, 1, 6), "fourteen days of spin-up are the twin's own"
    assert known.pm25_ugm3.tolist() == whole.pm25_ugm3[: known.days].tolist()
    assert set(known.columns) <= set(LIVED)


def test_the_afternoon_asks_the_daily_model_with_what_is_known(known: DailyRecord) -> None:
    """With a forecast without error, what is expected is the model's prediction of the days as they then are."""
    seen: list[tuple[float, AirWarningView, np.ndarray, np.ndarray]] = []

    def look(view: AirWarningView) -> Warn:
        seen.append((view.today_ugm3, view, view.learned.pm25_ugm3(), view.learned.chance_over(75.0)))
        return Warn(0)

    domain, _, frames = run_air(
        PARAMETERS, days=2, start=START, brain="city_brain", rules={"air_warning": look},
        supplied=SuppliedAir(days=known),
    )  # fmt: skip
    model = fit_daily_model(known, (2016, 2017, 2018), 3, 75.0)
    for day, (today, view, expected, chance) in enumerate(seen):
        weather = domain.weather.between(datetime(2018, 1, 6), (14 + day + 4) * 24)
        hours = np.array(domain.known.observed)[: (14 + day) * 24].reshape(14 + day, -1).mean(axis=1)
        record = days_of_weather(weather, np.concatenate([hours, [today], [np.nan] * 3])).only(known.columns)
        assert view.past_ugm3 == pytest.approx(hours[-7:])
        for lead in (1, 2, 3):
            prediction = model.predict(record, lead)
            assert expected[lead] == pytest.approx(prediction.mean_ugm3[14 + day + lead], rel=1e-9)
            assert chance[lead] == pytest.approx(prediction.chance_over(75.0)[14 + day + lead], abs=1e-9)
        assert (expected[0], chance[0]) == (today, float(today > 75.0))
        assert view.learned.warn_from()[1:].tolist() == [model.leads[lead].threshold for lead in (1, 2, 3)]
    assert len(seen) == 2
    observed = frames["air.days_observed"]
    assert observed["date"].tolist() == ["2018-01-20", "2018-01-21"]
    assert observed["pm25_ugm3"].tolist() == pytest.approx(
        np.array(domain.known.observed)[14 * 24 : 16 * 24].reshape(2, -1).mean(axis=1)
    )


def test_days_of_a_run_are_a_table_to_learn_from(tmp_path: Path) -> None:
    _, _, frames = run_air(days=2, rules={"air_warning": lambda view: Warn(0)})
    frame = frames["air.days_observed"]
    far = pd.concat([frame.assign(date=(START + timedelta(days=one)).strftime("%Y-%m-%d")).iloc[:1]
                     for one in range(250)])  # fmt: skip
    far.to_parquet(tmp_path / "days.parquet")
    record = read_daily_record(tmp_path / "days.parquet")
    assert record.days == 250
    for name in LIVED:
        assert record.columns[name] == pytest.approx(np.full(250, frame[name].iloc[0]))


def test_who_has_nothing_to_learn_from_stops_with_the_remedy() -> None:
    with pytest.raises(PolicyError, match=r"learned_days .*there are no days to learn from: name .* air\.tables\.days"):
        run_air(days=1, rules={"air_warning": "learned_days"})


@pytest.mark.parametrize(
    ("start", "changes", "expected"),
    [
        (datetime(2016, 9, 1), {}, "days.csv: holds 78 days with PM2.5 before the run and its spin-up"),
        (datetime(2010, 1, 1), {}, "days.csv: holds 0 days"),
        (START, {"event_index": 500.0}, "0 of them above 500 µg/m³; 200 and 10 are needed"),
        (START, {"spin_up_days": 5}, "the spin-up is 5 days; set air.spin_up_days to 14 or more"),
    ],
)
def test_days_that_teach_nothing_are_told_of(
    days: Path, start: datetime, changes: dict[str, object], expected: str
) -> None:
    given = PARAMETERS.model_copy(update=changes)
    with pytest.raises(TwinError) as caught:
        read_days(days, start, given)
    assert expected in str(caught.value)
    assert any("一" <= letter <= "鿿" for letter in caught.value.text(Language("zh")))


def test_the_rule_warns_in_a_run_and_nothing_else_changes(known: DailyRecord) -> None:
    _, twin, frames = run_air(
        PARAMETERS, days=3, start=START, rules={"air_warning": "learned_days"}, supplied=SuppliedAir(days=known)
    )
    assert len(frames["air.warnings"]) == 3
    _, _, never = run_air(PARAMETERS, days=3, start=START, rules={"air_warning": lambda view: Warn(0)})
    assert frames["air.hours"]["pm25_without"].tolist() == never["air.hours"]["pm25_without"].tolist()
    assert twin.clock.duration_s == 3 * DAY_S
