"""Promises: a JEMSS city becomes a map with its travel times, its calls and a scenario; errors name the line."""

from __future__ import annotations

import json
import re
import shutil
import struct
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.files import change

from twin.city.importing.jemss import JemssOptions, import_jemss
from twin.city.importing.jemss_places import FEWEST_CALLS
from twin.city.importing.jemss_raster import read_raster
from twin.city.importing.jemss_summary import ASSUMED, LEFT_OUT, READ
from twin.city.map import CityMap, read_map
from twin.cli import main
from twin.core.errors import MapError
from twin.core.language import Language, chinese_table
from twin.domains.emergency.parameters import EmergencyParameters
from twin.domains.emergency.supplied import TableContext, read_supplied
from twin.scenario.load import load_scenario

TOWN = Path(__file__).parents[1] / "data" / "jemss" / "town"
START = datetime(2021, 3, 15)


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A copy of the town that a test may spoil."""
    return Path(shutil.copytree(TOWN, tmp_path / "town"))


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("jemss") / "out"
    import_jemss(TOWN, folder, JemssOptions(title="Town", population=50_000))
    return folder


def edge_times_s(city: CityMap) -> dict[tuple[int, int], float]:
    """Return the time on each edge between crossings, which are numbered as in the town's table of nodes."""
    roads = city.roads
    column, row = np.rint((roads.node_lon - 113.6) / 0.01), np.rint((roads.node_lat - 34.7) / 0.01)
    number = (row * 4 + column + 1).astype(int)
    ends = zip(number[roads.edge_from].tolist(), number[roads.edge_to].tolist(), strict=True)
    return dict(zip(ends, roads.edge_free_flow_s.tolist(), strict=True))


# -- the map -----------------------------------------------------------------------------------------------------------


def test_the_time_of_ordinary_driving_is_kept_on_every_edge(imported: Path) -> None:
    times = edge_times_s(read_map(imported / "map"))
    assert len(times) == 34
    assert times[1, 2] == pytest.approx(0.915 / 40 * 3600, rel=1e-5)
    assert times[1, 5] == pytest.approx(1.112 / 40 * 3600, rel=1e-5)


def test_lengths_are_the_distances_where_given_else_the_straight_line(
    town: Path, tmp_path: Path, imported: Path
) -> None:
    assert set(np.round(read_map(imported / "map").roads.edge_length_m)) == {915.0, 1112.0}
    arcs = town / "roads" / "arcs.csv"
    lines = [line.split(",") for line in arcs.read_text("utf-8").splitlines()]
    arcs.write_text("\n".join(",".join(line[:3] + line[4:]) if len(line) == 6 else ",".join(line) for line in lines))
    summary = import_jemss(town, tmp_path / "out")
    assert summary.counts["lengths_straight"] == 34
    assert set(np.round(read_map(tmp_path / "out" / "map").roads.edge_length_m, -1)) == {910.0, 1110.0}


def test_undirected_arcs_lead_both_ways(town: Path, tmp_path: Path) -> None:
    change(town / "roads" / "arcs.csv", "directed,2", "undirected,2")
    import_jemss(town, tmp_path / "out")
    assert read_map(tmp_path / "out" / "map").roads.node_count == 13


def test_stations_have_as_many_crews_as_ambulances_and_places_keep_their_names(imported: Path) -> None:
    city = read_map(imported / "map")
    assert [(place.id, place.name_en, place.crews) for place in city.stations] == [
        ("station_001", "West", 2),
        ("station_002", "North, east", 1),
    ]
    assert [(place.name_en, place.name_zh) for place in city.hospitals] == [
        ("Central", "Central"),
        ("Hospital 2", "医院 2"),
    ]
    assert city.hospitals[0].lon == pytest.approx(113.62)


def test_people_live_where_the_raster_says(imported: Path) -> None:
    people = read_map(imported / "map").population
    assert people.residents.sum() == pytest.approx(50_000)
    fullest = int(np.argmax(people.residents))
    assert abs(people.lon[fullest] - 113.62) < 0.006
    assert abs(people.lat[fullest] - 34.71) < 0.006
    assert people.residents[fullest] == pytest.approx(50_000 * 8 / 31)


def test_without_a_raster_people_live_where_the_calls_are_and_without_calls_along_the_roads(
    town: Path, tmp_path: Path
) -> None:
    (town / "people.xyz").unlink()
    assert len(pd.read_csv(town / "calls.csv", skiprows=5)) >= FEWEST_CALLS
    assert import_jemss(town, tmp_path / "by_calls").spread.endswith("by the places of the calls")
    (town / "calls.csv").unlink()
    summary = import_jemss(town, tmp_path / "by_nodes")
    assert "road nodes" in summary.spread
    assert summary.counts["residents"] == 225_000


