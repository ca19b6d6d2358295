"""Promises: a user's own tables are taken as they are; all that is wrong is told at once, by line, with a remedy."""

from __future__ import annotations

import dataclasses
import pickle
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cities import LAT, LON, grid_graph

from twin.city.places import Hospital, Station
from twin.core.language import Language, chinese_table
from twin.domains.emergency.supplied import (
    COLUMNS,
    KINDS,
    Kind,
    TableContext,
    TableError,
    columns_as_markdown,
    read_supplied,
    read_tables,
    to_hospitals,
    to_stations,
)

DATA = Path(__file__).parents[1] / "data" / "supplied"
CONTEXT = TableContext(
    start=datetime(2021, 3, 15),
    stations=("station_1", "station_2"),
    hospitals=("hospital_1", "hospital_2"),
    districts=("west", "east"),
    streets=("Main Street",),
    roads=grid_graph(),
)


def read(kind: Kind, name: str) -> pd.DataFrame:
    return read_supplied(kind, DATA / name, CONTEXT)


def problems_of(kind: Kind, path: Path) -> list[str]:
    with pytest.raises(TableError) as caught:
        read_supplied(kind, path, CONTEXT)
    return [str(problem).removeprefix(f"{path.parent}/") for problem in caught.value.problems]


# -- what is right -----------------------------------------------------------------------------------------------------


def test_calls_come_in_order_of_ringing_with_every_documented_column() -> None:
    calls = read("calls", "calls.csv")
    assert set(calls.columns) == {column.name for column in COLUMNS["calls"]} - {"ring_at"}
    assert calls["ring_s"].tolist() == [-60.0, 30.5, 8 * 3600 + 30.25]
    assert calls["call"].tolist() == ["early", "1", "late"]
    assert calls["kind"].tolist() == ["patient", "patient", "no_patient"]
    assert calls["condition"].isna().tolist() == [False, True, True]
    assert calls["severity"].tolist()[:1] == [1]
    assert calls["hospital"].cat.codes.tolist() == [1, -1, -1], "codes are positions among the map's hospitals"
    assert calls["smartphone"].tolist()[0] is True
    assert calls["smartphone"].isna().tolist() == [False, True, True]


def test_duty_hours_are_the_whole_day_where_they_are_not_given() -> None:
    vehicles = read("vehicles", "vehicles.csv")
    assert vehicles["on_duty_from_h"].tolist() == [0.0, 19.0]
    assert vehicles["on_duty_until_h"].tolist() == [24.0, 7.0]
    assert vehicles["station"].cat.codes.tolist() == [1, 0]


def test_supplied_places_become_places_of_a_map() -> None:
    station = to_stations(read("stations", "stations.csv"))[0]
    assert station == Station("new", "新站", "New", LON, LAT, "west", 3, 2, "assumed", "a plan")
    hospital = to_hospitals(read("hospitals", "hospitals.csv"))[0]
    assert (hospital.id, hospital.stroke_centre, hospital.emergency_bays) == ("clinic", False, 8)
    assert type(hospital.emergency_bays) is int


@pytest.mark.parametrize(("kind", "record"), [("stations", Station), ("hospitals", Hospital)])
def test_places_have_the_columns_of_a_map(kind: Kind, record: type) -> None:
    assert [column.name for column in COLUMNS[kind]] == [field.name for field in dataclasses.fields(record)]


def test_speeds_are_of_a_road_or_of_a_class() -> None:
    speeds = read("speeds", "speeds.csv")
    assert speeds["edge_name"].cat.codes.tolist() == [0, -1]
    assert speeds["speed_kmh"].tolist()[0] == 22.5
    assert speeds["delay_index"].tolist()[1] == 1.6


def test_vehicles_and_calls_may_name_supplied_places() -> None:
    paths: dict[Kind, Path] = {"extra_stations": DATA / "stations.csv", "vehicles": DATA / "vehicles_of_new.csv"}
    tables = read_tables(paths, CONTEXT)
    assert tables.vehicles is not None
    assert tables.calls is None
    assert tables.vehicles["station"].cat.codes.tolist() == [2], "added stations come after the map's"
    replaced = read_tables({**paths, "stations": DATA / "stations.csv", "extra_stations": DATA / "more.csv"}, CONTEXT)
    assert replaced.vehicles is not None
    assert replaced.vehicles["station"].cat.codes.tolist() == [0]


