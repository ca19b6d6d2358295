"""What the traffic part of the report promises: the same trips compared, sums that agree, nothing lost."""

from __future__ import annotations

import base64
import gzip
import json
import re
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.reports import TRAFFIC, Page, RunOfFrames, page_of, small_run, small_traffic_run
from support.traffic import small_town

from twin.charts.films import NOTHING, Classes, Film, film_map
from twin.charts.maps import frame_around
from twin.charts.packed import packed
from twin.charts.panels import WIDTH, hour_ticks
from twin.charts.space_time import space_time
from twin.charts.splits import Split, split_rows
from twin.core.clock import Clock
from twin.core.language import CODES, Language
from twin.domains.traffic.occupancy import occupancy
from twin.domains.traffic.parameters import LOT_KINDS, PURPOSES
from twin.domains.traffic.passages import (
    HOURS_OF_DAY,
    QUARTERS,
    MainStreets,
    Passages,
    hours_lived,
    hours_shown,
    passages,
)
from twin.domains.traffic.report_before_after import Compared, said
from twin.domains.traffic.report_corridor import busiest, corridor_of
from twin.domains.traffic.report_ground import Ground
from twin.domains.traffic.report_searches import searches
from twin.domains.traffic.report_speeds import slowest_streets
from twin.domains.traffic.report_trips import paired_trips, quantiles_of, spread_out
from twin.experiment.store import Results
from twin.report.view import RunView

EN = Language("en")
SECTIONS = (
    "trips-before-after", "speeds", "corridors", "roads-by-hour", "roads-locked", "lots", "search", "connected-spaces",
)  # fmt: skip
CLOCK = Clock(datetime(2021, 3, 15, 7), 3600.0, 7200.0)
NAN = float("nan")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Results:
    """Two brains on one morning."""
    return small_traffic_run(tmp_path_factory.mktemp("traffic"), small_map_folder)


@pytest.fixture(scope="module")
def view(results: Results) -> RunView:
    return RunView(results, EN)


@pytest.fixture(scope="module")
def ground(view: RunView) -> Ground:
    return Ground.of(view)


@pytest.fixture(scope="module", params=CODES)
def text(request: pytest.FixtureRequest, results: Results) -> str:
    return page_of(results, request.param)


# -- the page ----------------------------------------------------------------------------------------------------


def test_sections_stand_in_order_and_every_element_is_closed(text: str) -> None:
    page = Page(text)
    ids = [attributes["id"] for attributes in page.all("section") if "id" in attributes]
    assert tuple(ids) == ("verdict", *SECTIONS, "assumptions", "provenance")


def test_no_id_stands_twice_and_every_use_has_its_shape(text: str) -> None:
    page = Page(text)
    ids = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
    assert len(ids) == len(set(ids))
    assert {str(attributes["href"])[1:] for attributes in page.all("use")} <= set(ids)


def test_every_picture_has_a_label_and_every_map_by_hour_its_controls(text: str) -> None:
    page = Page(text)
    pictures = [*page.all("canvas"), *(svg for svg in page.all("svg") if svg.get("role") == "img")]
    assert len(pictures) > 15
    assert all(picture.get("aria-label") for picture in pictures)
    assert len(list(page.all("canvas"))) == 2
    assert len([field for field in page.all("input") if field.get("type") == "range"]) == 2


def test_chinese_sections_are_chinese(results: Results) -> None:
    english = re.compile(r"\b[a-z]+ [a-z]+ [a-z]+\b")
    found = {
        text for tag, text in Page(page_of(results, "zh")).texts
        if tag not in {"code", "title", "h1", "script"} and english.search(text)
    }  # fmt: skip
    assert not found


@pytest.mark.parametrize("brains", ["[city_brain]", "[traditional, city_brain, {name: third, extends: city_brain}]"])
def test_one_brain_or_three(tmp_path: Path, small_map_folder: Path, brains: str) -> None:
    results = small_traffic_run(tmp_path, small_map_folder, brains=brains)
    page = Page(page_of(results))
    compared = {"connected-spaces"} if len(results.brains) == 1 else set()
    assert set(SECTIONS) - compared <= {attributes.get("id") for attributes in page.all("section")}
    layers = [field["value"] for field in page.all("input") if field.get("name") == "speed-film-layer"]
    assert layers == (["0"] if len(results.brains) == 1 else ["0", "1", "2"])
    told = any("nothing to compare" in words for _, words in page.texts)
    assert told == (len(results.brains) == 1)


