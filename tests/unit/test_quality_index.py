"""The air quality index is the standard's, by date, and warnings are the plan's."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from twin.atmosphere.quality_index import (
    HJ_633_2012,
    HJ_633_2026,
    LEVELS,
    air_quality_index,
    colour_name,
    level_name,
    level_of,
    primary_pollutants,
    standard_on,
    sub_index,
)
from twin.atmosphere.warning_levels import BLUE, NONE, ORANGE, RED, YELLOW, warning_level, warning_name
from twin.core.errors import TwinError
from twin.core.language import Language


def test_the_edition_goes_by_date() -> None:
    assert standard_on(date(2010, 1, 1)) is HJ_633_2012
    assert standard_on(date(2026, 2, 28)) is HJ_633_2012
    assert standard_on(date(2026, 3, 1)) is HJ_633_2026


def test_the_index_of_a_day_is_the_worst_that_is_known() -> None:
    day = {"pm25": np.array([50.0, np.nan, np.nan]), "o3_8h": np.array([180.0, 100.0, np.nan])}
    assert air_quality_index(day, HJ_633_2012)[:2].tolist() == [119, 50]
    assert np.isnan(air_quality_index(day, HJ_633_2012)[2])


def test_where_the_standard_ends_another_period_holds() -> None:
    assert np.isnan(sub_index("o3_8h", 801.0, HJ_633_2012))
    assert np.isnan(sub_index("so2_1h", 801.0, HJ_633_2012))
    assert sub_index("pm25", 900.0, HJ_633_2012) == 500


def test_primary_pollutants_are_named_above_50_and_several_where_they_tie() -> None:
    assert primary_pollutants({"pm25": 35.0, "pm10": 50.0}, HJ_633_2012) == ()
    assert primary_pollutants({"pm25": 75.0, "pm10": 150.0, "no2": 10.0}, HJ_633_2012) == ("pm25", "pm10")
    assert primary_pollutants({"pm25": 75.0, "pm10": 150.0, "no2": 10.0}, HJ_633_2026) == ("pm25",)
    assert primary_pollutants({"pm25": float("nan"), "o3_8h": 200.0}, HJ_633_2012) == ("o3_8h",)


def test_levels_begin_above_the_one_before() -> None:
    assert [level_of(index).number for index in (0, 50, 51, 100, 150, 200, 201, 300, 301, 500)] == [
        1, 1, 2, 2, 3, 4, 5, 5, 6, 6,
    ]  # fmt: skip
    chinese = Language("zh")
    assert [level_name(level, chinese) for level in LEVELS] == [
        "优",
        "良",
        "轻度污染",
        "中度污染",
        "重度污染",
        "严重污染",
    ]
    assert [colour_name(level, chinese) for level in LEVELS] == ["绿色", "黄色", "橙色", "红色", "紫色", "褐红色"]
    assert level_name(LEVELS[4], Language()) == "heavy pollution"


@pytest.mark.parametrize(("pollutant", "value"), [("pm2.5", 3.0), ("pm25", -1.0)])
def test_what_cannot_be_is_refused(pollutant: str, value: float) -> None:
    with pytest.raises(TwinError, match=r"name one of them|correct it"):
        sub_index(pollutant, value, HJ_633_2012)


@pytest.mark.parametrize(
    ("days", "level"),
    [
        ([180, 200], NONE),
        ([201, 150], BLUE),
        ([150, 201, 250], YELLOW),
        ([201, 150, 201], BLUE),
        ([250, 250, 250], YELLOW),
        ([250, 301, 250], ORANGE),
        ([250, 301, 250, 250], ORANGE),
        ([250, 301, 250, 310], RED),
        ([301, 301, 150, 301, 301], YELLOW),
        ([90, 500, 90], RED),
        ([], NONE),
    ],
)
def test_warnings_follow_the_plan_of_2016(days: list[float], level: int) -> None:
    assert warning_level(days) == level


def test_warnings_have_chinese_names() -> None:
    assert [warning_name(level, Language("zh"))[:2] for level in range(5)] == ["无预", "蓝色", "黄色", "橙色", "红色"]
