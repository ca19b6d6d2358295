"""Promises: any city's OpenStreetMap file becomes a map that can be driven on, and the user learns what was assumed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from twin.city.download import download_map
from twin.city.graph import ROAD_CLASSES, RoadGraph
from twin.city.importing import STEPS, ImportOptions, import_map
from twin.city.importing.population import Cells, place_by_population
from twin.city.importing.simplify import runs
from twin.city.importing.speeds import parse_speed_kmh
from twin.city.importing.tags import direction, lanes, level, why_closed
from twin.city.map import CityMap, read_map
from twin.core.errors import MapError
from twin.core.language import Language

DATA = Path(__file__).parents[1] / "data" / "maps"
WRONG = DATA / "wrong"
TOWN = DATA / "town.osm"
BALTIMORE = Path(__file__).parents[2] / ".." / "shared" / "data" / "baltimore.osm.pbf"
STEP_DEG = 0.002
DEGREE_M = 111_195.08

Street = dict[str, Any]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> CityMap:
    folder = tmp_path_factory.mktemp("maps") / "town"
    import_map(TOWN, folder, ImportOptions(title="Town", title_zh="小镇", population=3000))
    return read_map(folder)


def places_of(roads: RoadGraph) -> list[str]:
    """Name each node by its column and row in the town's grid."""
    column, row = (roads.node_lon - 113.65) / STEP_DEG, (roads.node_lat - 34.75) / STEP_DEG
    return [f"{round(x, 1):g},{round(y, 1):g}" for x, y in zip(column, row, strict=True)]


def streets_of(roads: RoadGraph) -> dict[tuple[str, str], Street]:
    place = places_of(roads)
    return {
        (place[roads.edge_from[k]], place[roads.edge_to[k]]): {
            "class": ROAD_CLASSES[roads.edge_class[k]],
            "lanes": int(roads.edge_lanes[k]),
            "speed": round(float(roads.edge_speed_kmh[k]), 1),
            "level": int(roads.edge_level[k]),
            "name": roads.names[roads.edge_name[k]],
            "length": float(roads.edge_length_m[k]),
        }
        for k in range(roads.edge_count)
    }


# What the tags mean


@pytest.mark.parametrize(
    ("text", "speed"),
    [
        ("50", 50), ("50 km/h", 50), ("30 mph", 48.28032), ("30mph", 48.28032), ("walk", 7), ("none", 130),
        ("CN:urban", 50), ("DE:rural", 100), ("FR:zone30", 30), ("DE:zone:20", 20), ("50;60", 50), ("20 knots", 37.04),
        ("signals", None), ("", None), (None, None), ("0", None), ("fast", None), ("999", 140), ("RU:urban", 60),
    ],
)  # fmt: skip
def test_speed_limits_are_read_in_every_unit(text: str | None, speed: float | None) -> None:
    assert parse_speed_kmh(text) == (None if speed is None else pytest.approx(speed))


@pytest.mark.parametrize(
    ("tags", "way"),
    [
        ({"oneway": "yes"}, "forward"), ({"oneway": "1"}, "forward"), ({"oneway": "-1"}, "backward"),
        ({"oneway": "no"}, "both"), ({}, "both"), ({"oneway": "reversible"}, "changing"),
        ({"junction": "roundabout"}, "forward"), ({"junction": "roundabout", "oneway": "no"}, "both"),
        ({"highway": "motorway"}, "forward"), ({"highway": "motorway", "oneway": "no"}, "both"),
        ({"highway": "motorway_link"}, "both"), ({"oneway": "yes", "oneway:motor_vehicle": "no"}, "both"),
    ],
)  # fmt: skip
def test_one_way_tags_mean_what_the_wiki_says(tags: dict[str, str], way: str) -> None:
    assert direction({"highway": "residential"} | tags) == way


