"""Promises: SUMO's networks, trips and routes are read as they stand; what is wrong is told by file and line."""

from __future__ import annotations

import gzip
import re
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from support.files import change

from twin.city.importing.sumo_read import SumoNetwork, is_open, read_sumo_network
from twin.city.importing.sumo_trips import read_sumo_trips
from twin.core.errors import MapError
from twin.core.language import Language, chinese_table

DATA = Path(__file__).parents[1] / "data" / "flows"
NET, TRIPS = "town.net.xml", "town.rou.xml"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A copy of the town that a test may spoil."""
    for name in (NET, TRIPS):
        shutil.copy(DATA / name, tmp_path / name)
    return tmp_path


@pytest.fixture(scope="module")
def network() -> SumoNetwork:
    return read_sumo_network(DATA / NET)


# -- the network -------------------------------------------------------------------------------------------------------


def test_a_network_is_read_as_it_stands(network: SumoNetwork) -> None:
    roads = network.roads
    assert (roads.node_count, roads.link_count) == (6, 14)
    link = roads.link_name.index("A0B0")
    assert (roads.node_name[roads.link_from[link]], roads.node_name[roads.link_to[link]]) == ("A0", "B0")
    assert (roads.length_m[link], roads.lanes[link], roads.capacity_per_h[link]) == (300, 2, 3600)
    assert roads.speed_kmh[link] == pytest.approx(13.89 * 3.6)
    assert roads.free_flow_s[link] == pytest.approx(300 / 13.89)
    assert roads.delay is None
    assert (network.projection, network.closed) == ("", frozenset())
    assert roads.node_x is not None
    assert roads.node_x[roads.node_name.index("C0")] == 600


def test_the_line_of_an_edge_joins_its_junctions(network: SumoNetwork) -> None:
    np.testing.assert_array_equal(network.shape[network.roads.link_name.index("A0B0")], [[0, 0], [300, 0]])


def test_bends_are_kept(town: Path) -> None:
    change(town / NET, '<edge id="A0B0"', '<edge shape="0,0 150,40 300,0" id="A0B0"')
    again = read_sumo_network(town / NET)
    assert again.shape[again.roads.link_name.index("A0B0")].tolist() == [[0, 0], [150, 40], [300, 0]]


def test_lanes_that_are_closed_to_cars_do_not_count(town: Path) -> None:
    change(town / NET, '<lane id="A0A1_0" index="0"', '<lane id="A0A1_0" index="0" allow="bus bicycle"')
    change(town / NET, '<lane id="A0B0_0" index="0"', '<lane id="A0B0_0" index="0" disallow="all"')
    change(town / NET, '<lane id="A0B0_1" index="1"', '<lane id="A0B0_1" index="1" disallow="tram passenger"')
    counts: Counter[str] = Counter()
    again = read_sumo_network(town / NET, counts)
    assert again.roads.lanes[again.roads.link_name.index("A0A1")] == 1
    assert again.closed == {"A0B0"}
    assert counts["closed_edges"] == 1


@pytest.mark.parametrize(
    ("allow", "disallow", "is_for_cars"),
    [("", "", True), ("passenger bus", "", True), ("all", "", True), ("bus", "", False), ("", "all", False),
     ("", "passenger", False), ("", "pedestrian tram", True)],
)  # fmt: skip
def test_permissions_are_sumos(allow: str, disallow: str, is_for_cars: bool) -> None:
    assert is_open(allow, disallow) == is_for_cars


def test_edges_within_junctions_are_no_roads(town: Path) -> None:
    internal = '<edge id=":A0_0" function="internal"><lane id=":A0_0_0" index="0" speed="9" length="4"/></edge>'
    change(town / NET, '<edge id="A0A1"', internal + '<edge id="A0A1"')
    assert read_sumo_network(town / NET).roads.link_count == 14


def test_packed_files_are_read_alike(town: Path, network: SumoNetwork) -> None:
    for name in (NET, TRIPS):
        (town / f"{name}.gz").write_bytes(gzip.compress((town / name).read_bytes()))
    packed = read_sumo_network(town / f"{NET}.gz")
    assert packed.roads.link_name == network.roads.link_name
    trips = read_sumo_trips([town / f"{TRIPS}.gz"], packed)
    assert trips.name == read_sumo_trips([town / TRIPS], network).name


# -- trips -------------------------------------------------------------------------------------------------------------


def test_trips_of_every_kind_come_in_order_of_departure(network: SumoNetwork) -> None:
    trips = read_sumo_trips([DATA / TRIPS], network)
    node = network.roads.node_name
    ends = [(node[a], node[b]) for a, b in zip(trips.origin.tolist(), trips.destination.tolist(), strict=True)]
    found = dict(zip(trips.name, zip(trips.depart_s.tolist(), ends, strict=True), strict=True))
    assert found == {
        "inside": (10.5, ("A0", "C1")),
        "by_name": (30, ("A0", "C0")),
        "over": (50, ("C1", "A0")),
        "free": (60, ("A0", "C1")),
        "counted.0": (100, ("A0", "C1")),
        "counted.1": (120, ("A0", "C1")),
        "counted.2": (140, ("A0", "C1")),
        "paced.0": (200, ("A0", "C1")),
        "paced.1": (204, ("A0", "C1")),
        "paced.2": (208, ("A0", "C1")),
        "hourly.0": (300, ("C1", "B0")),
        "hourly.1": (301, ("C1", "B0")),
        "by_junction": (86_405, ("C1", "A0")),
    }
    assert (np.diff(trips.depart_s) >= 0).all()


def test_given_routes_are_kept(network: SumoNetwork) -> None:
    trips, names = read_sumo_trips([DATA / TRIPS], network), network.roads.link_name
    routes = {
        name: [names[link] for link in trips.route[trips.route_start[row] : trips.route_start[row + 1]]]
        for row, name in enumerate(trips.name)
    }
    assert routes["inside"] == ["A0A1", "A1B1", "B1C1"]
    assert routes["by_name"] == ["A0B0", "B0C0"]
    assert routes["hourly.1"] == ["C1C0", "C0B0"]
    assert routes["free"] == []


def test_what_is_left_out_is_counted(network: SumoNetwork) -> None:
    counts: Counter[str] = Counter()
    read_sumo_trips([DATA / TRIPS], network, counts)
    assert {key: counts[key] for key in ("trips_not_on_roads", "trips_triggered", "persons", "vias")} == {
        "trips_not_on_roads": 1, "trips_triggered": 1, "persons": 1, "vias": 1,
    }  # fmt: skip


def test_trips_over_roads_that_are_closed_to_cars_are_left_out(town: Path) -> None:
    change(town / NET, '<lane id="A0B0_0" index="0"', '<lane id="A0B0_0" index="0" disallow="all"')
    change(town / NET, '<lane id="A0B0_1" index="1"', '<lane id="A0B0_1" index="1" disallow="all"')
    counts: Counter[str] = Counter()
    trips = read_sumo_trips([town / TRIPS], read_sumo_network(town / NET), counts)
    assert counts["trips_over_closed"] == 2
    assert not {"by_name", "free"} & set(trips.name)


def test_types_and_routes_may_stand_in_a_file_of_their_own(town: Path, network: SumoNetwork) -> None:
    (town / "types.add.xml").write_text(
        '<additional><vType id="b2" vClass="bicycle"/><route id="r" edges="A0B0"/></additional>', "utf-8"
    )
    (town / "trips.xml").write_text(
        '<routes><trip id="a" type="b2" depart="0" from="A0B0" to="B0C0"/><vehicle id="c" route="r" depart="1"/>'
        "</routes>",
        "utf-8",
    )
    assert read_sumo_trips([town / "types.add.xml", town / "trips.xml"], network).name == ("c",)


def test_types_that_no_file_defines_are_taken_as_cars_and_counted(town: Path, network: SumoNetwork) -> None:
    change(town / TRIPS, '<vType id="bike" vClass="bicycle"/>', "")
    change(town / TRIPS, '<trip id="free"', '<trip id="free" type="DEFAULT_BIKETYPE"')
    counts: Counter[str] = Counter()
    trips = read_sumo_trips([town / TRIPS], network, counts)
    assert (counts["types_unknown"], counts["trips_not_on_roads"]) == (1, 1)
    assert "rider" in trips.name
    assert "free" not in trips.name


# -- what is wrong -----------------------------------------------------------------------------------------------------

WRONG = [
    (NET, 'length="300.00" shape="4.80,6.40', 'length="long" shape="4.80,6.40', r":8: length of <lane> is 'long'"),
    (NET, 'speed="13.89" length="300.00"', 'speed="-3" length="300.00"', r":8: speed of <lane> is '-3'; write"),
    (NET, 'speed="13.89" length="300.00"', 'speed="0" length="300.00"', r":8: speed and length of a lane for cars"),
    (NET, ' from="A0" to="A1"', ' from="A0"', r":7: <edge> has no to; add it"),
    (NET, ' from="A0" to="A1"', ' from="A0" to="Z9"', r":7: the edge 'A0A1' leads to the junction 'Z9'"),
    (NET, '<edge id="A0B0"', '<edge id="A0A1"', r":11: the id 'A0A1' stands there twice"),
    (NET, "</edge>", "</egde>", r":10: is not XML \(mismatched tag\)"),
    (NET, 'netOffset="0.00,0.00"', 'netOffset="middle"', r":5: 'middle' of <location> is no point; write it as x,y"),
    (NET, 'length="300.00"', "", r":8: <lane> has no length; add it"),
    (TRIPS, 'depart="30"', 'depart="soon"', r":6: depart of <vehicle> is 'soon'; write seconds"),
    (TRIPS, 'depart="30"', "", r":6: <vehicle> has no depart; add it"),
    (TRIPS, 'depart="30"', 'depart="-5"', r":6: depart of <vehicle> is '-5'; write seconds of at least 0"),
    (TRIPS, 'route="along"', 'route="alogn"', r":6: route of <vehicle>: 'alogn' is not known; did you mean 'along'\?"),
    (TRIPS, '0:01:00" from="A0B0"', '0:01:00" from="A0B9"', r":10: from of <trip>: 'A0B9' is not known; did you mean"),
    (TRIPS, 'fromJunction="C1"', 'fromJunction="X"', r":11: fromJunction of <trip>: 'X' is not known; give"),
    (TRIPS, "A0A1 A1B1 B1C1", "A0A1 B1C1", r":8: the edge 'B1C1' does not begin where 'A0A1' ends"),
    (TRIPS, 'fromJunction="C1" toJunction="A0"', 'fromTaz="1" toTaz="2"', r":11: goes from zone to zone; let SUMO's"),
    (TRIPS, 'period="4"', 'probability="0.2"', r":16: the flow has neither number, period nor vehsPerHour"),
    (TRIPS, 'period="4"', 'period="exp(0.3)"', r":16: the flow has neither"),
    (TRIPS, 'period="4"', 'period="0"', r":16: period of <flow> is '0'; write a number of at least 0\.001"),
    (TRIPS, '<route id="along" edges="A0B0 B0C0"/>', '<routeDistribution id="along"/>', r":5: leaves routes to chance"),
    (TRIPS, ' id="inside"', "", r":7: <vehicle> has no id"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "told"), WRONG)
def test_a_wrong_file_is_told_with_its_line(town: Path, name: str, old: str, new: str, told: str) -> None:
    change(town / name, old, new)
    with pytest.raises(MapError) as caught:
        read_sumo_trips([town / TRIPS], read_sumo_network(town / NET))
    assert re.search(re.escape(name) + told, str(caught.value)), str(caught.value)
    assert caught.value.template in chinese_table()
    assert caught.value.text(Language("zh")) != str(caught.value)


def test_files_that_are_not_there_cut_short_or_empty_are_told(town: Path, network: SumoNetwork) -> None:
    with pytest.raises(MapError, match=r"none\.net\.xml: there is no such file"):
        read_sumo_network(town / "none.net.xml")
    packed = town / "cut.net.xml.gz"
    packed.write_bytes(gzip.compress((town / NET).read_bytes())[:500])
    with pytest.raises(MapError, match=r"cut\.net\.xml\.gz: cannot be unpacked"):
        read_sumo_network(packed)
    (town / NET).write_text("", "utf-8")
    with pytest.raises(MapError, match=r"town\.net\.xml:1: is not XML"):
        read_sumo_network(town / NET)
    (town / TRIPS).write_text("<routes/>", "utf-8")
    with pytest.raises(MapError, match="holds no trips of cars"):
        read_sumo_trips([town / TRIPS], network)


def test_files_of_another_kind_are_told(network: SumoNetwork) -> None:
    with pytest.raises(MapError, match=r"town\.net\.xml:3: begins with <net>, not with <routes>"):
        read_sumo_trips([DATA / NET], network)
    with pytest.raises(MapError, match=r"town\.rou\.xml:2: begins with <routes>, not with <net>"):
        read_sumo_network(DATA / TRIPS)


def test_a_network_without_roads_for_cars_is_told(town: Path) -> None:
    text = (town / NET).read_text("utf-8")
    (town / NET).write_text(text.replace("<lane ", '<lane allow="tram" '), "utf-8")
    with pytest.raises(MapError, match="holds no roads for cars"):
        read_sumo_network(town / NET)
