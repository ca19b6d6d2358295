"""What geographic information systems read of a run: whole, in place, and with the totals of the events."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
from support.cities import write_small_map
from support.commands import call
from support.reports import small_run, small_traffic_run

from twin.cli import main
from twin.core.errors import ResultsError
from twin.core.language import CODES, Code, Language
from twin.experiment.store import Results
from twin.report.export import ExportOptions, export

EN = Language("en")
HOURS = (8, 9, 10)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Results:
    """Two brains on one morning from 08:00 to 11:00."""
    return small_traffic_run(tmp_path_factory.mktemp("export"), small_map_folder)


@pytest.fixture(scope="module")
def geopackage(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(results, ExportOptions("gpkg", tmp_path_factory.mktemp("out") / "day.gpkg"), EN)


@pytest.fixture(scope="module")
def geoparquet(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(results, ExportOptions("geoparquet", tmp_path_factory.mktemp("out") / "day"), EN)


@pytest.fixture(scope="module")
def links(geopackage: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(geopackage, layer="links_city_brain")


@pytest.fixture(scope="module")
def lots(geopackage: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(geopackage, layer="lots_city_brain")


def test_there_is_a_layer_of_links_and_of_lots_for_each_brain(geopackage: Path, geoparquet: Path) -> None:
    wanted = {f"{name}_{brain}" for name in ("links", "lots") for brain in ("traditional", "city_brain")}
    assert set(pyogrio.list_layers(geopackage)[:, 0]) == wanted
    assert {path.name for path in geoparquet.iterdir()} == {f"{name}.parquet" for name in wanted}
    assert sorted(path.name for path in geoparquet.parent.iterdir()) == ["day"], "nothing half-written is left"


def test_both_formats_hold_the_same_in_wgs84(geopackage: Path, geoparquet: Path) -> None:
    for name in ("links_traditional", "lots_traditional"):
        one, other = gpd.read_file(geopackage, layer=name), gpd.read_parquet(geoparquet / f"{name}.parquet")
        assert one.crs.to_epsg() == 4326
        assert other.crs.is_geographic
        assert one.geometry.geom_equals(other.geometry.set_crs(4326, allow_override=True)).all()
        plain, packed = (pd.DataFrame(frame.drop(columns="geometry")) for frame in (one, other))
        pd.testing.assert_frame_equal(plain, packed, check_dtype=False)


def test_vehicle_kilometres_and_delays_of_the_edges_are_those_of_the_events(
    results: Results, links: gpd.GeoDataFrame
) -> None:
    roads = results.events("traffic.roads", "city_brain", 0)
    counted = roads[(roads["ends_s"] > 0) & (roads["ends_s"] <= 3 * 3600)]
    assert (links["vehicles"] * links["length_m"]).sum() / 1000 == pytest.approx(counted["vehicle_km"].sum())
    lost_h = counted["vehicle_h"].sum() - counted["free_flow_h"].sum()
    assert links["delay_h"].sum() == pytest.approx(lost_h, rel=1e-4)
    hours_driven = (
        links["vehicles"] * links["length_m"] / links["speed_kmh"].where(links["vehicles"] > 0) / 1000
    ).sum()
    assert hours_driven == pytest.approx(counted["vehicle_h"].sum(), rel=1e-4)
    for column in ("vehicles", "delay_h"):
        assert links[[f"{column}_h{hour:02d}" for hour in HOURS]].sum(axis=1).to_numpy() == pytest.approx(links[column])


def test_speeds_of_an_hour_are_those_of_the_events(results: Results, links: gpd.GeoDataFrame) -> None:
    rows = results.events("traffic.links", "city_brain", 0)
    own = rows[(rows["ends_s"] > 3600) & (rows["ends_s"] <= 7200)]
    sums = own.assign(s=own["left"] * own["time_s"]).groupby("link")[["left", "s"]].sum()
    told = results.events("traffic.link_list", "city_brain", 0).set_index("link")
    speed = sums["left"] * told["length_m"].reindex(sums.index) / sums["s"] * 3.6
    found = links.drop_duplicates("link").set_index("link")["speed_kmh_h09"]
    assert found.dropna().sort_index().to_numpy() == pytest.approx(speed.sort_index().to_numpy(), rel=1e-4)
    assert len(speed) > 100


def test_edges_are_those_of_the_map(links: gpd.GeoDataFrame, small_map_folder: Path) -> None:
    edges = gpd.read_parquet(small_map_folder / "edges.parquet")
    assert links["edge"].tolist() == list(range(len(edges)))
    assert links.geometry.geom_equals(edges.geometry.set_crs(4326, allow_override=True)).all()
    assert links["name"].tolist() == edges["name"].tolist()
    assert set(links["road_class"]) == {"primary", "residential"}


def test_occupancy_of_lots_is_that_of_the_events(results: Results, lots: gpd.GeoDataFrame) -> None:
    rows = results.events("traffic.lots", "city_brain", 0)
    own = rows[(rows["ends_s"] > 0) & (rows["ends_s"] <= 3600)]
    taken = own.groupby("lot")["taken"].sum().reindex(lots["lot"], fill_value=0).to_numpy() / 4
    assert (lots["taken_h08"] * lots["spaces"]).to_numpy() == pytest.approx(taken, rel=1e-4, abs=1e-4)
    listed = results.events("traffic.lot_list", "city_brain", 0)
    assert lots["spaces"].sum() == listed["spaces"].sum()
    assert set(lots["kind"]) == set(listed["kind"].astype(str))
    assert np.allclose(lots.geometry.x, listed["lon"])
    assert (lots["taken_most"] >= lots["taken_h08"] - 1e-6).all()


def test_whoever_gets_the_file_learns_whose_data_it_is_and_what_columns_mean(
    geopackage: Path, geoparquet: Path
) -> None:
    in_package = pyogrio.read_info(geopackage, layer="links_city_brain")["layer_metadata"]
    schema = pq.read_schema(geoparquet / "links_city_brain.parquet")
    in_parquet = json.loads(schema.metadata[b"twin"])
    assert in_package == in_parquet
    assert in_parquet["brain"] == "city_brain"
    assert in_parquet["attribution"] == in_parquet["licence"] == "none"
    assert "not measurements" in in_parquet["label"]
    assert set(json.loads(in_parquet["columns"])) == set(schema.names) - {"geometry"}


def test_hours_and_brains_can_be_chosen(results: Results, tmp_path: Path) -> None:
    options = ExportOptions("geoparquet", tmp_path / "some", ("traditional",), (9,))
    folder = export(results, options, EN)
    assert {path.name for path in folder.iterdir()} == {"links_traditional.parquet", "lots_traditional.parquet"}
    columns = pq.read_schema(folder / "links_traditional.parquet").names
    assert [name for name in columns if "_h" in name and name != "delay_h"] == [
        "vehicles_h09", "speed_kmh_h09", "delay_h_h09",
    ]  # fmt: skip


def test_an_emergency_run_has_nothing_to_export(tmp_path: Path, small_map_folder: Path) -> None:
    other = small_run(tmp_path, small_map_folder, replications=1)
    with pytest.raises(ResultsError, match=r"of its domains \(emergency\) none has layers, as traffic"):
        export(other, ExportOptions("gpkg", tmp_path / "x.gpkg"), EN)
    assert not (tmp_path / "x.gpkg").exists()


def test_a_map_that_has_changed_is_refused(results: Results, tmp_path: Path, small_map_folder: Path) -> None:
    """Links would be drawn elsewhere than where they were driven."""
    mine = shutil.copytree(small_map_folder, tmp_path / "mine")
    own = small_traffic_run(tmp_path / "run", mine, brains="[traditional]")
    shutil.rmtree(mine)
    with pytest.raises(ResultsError, match="map folder of this run is not there"):
        export(Results(own.folder), ExportOptions("gpkg", tmp_path / "x.gpkg"), EN)
    write_small_map(mine, side=9)
    with pytest.raises(ResultsError, match="the map has changed since this run"):
        export(Results(own.folder), ExportOptions("gpkg", tmp_path / "x.gpkg"), EN)
    assert not [path for path in tmp_path.iterdir() if "x.gpkg" in path.name]


@pytest.mark.parametrize("code", CODES)
def test_wrong_input_gets_a_sentence_and_exit_code_2(
    results: Results, tmp_path: Path, code: Code, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "there.gpkg"
    there.write_text("mine", encoding="utf-8")
    run = results.folder
    for words, english in (
        (["export", tmp_path / "nothing"], "is not the folder of a finished run"),
        (["export", run, "--output", there], "is there already"),
        (["export", run, "--output", tmp_path / "no" / "x.gpkg"], "the folder is not there; make it first"),
        (["export", run, "--output", tmp_path / "x.gpkg", "--brain", "nobody"], "there is no brain 'nobody'"),
        (["export", run, "--output", tmp_path / "x.gpkg", "--hour", "3"], "hour 3 was not lived in this run; it has 8"),
    ):
        assert main([*map(str, words), "--lang", code]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert (english in said.err) == (code == "en"), said.err
    assert there.read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "x.gpkg").exists()


def test_the_command_writes_and_says_where(results: Results, tmp_path: Path) -> None:
    target = tmp_path / "x.gpkg"
    words = ("export", results.folder, "--output", target, "--hour", "8", "--brain", "traditional")
    done = call(*words)
    assert (done.returncode, done.stdout.strip()) == (0, str(target)), done.stderr
    assert main([*map(str, words), "--overwrite"]) == 0
    assert len(pyogrio.list_layers(target)) == 2