@pytest.mark.parametrize(
    ("tags", "way", "expected"),
    [
        ({"lanes": "4"}, "both", (2, 2, False)), ({"lanes": "3"}, "both", (1, 1, False)),
        ({"lanes": "3", "lanes:forward": "2"}, "both", (2, 1, False)), ({"lanes": "1"}, "both", (1, 1, False)),
        ({"lanes": "5", "lanes:both_ways": "1"}, "both", (2, 2, False)), ({"lanes": "3"}, "forward", (3, 0, False)),
        ({"lanes": "3", "lanes:backward": "2"}, "both", (1, 2, False)), ({}, "both", (2, 2, True)),
        ({}, "backward", (0, 2, True)), ({"lanes": "many"}, "forward", (2, 0, True)),
        ({"lanes": "2;3"}, "forward", (2, 0, False)), ({"lanes:forward": "2"}, "both", (2, 2, False)),
    ],
)  # fmt: skip
def test_lanes_are_shared_between_the_directions(
    tags: dict[str, str], way: str, expected: tuple[int, int, bool]
) -> None:
    assert lanes({"highway": "primary"} | tags, way) == expected


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({}, ""), ({"access": "private"}, "no_access"), ({"access": "no", "motor_vehicle": "yes"}, ""),
        ({"motorcar": "no"}, "no_access"), ({"access": "destination"}, ""), ({"highway": "footway"}, "not_for_cars"),
        ({"highway": "service", "service": "driveway"}, "driveways"), ({"highway": "service"}, ""),
        ({"area": "yes"}, "areas"), ({"highway": "construction"}, "not_for_cars"),
    ],
)  # fmt: skip
def test_ways_that_cars_may_not_use_are_left_out(tags: dict[str, str], reason: str) -> None:
    assert why_closed({"highway": "residential"} | tags) == reason


def test_bridges_are_above_and_tunnels_below() -> None:
    cases = [{"bridge": "yes"}, {"tunnel": "yes"}, {"layer": "2"}, {"layer": "-1"}, {"bridge": "no"}, {"layer": "x"}]
    assert [level(tags) for tags in cases] == [1, -1, 1, -1, 0, 0]
    assert level({"tunnel": "building_passage"}) == 0


# A town with a street of each kind


def test_one_way_streets_are_open_in_their_direction_only(town: CityMap) -> None:
    streets = streets_of(town.roads)
    assert ("0,1", "0,2") in streets  # oneway=yes
    assert ("0,2", "0,1") not in streets
    assert ("3,2", "3,1") in streets  # oneway=-1 against the way's line
    assert ("3,1", "3,2") not in streets
    assert ("0,3", "3,3") in streets  # a motorway, untagged
    assert ("3,3", "0,3") not in streets
    assert ("0,-0.5", "0.2,-0.5") in streets  # a roundabout, untagged, its bends joined: both halves lead onwards
    assert {("2,0", "2,1"), ("2,1", "2,0")} <= set(streets)  # reversible: open in both


def test_streets_carry_lanes_speed_level_and_name(town: CityMap) -> None:
    streets = streets_of(town.roads)
    assert streets["0,3", "1,3"] == {
        "class": "primary", "lanes": 2, "speed": 60.0, "level": 0, "name": "金水路",
        "length": pytest.approx(STEP_DEG * DEGREE_M * np.cos(np.radians(34.756)), rel=1e-4),
    }  # fmt: skip
    assert streets["1,0", "1,1"]["level"] == 1
    assert streets["1,0", "1,1"]["speed"] == 32.2
    assert streets["2,0", "2,1"]["level"] == -1
    assert streets["2,0", "2,1"]["lanes"] == 1
    assert streets["0,1", "0,2"]["lanes"] == 2
    assert streets["0,3", "3,3"]["speed"] == 130.0


def test_points_where_nothing_happens_are_bends_not_nodes(town: CityMap) -> None:
    nodes = places_of(town.roads)
    assert "0.5,1.2" not in nodes  # a bend
    assert "1,2" not in nodes  # where two ways of the same street meet
    streets = streets_of(town.roads)
    assert streets["0,2", "3,2"]["name"] == streets["3,2", "0,2"]["name"] == "Long Street"
    straight = STEP_DEG * DEGREE_M * np.cos(np.radians(34.752))
    assert streets["0,1", "1,1"]["length"] == pytest.approx(
        2 * np.hypot(straight / 2, 0.2 * STEP_DEG * DEGREE_M), rel=1e-3
    )


