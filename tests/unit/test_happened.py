"""What happened on the roads is recorded where and when it was, counted for a crowd, and shown in the report."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.cities import LAT, LON
from support.reports import Page, page_of, small_traffic_run
from support.traffic import small_parameters, small_town
from support.traffic_day import run_traffic, traffic_twin

from twin.core.clock import HOUR_S, Clock
from twin.core.domain import WorldEvent
from twin.domains.traffic.crowd_kpis import crowd_cars, crowd_kpis
from twin.domains.traffic.domain import TrafficDomain
from twin.domains.traffic.happened import CROWDS
from twin.domains.traffic.parameters import LOT_KINDS, PURPOSES
from twin.domains.traffic.sample import AGENTS
from twin.experiment.store import Results

MORNING = Clock(datetime(2021, 3, 15, 6), 0.0, 2 * HOUR_S)
PLACE = (LON + 0.01, LAT + 0.01)
CLOSED = WorldEvent("road_closes", "Main Street", 0.5 * HOUR_S, 1.5 * HOUR_S)
NAN = float("nan")


def crowd(cars: float, spaces: float = 0.0) -> WorldEvent:
    return WorldEvent("crowd_comes", cars, 1.0 * HOUR_S, 1.5 * HOUR_S, (("place", PLACE), ("spaces", spaces)))


def test_closed_links_are_those_of_the_road_from_when_it_closes_until_it_opens() -> None:
    _, domain, frames = run_traffic(clock=MORNING, events=[CLOSED])
    roads = domain.city.roads
    street = np.unique(domain.network.links.edge_link[roads.edge_name == roads.names.index("Main Street")])
    rows = frames["traffic.closed_links"]
    assert sorted(rows["link"][rows["by_event"]]) == street.tolist()
    assert set(zip(rows["begins_s"], rows["ends_s"], strict=True)) == {(CLOSED.begins_s, CLOSED.ends_s)}


def test_a_crash_is_recorded_with_what_it_leaves() -> None:
    event = WorldEvent("crash", "Main Street", 600.0, 1200.0, (("place", PLACE),))
    _, _, frames = run_traffic(clock=MORNING, events=[event])
    (row,) = frames["traffic.crashes"].itertuples()
    assert (row.begins_s, row.ends_s, row.capacity_left) == (600.0, 1200.0, 0.0)  # one lane, and it is blocked
    assert frames["traffic.link_list"]["name"].astype(str)[row.link] == "Main Street"


# -- crowds ------------------------------------------------------------------------------------------------------------


def test_each_crowd_is_told_by_its_own_vehicles() -> None:
    _, domain, frames = run_traffic(clock=MORNING, events=[crowd(30), CLOSED, crowd(20)])
    first, second = frames[CROWDS].itertuples()
    assert (first.first_vehicle + first.cars, second.first_vehicle + second.cars) == (
        second.first_vehicle, len(domain.vehicles),
    )  # fmt: skip
    assert (first.cars, second.cars, first.lon, first.lat) == (30, 20, *PLACE)


def test_a_crowd_by_hand() -> None:
    crowds = pd.DataFrame({"first_vehicle": [7], "cars": [3], "begins_s": [1000.0], "ends_s": [5000.0]})
    leisure, home = PURPOSES.index("leisure"), PURPOSES.index("home")
    rows = [
        (6, leisure, 0.0, 60.0, 0.0, 0.0, 1, "lot", 0),  # not of the crowd
        (7, leisure, 500.0, 910.0, 72.0, 10.0, 3, "lot", 2),  # 400 s of search, there 970 s
        (8, leisure, 700.0, 950.0, 144.0, 10.0, 2, "lot", 2),  # 240 s of search, there 1070 s: late
        (9, leisure, 700.0, 1600.0, NAN, 0.0, 9, "gave_up", NAN),  # 900 s, late
        (7, home, 6000.0, 6200.0, NAN, 0.0, 0, "own_place", NAN),  # home 20 min after the end
        (9, home, 6500.0, 6800.0, NAN, 0.0, 0, "own_place", NAN),  # home 30 min after the end
    ]
    names = ["vehicle", "purpose", "arrived_s", "parked_s", "walk_m", "barrier_s", "looked", "ending", "lot"]
    trips = pd.DataFrame(rows, columns=names)
    events = {CROWDS: crowds, "traffic.trips": trips, AGENTS: pd.DataFrame({"vehicles_per_agent": [4]})}
    found = {row.name.removeprefix("traffic.crowd_"): (row.value, row.count) for row in crowd_kpis(events)}
    assert found["cars"] == (12, 3), "each stands for four"
    assert found["late_share"] == (pytest.approx(2 / 3), 3)
    assert found["fail_share"] == (pytest.approx(1 / 3), 3)
    assert found["search_min.mean"] == (pytest.approx((400 + 240 + 900) / 3 / 60), 3)
    assert found["walk_m.mean"] == (pytest.approx(108.0), 2)
    assert found["home_min.mean"] == (pytest.approx(25.0), 2)


def test_spaces_are_opened_for_a_crowd_near_its_place_and_for_nobody_else() -> None:
    usual, with_spaces = (
        traffic_twin(small_town(), small_parameters(), MORNING, events=[crowd(300, spaces)]).domains["traffic"]
        for spaces in (0.0, 1500.0)
    )
    assert isinstance(usual, TrafficDomain)
    assert isinstance(with_spaces, TrafficDomain)
    count = len(usual.lots)
    assert with_spaces.lots.iloc[:count].equals(usual.lots)
    opened = with_spaces.lots.iloc[count:]
    assert opened["spaces"].tolist() == [500, 500, 500]  # none larger
    assert set(opened["kind"]) == {LOT_KINDS.index("public")}
    assert (opened["entrances"] == 2).all()
    xy_m = usual.city.roads.node_xy_m
    place_m = usual.city.roads.to_plane_m(*(np.array([degrees]) for degrees in PLACE))
    off_street = usual.lots[usual.lots["kind"] != LOT_KINDS.index("roadside")]
    away_m, nearest_m = (np.hypot(*(xy_m[lots["node"]] - place_m).T) for lots in (opened, off_street))
    assert away_m.max() <= np.sort(np.unique(nearest_m))[2]


def test_with_spaces_opened_for_it_fewer_of_a_crowd_find_none() -> None:
    def fail_share(spaces: float) -> float:
        _, _, frames = run_traffic(clock=MORNING, events=[crowd(1500, spaces)])
        return float(crowd_cars(frames[CROWDS], frames["traffic.trips"])["fail_share"].mean())

    assert fail_share(1500.0) < 0.5 * fail_share(0.0)


# -- the report --------------------------------------------------------------------------------------------------------

EVENTS = f"""events:
  - {{at: "08:30", until: "09:30", road_closes: Main Street}}
  - {{at: "08:45", until: "09:15", crash: Main Street, place: [{LON}, {LAT}]}}
  - {{at: "09:00", until: "10:00", crowd_comes: 200, place: [{PLACE[0]}, {PLACE[1]}], spaces: 100}}
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Results:
    return small_traffic_run(tmp_path_factory.mktemp("happened"), small_map_folder, more=EVENTS)


