"""``twin validate air`` judges a file of one's own, prints, writes a page, and says what is wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from click.testing import CliRunner
from support.days import made_up_days, with_values, write_days

from twin.atmosphere.daily_columns import usable_columns
from twin.cli import cli, main
from twin.commands.validate import years_of
from twin.core.errors import TwinError
from twin.core.language import Language
from twin.validation.air import AirValidation, validate_air
from twin.validation.air_page import air_page
from twin.validation.air_words import lines
from twin.validation.options import Options


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_days(made_up_days(date(2018, 1, 1), 3 * 365), tmp_path_factory.mktemp("days") / "days.csv")


@dataclass(frozen=True)
class Result:
    """What one run of the command found, printed (as JSON) and wrote (in Chinese)."""

    found: AirValidation
    printed: dict[str, Any]
    page: str


@pytest.fixture(scope="module")
def result(days: Path) -> Result:
    seen: list[AirValidation] = []

    def watched(*arguments: Any) -> AirValidation:
        seen.append(validate_air(*arguments))
        return seen[0]

    page = days.with_name("page.html")
    words = ["validate", "air", days, "--limit", 75, "--draws", 1, "--json", "--lang", "zh", "--output", page]
    with patch("twin.validation.command.validate_air", watched):
        outcome = CliRunner().invoke(cli, list(map(str, words)), catch_exceptions=False)
    assert outcome.exit_code == 0, outcome.output
    return Result(seen[0], json.loads(outcome.stdout), page.read_text(encoding="utf-8"))


def test_the_first_two_thirds_are_fitted_and_the_rest_is_judged(result: Result) -> None:
    found = result.printed
    assert (found["fit_years"], found["predict_years"]) == ([2018, 2019], [2020])
    assert len(found["scores"]) == 9
    for score in found["scores"]:
        either = score["hits"] + score["misses"] + score["false_alarms"]
        assert score["threat_score"] == pytest.approx(score["hits"] / either)
        assert 340 < score["days"] <= 366
        assert score["threat_score_range"]["low"] < score["threat_score"] < score["threat_score_range"]["high"]
        assert (score["ahead_of_today"] is None) == (score["rule"] == "tomorrow_as_today")
    model = found["scores"][0]["ahead_of_today"]
    assert 0 < model["low"] < found["scores"][0]["threat_score"] - found["scores"][1]["threat_score"] < model["high"]
    assert found["columns_missing"] == [
        "lowest_humidity_percent", "strongest_wind_mps", "gust_mps", "wind_sector", "sunshine_h", "lowest_ground_c",
    ]  # fmt: skip


def test_worse_forecasts_of_the_weather_warn_worse(result: Result) -> None:
    points = {(point["correlation"], point["lead"]): point for point in result.printed["forecast_error_curve"]}
    for lead in (1, 2, 3):
        assert points[1.0, lead]["mean"] > points[0.7, lead]["mean"] > points[0.0, lead]["mean"]
        model = next(one for one in result.printed["scores"] if (one["rule"], one["lead"]) == ("model", lead))
        assert points[1.0, lead]["mean"] == pytest.approx(model["threat_score"])


def test_the_page_stands_alone_and_shows_everything(result: Result) -> None:
    page = air_page(result.found, "days.csv", Language())
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org", "")
    for title in ("Against simple rules", "Warnings and truth", "Are the chances true?", "forecasts of the weather"):
        assert title in page
    assert page.count('class="day hit"') > 20
    assert page.count("<svg") == page.count("</svg>")


def test_it_is_told_in_chinese_too(result: Result) -> None:
    told = "\n".join(lines(result.found, Language("zh")))
    assert "用 2018, 2019 拟合，用 2020 评判" in told
    assert "明天同今天" in told
    assert '<html lang="zh-CN">' in result.page
    assert "重污染日：预测与观测" in result.page
    assert "threat" not in result.page + told


def test_what_is_printed_is_a_table(result: Result) -> None:
    told = lines(result.found, Language())
    assert told[0].startswith("fitted on 2018, 2019, judged on 2020 (")
    row = next(line for line in told if line.startswith("1  the model"))
    score = result.found.score("model", 1)
    assert row.split()[3:8] == [
        str(score.hits), str(score.misses), str(score.false_alarms), f"{score.threat_score:.2f}",
        f"{score.threat_score_range.low:.2f}–{score.threat_score_range.high:.2f}",
    ]  # fmt: skip
    assert any("blocks of 15 days in a row were resampled (Künsch 1989)" in line for line in told)
    assert any(line.startswith("The file lacks lowest_humidity_percent") for line in told)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--fit-years", "2014"], "--fit-years: 2014 is not in the file, which has PM2.5 of 2018, 2019, 2020"),
        (["--predict-years", "2031"], "--predict-years: 2031 is not in the file"),
        (["--fit-years", "2018-2019", "--predict-years", "2019"], "both name 2019"),
        (["--fit-years", "last"], "--fit-years: 'last' names no years"),
        (["--fit-years", "2019-2018"], "'2019-2018' names no years"),
        (["--fit-years", "2018-2020"], "(2018, 2019, 2020) none follows those that are fitted"),
        (["--predict-years", "2018-2020"], "--fit-years: - is not in the file"),
        (["--city", "Zhengzhou"], "days.csv:1: no column city, by which to find Zhengzhou"),
        (["--limit", "900"], "0 of them above 900"),
        (["--fit-years", "2019", "--limit", "235"], "none of them above 235"),
        (["--output", "nowhere/page.html"], "nowhere/page.html: cannot be written"),
    ],
)
def test_wrong_wishes_are_told_of(
    days: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    assert main(["validate", "air", str(days), *arguments]) == 2
    assert expected in capsys.readouterr().err
    assert main(["validate", "air", str(days), *arguments, "--lang", "zh"]) == 2
    assert any("一" <= letter <= "鿿" for letter in capsys.readouterr().err)


def test_years_may_be_written_in_several_ways() -> None:
    assert years_of("--fit-years", None) is None
    assert years_of("--fit-years", "2014-2016") == (2014, 2015, 2016)
    assert years_of("--fit-years", "2016, 2014,2014") == (2014, 2016)
    with pytest.raises(TwinError) as caught:
        years_of("--fit-years", "14-16")
    assert "14-16" in caught.value.text(Language("zh"))


def test_a_column_that_is_often_missing_is_left_out_and_told_of() -> None:
    """It would take its days with it: nothing could be fitted where a whole column is empty."""
    record = made_up_days(date(2018, 1, 1), 3 * 365)
    record = with_values(record, "rain_mm", slice(0, 400), np.nan)
    record = with_values(record, "pressure_pa", slice(730, None), np.nan)
    record = with_values(record, "highest_c", slice(800, 830), np.nan)
    used, left_out = usable_columns(record, (2018, 2019), (2020,))
    assert left_out == ("rain_mm", "pressure_pa")
    assert "highest_c" in used.columns
    found = validate_air(record, Options(limit_ugm3=75.0, draws=1))
    assert found.notes["columns_left_out"] == ["rain_mm", "pressure_pa"]
    assert "rain_mm" not in found.notes["columns_missing"]
    assert found.score("model", 1).days > 320
    assert any("rain_mm, pressure_pa: missing on more than a fifth" in line for line in lines(found, Language()))