def test_of_parallel_streets_the_fastest_stays_and_loops_and_dead_ends_go(town: CityMap) -> None:
    streets = streets_of(town.roads)
    assert streets["1,3", "2,3"]["class"] == "primary"
    assert all(begin != end for begin, end in streets)
    assert not {"3.5,1", "3.4,2"} & set(places_of(town.roads))


def test_each_edge_has_a_line_from_its_beginning_to_its_end(town: CityMap) -> None:
    import geopandas as gpd

    edges = gpd.read_parquet(town.folder / "edges.parquet")
    roads = town.roads
    assert edges.crs.to_epsg() == 4326 or edges.crs.to_authority() == ("OGC", "CRS84")
    for k, line in enumerate(edges.geometry):
        assert line.coords[0] == (roads.node_lon[roads.edge_from[k]], roads.node_lat[roads.edge_from[k]])
        assert line.coords[-1] == (roads.node_lon[roads.edge_to[k]], roads.node_lat[roads.edge_to[k]])


def test_hospitals_come_from_points_outlines_and_relations_each_once(town: CityMap) -> None:
    children, general = town.hospitals
    assert (children.name_zh, children.name_en, children.children_only) == ("儿童医院", "Children's Hospital", True)
    assert (children.lon, children.lat) == pytest.approx((113.651, 34.755))
    assert (general.name_en, general.capability_label, general.capacity_label) == (
        "Town Hospital", "assumed", "assumed",
    )  # fmt: skip
    assert "w120" in general.position_source
    assert town.stations[0].name_zh == "急救站一"


