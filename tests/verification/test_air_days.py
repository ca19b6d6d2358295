"""The daily model on real days of Zhengzhou: fitted on 2014 to 2017, judged on 2018 and 2019."""

from __future__ import annotations

import pytest
from support.commands import shared

from twin.atmosphere.daily_file import read_daily_record
from twin.validation.air import MODEL, TODAY, AirValidation, validate_air
from twin.validation.options import Options

DAYS = shared("zhengzhou_air_daily_2014_2019.csv")
pytestmark = pytest.mark.skipif(not DAYS.is_file(), reason="the observed days of Zhengzhou are not at hand")


@pytest.fixture(scope="module")
def found() -> AirValidation:
    return validate_air(read_daily_record(DAYS), Options((2014, 2015, 2016, 2017), (2018, 2019), draws=1))


@pytest.mark.parametrize(("lead", "bar", "today"), [(1, 0.60, 0.484), (3, 0.45, 0.252)])
def test_warnings_reach_the_bars(found: AirValidation, lead: int, bar: float, today: float) -> None:
    """The bars and what tomorrow-as-today reaches were computed from the same series by somebody else."""
    assert found.score(MODEL, lead).threat_score >= bar
    assert found.score(TODAY, lead).threat_score == pytest.approx(today, abs=0.005)


def test_chances_are_about_true_on_years_not_seen(found: AirValidation) -> None:
    for lead in (1, 3):
        one = found.judged[lead]
        assert one.chance.mean() == pytest.approx(one.truth.mean(), abs=0.03)
        assert one.truth[one.chance > 0.8].mean() > 0.8
        assert one.truth[one.chance < 0.1].mean() < 0.05


def test_the_file_is_known_for_what_it_is(found: AirValidation) -> None:
    assert found.notes["pm10_seems_a_day_early"]
    assert found.notes["columns_missing"] == []
    assert found.score(MODEL, 1).hits + found.score(MODEL, 1).misses == 68


def test_the_lead_over_tomorrow_as_today_is_no_chance(found: AirValidation) -> None:
    for lead in (1, 2, 3):
        model = found.score(MODEL, lead)
        assert model.ahead_of_today is not None
        assert model.ahead_of_today.low > 0
        assert model.threat_score_range.low < model.threat_score < model.threat_score_range.high