def test_plane_coordinates_are_laid_where_the_user_says(town: Path, tmp_path: Path) -> None:
    """The same town in kilometres east and north of a corner must get the same distances."""
    for name, skip in (("map.csv", 0), ("roads/nodes.csv", 2), ("stations.csv", 2), ("hospitals.csv", 2)):
        path = town / name
        if name == "map.csv":
            path.write_text("map,1\nxMin,xMax,yMin,yMax,xScale,yScale\n0,10,0,10,1,1\n")
            continue
        lines = path.read_text("utf-8").splitlines()
        for number, line in enumerate(lines[skip:], start=skip):
            cells = line.split(",")
            if len(cells) > 2:
                cells[1:3] = f"{(float(cells[1]) - 113.6) * 91.5}", f"{(float(cells[2]) - 34.7) * 111.2}"
                lines[number] = ",".join(cells)
        path.write_text("\n".join(lines))
    (town / "calls.csv").unlink()
    (town / "people.xyz").unlink()
    city = import_jemss(town, tmp_path / "out", JemssOptions(at=(10.0, 50.0)))
    roads = read_map(tmp_path / "out" / "map").roads
    assert city.counts["plane"] == 0
    assert np.ptp(roads.node_xy_m, axis=0) == pytest.approx([2745, 2224], rel=2e-3)
    assert abs(roads.origin[0] - 10) < 0.1
    assert import_jemss(town, tmp_path / "again").counts["plane"] == 1


def test_a_plain_geotiff_is_read_north_up(tmp_path: Path) -> None:
    cells = np.array([[1.0, 0.0], [np.nan, 4.0]])
    strips, tags_at = 8, 8 + cells.nbytes
    doubles_at = tags_at + 2 + 12 * 10 + 4
    entries = [
        (256, 3, 1, 2), (257, 3, 1, 2), (258, 3, 1, 64), (259, 3, 1, 1), (273, 4, 1, strips), (277, 3, 1, 1),
        (279, 4, 1, cells.nbytes), (339, 3, 1, 3), (33550, 12, 3, doubles_at), (33922, 12, 6, doubles_at + 24),
    ]  # fmt: skip
    data = b"II*\0" + struct.pack("<I", tags_at) + cells.astype("<f8").tobytes() + struct.pack("<H", 10)
    data += b"".join(struct.pack("<HHII", *entry) for entry in entries) + struct.pack("<I", 0)
    data += struct.pack("<9d", 0.5, 0.25, 0, 0, 0, 0, 100, 40, 0)
    path = tmp_path / "people.tif"
    path.write_bytes(data)
    raster = read_raster(path)
    assert raster is not None
    assert [raster.x.tolist(), raster.y.tolist(), raster.value.tolist()] == [[100.25, 100.75], [39.875, 39.625], [1, 4]]
    path.write_bytes(data[:60])
    assert read_raster(path) is None


# -- calls and scenario ------------------------------------------------------------------------------------------------


def test_the_calls_can_be_supplied_to_the_imported_map(imported: Path) -> None:
    context = TableContext.of(read_map(imported / "map"), START)
    calls = read_supplied("calls", imported / "calls.csv", context)
    raw = pd.read_csv(TOWN / "calls.csv", skiprows=5)
    assert len(calls) == 23, "the last one lies far off"
    assert calls["ring_s"].tolist() == pytest.approx(((raw["arrivalTime"][:23] - 1) * 86_400).tolist(), abs=1e-3)
    assert calls["scene_min"].tolist() == pytest.approx((raw["onSceneDuration"][:23] * 1440).tolist(), abs=1e-4)
    assert (calls["kind"] == "patient").tolist() == (raw["transport"][:23] == 1).tolist()
    assert calls["handover_min"].isna().tolist() == (raw["transport"][:23] == 0).tolist()
    assert calls["hospital"].astype(object).fillna("").tolist()[4] == "hospital_002"
    assert calls["hospital"].isna().sum() == 19
    assert calls["severity"].tolist() == raw["priority"][:23].tolist()


