"""What a notebook gets from a run: tables, drawings, a report, a moment lived again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from support.commands import write_scenario

import twin
from twin.core.errors import ResultsError
from twin.report.notebook import Result

RESPONSE = "emergency.response_min.mean"


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Result:
    folder = tmp_path_factory.mktemp("notebook")
    scenario = write_scenario(folder, small_map_folder, "domains: [emergency]\n")
    return twin.load(scenario).with_(seed=8).run(reps=3, jobs=1, reports=folder / "reports")


def test_kpis_events_and_differences_are_data_frames(result: Result) -> None:
    assert list(result.kpis.columns) == ["brain", "replication", "kpi", "value", "unit", "count"]
    assert set(result.events("emergency.calls")["replication"]) == {0, 1, 2}
    table = result.differences("traditional", "city_brain")
    row = table.loc[RESPONSE]
    assert row["difference"] == pytest.approx(row["city_brain"] - row["traditional"])
    assert row["low"] <= row["difference"] <= row["high"]
    assert row["verdict"] in {"better", "worse", "undecided", "equivalent", "same"}


def test_a_study_says_what_it_is_in_a_line(small_map_folder: Path, tmp_path: Path) -> None:
    study = twin.load(write_scenario(tmp_path, small_map_folder, "domains: [emergency]\n")).with_(seed=8)
    assert "traditional, city_brain" in repr(study)
    assert "seed 8" in repr(study)
    assert len(repr(study)) < 300


def test_a_result_says_what_it_is_and_which_brains_it_lacks(result: Result) -> None:
    assert "3 x traditional, city_brain" in repr(result)
    assert str(result.folder) in repr(result)
    with pytest.raises(ResultsError, match="of city_brian; there are 3 of traditional, city_brain"):
        result.differences("traditional", "city_brian")


def test_a_kpi_is_drawn_for_each_brain(result: Result, tmp_path: Path) -> None:
    drawing = result.chart(RESPONSE)
    assert drawing._repr_svg_().startswith("<?xml")
    assert drawing.save(tmp_path / "response.svg").read_text("utf-8").count("<path") > 8
    with pytest.raises(ResultsError, match="gives no KPI"):
        result.chart("emergency.response")


def test_the_report_is_written_where_one_asks_for_it(result: Result, tmp_path: Path) -> None:
    assert result.report(tmp_path / "page.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert result.report(language="zh") == result.folder / "report.html"
    assert 'lang="zh' in (result.folder / "report.html").read_text("utf-8")[:300]


def test_a_moment_of_the_run_is_lived_again(result: Result) -> None:
    moment = result.replay("city_brain", 1, decision="dispatch", number=2)
    rows = result.events("emergency.decisions.dispatch", brain="city_brain", replication=1)
    assert (moment.time_s, repr(moment.answer)) == (rows["time_s"][2], rows["answer"][2])
    last = result.replay("city_brain", 1)
    run = result.folder / "events" / "city_brain" / "0001"
    asked = [pd.read_parquet(path, columns=["time_s"])["time_s"] for path in run.glob("*.decisions.*.parquet")]
    assert last.time_s == max(times.max() for times in asked if len(times)), "the last question of the day"
