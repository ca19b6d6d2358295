"""Promises: a user's own trips are taken as they are; all that is wrong is told at once, by line, with a remedy."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.cities import LAT, LON, grid_graph

from twin.core.language import Language, chinese_table
from twin.core.supplied.reading import TableError
from twin.domains.traffic.parameters import PURPOSES
from twin.domains.traffic.supplied_trip_columns import COLUMNS, ONE_OF, columns_as_markdown
from twin.domains.traffic.supplied_trips import read_trips

ROADS = grid_graph()
START = datetime(2021, 3, 15, 6)
HEADER = "trip,depart_s,depart_at,from_lon,from_lat,from_node,to_lon,to_lat,to_node,purpose,stay_min,uses_app"


def read(tmp_path: Path, *rows: str, header: str = HEADER) -> pd.DataFrame:
    path = tmp_path / "trips.csv"
    path.write_text("\n".join((header, *rows)) + "\n", "utf-8")
    return read_trips(path, ROADS, START)


def problems_of(tmp_path: Path, *rows: str, header: str = HEADER) -> list[str]:
    with pytest.raises(TableError) as caught:
        read(tmp_path, *rows, header=header)
    for problem in caught.value.problems:
        assert problem.template in chinese_table()
        assert problem.text(Language("zh")) != str(problem)
    return [str(problem).removeprefix(f"{tmp_path}/trips.csv") for problem in caught.value.problems]


# -- what is right -----------------------------------------------------------------------------------------------------


def test_trips_come_in_order_of_departure_with_every_column_filled_or_left_to_be_drawn(tmp_path: Path) -> None:
    place = f"{LON + 0.0001},{LAT - 0.0001}"
    trips = read(
        tmp_path,
        ",,2021-03-15 08:30:00,,,5,,,20,work,480,yes",
        f"late,90.5,,{place},,,,17,,,no",
        ",-60,,,,3,,,4,,,",
    )
    assert trips["trip"].tolist() == ["0", "late", "2"]
    assert trips["depart_s"].tolist() == [-60.0, 90.5, 9000.0]
    assert trips["from_node"].tolist() == [3, 0, 5]
    assert trips["to_node"].tolist() == [4, 17, 20]
    assert trips["from_node"].dtype == trips["to_node"].dtype == np.int32
    assert trips["purpose"].tolist() == ["leisure", "leisure", "work"]
    assert tuple(trips["purpose"].cat.categories) == PURPOSES
    assert trips["stay_min"].isna().tolist() == [True, True, False]
    assert trips["uses_app"].isna().tolist() == [True, False, False]
    assert trips["uses_app"].tolist()[1:] == [False, True]
    assert set(trips.columns) == {column.name for column in COLUMNS} - {"depart_at"}


def test_a_place_is_kept_and_a_node_gives_its_own(tmp_path: Path) -> None:
    trips = read(tmp_path, f"a,0,,{LON + 0.0001},{LAT},,,,30,,,")
    assert trips["from_lon"].tolist() == [LON + 0.0001]
    assert trips["to_lon"].tolist() == [ROADS.node_lon[30]]
    assert trips["to_lat"].tolist() == [ROADS.node_lat[30]]


def test_the_nearest_node_is_the_one_that_no_other_is_nearer_than(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    spots = np.column_stack([LON + random.uniform(-0.01, 0.05, 200), LAT + random.uniform(-0.01, 0.05, 200)])
    trips = read(tmp_path, *(f"{row},{row},,{lon!r},{lat!r},,,,0,,," for row, (lon, lat) in enumerate(spots.tolist())))
    here = ROADS.to_plane_m(spots[:, 0], spots[:, 1])
    distance_m = np.hypot(*(here[:, None] - ROADS.node_xy_m[None]).transpose(2, 0, 1))
    assert trips["from_node"].tolist() == distance_m.argmin(axis=1).tolist()


def test_few_columns_are_enough_and_parquet_is_read_alike(tmp_path: Path) -> None:
    frame = pd.DataFrame({"depart_s": [30.0, 10.0], "from_node": [1, 2], "to_node": [3, 4], "_remark": ["x", "y"]})
    frame.to_parquet(tmp_path / "trips.parquet")
    frame.to_csv(tmp_path / "trips.csv", index=False)
    first, second = (read_trips(tmp_path / f"trips.{kind}", ROADS, START) for kind in ("parquet", "csv"))
    pd.testing.assert_frame_equal(first, second)
    assert first["from_node"].tolist() == [2, 1]


def test_places_that_share_their_nearest_node_are_no_mistake(tmp_path: Path) -> None:
    trips = read(tmp_path, f"a,0,,{LON},{LAT},,{LON + 0.0002},{LAT},,,,")
    assert trips["from_node"].tolist() == trips["to_node"].tolist() == [0]


def test_the_reference_table_has_every_column() -> None:
    text = columns_as_markdown()
    assert all(f"`{column.name}`" in text for column in COLUMNS)
    assert text.count("this or `") == 2 * len(ONE_OF)


# -- what is wrong -----------------------------------------------------------------------------------------------------

WRONG = [
    ("a,1,2021-03-15 08:00:00,,,1,,,2,,,", r":2:depart_s: both depart_s and depart_at have a value; empty one"),
    ("a,,,,,1,,,2,,,", r":2:depart_s: neither depart_s nor depart_at has a value; fill one of them"),
    ("a,,8 o'clock,,,1,,,2,,,", r":2:depart_at: \"8 o'clock\" is no local date and time; write it as 2021"),
    ("a,soon,,,,1,,,2,,,", r":2:depart_s: 'soon' is not a number; write one such as 12\.5"),
    (f"a,1,,{LON},{LAT},1,,,2,,,", r":2:from_lon: both from_lon and from_node have a value"),
    ("a,1,,,,,,,2,,,", r":2:from_lon: neither from_lon nor from_node has a value"),
    (f"a,1,,{LON},,,,,2,,,", r":2:from_lat: from_lon has a value, but from_lat has none; fill both, or neither"),
    ("a,1,,,,144,,,2,,,", r":2:from_node: 144 is no node of the map; nodes are the rows of .*, 0 to 143"),
    ("a,1,,,,-1,,,2,,,", r":2:from_node: -1 is not between 0 and"),
    ("a,1,,,,1.5,,,2,,,", r":2:from_node: 1\.5 is not a whole number"),
    ("a,1,,,,7,,,7,,,", r":2:to_node: the trip ends at node 7, where it begins; correct one of the two"),
    ("a,1,,,,1,114.9,34.75,,,,", r":2:to_lon: 114\.9, 34\.75 is more than 2 km from every road of the map"),
    (f"a,1,,,,1,{LAT},{LON},,,,", r":2:to_lon: longitude and latitude seem to be swapped"),
    ("a,1,,,,1,,,2,wrok,,", r":2:purpose: 'wrok' is not known; did you mean 'work'\?"),
    ("a,1,,,,1,,,2,,-5,", r":2:stay_min: -5 is not between 0 and 525600 min"),
    ("a,1,,,,1,,,2,,,maybe", r":2:uses_app: 'maybe' is not yes or no"),
    ("a,1,,,,1,,,2,,", r":2: has 11 cells where there are 12 columns"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "told"), WRONG)
def test_a_wrong_row_is_told_with_its_line(tmp_path: Path, row: str, told: str) -> None:
    found = problems_of(tmp_path, row)
    assert any(re.match(told, problem) for problem in found), found


def test_wrong_columns_are_told(tmp_path: Path) -> None:
    found = problems_of(tmp_path, "1,2,3", header="depart_s,from_nod,to_node")
    assert found == [
        ":1: the column from_lon or from_node is missing; add one of them",
        ":1:from_nod: there is no such column; did you mean from_node?",
    ]


def test_everything_wrong_is_told_at_once_and_the_like_is_counted(tmp_path: Path) -> None:
    found = problems_of(tmp_path, "x,1,,,,1,,,2,,,", "x,1,,,,1,,,900,,,", *(f"{row},,,,,1,,,2,,," for row in range(9)))
    assert ":3:trip: 'x' stands there twice, first in 2; give each row a name of its own" in found
    assert any(problem.startswith(":3:to_node: 900 is no node of the map") for problem in found)
    assert ":depart_s: the same in 4 more rows, up to 12; correct them likewise" in found


def test_rows_of_parquet_are_told_by_their_number(tmp_path: Path) -> None:
    path = tmp_path / "trips.parquet"
    pd.DataFrame({"depart_s": [1.0, np.nan], "from_node": [1, 1], "to_node": [2, 1]}).to_parquet(path)
    with pytest.raises(TableError) as caught:
        read_trips(path, ROADS, START)
    assert [str(problem).removeprefix(str(path)) for problem in caught.value.problems] == [
        ":row 2:depart_s: neither depart_s nor depart_at has a value; fill one of them",
        ":row 2:to_node: the trip ends at node 1, where it begins; correct one of the two, or leave the row out",
    ]


def test_a_table_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="there is no such file"):
        read_trips(tmp_path / "none.csv", ROADS, START)
