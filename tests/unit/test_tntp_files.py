"""Promises: networks and trips in the format TNTP are read as they stand; what is wrong is told by file and line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from support.flows import sioux_falls

from twin.city.flow_network import FlowNetwork, OdMatrix
from twin.city.importing.tntp_read import TntpUnits, read_tntp_network
from twin.city.importing.tntp_trips import read_tntp_trips, write_tntp_trips
from twin.core.errors import MapError
from twin.core.language import Language, chinese_table

DATA = Path(__file__).parents[1] / "data" / "flows"
NET, NODES, TRIPS = "town_net.tntp", "town_node.tntp", "town_trips.tntp"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A copy of the town that a test may spoil."""
    for name in (NET, NODES, TRIPS):
        shutil.copy(DATA / name, tmp_path / name)
    return tmp_path


# -- what is right -----------------------------------------------------------------------------------------------------


def test_a_network_is_read_in_metres_seconds_and_vehicles_an_hour() -> None:
    net = read_tntp_network(DATA / NET, DATA / NODES)
    assert (net.node_count, net.link_count, net.first_through_node) == (7, 16, 3)
    assert net.node_name[:2] == ("1", "2")
    assert (net.link_from[0], net.link_to[0]) == (3, 4)
    assert net.length_m[0] == pytest.approx(915)
    assert net.free_flow_s[0] == pytest.approx(0.915 / 40 * 3600, rel=1e-6)
    assert net.speed_kmh[0] == pytest.approx(40, rel=1e-6)
    assert net.capacity_per_h[[0, 2]].tolist() == [1800, 3600]
    assert net.lanes[[0, 2]].tolist() == [1, 2]
    assert net.node_x is not None
    assert net.node_x[3] == 113.6
    assert net.delay is not None
    assert (net.delay.b[0], net.delay.power[0], net.delay.toll[0]) == (0.15, 4, 0)


def test_connectors_without_length_have_no_speed_and_few_lanes() -> None:
    net = read_tntp_network(DATA / NET)
    connector = net.length_m == 0
    assert connector.sum() == 8
    assert (net.speed_kmh[connector] == 0).all()
    assert net.lanes.max() == 8
    assert net.node_x is None


def test_units_are_those_that_the_user_says() -> None:
    feet = read_tntp_network(DATA / NET, units=TntpUnits(length_m=0.3048, time_s=36.0, period_h=2.0))
    assert feet.length_m[0] == pytest.approx(0.915 * 0.3048)
    assert feet.free_flow_s[0] == pytest.approx(0.915 / 40 * 60 * 36, rel=1e-6)
    assert feet.capacity_per_h[0] == 900


def test_a_matrix_keeps_the_pairs_that_have_trips() -> None:
    trips = read_tntp_trips(DATA / TRIPS, 3)
    assert trips.dense().tolist() == [[0, 60.5, 40], [39.5, 0, 20], [25, 15, 0]]
    assert len(trips.trips) == 6
    assert trips.trips_per_h.sum() == 200
    assert read_tntp_trips(DATA / TRIPS, period_h=2).trips_per_h.sum() == 100


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    _, matrix, _ = sioux_falls()
    write_tntp_trips(tmp_path / "trips.tntp", matrix)
    again = read_tntp_trips(tmp_path / "trips.tntp", 24)
    np.testing.assert_array_equal(again.dense(), matrix.dense())
    assert again.trips.sum() == 360_600


def test_a_matrix_without_trips_is_one(tmp_path: Path) -> None:
    write_tntp_trips(tmp_path / "none.tntp", OdMatrix.from_dense(np.zeros((4, 4))))
    assert read_tntp_trips(tmp_path / "none.tntp").dense().tolist() == [[0.0] * 4] * 4


# -- what is wrong -----------------------------------------------------------------------------------------------------