def test_remarks_blank_lines_and_a_byte_order_mark_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes(f"\ufeffring_s,lon,lat,_note\r\n\r\n60,{LON},{LAT},a remark\r\n\r\n".encode())
    assert read_supplied("calls", path, CONTEXT)["ring_s"].tolist() == [60.0]
    path.write_text(f"ring_s,lon,lat\n\n60,{LON},\n", "utf-8")
    assert problems_of("calls", path) == ["calls.csv:3:lat: the cell is empty, but each row needs a value; write one"]


# -- what is wrong -----------------------------------------------------------------------------------------------------

NUMBER = "is not a number; write one such as 12.5, without a unit"
WRONG: dict[str, tuple[Kind, list[str]]] = {
    "calls_words.csv": ("calls", [
        f"calls_words.csv:2:ring_s: 'soon' {NUMBER}",
        f"calls_words.csv:5:ring_s: '1,5' {NUMBER}",
        "calls_words.csv:3:kind: 'pateint' is not known; did you mean 'patient'?",
        ("calls_words.csv:2:condition: 'plague' is not one of stemi, stroke, cardiac_arrest, trauma, respiratory, "
        "obstetric, other; write one of them"),
        "calls_words.csv:4:hospital: 'hospital_3' is not known; did you mean 'hospital_2'?",
        "calls_words.csv:3:smartphone: 'perhaps' is not yes or no; write one of them",
    ]),
    "calls_numbers.csv": ("calls", [
        "calls_numbers.csv:2:severity: 4 is not between 1 and 3; correct it",
        "calls_numbers.csv:3:severity: 1.5 is not a whole number; it must be one",
        f"calls_numbers.csv:4:scene_min: 'inf' {NUMBER}",
        "calls_numbers.csv:3:scene_min: -2 is not between 0 and 1440 min; correct it",
        "calls_numbers.csv:2:age: 140 is not between 0 and 130 years; correct it",
    ]),
    "calls_times.csv": ("calls", [
        ("calls_times.csv:2:ring_at: '15.3.2021 08:00' is no local date and time; write it as 2021-03-15 08:30:00, "
        "without a time zone"),
        ("calls_times.csv:3:ring_at: '2021-03-15T08:00:00+08:00' is no local date and time; write it as "
        "2021-03-15 08:30:00, without a time zone"),
        ("calls_times.csv:4:ring_at: '2021-02-30 08:00:00' is no local date and time; write it as 2021-03-15 08:30:00, "
        "without a time zone"),
        "calls_times.csv:5:ring_s: neither ring_s nor ring_at has a value; fill one of them",
        "calls_times.csv:6:ring_s: both ring_s and ring_at have a value; empty one of them",
    ]),
    "calls_places.csv": ("calls", [
        "calls_places.csv:2:lat: 113.65 is not between -90 and 90 degrees; correct it",
        "calls_places.csv:2:lon: longitude and latitude seem to be swapped; swap the two columns",
        ("calls_places.csv:3:lon: 113.6, 34.75 is more than 2 km from every road of the map; correct the place, leave "
        "the row out, or use a map that reaches there"),
    ]),
    "calls_columns.csv": ("calls", [
        "calls_columns.csv:1:lat: the column is missing; add it",
        "calls_columns.csv:1: the column ring_s or ring_at is missing; add one of them",
        "calls_columns.csv:1:severty: there is no such column; did you mean severity?",
        "calls_columns.csv:1:weather: there is no such column; begin its name with _ where it is a remark",
    ]),
    "calls_cells.csv": ("calls", [
        ("calls_cells.csv:3: has 4 cells where there are 3 columns; put text that holds a comma into quotes, and leave "
        "cells without a value empty"),
        ("calls_cells.csv:5: has 2 cells where there are 3 columns; put text that holds a comma into quotes, and leave "
        "cells without a value empty"),
        f"calls_cells.csv:6:ring_s: 'x' {NUMBER}",
    ]),
    "calls_names.csv": ("calls", [
        "calls_names.csv:4:call: 'a' stands there twice, first in 2; give each row a name of its own",
    ]),
    "calls_header.csv": ("calls", ["calls_header.csv:1:lon: the column stands there twice; leave one out"]),
    "calls_semicolons.csv": ("calls", ["calls_semicolons.csv:1: cells must be parted by commas; save the table so"]),
    "calls_no_rows.csv": ("calls", [
        "calls_no_rows.csv: has no rows; add one, or leave the table out of the scenario",
    ]),
    "empty.csv": ("calls", ["empty.csv:1: the first line is empty; it must name the columns"]),
    "gbk.csv": ("stations", ["gbk.csv:2: is not UTF-8 text; save it as UTF-8"]),
    "vehicles_wrong.csv": ("vehicles", [
        "vehicles_wrong.csv:3:vehicle: 'A1' stands there twice, first in 2; give each row a name of its own",
        "vehicles_wrong.csv:3:station: 'depot' is not one of station_1, station_2; write one of them",
        "vehicles_wrong.csv:2:level: 'paramedic' is not one of als, bls; write one of them",
        "vehicles_wrong.csv:4:on_duty_from_h: 25 is not between 0 and 24 h; correct it",
        ("vehicles_wrong.csv:5:on_duty_until_h: duty ends when it begins; write 0 and 24 for the whole day, or leave "
        "both empty"),
    ]),
    "stations_wrong.csv": ("stations", [
        "stations_wrong.csv:2:name_zh: the cell is empty, but each row needs a value; write one",
        "stations_wrong.csv:2:district: 'north' is not one of west, east; write one of them",
        "stations_wrong.csv:3:label: 'guessed' is not one of published, derived, assumed; write one of them",
        "stations_wrong.csv:3:crews: 5 crews for 3 vehicles; a crew on duty needs a vehicle",
    ]),
    "speeds_wrong.csv": ("speeds", [
        "speeds_wrong.csv:2:edge_name: 'Main Stret' is not known; did you mean 'Main Street'?",
        "speeds_wrong.csv:5:hour: 24 is not between 0 and 23 h; correct it",
        "speeds_wrong.csv:3:edge_name: neither edge_name nor road_class has a value; fill one of them",
        "speeds_wrong.csv:3:speed_kmh: both speed_kmh and delay_index have a value; empty one of them",
        "speeds_wrong.csv:6:hour: this hour of this road stands there twice; leave one row out",
    ]),
}  # fmt: skip