def test_the_summary_says_what_was_dropped_and_assumed(tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    options = ImportOptions(population=3000, progress=lambda *step: steps.append(step))
    summary = import_map(TOWN, tmp_path / "town", options)
    dropped = {key: count for key, count in summary.dropped.items() if count}
    assert dropped == {
        "not_for_cars": 1, "driveways": 1, "no_access": 1, "unconnected_pieces": 1, "loops": 1, "parallel_edges": 2,
        "turn_restrictions": 1, "double_places": 1, "without_emergency": 1,
    }  # fmt: skip
    assert summary.assumed["changing_direction"] == 1
    assert 0 < summary.assumed["speed_assumed_share"] < 1
    assert summary.as_dict()["kept"]["hospitals"] == 2
    assert "Turn restrictions (in the twin, vehicles may turn at every junction): 1" in summary.text()
    assert "转向限制" in summary.text(Language("zh"))
    assert [step[0] for step in steps] == list(STEPS)


def test_an_import_is_the_same_from_xml_and_pbf_and_from_run_to_run(tmp_path: Path, town: CityMap) -> None:
    import osmium

    as_pbf = tmp_path / "town.osm.pbf"
    with osmium.SimpleWriter(str(as_pbf)) as writer:
        for item in osmium.FileProcessor(str(TOWN)):
            writer.add(item)
    for source, name in ((TOWN, "again"), (as_pbf, "pbf")):
        import_map(source, tmp_path / name, ImportOptions(name="town", title="Town", title_zh="小镇", population=3000))
        for file in ("nodes.parquet", "edges.parquet", "hospitals.csv", "population.parquet"):
            assert (tmp_path / name / file).read_bytes() == (town.folder / file).read_bytes()


def test_a_graph_of_osmnx_gives_the_same_streets(tmp_path: Path, town: CityMap) -> None:
    import osmnx

    before = osmnx.settings.useful_tags_way
    osmnx.settings.useful_tags_way = [*before, "layer", "service"]
    try:
        graph = osmnx.graph_from_xml(TOWN, simplify=False, retain_all=True)
    finally:
        osmnx.settings.useful_tags_way = before
    for simplify in (False, True):
        saved = tmp_path / f"{simplify}.graphml"
        osmnx.save_graphml(osmnx.simplify_graph(graph) if simplify else graph, saved)
        hospitals = town.folder / "hospitals.csv"
        import_map(saved, tmp_path / f"town_{simplify}".lower(), ImportOptions(hospitals=hospitals, population=3000))
        mine, theirs = streets_of(town.roads), streets_of(read_map(tmp_path / f"town_{simplify}".lower()).roads)
        missing = {street for street in mine if street not in theirs}
        # OSMnx does not take a motorway for one-way, so its way back joins it.
        assert not missing
        assert set(theirs) - set(mine) <= {("3,3", "0,3")}
        for street in mine:
            assert theirs[street]["length"] == pytest.approx(mine[street]["length"], rel=1e-3)
            if not simplify:
                assert theirs[street]["speed"] == mine[street]["speed"]


# Places and people


def test_stations_are_placed_where_people_live_and_always_the_same() -> None:
    chance = np.random.default_rng(3)
    middles = np.repeat([[113.5, 34.6], [113.7, 34.7], [113.6, 34.9]], 40, axis=0)
    lon, lat = (middles + chance.normal(0, 0.01, middles.shape)).T
    cells = Cells(lon, lat, np.full(120, 50.0), assumed_total=False, all_streets=False)
    first, again = place_by_population(cells, 3), place_by_population(cells, 3)
    assert np.array_equal(first, again)
    found = sorted(zip(*(axis.round(1).tolist() for axis in first), strict=True))
    assert found == [(113.5, 34.6), (113.6, 34.9), (113.7, 34.7)]


def test_options_set_stations_and_vehicles(tmp_path: Path) -> None:
    import_map(TOWN, tmp_path / "town", ImportOptions(population=50_000, stations=3, vehicles=7))
    city = read_map(tmp_path / "town")
    assert [station.vehicles for station in city.stations] == [3, 2, 2]
    assert city.population.residents.sum() == 50_000


def test_without_a_population_one_is_assumed_and_labelled(tmp_path: Path) -> None:
    summary = import_map(TOWN, tmp_path / "town")
    assert summary.assumed["population_assumed"] == 1
    assert read_map(tmp_path / "town").districts[0].label == "assumed"


# What can go wrong


def test_a_map_that_is_there_is_kept_unless_told_otherwise(tmp_path: Path, town: CityMap) -> None:
    target = tmp_path / "town"
    shutil.copytree(town.folder, target)
    (target / "mine.txt").write_text("x")
    with pytest.raises(MapError, match="is there already"):
        import_map(TOWN, target)
    with pytest.raises(MapError):
        import_map(WRONG / "no_hospital.osm", target, ImportOptions(overwrite=True))
    assert (target / "mine.txt").exists()
    import_map(TOWN, target, ImportOptions(overwrite=True))
    assert not (target / "mine.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["town"]


def test_a_folder_that_is_no_map_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(MapError, match="is not a map folder and is not overwritten"):
        import_map(TOWN, tmp_path, ImportOptions(overwrite=True))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (ImportOptions(population=0), "--population is 0; it must be at least 1"),
        (ImportOptions(name="My City"), "as 'my_city'"),
        (ImportOptions(hospitals=WRONG / "hospitals_bad_yes.csv"), "hospitals_bad_yes.csv:3: column stroke_centre"),
    ],
)
def test_wrong_options_are_refused(tmp_path: Path, options: ImportOptions, message: str) -> None:
    with pytest.raises(MapError, match=message):
        import_map(TOWN, tmp_path / "town", options)


def test_a_download_without_a_network_names_the_way_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import osmnx
    from requests.exceptions import ConnectionError as NoNetwork

    def refuse(*_: object, **__: object) -> None:
        raise NoNetwork("no route")

    monkeypatch.setattr(osmnx, "graph_from_place", refuse)
    with pytest.raises(MapError, match="import it with 'twin map import FILE'"):
        download_map("Zhengzhou, Henan, China", tmp_path / "zhengzhou")
    assert list(tmp_path.iterdir()) == []


