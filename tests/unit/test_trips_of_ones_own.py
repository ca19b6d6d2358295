"""Trips of a user's own are lived in place of ours: each at its time, from and to its places, along its route."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.cities import write_small_map
from support.traffic import small_parameters, small_town
from support.traffic_day import traffic_brain

from twin.city.conditions import RoadConditions
from twin.core.clock import HOUR_S, Clock
from twin.core.domain import WorldEvent
from twin.core.errors import ScenarioError
from twin.core.language import Language, chinese_table
from twin.core.model import Twin
from twin.core.recorder import Recorder
from twin.core.streams import Streams
from twin.core.supplied.reading import TableError
from twin.domains.traffic.domain import TrafficDomain
from twin.domains.traffic.supplied import Supplied, supply
from twin.domains.traffic.supplied_trips import read_trips
from twin.experiment.run import RunOptions, run
from twin.experiment.store import Results
from twin.scenario.load import load_scenario

ROADS = small_town().roads
MORNING = Clock(datetime(2021, 3, 15, 6), 0.0, HOUR_S)


def edge(begin: int, end: int) -> int:
    return int(np.flatnonzero((ROADS.edge_from == begin) & (ROADS.edge_to == end))[0])


ROUND_THE_BLOCK = [edge(0, 12), edge(12, 24), edge(24, 25), edge(25, 13), edge(13, 1), edge(1, 2)]
"""From node 0 to node 2, which lies two edges east, by way of two blocks to the north."""


def table(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "trips.csv"
    path.write_text("\n".join(("trip,depart_s,from_node,to_node,purpose,uses_app,route", *rows)) + "\n", "utf-8")
    return path


def lived(tmp_path: Path, *rows: str, events: tuple[WorldEvent, ...] = (), **changes: Any) -> TrafficDomain:
    city, recorder, streams = small_town(), Recorder(), Streams(1, 0)
    roads = RoadConditions(city.ordinary, MORNING, streams)
    given = Supplied(trips=read_trips(table(tmp_path, *rows), ROADS, MORNING.start))
    domain = TrafficDomain(small_parameters(**changes), city, roads, given)
    twin = Twin(
        city=city, clock=MORNING, brain=traffic_brain(recorder, informed=0.0), streams=streams, domains=[domain],
        recorder=recorder, exogenous=roads.tables, events=[(event, domain) for event in events],
    )  # fmt: skip
    twin.run()
    return domain


def entered(domain: TrafficDomain) -> list[int]:
    return np.flatnonzero(domain.road.of_links("entered")).tolist()


def test_a_trip_drives_its_route_and_no_other_link(tmp_path: Path) -> None:
    domain = lived(tmp_path, f"a,60,0,2,through,,{' '.join(map(str, ROUND_THE_BLOCK))}")
    assert entered(domain) == sorted(domain.network.links.edge_link[ROUND_THE_BLOCK].tolist())
    trips = domain._twin.recorder.frames()["traffic.trips"]
    assert (trips["departed_s"].tolist(), trips["ending"].tolist()) == ([60.0], ["no_parking"])


def test_a_trip_without_a_route_takes_its_fastest_way(tmp_path: Path) -> None:
    domain = lived(tmp_path, "a,60,0,2,through,,")
    assert 0 < len(entered(domain)) < len(ROUND_THE_BLOCK)


def test_who_comes_to_a_closed_link_of_his_route_drives_round(tmp_path: Path) -> None:
    north = [edge(column * 12 + 3, column * 12 + 15) for column in range(4)]  # from 3 to 51
    along = [edge(72 + k, 73 + k) for k in range(3, 8)]  # Main Street
    route = [*north, edge(51, 63), edge(63, 75), *along]
    closed = WorldEvent("road_closes", "Main Street", 0.0, float("inf"))
    domain = lived(tmp_path, f"a,60,3,80,through,,{' '.join(map(str, route))}", events=(closed,))
    main = domain.network.links.edge_link[ROADS.edge_name == 1]
    assert not set(entered(domain)) & set(main.tolist())
    assert domain._twin.recorder.frames()["traffic.trips"]["ending"].tolist() == ["no_parking"]


def test_supplied_trips_are_the_only_ones_and_keep_what_they_say_of_the_app(tmp_path: Path) -> None:
    domain = lived(tmp_path, "a,60,0,2,work,yes,", "b,90,7,40,work,no,", "c,100,7,40,freight,,")
    assert domain.vehicles["app_draw"].tolist()[:2] == [-1.0, 1.0]
    assert domain.vehicles["kind"].tolist() == [0, 0, 2]
    assert len(domain.book) == 3


def test_a_trip_outside_the_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="1 of 2 trips depart outside the run, the first is late at 3600 s"):
        lived(tmp_path, "a,60,0,2,work,,", "late,3600,0,2,work,,")


@pytest.mark.parametrize(
    ("route", "told"),
    [
        ("1 x", "must be numbers of edges with spaces between"),
        ("-1", "must be numbers of edges with spaces between"),
        ("528", "rows of the map's edges.parquet, 0 to 527"),
        (f"{edge(0, 1)} {edge(2, 3)}", r"edge \d+ does not begin where edge \d+ ends"),
        (f"{edge(1, 2)}", "it begins at node 1, but the trip at node 0"),
        (f"{edge(0, 1)}", "it ends at node 1, but the trip at node 2"),
    ],
)
def test_a_wrong_route_is_told_with_its_line(tmp_path: Path, route: str, told: str) -> None:
    with pytest.raises(TableError, match=told) as caught:
        read_trips(table(tmp_path, "right,1,0,1,,,", f"a,60,0,2,,,{route}"), ROADS, MORNING.start)
    (problem,) = caught.value.problems
    assert str(problem).startswith(f"{tmp_path}/trips.csv:3:route: ")
    assert problem.template in chinese_table()
    assert problem.text(Language("zh")) != str(problem)


def test_the_keys_trips_and_lots_of_a_scenario_are_read(tmp_path: Path) -> None:
    """The key for lots was once accepted and the table never opened."""
    write_small_map(tmp_path / "town")
    table(tmp_path, "a,60,0,2,through,,", "b,90,7,40,through,,")
    path = tmp_path / "mine.yaml"
    path.write_text(
        "title: T?\nmap: ./town\nstart: 2021-03-15 06:00\nduration_h: 1\nwarm_up_h: 0\nseed: 1\nreplications: 1\n"
        "domains: [traffic]\nbrains: [traditional]\n"
        "traffic: {trips: trips.csv, roadside_spaces: 0, figures_for_residents: 0, mean_trip_km: "
        "{work: 2.5, school: 1.8, business: 2.5, leisure: 2.2, hospital: 2.6}}\n",
        "utf-8",
    )
    results = Results(run(load_scenario(path), RunOptions(tmp_path / "reports")))
    assert results.events("traffic.trips")["departed_s"].tolist() == [60.0, 90.0]
    assert results.manifest["warnings"] == []
    section = small_parameters(lots="none.csv")
    with pytest.raises(TableError, match=r"none\.csv"):
        supply(section, tmp_path, small_town().map, MORNING.start)
    assert pd.read_csv(tmp_path / "trips.csv").shape == (2, 7)
