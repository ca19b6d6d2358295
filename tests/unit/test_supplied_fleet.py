"""A user's own table of elevators is taken as it is, or everything wrong with it is told at once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.cities import write_small_map
from support.elevator_runs import elevator_parameters, fleet_of, town
from support.tables import check_told

from twin.cli import main
from twin.core.recorder import Recorder
from twin.domains.elevators import supplied
from twin.domains.elevators.parameters import USES, ElevatorParameters
from twin.domains.elevators.supplied import COLUMNS, columns_as_markdown, read_fleet, supply
from twin.experiment.tasks import Task, Workshop
from twin.scenario.load import load_scenario

DATA = Path(__file__).parents[1] / "data" / "fleets"
START = datetime(2021, 3, 15)


def read(path: Path) -> pd.DataFrame:
    def draw(column: str) -> np.random.Generator:
        return np.random.default_rng([3, *column.encode()])

    return supplied.fleet_of(read_fleet(path, town().map, START), draw, town(), elevator_parameters())


def test_what_a_row_says_is_taken_and_what_it_leaves_out_is_drawn() -> None:
    fleet = read(DATA / "right.csv")
    assert set(fleet.columns) == {*fleet_of(elevator_parameters()).columns, "name"}
    assert fleet["name"].tolist() == [f"豫A-0000{number}" for number in range(1, 5)]
    assert [USES[code] for code in fleet["use"]] == ["residential", "residential", "office", "mall"]
    assert fleet["building"].tolist() == [0, 0, 1, 2]
    assert fleet["age_years"].tolist() == pytest.approx([4.5, 4.5, 17.7, 2.7], abs=0.01)
    assert fleet["floors"].tolist()[:3] == [18, 18, 25]
    assert fleet["starts_a_day"][0] == 410
    assert fleet["rescue_device"].tolist()[:2] == [True, False]
    assert fleet["backup_power"].tolist()[:2] == [False, False]
    assert fleet["firm"][0] == fleet["firm"][1] != fleet["firm"][3]
    assert fleet["round_draw"][0] == fleet["round_draw"][1]
    assert (fleet["alarm_draw"][0], fleet["alarm_draw"][1], fleet["alarm_draw"][3]) == (-1, 1, -1)
    assert 0 <= fleet["alarm_draw"][2] < 1
    assert (fleet["renewed_draw"][2], fleet["renewed_draw"][3]) == (-1, 1)
    assert (fleet["frailty"] > 0).all()
    assert fleet["floors"][3] >= 2
    assert fleet["starts_a_day"][1] > 0


def test_types_are_those_of_drawn_elevators_and_parquet_equals_csv(tmp_path: Path) -> None:
    from_csv, drawn = read(DATA / "right.csv"), fleet_of(elevator_parameters())
    for name in drawn.columns:
        assert from_csv[name].dtype == drawn[name].dtype, name
    pd.read_csv(DATA / "right.csv").to_parquet(tmp_path / "right.parquet")
    pd.testing.assert_frame_equal(read(tmp_path / "right.parquet"), from_csv)


def test_a_scenario_that_names_no_table_gets_none() -> None:
    assert supply(ElevatorParameters(), DATA, town().map, START).tables is None
    assert ElevatorParameters().files() == ()
    named = ElevatorParameters(tables={"fleet": "right.csv"})
    assert named.files() == ("right.csv",)
    assert len(supply(named, DATA, town().map, START).tables.node) == 4


def test_the_reference_has_a_row_for_each_column() -> None:
    lines = columns_as_markdown().splitlines()
    assert [line.split("`")[1] for line in lines[2:]] == [column.name for column in COLUMNS]
    page = (Path(__file__).parents[2] / "docs" / "how-to.md").read_text("utf-8")
    assert columns_as_markdown() in page, "put the output of columns_as_markdown() into docs/how-to.md"


WRONG = {
    "words.csv": [
        "words.csv:2:use: 'residental' is not known; did you mean 'residential'?",
        ("words.csv:3:use: 'farm' is not one of residential, office, mall, hospital, hotel, station, other; write one "
        "of them"),
    ],
    "names.csv": [
        "names.csv:3:name: 'A' stands there twice, first in 2; give each row a name of its own",
        "names.csv:4:name: the cell is empty, but each row needs a value; write one",
    ],
    "places.csv": [
        "places.csv:4:lon: 'east' is not a number; write one such as 12.5, without a unit",
        "places.csv:2:lat: 113.6545 is not between -90 and 90 degrees; correct it",
        "places.csv:2:lon: longitude and latitude seem to be swapped; swap the two columns",
        ("places.csv:3:lon: 113.2, 34.7 is more than 2 km from every road of the map; correct the place, leave the row "
        "out, or use a map that reaches there"),
    ],
    "columns.csv": [
        "columns.csv:1:use: the column is missing; add it",
        "columns.csv:1:usage: there is no such column; did you mean use?",
    ],
    "no_age.csv": ["no_age.csv:1: the column age_years or installed_year is missing; add one of them"],
    "ages.csv": [
        "ages.csv:7:age_years: 'old' is not a number; write one such as 12.5, without a unit",
        "ages.csv:4:age_years: -1 is not between 0 and 100 years; correct it",
        "ages.csv:9:age_years: 101 is not between 0 and 100 years; correct it",
        "ages.csv:6:installed_year: 1820 is not between 1900 and 2200; correct it",
        "ages.csv:8:installed_year: 2018.5 is not a whole number; it must be one",
        "ages.csv:2:age_years: neither age_years nor installed_year has a value; fill one of them",
        "ages.csv:3:age_years: both age_years and installed_year have a value; empty one of them",
        ("ages.csv:5:installed_year: 2031 is after the run begins, in 2021; leave the elevator out, or let the run "
        "begin later"),
    ],
    "numbers.csv": [
        "numbers.csv:2:floors: 1 is not between 2 and 120 floors; correct it",
        "numbers.csv:3:floors: 400 is not between 2 and 120 floors; correct it",
        "numbers.csv:4:floors: 12.5 is not a whole number; it must be one",
        "numbers.csv:6:starts_a_day: '400 a day' is not a number; write one such as 12.5, without a unit",
        "numbers.csv:5:starts_a_day: 0 is not between 1 and 20000 starts; correct it",
    ],
    "buildings.csv": [
        ("buildings.csv:4:building: lies 4.4 km from the elevator in 2, which is in the same building; correct the "
        "place, or give the building another name"),
    ],
    "yes_no.csv": [
        "yes_no.csv:2:modernised: 'maybe' is not yes or no; write one of them",
        "yes_no.csv:2:rescue_device: '2' is not yes or no; write one of them",
        "yes_no.csv:2:backup_power: 'y' is not yes or no; write one of them",
        "yes_no.csv:2:connected: 'on' is not yes or no; write one of them",
        "yes_no.csv:2:telemetry: '-' is not yes or no; write one of them",
    ],
    "cells.csv": [
        ("cells.csv:2: has 6 cells where there are 5 columns; put text that holds a comma into quotes, and leave cells "
        "without a value empty"),
    ],
    "twice.csv": ["twice.csv:1:use: the column stands there twice; leave one out"],
    "no_rows.csv": ["no_rows.csv: has no rows; add one, or leave the table out of the scenario"],
    "semicolons.csv": ["semicolons.csv:1: cells must be parted by commas; save the table so"],
    "empty.csv": ["empty.csv:1: the first line is empty; it must name the columns"],
    "gbk.csv": ["gbk.csv:2: is not UTF-8 text; save it as UTF-8"],
    "fleet.xlsx": ["fleet.xlsx: is of no kind that is read; its name must end in .csv or .parquet"],
    "nowhere.csv": ["nowhere.csv: there is no such file; correct the path, which is relative to the scenario file"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "messages"), WRONG.items(), ids=WRONG)
def test_everything_wrong_is_told_at_once_with_line_column_and_remedy(name: str, messages: list[str]) -> None:
    check_told(read, DATA / name, messages)


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    write_small_map(tmp_path / "town")
    path = tmp_path / "own.yaml"
    path.write_text(
        "title: own\nmap: ./town\nstart: 2021-03-15 08:00\nduration_h: 24\nseed: 1\nreplications: 1\n"
        "domains: [elevators]\nbrains: [traditional]\nelevators: {tables: {fleet: fleet.csv}}\n",
        encoding="utf-8",
    )
    return path


def test_a_scenario_lives_with_the_fleet_that_it_names(scenario: Path) -> None:
    (scenario.parent / "fleet.csv").write_bytes((DATA / "right.csv").read_bytes())
    recorder = Recorder()
    twin = Workshop(load_scenario(scenario)).twin(Task(0, 0), recorder)
    twin.run()
    assert recorder.frames()["elevators.fleet"]["name"].tolist()[0] == "豫A-00001"
    assert len(twin.elevators) == 4


def test_checking_a_scenario_tells_what_is_wrong_with_its_fleet(
    scenario: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (scenario.parent / "fleet.csv").write_bytes((DATA / "right.csv").read_bytes())
    assert main([str(scenario), "--check"]) == 0
    (scenario.parent / "fleet.csv").write_bytes((DATA / "words.csv").read_bytes())
    assert main([str(scenario), "--check"]) == 2
    assert "did you mean 'residential'?" in capfd.readouterr().err