def test_the_scenario_is_valid_and_keeps_jemss_times(imported: Path, tmp_path: Path) -> None:
    path = imported / "scenario.yaml"
    if "tables" not in EmergencyParameters.model_fields:  # not wired yet: everything else must be right all the same
        text = path.read_text("utf-8")
        path = imported / "without_tables.yaml"
        path.write_text(re.sub(r"  tables:\n    calls:.*\n", "", text), "utf-8")
    scenario = load_scenario(path)
    emergency = scenario.sections["emergency"]
    assert emergency.siren_time_factor == pytest.approx(40 / 60, abs=1e-4)
    assert set(scenario.sections["roads"].delay_index_by_hour) == {1.0}
    last = pd.read_csv(imported / "calls.csv")["ring_s"].max()
    assert scenario.duration_h * 3600 > last > (scenario.duration_h - 1.1) * 3600
    delays = pd.read_csv(imported / "calls.csv")["_dispatch_delay_s"]
    assert emergency.triage_s.median == pytest.approx(delays.median(), abs=1e-2)


def test_without_calls_the_scenario_draws_the_demand(town: Path, tmp_path: Path) -> None:
    (town / "calls.csv").unlink()
    import_jemss(town, tmp_path / "out")
    assert load_scenario(tmp_path / "out" / "scenario.yaml").sections["emergency"].calls_per_day == 24
    assert not (tmp_path / "out" / "calls.csv").exists()


# -- what the user is told ---------------------------------------------------------------------------------------------


def test_the_summary_says_what_was_left_out_and_so_does_the_map(imported: Path, tmp_path: Path) -> None:
    summary = import_jemss(TOWN, tmp_path / "out")
    text = summary.text()
    for told in (
        "Road nodes: 12", "Road nodes that cannot be reached and left again: 1", "Calls more than 2 km", "Calls: 23",
        "come back to where they begin: 1", "beside a faster one between the same two nodes: 1",
    ):  # fmt: skip
        assert told in text
    source = (tmp_path / "out" / "map" / "SOURCE.md").read_text("utf-8")
    assert "Calls more than 2 km" in source
    assert "roads/arcs.csv" in source
    assert str(TOWN.parents[2]) not in source, "no path of this machine"
    assert "Left out" not in summary.text(Language("zh"))


def test_every_sentence_of_the_summary_has_a_chinese_form() -> None:
    sentences = {*READ.values(), *LEFT_OUT.values(), *ASSUMED.values()}
    assert not sentences - chinese_table().keys()


