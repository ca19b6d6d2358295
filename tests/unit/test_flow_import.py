"""Promises: a TNTP folder or a SUMO network becomes a map that the twin runs on, with its trips beside it."""

from __future__ import annotations

import json
import re
import shutil
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from twin.city.flow_network import OdMatrix
from twin.city.importing.flow_map import FlowMapOptions
from twin.city.importing.flow_summary import ASSUMED, LEFT_OUT, READ
from twin.city.importing.sumo import import_sumo
from twin.city.importing.tntp import import_tntp, single_trips
from twin.city.importing.tntp_read import TntpUnits
from twin.city.map import read_map
from twin.cli import main
from twin.core.errors import MapError
from twin.core.language import Language, chinese_table
from twin.domains.traffic.supplied_trips import read_trips

DATA = Path(__file__).parents[1] / "data" / "flows"
NET, TRIPS = DATA / "town.net.xml", DATA / "town.rou.xml"
AT = (113.6, 34.7)
START = datetime(2021, 3, 15)


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A copy of the town that a test may spoil."""
    return Path(shutil.copytree(DATA, tmp_path / "town"))


def change(path: Path, old: str, new: str, times: int = 1) -> None:
    text = path.read_text("utf-8")
    assert old in text, f"{path.name} has no {old!r}"
    path.write_text(text.replace(old, new, times), "utf-8")


# -- TNTP --------------------------------------------------------------------------------------------------------------


def test_a_tntp_folder_becomes_a_map_with_its_lengths_and_times(tmp_path: Path) -> None:
    import_tntp(DATA, tmp_path / "out", FlowMapOptions(title="Town", population=5000))
    city = read_map(tmp_path / "out" / "map")
    roads = city.roads
    assert (city.title_en, roads.node_count, roads.edge_count) == ("Town", 7, 16)
    row = int(np.flatnonzero((roads.edge_from == 3) & (roads.edge_to == 4))[0])
    assert roads.edge_length_m[row] == pytest.approx(915)
    assert roads.edge_free_flow_s[row] == pytest.approx(0.915 / 40 * 3600, rel=1e-5)
    assert sum(city.population.residents) == pytest.approx(5000)


def test_connectors_without_length_or_time_are_driven_slowly_along_the_straight_line(tmp_path: Path) -> None:
    summary = import_tntp(DATA, tmp_path / "out")
    roads = read_map(tmp_path / "out" / "map").roads
    connector = np.minimum(roads.edge_from, roads.edge_to) < 3
    assert summary.counts["timeless"] == summary.counts["lengths_straight"] == connector.sum() == 8
    np.testing.assert_allclose(roads.edge_speed_kmh[connector], 30, rtol=1e-5)
    straight = np.hypot(*(roads.node_xy_m[roads.edge_from] - roads.node_xy_m[roads.edge_to]).T)
    np.testing.assert_allclose(roads.edge_length_m[connector], straight[connector], rtol=1e-3)


def test_imported_trips_can_be_supplied_to_the_imported_map(tmp_path: Path) -> None:
    import_tntp(DATA, tmp_path / "out", units=TntpUnits(period_h=2.0))
    trips = read_trips(tmp_path / "out" / "trips.parquet", read_map(tmp_path / "out" / "map").roads, START)
    assert len(trips) == 200
    assert 0 <= trips["depart_s"].min() < trips["depart_s"].max() < 7200
    pairs = trips.groupby(["from_node", "to_node"]).size()
    assert pairs[0, 1] in (60, 61)
    assert pairs[1, 0] in (39, 40)
    assert pairs[0, 2] == 40


def test_whole_trips_add_up_to_the_matrix_and_depart_evenly() -> None:
    random = np.random.default_rng(7)
    matrix = OdMatrix.from_dense(random.gamma(0.5, 20, (30, 30)), period_h=1.0)
    trips = single_trips(matrix)
    dense = np.zeros((30, 30))
    np.add.at(dense, (trips.origin, trips.destination), 1)
    assert np.abs(dense - matrix.dense()).max() < 1
    assert trips.count == round(float(matrix.trips.sum()))
    for trips_of in (trips.depart_s, trips.depart_s[trips.origin == 4]):
        by_minute = np.histogram(trips_of, bins=60, range=(0, 3600))[0]
        assert np.ptp(by_minute) <= 0.2 * by_minute.mean() + 4, "no bunches"


def test_plane_coordinates_are_laid_where_the_user_says(town: Path, tmp_path: Path) -> None:
    nodes = town / "town_node.tntp"
    table = np.array([[0, 0], [10.9, 0], [5.5, 12.2], [0.914, 0], [10, 0], [10, 11.12], [0.85, 11.12]]) * 100
    lines = [f"{row}\t{x:.1f}\t{y:.1f}\t;" for row, (x, y) in enumerate(table, 1)]
    nodes.write_text("\n".join(["Node\tX\tY\t;", *lines]) + "\n", "utf-8")
    with pytest.raises(MapError, match=r"node\.tntp: 1090, 0 of node 2 is no longitude and latitude; say with --at"):
        import_tntp(town, tmp_path / "out")
    summary = import_tntp(town, tmp_path / "out", FlowMapOptions(at=AT))
    roads = read_map(tmp_path / "out" / "map").roads
    assert roads.origin == pytest.approx(AT, abs=1e-9)
    assert summary.counts["plane"] == 1
    np.testing.assert_allclose(roads.node_xy_m[4] - roads.node_xy_m[3], [908.6, 0], atol=0.1)


# -- SUMO --------------------------------------------------------------------------------------------------------------


def test_a_sumo_network_becomes_a_map_with_its_trips_and_routes(tmp_path: Path) -> None:
    import_sumo(NET, tmp_path / "out", FlowMapOptions(at=AT), [TRIPS])
    roads = read_map(tmp_path / "out" / "map").roads
    assert (roads.node_count, roads.edge_count, roads.edge_lanes.max()) == (6, 14, 2)
    straight = np.hypot(*(roads.node_xy_m[roads.edge_from] - roads.node_xy_m[roads.edge_to]).T)
    np.testing.assert_allclose(straight, 300, rtol=1e-3)
    table = pd.read_parquet(tmp_path / "out" / "trips.parquet").set_index("trip")
    for trip in ("inside", "by_name", "hourly.1"):
        route = np.array(table.loc[trip, "route"].split(), int)
        assert roads.edge_from[route[0]] == table.loc[trip, "from_node"]
        assert roads.edge_to[route[-1]] == table.loc[trip, "to_node"]
        np.testing.assert_array_equal(roads.edge_to[route[:-1]], roads.edge_from[route[1:]])
    assert table.loc["free", "route"] == ""
    assert len(read_trips(tmp_path / "out" / "trips.parquet", roads, START)) == 13


def test_a_projection_is_turned_back_into_degrees(town: Path, tmp_path: Path) -> None:
    """On the central meridian of a UTM zone x is 500 km, and on the equator y is 0."""
    net = town / "town.net.xml"
    change(net, 'netOffset="0.00,0.00"', 'netOffset="-500000.00,0.00"')
    change(net, 'projParameter="!"', 'projParameter="+proj=utm +zone=49 +ellps=WGS84 +datum=WGS84 +units=m +no_defs"')
    import_sumo(net, tmp_path / "out")
    roads = read_map(tmp_path / "out" / "map").roads
    assert roads.node_lon.min() == pytest.approx(111, abs=1e-9)
    assert roads.node_lat.min() == pytest.approx(0, abs=1e-9)
    assert roads.node_lat.max() == pytest.approx(300 / 0.9996 / 110_574.3, rel=1e-4)
    assert roads.node_lon.max() - 111 == pytest.approx(600 / 0.9996 / 111_319.5, rel=1e-4)


def test_types_and_streets_are_kept(town: Path, tmp_path: Path) -> None:
    net = town / "town.net.xml"
    change(net, '<edge id="A0B0"', '<edge type="highway.primary" name="中原路" id="A0B0"')
    summary = import_sumo(net, tmp_path / "out", FlowMapOptions(at=AT))
    roads = read_map(tmp_path / "out" / "map").roads
    named = np.flatnonzero(roads.edge_name)
    assert [roads.names[roads.edge_name[edge]] for edge in named] == ["中原路"]
    assert roads.edge_class[named].tolist() == [4]
    assert summary.counts["classes"] == 13


def test_dead_ends_and_the_trips_from_them_are_left_out_and_counted(town: Path, tmp_path: Path) -> None:
    net = town / "town.net.xml"
    text = net.read_text("utf-8")
    for edge in ("A0A1", "A0B0"):  # nothing leads out of A0 any more
        text = re.sub(rf'<edge id="{edge}".*?</edge>', "", text, flags=re.DOTALL)
    net.write_text(text, "utf-8")
    (town / "t.xml").write_text(
        '<routes><trip id="a" depart="0" from="B0A0" to="B0A0"/><trip id="b" depart="0" from="B0B1" to="B1C1"/>'
        '<trip id="c" depart="0" from="B0B1" to="B1B0"/></routes>',
        "utf-8",
    )
    summary = import_sumo(net, tmp_path / "out", FlowMapOptions(at=AT), [town / "t.xml"])
    counts = summary.counts
    assert (counts["unconnected_nodes"], counts["trips_unconnected"], counts["trips_nowhere"]) == (1, 1, 1)
    assert pd.read_parquet(tmp_path / "out" / "trips.parquet")["trip"].tolist() == ["b"]


# -- both --------------------------------------------------------------------------------------------------------------


def test_the_twin_runs_on_an_imported_map(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert main(["import", "tntp", str(DATA), "--output", str(folder), "--population", "200000"]) == 0
    (folder / "day.yaml").write_text(
        "title: A day\nmap: ./map\nstart: 2021-03-15 00:00\nduration_h: 3\nseed: 1\nreplications: 1\n"
        "domains: [emergency]\nbrains: [traditional]\n",
        "utf-8",
    )
    reports = tmp_path / "reports"
    arguments = ["run", str(folder / "day.yaml"), "--reports", str(reports), "--jobs", "1", "--no-report"]
    assert main(arguments) == 0
    assert next(reports.rglob("kpis.csv")).stat().st_size > 0


def test_the_command_says_what_it_did_in_both_languages_and_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = ["import", "sumo", str(NET), "--trips", str(TRIPS), "--at", "113.6", "34.7"]
    assert main([*base, "--output", str(tmp_path / "a")]) == 0
    assert "Trips: 13" in capsys.readouterr().out
    assert main([*base, "--output", str(tmp_path / "b"), "--lang", "zh"]) == 0
    assert "出行：13" in capsys.readouterr().out
    assert main([*base, "--output", str(tmp_path / "c"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["trips"] == 13
    assert main([*base, "--output", str(tmp_path / "a")]) == 2
    assert "is there already" in capsys.readouterr().err
    assert main([*base, "--output", str(tmp_path / "a"), "--overwrite"]) == 0
    assert "town.rou.xml" in (tmp_path / "a" / "map" / "SOURCE.md").read_text("utf-8")


def test_every_sentence_of_the_summary_has_a_chinese_form() -> None:
    table = chinese_table()
    assert [text for text in (*READ.values(), *LEFT_OUT.values(), *ASSUMED.values()) if text not in table] == []


def test_one_input_gives_one_output_to_the_last_byte(tmp_path: Path) -> None:
    for name in ("a", "b"):
        import_tntp(DATA, tmp_path / name / "city")
    for path in sorted((tmp_path / "a" / "city").rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes() or (
                path.name == "SOURCE.md"
            )


# -- what is wrong -----------------------------------------------------------------------------------------------------


def refused(folder: Path, options: FlowMapOptions | None = None, units: TntpUnits | None = None) -> str:
    target = folder.parent / "out"
    with pytest.raises(MapError) as caught:
        import_tntp(folder, target, options, units)
    assert not target.exists(), "nothing half-done stays"
    assert caught.value.text(Language("zh")) != str(caught.value)
    return str(caught.value)


def test_folders_without_what_a_map_needs_are_told(town: Path) -> None:
    assert re.search(r"no: there is no such folder", refused(town.parent / "no"))
    (town / "town_node.tntp").rename(town / "kept")
    assert re.search(r"holds no places of the nodes.* write them into town_node\.tntp", refused(town))
    (town / "kept").rename(town / "town_node.tntp")
    shutil.copy(town / "town_net.tntp", town / "other_net.tntp")
    assert re.search(r"holds several files of one kind: other_net\.tntp, town_net\.tntp", refused(town))
    (town / "other_net.tntp").unlink()
    (town / "town_net.tntp").unlink()
    assert re.search(r"holds no network; its name must end in _net\.tntp", refused(town))


def test_units_that_cannot_be_are_told(town: Path) -> None:
    assert re.search(r"1e\+03 times as long as the straight line.*--length-m", refused(town, None, TntpUnits(1e6)))
    assert re.search(r"--period-h is 0; it must be greater than 0", refused(town, None, TntpUnits(period_h=0)))
    assert re.search(r"--population is 0; it must be at least 1", refused(town, FlowMapOptions(population=0)))
    assert re.search(r"--at is 500 34\.7; it must be a longitude", refused(town, FlowMapOptions(at=(500, 34.7))))


def test_a_network_that_falls_apart_is_told(town: Path) -> None:
    text = (town / "town_net.tntp").read_text("utf-8")
    (town / "town_net.tntp").write_text(re.sub(r"\t(\d)\t(\d)\t", lambda m: f"\t{m[1]}\t{m[1]}\t", text), "utf-8")
    assert re.search(r"only 1 of 7 nodes can all reach one another", refused(town))


def test_a_plane_without_a_place_and_a_strange_projection_are_told(town: Path, tmp_path: Path) -> None:
    with pytest.raises(MapError, match=r"town\.net\.xml: its coordinates are a plane's.*say with --at"):
        import_sumo(NET, tmp_path / "out")
    change(town / "town.net.xml", 'projParameter="!"', 'projParameter="+proj=flat"')
    with pytest.raises(MapError, match=r"its projection '\+proj=flat' cannot be read"):
        import_sumo(town / "town.net.xml", tmp_path / "out")


def test_trips_that_all_lead_nowhere_are_told(town: Path, tmp_path: Path) -> None:
    (town / "t.xml").write_text('<routes><trip id="a" depart="0" from="A0B0" to="B0A0"/></routes>', "utf-8")
    with pytest.raises(MapError, match="none of the 1 trips leads from one junction of the network to another"):
        import_sumo(NET, tmp_path / "out", FlowMapOptions(at=AT), [town / "t.xml"])