def test_the_report_shows_what_happened_on_a_map_and_in_words(results: Results) -> None:
    page = Page(page_of(results))
    assert "roads-happened" in {attributes.get("id") for attributes in page.all("section")}
    shapes = [attributes.get("class") for attributes in (*page.all("path"), *page.all("circle"))]
    for shape, least in (("closed", 2), ("crash", 2), ("gathering", 2), ("parked", 2)):  # on the map and in its key
        assert shapes.count(shape) >= least, shape
    cells = [text for tag, text in page.texts if tag in {"td", "th"}]
    for said in ("closed", "crash; 0 % of the capacity is left", "03-15 08:30", "03-15 09:30", "200"):
        assert said in cells, said


def test_the_scenario_may_bound_what_a_crowd_meets(results: Results) -> None:
    names = set(results.kpis["kpi"])
    assert {"traffic.crowd_late_share", "traffic.crowd_search_min.mean", "traffic.crowd_home_min.p90"} <= names
    assert names <= set(results.catalogue())


def test_the_chinese_page_says_it_in_chinese(results: Results) -> None:
    english = re.compile(r"\b[a-z]+ [a-z]+ [a-z]+\b")
    texts = [text for tag, text in Page(page_of(results, "zh")).texts if tag not in {"code", "title", "h1", "script"}]
    assert "随人群前来的车辆" in texts
    assert not [text for text in texts if english.search(text)]
