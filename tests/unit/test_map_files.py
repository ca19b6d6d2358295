"""Promises: whatever is wrong with a map's files, the user is told the file, the place in it and what to do."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import twin.city
from twin.city.draw import can_draw, draw_map, round_length_m
from twin.city.importing import STEPS, ImportOptions, import_map
from twin.city.importing.summary import ASSUMED, DROPPED, KEPT
from twin.city.map import read_map
from twin.city.places import Hospital, read_places
from twin.core.errors import MapError
from twin.core.language import Language, chinese_table

DATA = Path(__file__).parents[1] / "data" / "maps"
WRONG = DATA / "wrong"

WRONG_FILES = [
    ("hospitals_bad_number.csv", "hospitals.csv:3: column emergency_bays: 'ten' is not a whole number of at least 0"),
    ("hospitals_negative_bays.csv", "hospitals.csv:3: column emergency_bays: '-3' is not a whole number of at least 0"),
    ("hospitals_bad_yes.csv", "hospitals.csv:3: column stroke_centre: 'true' is not yes or no"),
    ("hospitals_missing_column.csv", "hospitals.csv:1: missing column stroke_centre"),
    (
        "hospitals_bad_label.csv",
        "hospitals.csv:2: column position_label: 'rumoured' is not published, derived or assum",
    ),
    ("hospitals_same_id.csv", "hospitals.csv:3: the id 'hospital_001' stands there twice"),
    ("hospitals_no_name.csv", "hospitals.csv:3: column name_en is empty"),
    ("hospitals_swapped.csv", "hospitals.csv:2: 34.755, 113.651 is no longitude and latitude"),
    ("hospitals_nothing.csv", "hospitals.csv: has no rows"),
    ("hospitals_no_position.csv", "hospitals.csv:3: column lon: 'nan' is not a number"),
    ("hospitals_unknown_district.csv", "hospitals.csv: 'erqi' is not one of all"),
    ("hospitals_gbk.csv", "hospitals.csv: is not UTF-8 text; save it as UTF-8"),
    ("hospitals_more_cells.csv", "hospitals.csv:2: has more cells than there are columns"),
    ("stations_more_crews.csv", "stations.csv:2: 2 crews for 1 vehicles; a crew on duty needs a vehicle"),
    ("stations_half_vehicle.csv", "stations.csv:2: column vehicles: '1.5' is not a whole number of at least 0"),
    ("map_other_crs.yaml", "map.yaml: crs is EPSG:32649, but maps are kept in EPSG:4326"),
    ("map_no_title.yaml", "map.yaml: the key title.en is missing"),
    ("map_no_chinese_title.yaml", "map.yaml: the key title.zh is missing"),
    ("map_not_yaml.yaml", "map.yaml: is not YAML"),
    ("districts_broken.geojson", "districts.geojson: is not a GeoJSON FeatureCollection"),
    ("districts_no_features.geojson", "districts.geojson: has no rows"),
    ("districts_bad_population.geojson", "district all: the property population is missing or wrong ('3,000')"),
    ("districts_bad_label.geojson", "district all: the property label is missing or wrong ('true')"),
    ("districts_point.geojson", "district all has no Polygon or MultiPolygon"),
    ("districts_twice.geojson", "districts.geojson: the id 'all' stands there twice"),
    ("nodes_rank_twice.parquet", "nodes.parquet: column rank is not an order of the nodes; build the map again"),
    ("nodes_no_lon.parquet", "nodes.parquet: row 2: nan, "),
    ("nodes_no_rank.parquet", "nodes.parquet:1: missing column rank"),
    ("edges_negative_length.parquet", "edges.parquet: column length_m, row 3: -5.0 must be greater than 0"),
    ("edges_beyond.parquet", "edges.parquet: from_node and to_node must be rows of nodes.parquet"),
    ("edges_bad_class.parquet", "edges.parquet: 'bicycle' is not one of motorway"),
    ("edges_gap.parquet", "edges.parquet: column lanes has gaps"),
    ("edges_text_speed.parquet", "edges.parquet: column speed_kmh holds string"),
    ("edges_unconnected.parquet", "nodes cannot be reached from the others and left again"),
    ("edges_not_parquet.parquet", "edges.parquet: is not a Parquet file"),
    ("population_nobody.parquet", "population.parquet: column population must hold numbers"),
]

WRONG_SOURCES = [
    ("no_such_file.osm.pbf", "no_such_file.osm.pbf: there is no such file; get an extract of your city"),
    ("empty.osm.pbf", "empty.osm.pbf: the file is empty; fetch it again"),
    ("map.shp", "map.shp: is of no kind that can be imported; give a file that ends in .osm.pbf"),
    ("not_osm.osm.pbf", "not_osm.osm.pbf: cannot be read as OpenStreetMap data"),
    ("cut_short.osm.pbf", "cut_short.osm.pbf: cannot be read as OpenStreetMap data"),
    ("cut_short.osm", "cut_short.osm: cannot be read as OpenStreetMap data"),
    ("nothing.osm", "nothing.osm: holds no streets and no places; choose a larger area"),
    ("no_roads.osm", "no_roads.osm: holds no roads for cars"),
    ("one_loop.osm", "one_loop.osm: its streets form no network; choose a larger area"),
    ("disconnected.osm", "disconnected.osm: only 22% of its streets can all reach one another"),
    ("no_hospital.osm", "no_hospital.osm: holds no hospital that takes emergencies"),
    ("no_hospital.graphml", "no_hospital.graphml: this kind of file holds no hospitals; write them into a table"),
    ("projected.graphml", "projected.graphml: its coordinates are epsg:32649; save the graph before projecting it"),
    ("projected_unsaid.graphml", "projected_unsaid.graphml: its coordinates are 742000, 3.848e+06"),
    ("no_coordinates.graphml", "no_coordinates.graphml: node 1 has no x and y in degrees"),
    ("broken.graphml", "broken.graphml: is not GraphML"),
]

NAMES = {
    "hospitals": "hospitals.csv", "stations": "stations.csv", "map": "map.yaml", "districts": "districts.geojson",
    "nodes": "nodes.parquet", "edges": "edges.parquet", "population": "population.parquet",
}  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("maps") / "town"
    import_map(DATA / "town.osm", folder, ImportOptions(title="Town", title_zh="小镇", population=3000))
    return folder


@pytest.mark.parametrize(("file", "message"), WRONG_FILES, ids=[file for file, _ in WRONG_FILES])
def test_a_wrong_file_is_named_with_the_place_and_the_remedy(
    town: Path, tmp_path: Path, file: str, message: str
) -> None:
    folder = tmp_path / "town"
    shutil.copytree(town, folder)
    shutil.copy(WRONG / file, folder / NAMES[file.partition("_")[0]])
    with pytest.raises(MapError) as caught:
        read_map(folder)
    assert message in str(caught.value)
    assert caught.value.text(Language("zh")) != str(caught.value)


@pytest.mark.parametrize("name", sorted(NAMES.values()))
def test_a_missing_file_is_named(town: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(town, tmp_path / "town")
    (tmp_path / "town" / name).unlink()
    with pytest.raises(MapError, match=f"{name}: the file is missing; a map folder needs it"):
        read_map(tmp_path / "town")


@pytest.mark.parametrize(("file", "message"), WRONG_SOURCES, ids=[file for file, _ in WRONG_SOURCES])
def test_a_wrong_source_is_named_with_its_remedy_and_leaves_nothing(tmp_path: Path, file: str, message: str) -> None:
    with pytest.raises(MapError) as caught:
        import_map(WRONG / file, tmp_path / "city")
    assert message in str(caught.value)
    assert caught.value.text(Language("zh")) != str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_what_was_written_is_read_back(town: Path) -> None:
    city = read_map(town)
    assert (city.name, city.title_en, city.title_zh, city.licence) == ("town", "Town", "小镇", "ODbL-1.0")
    assert city.roads.names[0] == ""
    assert {"金水路", "West Street"} <= set(city.roads.names)
    assert city.population.residents.sum() == city.districts[0].population == 3000


def test_a_table_saved_by_a_spreadsheet_with_a_byte_order_mark_is_read(town: Path, tmp_path: Path) -> None:
    path = tmp_path / "hospitals.csv"
    path.write_text((town / "hospitals.csv").read_text(encoding="utf-8"), encoding="utf-8-sig", newline="\r\n")
    assert read_places(path, Hospital) == read_places(town / "hospitals.csv", Hospital)


def _sentences() -> Iterator[tuple[str, str]]:
    """Find every sentence that twin/city/ says: of errors, in `say(..)`, of steps and of the summary."""
    for sentences in (KEPT, DROPPED, ASSUMED):
        yield from (("summary", sentence) for sentence in sentences.values())
    yield from (("step", step) for step in STEPS)
    for path in sorted(Path(twin.city.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            if getattr(node.func, "id", "") in ("MapError", "say") and isinstance(node.args[0].value, str):
                yield path.name, node.args[0].value


def test_every_sentence_has_a_chinese_form_with_the_same_places() -> None:
    found = list(_sentences())
    assert len(found) > 60
    lacking = [(file, sentence) for file, sentence in found if sentence not in chinese_table()]
    assert not lacking
    places = re.compile(r"\{[^}]*\}")
    for _, sentence in found:
        assert sorted(set(places.findall(sentence))) == sorted(set(places.findall(chinese_table()[sentence])))


# Pictures


@pytest.mark.parametrize("suffix", ["png", "svg"])
@pytest.mark.parametrize("code", ["en", "zh"])
def test_a_map_is_drawn_without_warnings_whatever_fonts_there_are(
    town: Path, tmp_path: Path, suffix: str, code: Any
) -> None:
    path = tmp_path / f"town.{suffix}"
    draw_map(read_map(town), path, Language(code))
    assert path.stat().st_size > 5_000


def test_a_picture_of_another_kind_is_refused(town: Path, tmp_path: Path) -> None:
    with pytest.raises(MapError, match=r"must end in \.png, \.svg, \.pdf"):
        draw_map(read_map(town), tmp_path / "town.gif")


def test_letters_that_no_font_has_are_known() -> None:
    assert can_draw("Zhengzhou ©")
    assert not can_draw("\U000f0000")


def test_scale_bars_have_round_lengths() -> None:
    assert [round_length_m(longest) for longest in (1000.0, 4999.0, 760.0, 2.5)] == [1000, 2000, 500, 2]