def test_the_command_line_imports_and_refuses_to_overwrite(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["import", "jemss", str(TOWN), "--output", str(tmp_path / "out")]
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["calls_kept"] == 23
    assert main(words) == 2
    assert "is there already" in capsys.readouterr().err
    assert main([*words, "--overwrite", "--lang", "zh"]) == 0
    assert "呼叫：23" in capsys.readouterr().out
    assert main(["map", "show", str(tmp_path / "out" / "map"), "--output", str(tmp_path / "map.png")]) == 0


# -- wrong inputs ------------------------------------------------------------------------------------------------------

Spoil = Callable[[Path], None]


def spoil(name: str, old: str, new: str) -> Spoil:
    return lambda folder: change(folder / name, old, new)


def remove(name: str) -> Spoil:
    return lambda folder: (folder / name).unlink()


def two_tables(folder: Path) -> None:
    shutil.copy(folder / "stations.csv", folder / "others.csv")
    (folder / "stations.csv").rename(folder / "mine.csv")


def not_utf8(folder: Path) -> None:
    (folder / "map.csv").write_bytes(b"map\n\xff\xfe,1\n")


def packed(folder: Path) -> None:
    (folder / "roads/nodes.csv").rename(folder / "roads/roads.zip")


WRONG: dict[str, tuple[Spoil, str]] = {
    "missing table": (remove("stations.csv"), "no CSV file in it has the table stations; give the folder"),
    "packed roads": (packed, "roads.zip: holds the roads packed; unpack it",
    ),
    "wrong row count": (
        spoil("roads/nodes.csv", "nodes,13", "nodes,14"),
        "nodes.csv:1: the table nodes says that it has 14 rows, but it has 13; correct the number",
    ),
    "wrong column count": (
        spoil("roads/nodes.csv", "nodes,13,4", "nodes,13,5"),
        "nodes.csv:1: the table nodes says that it has 5 columns, but it has 4; correct the number",
    ),
    "decimal comma": (
        spoil("roads/nodes.csv", "3.0,113.6200", "3.0,113,6200"),
        "nodes.csv:5: 113.0, 6200.0 is no longitude and latitude, although",
    ),
    "word for a number": (
        spoil("hospitals.csv", "1,113.62,", "1,east,"),
        "hospitals.csv:3: column x: 'east' is not a number; write one",
    ),
    "arc to an unknown node": (
        spoil("roads/arcs.csv", "\n1,1,2,", "\n1,1,99,"),
        "arcs.csv:7: column toNode: 99 is no index in the table nodes, which has 1 to 13",
    ),
    "negative time": (
        spoil("calls.csv", "0.00", "-0.00"),
        "is less than 0; correct it (times are days, distances kilometres)",
    ),
    "travel time of 0": (
        spoil("roads/arcs.csv", "0.000635417", "0"),
        "arcs.csv:7: column mode_1: a travel time of 0; write days greater than 0",
    ),
    "unknown hospital": (
        spoil("calls.csv", ",2,0.006", ",7,0.006"),
        "column hospitalIndex: 7 is no index in the table hospitals, which has 1 to 2",
    ),
    "unknown station": (
        spoil("ambulances.csv", "3,2,2", "3,5,2"),
        "ambulances.csv:5: column stationIndex: 5 is no index in the table stations, which has 1 to 2",
    ),
    "duplicate index": (
        spoil("stations.csv", "\n2,113", "\n1,113"),
        "stations.csv:4: the index 1 stands there twice; number the rows 1, 2, 3",
    ),
    "gap in the index": (
        spoil("ambulances.csv", "3,2,2", "4,2,2"),
        "ambulances.csv:5: the index is 4 but this is row 3 of the table",
    ),
    "missing column": (
        spoil("calls.csv", "dispatchDelay", "delay"),
        "calls.csv:6: the table calls has no column dispatchDelay; add it",
    ),
    "missing cells": (
        spoil("hospitals.csv", "2,113.60,34.72,", "2,113.60"),
        "hospitals.csv:4: has 2 cells, but the table hospitals has 4 columns",
    ),
    "unknown priority": (spoil("calls.csv", "\n1,2,", "\n1,4,"), "calls.csv:7: column priority: 4 is not 1 (high)"),
    "call before the start": (
        spoil("calls.csv", "\n1.0,,", "\n1.5,,"),
        "calls.csv:7: column arrivalTime",
    ),
    "unknown arc form": (
        spoil("roads/arcs.csv", "directed,2", "both,2"),
        "arcs.csv:3: arcForm must be directed or undirected",
    ),
    "no table of modes": (spoil("roads/arcs.csv", "miscData", "misc"), "arcs.csv: has no table miscData"),
    "scale of 0": (spoil("map.csv", "91.52,111.32", "0,111.32"), "map.csv:3: xScale and yScale must be greater than 0"),
    "fraction for an index": (
        spoil("ambulances.csv", "1,1,1", "1,1.5,1"),
        "ambulances.csv:3: column stationIndex: 1.5 is not a whole number",
    ),
    "two files with one table": (two_tables, "several files have the table stations: mine.csv, others.csv"),
    "raster of words": (spoil("people.xyz", "34.70 1", "34.70 one"), "people.xyz:1: '113.60 34.70 one' is not x, y"),
    "not UTF-8": (not_utf8, "is not UTF-8 text"),
}  # fmt: skip


@pytest.mark.parametrize(("spoil_it", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_file_line_and_remedy(
    spoil_it: Spoil, message: str, town: Path, tmp_path: Path
) -> None:
    spoil_it(town)
    with pytest.raises(MapError) as caught:
        import_jemss(town, tmp_path / "out")
    assert message in str(caught.value)
    assert not (tmp_path / "out").exists(), "nothing is written when something is wrong"


def test_a_folder_that_is_empty_or_missing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(MapError, match="no CSV file in it has the table map, nodes, arcs, stations"):
        import_jemss(tmp_path / "empty", tmp_path / "out")
    with pytest.raises(MapError, match="there is no such folder"):
        import_jemss(tmp_path / "missing", tmp_path / "out")


def test_roads_in_pieces_are_refused(town: Path, tmp_path: Path) -> None:
    path = town / "roads" / "arcs.csv"
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:8]).replace("arcs,37", "arcs,"), "utf-8")
    with pytest.raises(MapError, match="only 2 of 13 nodes can all reach one another; add the missing arcs"):
        import_jemss(town, tmp_path / "out")


@pytest.mark.parametrize("options", [JemssOptions(population=0), JemssOptions(at=(500.0, 0.0))])
def test_options_that_make_no_sense_are_refused(options: JemssOptions, tmp_path: Path) -> None:
    with pytest.raises(MapError, match="must be"):
        import_jemss(TOWN, tmp_path / "out", options)