def test_a_download_becomes_a_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, town: CityMap) -> None:
    import geopandas as gpd
    import osmnx
    import shapely

    graph = osmnx.graph_from_xml(TOWN, simplify=False, retain_all=True)
    features = gpd.GeoDataFrame(
        {"amenity": ["hospital", None], "emergency": [None, "ambulance_station"], "name": ["Town Hospital", "One"]},
        geometry=[shapely.box(113.6528, 34.7528, 113.6532, 34.7532), shapely.Point(113.6522, 34.751)],
        index=[("way", 120), ("node", 50)],
        crs="EPSG:4326",
    )
    monkeypatch.setattr(osmnx, "graph_from_place", lambda *_, **__: graph)
    monkeypatch.setattr(osmnx, "features_from_place", lambda *_: features)
    before = osmnx.settings.useful_tags_way
    summary = download_map("Town", tmp_path / "town", ImportOptions(population=3000))
    city = read_map(tmp_path / "town")
    assert (summary.reader, city.hospitals[0].name_en, city.stations[0].name_en) == ("osmnx", "Town Hospital", "One")
    assert set(streets_of(town.roads)) <= set(streets_of(city.roads))
    assert osmnx.settings.useful_tags_way == before


def test_runs_are_consecutive() -> None:
    assert runs(np.array([5, 9]), np.array([3, 2]), np.array([1, -1])).tolist() == [5, 6, 7, 9, 8]


# A real city


@pytest.fixture(scope="module")
def baltimore(tmp_path_factory: pytest.TempPathFactory) -> CityMap:
    if not BALTIMORE.is_file():
        pytest.skip(f"{BALTIMORE} is absent: the extract stays outside the project")
    folder = tmp_path_factory.mktemp("maps") / "baltimore"
    import_map(BALTIMORE, folder, ImportOptions(title="Baltimore", population=60_000))
    return read_map(folder)


def test_a_real_city_is_strongly_connected(baltimore: CityMap) -> None:
    roads = baltimore.roads
    graph = nx.DiGraph(zip(roads.edge_from.tolist(), roads.edge_to.tolist(), strict=True))
    assert roads.node_count > 4_000
    assert nx.is_strongly_connected(graph)
    assert len(baltimore.hospitals) >= 5


def test_shortest_ways_through_a_real_city_are_those_of_osmnx(baltimore: CityMap, tmp_path: Path) -> None:
    """The same data read, measured and routed by OSMnx and networkx: one-ways and lengths must agree.

    Small differences remain: of parallel streets this map keeps the fastest, which may be longer.
    """
    import osmium
    import osmnx

    as_xml = tmp_path / "baltimore.osm"
    with osmium.SimpleWriter(str(as_xml)) as writer:
        for item in osmium.FileProcessor(str(BALTIMORE)):
            writer.add(item)
    before = osmnx.settings.useful_tags_way
    osmnx.settings.useful_tags_way = [*before, "motor_vehicle", "motorcar", "vehicle"]
    try:
        theirs = osmnx.graph_from_xml(as_xml, simplify=False, retain_all=True)
    finally:
        osmnx.settings.useful_tags_way = before
    theirs.remove_edges_from(
        [
            edge
            for *edge, tags in theirs.edges(keys=True, data=True)
            if tags.get("highway") not in ROAD_CLASSES
            or tags.get("motor_vehicle", tags.get("vehicle", tags.get("access"))) in ("private", "no")
        ]
    )
    at = {(data["x"], data["y"]): node for node, data in theirs.nodes(data=True)}
    roads = baltimore.roads
    node = [at[place] for place in zip(roads.node_lon.tolist(), roads.node_lat.tolist(), strict=True)]
    mine = nx.DiGraph()
    for begin, end, length_m in zip(roads.edge_from, roads.edge_to, roads.edge_length_m, strict=True):
        mine.add_edge(int(begin), int(end), length=float(length_m))
    chance = np.random.default_rng(1)
    ratios = []
    for begin, end in chance.choice(roads.node_count, (50, 2)).tolist():
        own = nx.dijkstra_path_length(mine, begin, end, weight="length")
        other = nx.dijkstra_path_length(theirs, node[begin], node[end], weight="length")
        ratios.append(own / other)
    assert max(ratios) < 1.03, "a street of the data is missing or closed in this map"
    assert min(ratios) > 0.999, "this map has a street, or a direction, that the data do not have"
    assert np.median(ratios) == pytest.approx(1.0, abs=2e-3)
