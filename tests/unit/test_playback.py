"""The playback shows what was recorded: packed without loss, in one file, small, escaped, in both languages."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.playback import columns_of, places_at, traffic_run
from support.reports import HOSTILE_TITLE, Page, small_run

from twin import cli
from twin.core.errors import ResultsError
from twin.core.language import CODES, Code, Language
from twin.experiment.store import Results
from twin.report.build import write_report
from twin.report.playback.blocks import Running, pack
from twin.report.playback.cars_block import Ways, turn_order
from twin.report.playback.city_block import Streets
from twin.report.playback.layers_block import ambulances_out, speed_columns
from twin.report.playback.page import SCRIPTS, playback_html


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Results:
    """Two brains on three hours with traffic and ambulances."""
    return traffic_run(tmp_path_factory.mktemp("played"), small_map_folder)


@pytest.fixture(scope="module", params=CODES)
def page(request: pytest.FixtureRequest, results: Results) -> str:
    return playback_html(results, Language(request.param))


def page_with(columns: dict[str, object]) -> str:
    block = pack(columns)  # type: ignore[arg-type]
    facts = json.dumps({"layouts": {"x": block.layout}})
    return f'<i id="facts" type="application/json">{facts}</script><i id="data-x">{block.text}<'


WHOLE = st.lists(st.integers(-(2**30), 2**30), max_size=50)


@given(WHOLE, WHOLE, st.text())
def test_whatever_is_packed_is_read_back(plain: list[int], running: list[int], text: str) -> None:
    given_ = {"plain": np.array(plain, np.int64), "text": text, "running": Running(np.array(running, np.int64))}
    read = columns_of(page_with(given_), "x")
    assert read["plain"].tolist() == plain
    assert read["running"].tolist() == running
    assert read["text"] == text


@pytest.mark.parametrize("values", [[0.5], [2**31], [-(2**31)]])
def test_what_does_not_fit_is_refused_by_its_name(values: list[float]) -> None:
    with pytest.raises(ValueError, match="mine"):
        pack({"mine": np.array(values)})


def test_streets_run_from_junction_to_junction_through_every_edge_once(results: Results) -> None:
    from twin.city.map import read_map

    roads = read_map(results.scenario.map_folder).roads
    streets = Streets.of(roads)
    steps = np.delete(np.column_stack([streets.node[:-1], streets.node[1:]]), streets.first[1:-1] - 1, axis=0)
    assert sorted(map(tuple, steps.tolist())) == sorted(
        zip(roads.edge_from.tolist(), roads.edge_to.tolist(), strict=True)
    )


def test_turns_number_the_links_out_of_each_node_by_how_often_they_are_driven(results: Results) -> None:
    from twin.city.map import read_map

    streets = Streets.of(read_map(results.scenario.map_folder).roads)
    driven = results.events("traffic.tracks", "traditional", 0)["link"].to_numpy(np.int64)
    place = turn_order(streets, driven)
    count = np.bincount(driven, minlength=len(place))
    for node in np.unique(streets.from_node):
        out = np.flatnonzero(streets.from_node == node)
        assert sorted(place[out].tolist()) == list(range(len(out)))
        assert (np.diff(count[out[np.argsort(place[out])]]) <= 0).all()


def test_every_recorded_entry_belongs_to_a_trip_that_is_under_way(results: Results) -> None:
    tracks = results.events("traffic.tracks", "traditional", 0)
    trips = results.events("traffic.trips", "traditional", 0)
    ends_s = results.scenario.duration_h * 3600
    ways = Ways.of(tracks, trips, ends_s)
    assert len(ways.link) == (tracks["entered_s"] < ends_s).sum() > 5000
    steps = np.diff(ways.first)
    departed_s = np.repeat(ways.trips["departed_s"].to_numpy(), steps)
    assert (ways.entered >= np.floor(departed_s * 25)).all()
    assert (ways.entered <= np.repeat(ways.ends, steps)).all()
    shown = (ways.trips["departed_s"] < ends_s).to_numpy()
    away = (ways.trips["origin_node"] != ways.trips["destination_node"]).to_numpy()
    assert (steps[shown & away] > 0).mean() > 0.95  # some begin and end at the same junction


def test_half_of_the_vehicles_are_half_of_those(results: Results) -> None:
    tracks = results.events("traffic.tracks", "traditional", 0)
    trips = results.events("traffic.trips", "traditional", 0)
    whole, half = Ways.of(tracks, trips, 10_800.0), Ways.of(tracks, trips, 10_800.0, every=2)
    every, some = set(whole.trips["vehicle"]), set(half.trips["vehicle"])
    assert some < every
    assert len(some) == pytest.approx(len(every) / 2, abs=2)


def test_streets_where_nobody_gets_on_are_told_from_empty_ones() -> None:
    passed = pd.DataFrame(
        {"ends_s": [900, 900, 2700], "link": [0, 1, 1], "time_s": [10.0, 45.0, 10.0], "on_link": [0, 3, 0]}
    )
    columns = speed_columns(passed, np.full(3, 10.0), np.array([True, True, True]), 4 * 900.0)
    levels = np.asarray(columns["speedLevel"]).reshape(3, 4)
    assert levels.tolist() == [[1, 0, 0, 0], [4, 5, 1, 0], [0, 0, 0, 0]]


def test_ambulances_with_a_call_are_counted_at_the_end_of_each_quarter() -> None:
    rows = [
        (0, 0, "at_station"),
        (100, 0, "alerted"),
        (1000, 0, "returning"),
        (0, 1, "at_station"),
        (899, 1, "on_scene"),
    ]
    states = pd.DataFrame(rows, columns=["time_s", "vehicle", "status"])
    assert ambulances_out(states, 1800.0) == [2, 1]


def test_a_playback_is_one_small_file_that_asks_for_nothing(page: str) -> None:
    assert len(page) < 1_500_000
    parsed = Page(page)
    assert not [tag for tag, _ in parsed.elements if tag in ("link", "img", "iframe", "object")]
    assert not [attributes for _, attributes in parsed.elements if attributes.get("src") or attributes.get("href")]
    policies = [attributes["content"] for attributes in parsed.all("meta") if attributes.get("http-equiv")]
    assert ["default-src 'none'" in str(policy) for policy in policies] == [True]


def test_text_from_data_is_text(page: str, results: Results) -> None:
    assert results.scenario.title == HOSTILE_TITLE
    assert HOSTILE_TITLE not in page
    assert "<script>document" not in page
    script = page.rpartition("<script>")[2]
    assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|eval\(", script)


def test_scripts_ask_the_network_for_nothing_and_need_no_module() -> None:
    from twin.report.playback.page import FOLDER

    for name in SCRIPTS:
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert not re.search(
            r"\bfetch\(|XMLHttpRequest|WebSocket|\bimport\b|new Worker|https?://(?!www\.w3\.org)", text
        )
    assert {path.name for path in FOLDER.glob("*.js")} == set(SCRIPTS)


def test_every_text_that_the_script_says_is_handed_to_it(page: str) -> None:
    facts = json.loads(re.search(r'id="facts" type="application/json">(.*?)</script>', page)[1])  # type: ignore[index]
    script = page.rpartition("<script>")[2]
    said = set(re.findall(r'\.say\("(\w+)"', script)) | set(re.findall(r"\btexts\.(\w+)", script))
    assert said
    assert said <= set(facts["texts"])


def test_the_reference_finds_vehicles_on_their_streets(results: Results) -> None:
    """What the browser is held against in tests/browser is not empty."""
    assert len(places_at(results, "traditional", 3600.0)) > 10


def test_a_report_makes_the_playback_beside_it_and_leads_there(results: Results, tmp_path: Path) -> None:
    write_report(results, tmp_path / "report.html", Language("en"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["playback.html", "report.html"]
    assert 'href="playback.html"' in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", CODES)
def test_a_command_makes_the_playback(
    results: Results, tmp_path: Path, lang: Code, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "day.html"
    assert cli.main(["playback", str(results.folder), "--output", str(path), "--lang", lang]) == 0
    assert capsys.readouterr().out.strip() == str(path)
    assert path.read_text(encoding="utf-8") == playback_html(results, Language(lang))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Results:
    """Two days of ambulances."""
    return small_run(tmp_path_factory.mktemp("alone"), small_map_folder)


def test_a_run_without_ways_says_what_to_do(alone: Results, tmp_path: Path, small_map_folder: Path) -> None:
    silent = small_run(tmp_path, small_map_folder, replications=1, more="emergency: {tracked_days: 0}\n")
    with pytest.raises(ResultsError) as raised:
        playback_html(silent, Language("en"))
    assert "tracked_days" in str(raised.value)
    write_report(silent, tmp_path / "report.html", Language("en"))
    assert not (tmp_path / "playback.html").exists()
    for table in ("emergency.trips", "emergency.calls"):  # recording ways has changed nothing
        same = alone.event_table(table, "traditional", 0)
        pd.testing.assert_frame_equal(silent.event_table(table, "traditional", 0), same)


def test_a_changed_map_is_not_drawn_under_an_old_run(tmp_path: Path, small_map_folder: Path) -> None:
    own = tmp_path / "map"
    shutil.copytree(small_map_folder, own)
    run = small_run(tmp_path / "run", own, replications=1)
    stations = own / "stations.csv"
    stations.write_text(stations.read_text("utf-8").replace("station0", "stationX"), "utf-8")
    with pytest.raises(ResultsError, match="has changed"):
        playback_html(Results(run.folder), Language("en"))


def test_ambulances_alone_can_be_watched_on_the_first_day(alone: Results) -> None:
    columns = columns_of(playback_html(alone, Language("en")), "brain-0")
    assert "tripSteps" not in columns
    trips = alone.event_table("emergency.tracks", "traditional", 0)
    shown = [len(edges) for edges, at_s in zip(trips["edges"], trips["at_s"], strict=True) if at_s[0] < 3 * 3600]
    assert columns["wayPoints"].tolist() == [edges + 1 for edges in shown]
    recorded = alone.event_table("emergency.trips", "traditional", 0)
    moved = recorded[recorded["length_m"] > 0]
    assert len(trips) == len(moved) > 20
    assert [at_s[-1] for at_s in trips["at_s"]] == pytest.approx(moved["arrive_s"].tolist(), abs=0.01)
    assert len(alone.event_table("emergency.tracks", "traditional", 1)) == 0