def test_two_domains_share_a_page(tmp_path: Path, small_map_folder: Path) -> None:
    """Each draws maps of its own cut-out; ids of one once stood in the other's way."""
    both = TRAFFIC.replace("[traffic]", "[emergency, traffic]")
    page = Page(page_of(small_run(tmp_path, small_map_folder, replications=1, more=both)))
    ids = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
    assert len(ids) == len(set(ids))
    assert {str(attributes["href"])[1:] for attributes in page.all("use")} <= set(ids)
    assert {*SECTIONS, "curves", "map"} <= set(ids)


# -- the same trips ----------------------------------------------------------------------------------------------


def trips(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    names = [
        "trip",
        "vehicle",
        "purpose",
        "planned_s",
        "departed_s",
        "arrived_s",
        "parked_s",
        "walk_m",
        "looked",
        "lot",
    ]
    frame = pd.DataFrame(rows, columns=names)
    times = dict.fromkeys(("planned_s", "departed_s", "arrived_s", "parked_s", "walk_m"), np.float32)
    whole = {"trip": np.int32, "vehicle": np.int32, "purpose": np.int8, "looked": np.int16}
    return frame.astype({**times, **whole}).assign(origin_node=np.int32(0), destination_node=np.int32(1))


def hand_made() -> RunOfFrames:
    """Trip 0 gains, 1 loses by walking, 2 ends under the first alone, 3 was before the counted time, 4 under two."""
    one = trips(
        [(0, 0, 1, 100, 100, 700, 700, NAN, 0, NAN), (1, 1, 1, 100, 100, 700, 760, 72, 2, 0),
         (2, 1, 0, 900, 900, 1500, 1500, NAN, 0, NAN), (3, 2, 1, -50, -50, 400, 400, NAN, 0, NAN)]
    )  # fmt: skip
    two = trips(
        [(4, 2, 0, 3700, 3700, 3900, 3960, 0, 1, 0), (0, 0, 1, 100, 160, 460, 460, NAN, 0, NAN),
         (1, 1, 1, 100, 100, 700, 700, 720, 1, 0), (2, 1, 0, 900, 900, NAN, NAN, NAN, 0, NAN),
         (3, 2, 1, -50, -50, 100, 100, NAN, 0, NAN)]
    )  # fmt: skip
    drivers = pd.DataFrame({"vehicle": [0, 1, 2], "informed": [True, False, True], "app": [False, False, True]})
    links = pd.DataFrame({"ring": [0], "from_node": [0], "to_node": [1]})
    tables = {
        ("traffic.trips", "one", 0): one, ("traffic.trips", "two", 0): two,
        "traffic.drivers": drivers, "traffic.link_list": links,
    }  # fmt: skip
    return RunOfFrames(tables, CLOCK)


def test_a_trip_is_compared_with_itself_from_door_to_door() -> None:
    pairs = paired_trips(hand_made(), "one", "two", 0)
    assert pairs.trip.tolist() == [0, 1]
    assert pairs.before_min.tolist() == pytest.approx([10.0, 11 + 1])
    assert pairs.gap_min.tolist() == pytest.approx([-5.0, 10 + 10 - 12])
    assert pairs.informed.tolist() == [True, False]
    assert pairs.hour.tolist() == [7, 7]
    assert (pairs.only_before, pairs.only_after) == (1, 1)


def test_those_that_ended_under_one_brain_alone_are_told() -> None:
    run = hand_made()
    found = Compared.of(run, "one", "two", Ground.of(run))
    assert (found.only_before, found.only_after) == (1, 1)
    assert found.groups["all"].classes.tolist() == [[0, 0, 1, 0, 0, 1, 0]]
    sentence = said(found, ("One", "Two"), EN)
    assert "Of 2 trips" in sentence
    assert "50.0 % take more than a minute less with Two, 50.0 % more than a minute more" in sentence


def test_days_are_added_up() -> None:
    run = hand_made()
    tables = dict(run.tables)
    tables |= {(name, brain, 1): frame for (name, brain, _), frame in
               ((key, frame) for key, frame in run.tables.items() if isinstance(key, tuple))}  # fmt: skip
    two_days = RunOfFrames(tables, CLOCK, replications=2)
    one, two = (Compared.of(days, "one", "two", Ground.of(days)) for days in (run, two_days))
    assert two.groups["all"].trips[0] == 2 * one.groups["all"].trips[0]
    assert two.groups["purpose"].gap_min.tolist() == (2 * one.groups["purpose"].gap_min).tolist()
    assert (two.only_before, two.only_after) == (2, 2)
    assert two.spread.tolist() == (2 * one.spread).tolist()
    found = [searches(days, "one", Ground.of(days)) for days in (run, two_days)]
    assert found[0].groups["all"].drivers[0] == 1
    assert found[1].groups["all"].minutes[0] == pytest.approx(2 * found[0].groups["all"].minutes[0]) == pytest.approx(2)


def test_the_mean_change_is_that_of_the_verdict(results: Results, view: RunView, ground: Ground) -> None:
    found = Compared.of(view, *results.brains, ground)
    row = next(row for row in results.compare(*results.brains) if row.name == "traffic.door_to_door_min.mean")
    assert row.difference is not None
    assert found.groups["all"].trips[0] == row.difference.count > 1000
    assert found.groups["all"].mean_gap_min[0] == pytest.approx(row.difference.mean, abs=1e-4)


def test_every_grouping_holds_every_trip_once(results: Results, view: RunView, ground: Ground) -> None:
    groups = Compared.of(view, *results.brains, ground).groups
    assert set(groups) == {"all", "driver", "app", "purpose", "hour", "ring", "district", "cell"}
    for name, gaps in groups.items():
        assert gaps.trips.sum() == groups["all"].trips[0], name
        assert gaps.gap_min.sum() == pytest.approx(groups["all"].gap_min[0]), name


def test_shares_of_the_spread_are_those_of_the_trips() -> None:
    gaps = np.random.default_rng(1).normal(-1, 4, 5000).astype(np.float32)
    shares = np.array([0.01, 0.25, 0.5, 0.9, 1.0])
    assert quantiles_of(spread_out(gaps), shares) == pytest.approx(np.quantile(gaps, shares), abs=0.2)
    far = np.array([-5000, 0, 5000], np.float32)
    assert spread_out(far).sum() == 3


# -- links -------------------------------------------------------------------------------------------------------


def passed_links(rows: list[tuple[int, int, int, float, int]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["ends_s", "link", "left", "time_s", "on_link"])


def test_speeds_are_means_over_vehicles_and_the_warm_up_is_left_out() -> None:
    rows = passed_links([(0, 0, 9, 99.0, 1), (900, 0, 1, 10.0, 0), (1800, 0, 3, 30.0, 0), (8100, 0, 9, 99.0, 0)])
    own = passages(RunOfFrames({"traffic.links": rows}, CLOCK), "one", HOURS_OF_DAY, np.array([0]), 2)
    assert own.vehicles[7].tolist() == [4]
    assert own.vehicles.sum() == 4
    assert own.speed_share(np.array([10.0]))[7, 0] == pytest.approx(4 * 10 / 100)
    assert np.isnan(own.speed_share(np.array([10.0]))[8, 0])


def test_a_link_that_holds_vehicles_and_lets_none_out_stands() -> None:
    """Only links that somebody left are recorded, so a locked street once looked like an empty one."""
    rows = passed_links([(-900, 0, 5, 10.0, 2), (900, 1, 5, 10.0, 0), (1800, 0, 1, 10.0, 3)])
    run = RunOfFrames({"traffic.links": rows}, CLOCK)
    own = passages(run, "one", QUARTERS, np.array([0, 1]), 2)
    stands = [quarter for quarter in range(QUARTERS) if own.standing[quarter, 0]]
    assert stands == [7 * 4, *range(7 * 4 + 2, 7 * 4 + 8)]
    assert not own.standing[:, 1].any()


def test_kilometres_of_the_hours_are_those_of_the_roads(results: Results, view: RunView, ground: Ground) -> None:
    links = len(ground.links)
    own = passages(view, results.brains[0], HOURS_OF_DAY, np.arange(links), links)
    km = float((own.vehicles @ ground.links["length_m"].to_numpy(np.float64)).sum()) / 1000
    roads = results.events("traffic.roads", results.brains[0], 0)
    assert km == pytest.approx(roads["vehicle_km"][(roads["ends_s"] > 0) & (roads["ends_s"] <= 3 * 3600)].sum())
    assert hours_lived(view) == [8, 9, 10]


def test_main_streets_leave_out_local_ones(view: RunView, ground: Ground) -> None:
    streets = MainStreets.of(view, ground.links, view.brains)
    assert set(streets.links["road_class"].astype(str)) == {"primary"}
    assert set(streets.name) == {"Main Street"}


# -- lots and searches -------------------------------------------------------------------------------------------


def test_occupancy_counts_lots_that_stand_empty() -> None:
    """Rows are written for lots with cars alone."""
    lots = pd.DataFrame({"kind": ["public", "public", "office"], "spaces": [10, 30, 5]})
    rows = pd.DataFrame({"ends_s": [-900, 900, 1800, 1800], "lot": [0, 0, 0, 1], "taken": [9, 4, 8, 12]})
    own = occupancy(RunOfFrames({"traffic.lots": rows}, CLOCK), "one", lots)
    public, office = (own.by_kind[0, :, LOT_KINDS.index(name)] for name in ("public", "office"))
    assert public[28:31].tolist() == pytest.approx([0.1, 0.5, 0.0])
    assert office[28] == 0
    assert np.isnan(public[:28]).all()
    assert own.by_lot[7].tolist() == pytest.approx([12 / 4 / 10, 12 / 4 / 30, 0])


def test_no_lot_is_fuller_than_full(results: Results, view: RunView) -> None:
    lots = results.events("traffic.lot_list", results.brains[1], 0)
    own = occupancy(view, results.brains[1], lots)
    assert 0 < own.by_lot.max() <= 1
    assert 0 < np.nanmax(own.by_kind) <= 1


def test_searches_are_those_who_looked_and_have_done(results: Results, view: RunView, ground: Ground) -> None:
    found = searches(view, results.brains[0], ground)
    trips_of = results.events("traffic.trips", results.brains[0], 0)
    counted = trips_of[(trips_of["planned_s"] >= 0) & (trips_of["planned_s"] < 3 * 3600)]
    looked = counted[(counted["looked"] > 0) & counted["parked_s"].notna()]
    own = found.groups["all"]
    assert own.drivers[0] == len(looked) > 500
    assert own.found_none[0] == looked["lot"].isna().sum()
    assert own.mean_min[0] == pytest.approx(((looked["parked_s"] - looked["arrived_s"]) / 60).mean(), rel=1e-4)
    at_work = looked[looked["purpose"] == PURPOSES.index("work")]
    assert found.groups["purpose"].drivers[PURPOSES.index("work")] == len(at_work)
    for name in ("purpose", "hour", "ring", "cell"):
        assert found.groups[name].drivers.sum() == len(looked), name
    assert found.spread.sum() == len(looked)


# -- charts ------------------------------------------------------------------------------------------------------


def opened(element: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Open a packed element as the page's script does; return its head and its arrays."""
    content = re.fullmatch(r"<script [^>]*>([A-Za-z0-9+/=]*)</script>", element)
    assert content is not None, "anything else could end the element or run"
    line, _, blocks = gzip.decompress(base64.b64decode(content[1])).partition(b"\n")
    head = json.loads(line)
    kinds = {"Uint8Array": "<u1", "Int16Array": "<i2", "Uint16Array": "<u2", "Uint32Array": "<u4"}
    arrays = {
        name: np.frombuffer(blocks, kinds[kind], length, offset)
        for name, (kind, offset, length) in head["arrays"].items()
    }
    return head, arrays


def test_packed_arrays_come_out_as_they_went_in() -> None:
    given = {
        "a": np.array([[1, 255], [0, 7]], np.uint8),
        "b": np.array([-3, 300], np.int16),
        "c": np.zeros(0, np.uint32),
    }
    head, arrays = opened(packed("x", given, {"word": "</script><b>\n"}))
    assert head["told"] == {"word": "</script><b>\n"}
    for name, array in given.items():
        assert arrays[name].tolist() == array.ravel().tolist()
    with pytest.raises(KeyError):
        packed("x", {"a": np.array([0.5])}, {})


def test_a_map_by_hour_holds_its_values_and_no_hostile_word() -> None:
    values = np.array([[[10, NOTHING, 3], [200, 0, 3]], [[1, 2, 3], [4, 5, NOTHING]]], np.uint8)
    places = np.array([[0.0, 0, 10, 10], [500, 20.5, 0, 3], [999, 999, 1, 1]])
    classes = Classes((50,), ("s1", "s0"), ("slow", "fast"))
    bad = '</script><script>alert(1)</script>"><img src=x>'
    film = Film(
        "film", places, values, ("07:00", "08:00"), (bad, "other"), classes, classes, {"free": np.array([1, 2, 3])},
        {"name": ((bad, "x"), np.array([0, 1, 0]))}, "{name} {value}", "{name}", bad,
    )  # fmt: skip
    city = small_town().map
    text = film_map(film, frame_around(city, city.roads.node_xy_m), bad, bad, 1, EN)
    page = Page(text)
    assert not list(page.all("img"))
    (script,) = re.findall(r"<script.*?</script>", text)
    head, arrays = opened(script)
    assert head["told"]["words"] == {"name": [bad, "x"]}
    by_hour = arrays["values"].reshape(values.shape)
    assert np.array_equal(np.cumsum(by_hour, axis=1, dtype=np.uint8), values)
    steps = arrays["places"].reshape(4, 3)
    assert np.cumsum(steps, axis=1, dtype=np.int16).T / head["told"]["scale"] == pytest.approx(places)


def test_fields_of_a_space_time_diagram_cover_what_they_should() -> None:
    ranks = np.full((96, 2), -1)
    ranks[:48, 0], ranks[48:, 0], ranks[10:12, 1] = 1, 0, 1
    text = space_time(ranks, ("s4", "s0"), 4.0, "label", marked=0)
    slow, jam, free = re.findall(r'<path d="([^"]*)" class="(?:field s\d|jam)"', text)
    assert slow == jam
    widths = {
        name: [float(width) for width in re.findall(r"h([\d.]+)", d)] for name, d in (("slow", slow), ("free", free))
    }
    assert widths["slow"] == pytest.approx([156.0])
    assert widths["free"] == pytest.approx([156.0, 6.5], abs=0.1)


def test_a_morning_fills_the_width_of_its_diagrams(results: Results, text: str) -> None:
    assert hours_shown(RunView(results, EN)) == (8, 11)
    ranks = np.full((96, 1), -1)
    ranks[32:44] = 0
    (width,) = re.findall(r"h([\d.]+)", space_time(ranks, ("s4",), 1.0, "label", marked=1, between=(8, 11)))
    assert float(width) == pytest.approx(WIDTH - 48)  # the whole axis
    assert hour_ticks((8, 11)) == [8, 9, 10, 11]
    assert hour_ticks((5, 15)) == [6, 8, 10, 12, 14]
    assert hour_ticks((0, 24)) == [0, 6, 12, 18, 24]


def test_a_night_shows_the_whole_day() -> None:
    night = RunOfFrames({}, Clock(datetime(2021, 3, 15, 22), 0.0, 4 * 3600.0))
    assert hours_shown(night) == (0, 24)


def test_rows_split_in_two_stand_on_their_side_and_escape() -> None:
    text = split_rows([Split("<b>", [10, 5, 0], [20, 0, 0], ["x"])], ["who", "n"], "label")
    Page(text)
    assert "&lt;b&gt;" in text
    bars = re.findall(r'<rect x="([\d.]+)%" width="([\d.]+)%"[^>]*class="d(\d)"', text)
    assert [rank for _, _, rank in bars] == ["2", "1", "4"]
    less, _, more = ((float(x), float(x) + float(width)) for x, width, _ in bars)
    assert less[1] == pytest.approx(50, abs=0.05)
    assert more[0] == pytest.approx(50, abs=0.05)
    assert (more[1] - more[0]) == pytest.approx(2 * (less[1] - less[0]), abs=0.1)


# -- roads -------------------------------------------------------------------------------------------------------


def bent_road() -> tuple[MainStreets, Any]:
    """A road that goes 3 km east and then 4 km north, both ways, its second carriageway apart, and a road across.

    Nodes 0, 1, 2, 3 stand on the road from its western end; 4 and 5 on a carriageway 20 m beside nodes 1 and 2.
    """
    xy_m = np.array([[0, 0], [1000, 0], [3000, 0], [3000, 4000], [1000, 20], [3000, 20], [1000, -900.0]])
    rows = [
        ("Bent", 0, 1, 1000), ("Bent", 1, 0, 1000), ("Bent", 1, 2, 2000), ("Bent", 2, 3, 4000), ("Bent", 5, 4, 2000),
        ("Across", 6, 1, 900), ("Far", 3, 2, 4000),
    ]  # fmt: skip
    links = pd.DataFrame(rows, columns=["name", "from_node", "to_node", "length_m"])
    links = links.assign(free_s=links["length_m"] / 20.0, road_class="primary", ring=0)
    vehicles = np.tile(np.array([10.0, 20, 30, 40, 50, 5, 1]), (QUARTERS, 1))
    passed = Passages(vehicles, vehicles * links["free_s"].to_numpy() * 2, np.zeros_like(vehicles))
    streets = MainStreets(links, np.arange(len(links)), len(links), [passed])
    roads: Any = SimpleNamespace(node_xy_m=xy_m)
    return streets, roads


def test_a_road_is_followed_round_its_bends_with_both_carriageways() -> None:
    streets, roads = bent_road()
    road = corridor_of(streets, np.ones(7, np.bool_), "Bent", roads)
    assert road is not None
    assert road.length_km == pytest.approx(7)
    assert road.begins_in == "south"
    assert road.links.tolist() == [0, 1, 2, 3, 4]
    assert road.begin_km.tolist() == pytest.approx([0, 1, 1, 3, 3])
    assert road.end_km.tolist() == pytest.approx([1, 0, 3, 7, 1])
    assert [name for _, name in road.crossings] == ["Across", "Far"]
    assert road.crossings[0] == (1.0, "Across")


def test_no_kilometre_of_a_road_is_lost_or_told_twice() -> None:
    streets, roads = bent_road()
    road = corridor_of(streets, np.ones(7, np.bool_), "Bent", roads)
    assert road is not None
    passed = streets.passed[0]
    both = [road.sums(passed, road.links, streets, forwards) for forwards in (True, False)]
    km = sum(float(part[0].sum()) for part in both)
    assert km == pytest.approx(QUARTERS * (10 * 1 + 20 * 1 + 30 * 2 + 40 * 4 + 50 * 2))
    forth = road.speed_shares(passed, road.links, streets, forwards=True)
    assert np.nanmax(forth) == pytest.approx(0.5)
    assert not np.isnan(forth).any()
    back = road.speed_shares(passed, road.links, streets, forwards=False)
    empty = np.isnan(back).all(axis=0)
    assert empty.sum() == pytest.approx(len(empty) * 4 / 7, abs=1)


def test_a_stretch_that_stands_is_told_as_the_slowest() -> None:
    streets, roads = bent_road()
    road = corridor_of(streets, np.ones(7, np.bool_), "Bent", roads)
    assert road is not None
    passed = streets.passed[0]
    passed.vehicles[40, 3] = passed.vehicle_s[40, 3] = 0
    passed.standing[40, 3] = 1
    shares = road.speed_shares(passed, road.links, streets, forwards=True)
    assert (shares[40, -10:] == 0).all()
    assert shares[40, 0] == pytest.approx(0.5)


def test_the_busiest_roads_are_named_and_within_the_rings() -> None:
    streets, _ = bent_road()
    inside = np.ones(7, np.bool_)
    assert busiest(streets, inside, 2) == ["Bent", "Across"]
    inside[:5] = False
    assert busiest(streets, inside, 5) == ["Across", "Far"]


def test_the_slowest_streets_come_first_with_speeds_of_every_brain() -> None:
    streets, _ = bent_road()
    first = streets.passed[0]
    first.vehicles[:], first.vehicle_s[:] = first.vehicles * 1000, first.vehicle_s * 1000
    first.vehicle_s[8, 5] *= 10
    found = slowest_streets(streets, 8)
    assert found.index[0] == "Across"
    assert found["kmh0"].iloc[0] == pytest.approx(20 * 3.6 / 20)
    assert found["free_kmh"].iloc[0] == pytest.approx(72)
