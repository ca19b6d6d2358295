"""Tables of one's own in a scenario: each takes the place of what would be drawn or what the map holds."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.cities import small_map, write_small_map

from twin.city.conditions import RoadConditions
from twin.city.traffic import OrdinaryTraffic
from twin.core.errors import TwinError
from twin.core.recorder import Recorder
from twin.experiment.provenance import identity, run_id
from twin.experiment.tasks import Task, Workshop
from twin.scenario.load import load_scenario

MAP = small_map(7, stations=2)


def write(path: Path, rows: list[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    write_small_map(tmp_path / "town", side=7, stations=2)
    path = tmp_path / "own.yaml"
    path.write_text(
        "title: own\nmap: ./town\nstart: 2021-03-15 08:00\nduration_h: 2\nseed: 1\nreplications: 1\n"
        "domains: [emergency]\nbrains: [city_brain]\n",
        encoding="utf-8",
    )
    return path


def lived(path: Path, tables: str):
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f"emergency:\n  tables: {{{tables}}}\n")
    loaded = load_scenario(path)
    recorder = Recorder()
    twin = Workshop(loaded).twin(Task(0, 0), recorder)
    twin.run()
    return twin, recorder.frames(), run_id(identity(loaded))


def at(place: int) -> dict[str, object]:
    return {"lon": float(MAP.roads.node_lon[place]), "lat": float(MAP.roads.node_lat[place])}


def test_supplied_calls_ring_when_and_where_they_say_with_what_they_say(scenario: Path) -> None:
    rows = [
        {"ring_s": 60.0, **at(3), "kind": "patient", "condition": "stemi", "severity": 1, "scene_min": 7.0, "hospital": "capable", "age": 80, "smartphone": "no"},  # noqa: E501
        {"ring_s": 5.0, **at(40), "kind": "advice", "condition": "", "severity": "", "scene_min": "", "hospital": "", "age": "", "smartphone": ""},  # noqa: E501
        {"ring_s": 99_999.0, **at(9), "kind": "patient", "condition": "", "severity": "", "scene_min": "", "hospital": "", "age": "", "smartphone": ""},  # noqa: E501
    ]  # fmt: skip
    write(scenario.parent / "calls.csv", rows)
    _, frames, _ = lived(scenario, "calls: calls.csv")
    calls = frames["emergency.calls"].set_index("call").sort_index()
    assert calls["ring_s"].tolist() == [5.0, 60.0], "the third rings after the run"
    patient = calls.loc[1]
    assert (patient["condition"], patient["severity"], patient["age"]) == ("stemi", 1, "from_65")
    assert patient["smartphone"] is np.False_ or patient["smartphone"] is False
    assert not patient["one_tap"], "whoever has no smartphone cannot call with one tap"
    assert patient["hospital"] == 0
    saved_s = 0.0 if not patient["history"] else 3.5 * 60
    assert patient["leave_s"] - patient["at_patient_s"] >= 7 * 60 - saved_s - 1e-6
    assert calls.loc[0, "ending"] == "advice"


def test_an_added_station_and_supplied_hospitals_and_vehicles_are_the_city_s(scenario: Path) -> None:
    station = {
        "id": "new", "name_zh": "新", "name_en": "New", **at(20), "district": "west", "vehicles": 1, "crews": 1,
        "label": "assumed", "source": "test",
    }  # fmt: skip
    write(scenario.parent / "more.csv", [station])
    write(scenario.parent / "vehicles.csv", [
        {"vehicle": "a", "station": "new", "level": "", "on_duty_from_h": 0, "on_duty_until_h": 24},
        {"vehicle": "b", "station": "station1", "level": "bls", "on_duty_from_h": 9, "on_duty_until_h": 20},
    ])  # fmt: skip
    twin, frames, _ = lived(scenario, "extra_stations: more.csv, vehicles: vehicles.csv")
    assert [station.id for station in twin.city.map.stations] == ["station0", "station1", "new"]
    assert frames["emergency.fleet"]["station_id"].tolist() == ["new", "station1"]
    of_b = frames["emergency.vehicles"].query("vehicle == 1")
    assert of_b["status"].tolist()[:2] == ["at_station", "out_of_service"], "it is 08:00, and duty begins at 9"
    assert of_b.iloc[2]["time_s"] == pytest.approx(3600)
    assert of_b.iloc[2]["status"] == "at_station"
    asked = frames["emergency.decisions.dispatch"]
    seen = {
        (int(vehicle), bool(advanced))
        for ids, able in zip(asked["seen.free_vehicles.id"], asked["seen.free_vehicles.advanced"], strict=True)
        for vehicle, advanced in zip(ids, able, strict=True)
    }
    assert seen == {(0, True), (1, False)}, "who dispatches sees the level of each crew"


def test_supplied_speeds_hold_in_their_hour_and_no_other(scenario: Path) -> None:
    write(scenario.parent / "speeds.csv", [
        {"edge_name": "Main Street", "road_class": "", "hour": 8, "speed_kmh": 3.6, "delay_index": ""},
        {"edge_name": "", "road_class": "residential", "hour": 8, "speed_kmh": "", "delay_index": 2.0},
    ])  # fmt: skip
    twin, _, _ = lived(scenario, "speeds: speeds.csv")
    ordinary = twin.city.ordinary
    main = twin.city.roads.edge_name == 1
    length_m = twin.city.roads.edge_length_m[main]
    assert ordinary.times_at(8).edge_time_ms[main] == pytest.approx(1000 * length_m, abs=1)
    assert ordinary.times_at(8).edge_time_ms[~main] == pytest.approx(2000 * ordinary.free_s[~main], abs=1)
    without = OrdinaryTraffic(twin.city.roads, twin.city.hierarchy, ordinary.parameters)
    assert np.array_equal(ordinary.times_at(9).edge_time_ms, without.times_at(9).edge_time_ms)


def test_no_deviation_of_the_day_makes_a_road_faster_than_its_supplied_speed(scenario: Path) -> None:
    """What is supplied faster than our free flow once became the faster, the worse the day's traffic was."""
    write(scenario.parent / "speeds.csv", [
        {"edge_name": "", "road_class": name, "hour": 8, "speed_kmh": 120, "delay_index": ""}
        for name in ("residential", "primary")
    ])  # fmt: skip
    twin, _, _ = lived(scenario, "speeds: speeds.csv")
    roads = RoadConditions(twin.city.ordinary, twin.clock, twin.streams)
    supplied_ms = twin.city.ordinary.times_at(8).edge_time_ms
    assert supplied_ms == pytest.approx(1000 * twin.city.roads.edge_length_m / (120 / 3.6), abs=1)
    assert (supplied_ms < 1000 * twin.city.ordinary.free_s).all()
    assert roads.live_times(0.0).edge_time_ms == pytest.approx(supplied_ms, abs=1)


