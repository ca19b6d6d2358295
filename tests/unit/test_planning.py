"""``twin plan stations``: a planner gets a table that a map takes, and learns what it changes or what is wrong."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from support.cities import small_city
from support.commands import write_scenario

from twin.city.map import read_map
from twin.city.places import Station, read_places
from twin.cli import cli, main
from twin.core.errors import TwinError
from twin.domains.emergency.parameters import EmergencyParameters
from twin.planning.instance import build_instance
from twin.planning.stations import MODELS, SIREN_TIME_FACTOR, WHOLE_CITY, PlanOptions, plan_stations


def go(map_folder: Path, output: Path, *words: str) -> int:
    given = ["plan", "stations", "--map", str(map_folder), "--output", str(output), "--within-min", "2", *words]
    return main(given)


# -- what a planner gets -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
def test_the_table_is_a_maps_table_of_stations(model: str, small_map_folder: Path, tmp_path: Path) -> None:
    """It holds what was there, unchanged but for added vehicles, then what is new."""
    output = tmp_path / "stations.csv"
    assert go(small_map_folder, output, "--model", model, "--add", "2") == 0
    before = read_places(small_map_folder / "stations.csv", Station)
    after = read_places(output, Station)
    assert [station.id for station in after[: len(before)]] == [station.id for station in before]
    assert sum(station.crews for station in after) == sum(station.crews for station in before) + 2
    assert all(station.vehicles >= station.crews for station in after)
    for station in after[len(before) :]:
        assert station.id.startswith("planned_")
        assert station.label == "assumed"
        assert f"twin plan stations, {model}, 08 h" in station.source
    if model != "mexclp":
        assert after[: len(before)] == before
        assert len(after) == len(before) + 2
    assert list(tmp_path.iterdir()) == [output]


def test_a_map_with_the_table_runs(small_map_folder: Path, tmp_path: Path) -> None:
    """The way that docs/how-to.md shows: copy the map, put the table in, run a scenario on it."""
    planned = shutil.copytree(small_map_folder, tmp_path / "planned")
    assert go(small_map_folder, planned / "stations.csv", "--add", "1") == 0
    assert len(read_map(planned).stations) == 5
    scenario = write_scenario(tmp_path, planned)
    assert main([str(scenario), "--reps", "1", "--jobs", "1", "--no-report", "--reports", str(tmp_path / "r")]) == 0


def test_a_second_plan_builds_on_the_first(small_map_folder: Path, tmp_path: Path) -> None:
    """Ids must not clash with those of an earlier plan."""
    planned = shutil.copytree(small_map_folder, tmp_path / "planned")
    for _ in range(2):
        assert go(planned, planned / "stations.csv", "--add", "1") == 0
    ids = [station.id for station in read_places(planned / "stations.csv", Station)]
    assert ids[-2:] == ["planned_001", "planned_002"]


def test_the_same_plan_is_the_same_file(small_map_folder: Path, tmp_path: Path) -> None:
    for name in ("one.csv", "other.csv"):
        assert go(small_map_folder, tmp_path / name, "--model", "mexclp") == 0
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "other.csv").read_bytes()


def test_json_says_what_changes(small_map_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output, geojson = tmp_path / "plan.csv", tmp_path / "plan.geojson"
    assert go(small_map_folder, output, "--add", "2", "--json", "--geojson", str(geojson)) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["model"], told["add"], told["hour"], told["output"]) == ("p-median", 2, 8, str(output))
    assert told["gap"] == 0
    assert [row["id"] for row in told["changed"]] == ["planned_001", "planned_002"]
    before, after = (row for row in told["districts"] if row["district"] == WHOLE_CITY)
    assert (before["plan"], after["plan"]) == ("before", "after")
    assert after["mean_drive_min"] < before["mean_drive_min"]
    assert (before["stations"], after["stations"]) == (4, 6)
    points = json.loads(geojson.read_text(encoding="utf-8"))["features"]
    assert [point["properties"]["id"] for point in points] == ["planned_001", "planned_002"]
    assert points[0]["geometry"]["coordinates"] == [told["changed"][0]["lon"], told["changed"][0]["lat"]]


def test_both_languages(small_map_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert go(small_map_folder, tmp_path / "plan.csv") == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("3 stations more by p-median")
    assert told[1] == "no choice of these sites is better"
    assert told[-1] == str(tmp_path / "plan.csv")
    assert go(small_map_folder, tmp_path / "plan.csv", "--lang", "zh", "--model", "mexclp") == 0
    assert capsys.readouterr().out.startswith("增加 3 辆车")


# -- what a plan means -------------------------------------------------------------------------------------------------


def test_each_model_is_best_at_what_it_asks_for() -> None:
    city = small_city(side=14, stations=2)
    table = {}
    for model in MODELS:
        plan = plan_stations(city, PlanOptions(model=model, add=3, within_min=2.0, spacing_m=700))
        rows = plan.districts[plan.districts["district"] == WHOLE_CITY].set_index("plan")
        table[model] = rows.loc["after"]
        assert rows.loc["before", "crews"] + 3 == rows.loc["after", "crews"]
    assert table["p-median"].mean_drive_min == min(row.mean_drive_min for row in table.values())
    assert table["mclp"].covered_share == max(row.covered_share for row in table.values())
    assert table["mexclp"].expected_covered_share == max(row.expected_covered_share for row in table.values())


def test_drive_times_are_those_of_the_hour_under_siren() -> None:
    city = small_city()
    instance = build_instance(city, 8, 0.5, 1000.0)
    times = city.ordinary.times_at(8)
    node = city.nearest_nodes(city.map.population.lon[:5], city.map.population.lat[:5])
    expected_s = [times.time_ms(int(instance.site_node[2]), int(one)) * 0.5 / 1000 for one in node]
    np.testing.assert_allclose(instance.drive_s[2, :5], expected_s)
    night = build_instance(city, 3, 0.5, 1000.0)
    assert night.drive_s.sum() < instance.drive_s.sum()


def test_new_sites_keep_their_distance() -> None:
    city = small_city()
    instance = build_instance(city, 8, 0.85, 900.0)
    place_m = city.roads.node_xy_m[instance.site_node]
    apart_m = np.hypot(*(place_m[:, np.newaxis] - place_m).transpose(2, 0, 1)) + np.diag(np.full(len(place_m), np.inf))
    assert len(place_m) > instance.existing
    assert apart_m[instance.existing :].min() >= 900


def test_a_station_holds_no_more_crews_than_is_said() -> None:
    plan = plan_stations(small_city(), PlanOptions("mexclp", add=9, within_min=30.0, most_per_station=2))
    assert max(station.crews for station in plan.stations) == 2


def test_the_siren_factor_is_the_emergency_domains() -> None:
    """Planning does not import domains, so the value stands there twice, and a third time in the help."""
    assert EmergencyParameters().siren_time_factor == SIREN_TIME_FACTOR
    shown = CliRunner().invoke(cli, ["plan", "stations", "--help"]).output
    assert f"default: {SIREN_TIME_FACTOR}" in shown


def test_the_commands_defaults_are_the_programs() -> None:
    command: Any = cli.commands["plan"].commands["stations"]  # type: ignore[attr-defined]
    defaults = {option.name: option.default for option in command.params}
    options = PlanOptions()
    for name in PlanOptions.__dataclass_fields__:
        assert defaults[name] == getattr(options, name), name


# -- what is wrong -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--add", "-1"], "--add -1 is out of range; give a whole number >= 1"),
        (["--add", "0"], "--add 0 is out of range"),
        (["--hour", "24"], "--hour 24 is out of range; give a whole number 0..23"),
        (["--within-min", "0"], "--within-min 0.0 is out of range"),
        (["--within-min", "nan"], "--within-min nan is out of range"),
        (["--busy", "1"], "--busy 1.0 is out of range; give a number >= 0, < 1"),
        (["--siren-factor", "0"], "--siren-factor 0.0 is out of range"),
        (["--spacing-m", "-5"], "--spacing-m -5.0 is out of range"),
        (["--model", "mexclp", "--most-per-station", "0"], "--most-per-station 0 is out of range"),
        (["--add", "500"], "500 stations cannot be added, there are "),
        (["--add", "900", "--model", "mexclp"], "900 vehicles cannot be added, there is room for "),
        (["--model", "guess"], "guess"),
        (["--add", "many"], "many"),
        (["--map", "atlantis"], "there is no map atlantis; give one of "),
        (["--output", "no/such/folder.csv"], "folder.csv: cannot be written; name a file in a folder that is there"),
        (["--output", "."], ".: cannot be written"),
        (["--geojson", "no/such/folder.json"], "folder.json: cannot be written"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_input_is_one_message_and_no_file(
    words: list[str], said: str, small_map_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert go(small_map_folder, tmp_path / "plan.csv", *words) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert said in error
    assert "Traceback" not in error
    assert not list(tmp_path.iterdir())


def test_wrong_input_is_told_in_chinese(
    small_map_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert go(small_map_folder, tmp_path / "plan.csv", "--add", "500", "--lang", "zh") == 2
    assert "无法增加 500 个急救站" in capsys.readouterr().err


def test_nobody_served_is_told_with_the_file(small_map_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(small_map_folder, tmp_path / "empty")
    path = folder / "districts.geojson"
    path.write_text(path.read_text("utf-8").replace('"served": true', '"served": false'), encoding="utf-8")
    with pytest.raises(TwinError, match=r"set served to true in districts\.geojson"):
        plan_stations(type(small_city())(read_map(folder), small_city().ordinary.parameters), PlanOptions())


def test_a_table_that_cannot_be_finished_leaves_the_old_one(
    small_map_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "plan.csv"
    output.write_text("old", encoding="utf-8")

    def full(path: Path, *_: Any) -> None:
        path.write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("twin.city.importing.write.write_places", full)
    assert go(small_map_folder, output) == 2
    assert "plan.csv: cannot be written: No space left on device" in capsys.readouterr().err
    assert output.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [output]


def test_the_header_is_the_records(small_map_folder: Path, tmp_path: Path) -> None:
    """Other programs read the table, too."""
    assert go(small_map_folder, tmp_path / "plan.csv") == 0
    with (tmp_path / "plan.csv").open(encoding="utf-8", newline="") as stream:
        assert next(csv.reader(stream)) == list(Station.__dataclass_fields__)