@pytest.mark.parametrize(("name", "kind", "messages"), [(name, *rest) for name, rest in WRONG.items()], ids=WRONG)
def test_everything_wrong_is_told_at_once_with_line_column_and_remedy(
    name: str, kind: Kind, messages: list[str]
) -> None:
    assert problems_of(kind, DATA / name) == messages


def test_at_least_fifteen_kinds_of_mistake_are_tried() -> None:
    assert sum(len(messages) for _, messages in WRONG.values()) >= 40


def test_a_missing_file_and_a_strange_kind_are_told(tmp_path: Path) -> None:
    assert problems_of("calls", tmp_path / "calls.csv") == [
        "calls.csv: there is no such file; correct the path, which is relative to the scenario file"
    ]
    (tmp_path / "calls.xlsx").write_bytes(b"PK")
    assert problems_of("calls", tmp_path / "calls.xlsx") == [
        "calls.xlsx: is of no kind that is read; its name must end in .csv or .parquet"
    ]
    (tmp_path / "calls.parquet").write_bytes(b"PAR1 or not")
    (told,) = problems_of("calls", tmp_path / "calls.parquet")
    assert told.startswith("calls.parquet: cannot be read as Parquet (")


def test_parquet_problems_name_the_row_and_the_column(tmp_path: Path) -> None:
    path = tmp_path / "calls.parquet"
    pd.DataFrame({"ring_s": [1.0, np.nan], "lon": [LON, 0.0], "lat": [LAT, 0.0], "hospital": [1.5, 2.5]}).to_parquet(
        path
    )
    assert problems_of("calls", path) == [
        "calls.parquet:hospital: the column holds double, which does not fit; write it as text",
        "calls.parquet:row 2:ring_s: neither ring_s nor ring_at has a value; fill one of them",
        (
            "calls.parquet:row 2:lon: 0, 0 is more than 2 km from every road of the map; correct the place, leave the "
            "row out, or use a map that reaches there"
        ),
    ]
    moment = pd.Series(pd.to_datetime(["2021-03-15 08:00"])).dt.tz_localize("Asia/Shanghai")
    pd.DataFrame({"ring_at": moment, "lon": [LON], "lat": [LAT]}).to_parquet(path)
    assert "timestamp" in problems_of("calls", path)[0]