WRONG = [
    (NET, "\t0.15\t4\t40\t0\t1\t;", "\t;", r"net\.tntp:8: has 5 numbers; a link needs at least 7: init_node"),
    (NET, "0.915", "0,915", r"net\.tntp:8: column length: '0,915' is not a number"),
    (NET, "\t4\t5\t", "\t4\t9\t", r"net\.tntp:8: column term_node: 9 is no node; nodes are numbered 1 to 7"),
    (NET, "\t4\t5\t", "\t4.5\t5\t", r"net\.tntp:8: column init_node: 4\.5 is no node"),
    (NET, "1800", "0", r"net\.tntp:8: column capacity: 0 must be greater than 0"),
    (NET, "\t0.15", "\t-0.15", r"net\.tntp:8: column b: -0\.15 is less than 0"),
    (NET, "\t0.15\t4\t", "\t0.15\t0.5\t", r"net\.tntp:8: column power: 0\.5 must be 0 \(no delay\) or at least 1"),
    (NET, "1800", "inf", r"net\.tntp:8: column capacity: 'inf' is not a number"),
    (NET, "<NUMBER OF LINKS> 16", "<NUMBER OF LINKS> 20", r"says that it has 20 links, but it has 16"),
    (NET, "<NUMBER OF NODES> 7", "", r"the line <NUMBER OF NODES> is missing"),
    (NET, "<FIRST THRU NODE> 4", "<FIRST THRU NODE> no", r"the line <FIRST THRU NODE> is missing or holds no whole"),
    (NET, "<NUMBER OF ZONES> 3", "<NUMBER OF ZONES> 30", r"says that 30 of its 7 nodes are zones"),
    (NET, "<END OF METADATA>", "", r"has no line <END OF METADATA>"),
    (NODES, "4\t113.6\t34.7\t;", "", r"node 4 and 0 more are missing"),
    (NODES, "4\t113.6", "3\t113.6", r"node\.tntp:5: node 3 stands there twice"),
    (NODES, "4\t113.6", "40\t113.6", r"node\.tntp:5: column node: 40 is no node"),
    (NODES, "4\t113.6\t34.7", "4\t113.6", r"node\.tntp:5: is not a node with x and y"),
    (NODES, "4\t113.6", "4\teast", r"node\.tntp:5: column x: 'east' is not a number"),
    (TRIPS, "Origin 1", "", r"trips\.tntp:7: stands before the first origin"),
    (TRIPS, "Origin 2", "Origin 4", r"trips\.tntp:9: '4' is no zone; zones are numbered 1 to 3"),
    (TRIPS, "3 :     20.0", "9 :     20.0", r"trips\.tntp:11: '9' is no zone"),
    (TRIPS, "3 :     20.0", "3 =     20.0", r"trips\.tntp:11: '3 =     20\.0' is not a destination and its trips"),
    (TRIPS, "3 :     20.0", "3 :     many", r"trips\.tntp:11: column trips: 'many' is not a number"),
    (TRIPS, "3 :     20.0", "3 :    -20.0", r"trips\.tntp:11: column trips: -20 is less than 0"),
    (TRIPS, "3 :     20.0", "1 :     20.0", r"trips\.tntp:11: trips from 2 to 1 stand there twice"),
    (TRIPS, "2 :     15.0", "", r"says that it has 200\.0 trips, but they add up to 185\.0"),
    (TRIPS, "<NUMBER OF ZONES> 3", "<NUMBER OF ZONES> 4", r"has 4 zones, but the network has 3"),
]  # fmt: skip


def read_all(folder: Path) -> tuple[FlowNetwork, OdMatrix]:
    return read_tntp_network(folder / NET, folder / NODES), read_tntp_trips(folder / TRIPS, 3)


def test_the_town_itself_is_right(town: Path) -> None:
    """Otherwise a wrong file below could be refused for what is wrong with the town."""
    network, matrix = read_all(town)
    assert network.node_count == 7
    assert sum(matrix.trips) == pytest.approx(200.0)


@pytest.mark.parametrize(("name", "old", "new", "told"), WRONG)
def test_a_wrong_file_is_told_with_its_line(town: Path, name: str, old: str, new: str, told: str) -> None:
    path = town / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(MapError) as caught:
        read_all(town)
    assert re.search(told, str(caught.value)), str(caught.value)
    assert str(path) in str(caught.value)
    assert caught.value.template in chinese_table()
    assert caught.value.text(Language("zh")) != str(caught.value)


def test_a_file_that_is_no_text_or_not_there_is_told(town: Path) -> None:
    (town / NET).write_bytes(b"<NUMBER OF ZONES> 3\n\xff\xfe\n")
    with pytest.raises(MapError, match=r"net\.tntp:2: is not UTF-8 text"):
        read_all(town)
    (town / NET).unlink()
    with pytest.raises(MapError, match=r"net\.tntp: there is no such file"):
        read_all(town)