def test_another_content_is_another_run(scenario: Path) -> None:
    text = scenario.read_text(encoding="utf-8")
    ids = []
    for ring_s in (60.0, 61.0):
        scenario.write_text(text, encoding="utf-8")
        write(scenario.parent / "calls.csv", [{"ring_s": ring_s, **at(3)}])
        ids.append(lived(scenario, "calls: calls.csv")[2])
    assert ids[0] != ids[1]


def test_a_missing_or_wrong_table_is_told(scenario: Path) -> None:
    with pytest.raises(TwinError, match=r"nowhere\.csv"):
        lived(scenario, "calls: nowhere.csv")


def test_wrong_cells_are_told_with_their_lines(scenario: Path) -> None:
    write(scenario.parent / "calls.csv", [{"ring_s": 60.0, "lon": 0.0, "lat": 0.0}])
    with pytest.raises(TwinError, match=r"calls\.csv:2"):
        lived(scenario, "calls: calls.csv")


def test_a_frame_of_parquet_does_as_well(scenario: Path) -> None:
    pd.DataFrame([{"ring_s": 60.0, **at(3)}]).to_parquet(scenario.parent / "calls.parquet")
    _, frames, _ = lived(scenario, "calls: calls.parquet")
    assert frames["emergency.calls"]["ring_s"].tolist() == [60.0]