def test_a_mistake_in_every_row_is_told_five_times_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    pd.DataFrame({"ring_s": ["now"] * 1000, "lon": LON, "lat": LAT}).to_csv(path, index=False)
    told = problems_of("calls", path)
    assert len(told) == 6
    assert told[-1] == "calls.csv:ring_s: the same in 995 more rows, up to 1001; correct them likewise"


def test_problems_of_all_tables_are_told_together_but_none_that_only_follow() -> None:
    paths: dict[Kind, Path] = {
        "stations": DATA / "stations_wrong.csv",
        "vehicles": DATA / "vehicles_of_new.csv",
        "calls": DATA / "calls_names.csv",
    }
    with pytest.raises(TableError) as caught:
        read_tables(paths, CONTEXT)
    assert len(caught.value.problems) == 5, "the vehicles name stations of a table that is wrong"


def test_an_added_station_needs_an_id_of_its_own() -> None:
    context = dataclasses.replace(CONTEXT, stations=("new",))
    with pytest.raises(TableError, match="the station 'new' is there already; give the added one another id"):
        read_tables({"extra_stations": DATA / "stations.csv"}, context)


def test_errors_are_told_in_chinese_and_cross_process_borders() -> None:
    with pytest.raises(TableError) as caught:
        read("calls", "calls_columns.csv")
    chinese = caught.value.text(Language("zh")).splitlines()
    assert len(chinese) == 4
    assert chinese[0].endswith("calls_columns.csv:1:lat：缺少该列；请补上")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert {problem.template for problem in caught.value.problems} <= chinese_table().keys()


# -- reference and round trip ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_reference_has_a_row_for_each_column(kind: Kind) -> None:
    lines = columns_as_markdown(kind).splitlines()
    assert [line.split("`")[1] for line in lines[2:]] == [column.name for column in COLUMNS[kind]]
    assert all(line.count("|") == 7 for line in lines)


def test_the_manual_holds_the_reference_as_it_is() -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to.md").read_text("utf-8")
    for kind in ("calls", "vehicles", "speeds"):
        assert columns_as_markdown(kind) in page, f"copy columns_as_markdown({kind!r}) into docs/how-to.md"
    assert all(f"`{kind}`" in page for kind in KINDS)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "ring_s": st.floats(-7200, 4e7, allow_nan=False),
            "lon": st.floats(LON, LON + 0.04),
            "lat": st.floats(LAT, LAT + 0.03),
            "kind": st.sampled_from(["patient", "no_patient", "advice", None]),
            "condition": st.sampled_from(["stemi", "trauma", "other", None]),
            "severity": st.sampled_from([1, 2, 3, None]),
            "scene_min": st.one_of(st.none(), st.floats(0, 1440)),
            "handover_min": st.one_of(st.none(), st.floats(0, 1440)),
            "hospital": st.sampled_from(["hospital_1", "hospital_2", None]),
            "age": st.one_of(st.none(), st.integers(0, 130)),
            "smartphone": st.sampled_from([True, False, None]),
        }
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS)
def test_csv_and_parquet_of_one_table_give_equal_frames(
    rows: list[dict[str, object]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("tables")
    frame = pd.DataFrame(rows).astype({"severity": "Int64", "age": "float64", "smartphone": "boolean"})
    frame = frame.astype({"scene_min": "float64", "handover_min": "float64"})
    frame.to_csv(folder / "calls.csv", index=False)
    frame.to_parquet(folder / "calls.parquet")
    from_csv, from_parquet = (read_supplied("calls", folder / f"calls.{end}", CONTEXT) for end in ("csv", "parquet"))
    pd.testing.assert_frame_equal(from_csv, from_parquet, check_exact=True)
    assert from_csv["ring_s"].tolist() == sorted(frame["ring_s"])
