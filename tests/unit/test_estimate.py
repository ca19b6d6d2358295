"""What a run will cost is said before it, as a range that holds what it then takes."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from support.commands import only_run, write_scenario

from twin.cli import main
from twin.core.clock import Clock
from twin.core.language import Language
from twin.experiment.estimate import Estimate, Range, _shares_begun, _whole_day, estimate, estimate_line
from twin.scenario.load import load_scenario


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Path:
    return write_scenario(tmp_path_factory.mktemp("estimate"), small_map_folder, "domains: [emergency]\n")


def estimate_of(scenario, capfd, *words) -> dict:
    assert main([str(scenario), "--estimate", "--json", "--jobs", "1", *map(str, words)]) == 0
    return json.loads(capfd.readouterr().out)


def test_a_piece_is_lived_where_nothing_is_stored_and_finished_runs_are_asked_where_there_are(
    scenario, tmp_path, capfd
):
    measured = estimate_of(scenario, capfd, "--reports", tmp_path, "--reps", "5")
    assert measured["source"] == "measured"
    assert measured["replications"] == 10
    assert 0 < measured["each_s"]["low"] < measured["each_s"]["high"] < 5
    assert not list(tmp_path.iterdir()), "an estimate leaves nothing behind"
    assert main([str(scenario), "--jobs", "1", "--no-report", "--reports", str(tmp_path), "--reps", "5"]) == 0
    capfd.readouterr()
    manifest = json.loads((only_run(tmp_path) / "manifest.json").read_text("utf-8"))
    stored = estimate_of(scenario, capfd, "--reports", tmp_path, "--reps", "50", "seed=9")
    assert stored["source"] == "stored"
    assert stored["replications"] == 100
    expected_s = manifest["ready_s"] + 10 * (manifest["wall_s"] - manifest["ready_s"])
    assert stored["wall_s"]["low"] < expected_s < stored["wall_s"]["high"]
    assert stored["memory_mb"]["low"] < manifest["peak_memory_mb"] < stored["memory_mb"]["high"]
    other = estimate_of(scenario, capfd, "--reports", tmp_path, "emergency.seats=9")
    assert other["source"] == "measured", "a run of something else says nothing"


def test_the_city_is_read_once_however_many_days_are_lived(scenario, tmp_path, capfd):
    """A short run says what a long one will take: what comes before the first day is not multiplied."""
    assert main([str(scenario), "--jobs", "1", "--no-report", "--reports", str(tmp_path), "--reps", "2"]) == 0
    capfd.readouterr()
    path = only_run(tmp_path) / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    assert 0 < manifest["ready_s"] < manifest["wall_s"]
    path.write_text(json.dumps({**manifest, "wall_s": 110.0, "ready_s": 100.0}), encoding="utf-8")
    found = estimate_of(scenario, capfd, "--reports", tmp_path, "--reps", "50")
    assert found["source"] == "stored"
    assert found["each_s"]["low"] < 2.5 < found["each_s"]["high"]
    assert 100 + 100 * found["each_s"]["low"] == pytest.approx(found["wall_s"]["low"])
    assert found["wall_s"]["high"] < 450


class Day:
    """A twin whose hours cost what they are said to, on a clock of its own."""

    def __init__(self, costs_s: list[float], begun: list[float]) -> None:
        self.clock = Clock(datetime(2021, 3, 15), 0.0, 3600.0 * len(costs_s))
        self.now, self.spent_s, self.costs_s = 0.0, 0.0, costs_s
        self.tables = {"trips": pd.DataFrame({"depart_ms": [1000.0 * time for time in begun]})}

    def step(self) -> None:
        self.spent_s += self.costs_s[int(self.now // 3600)]
        self.now += 3600.0


@pytest.mark.parametrize("budget_s", [0.0, 3.0, 8.0, 30.0, 1000.0])
@pytest.mark.parametrize("costs_s", [[1.0] * 24, [0.5] * 7 + [6.0] * 12 + [2.0] * 5, [4.0] * 3 + [1.0] * 21])
def test_a_piece_of_a_day_says_what_the_whole_takes(costs_s, budget_s, monkeypatch):
    """However short it is, and whether or not the dear hours come first, where costs follow what was drawn."""
    begun = [3600.0 * hour + 1 for hour, cost in enumerate(costs_s) for _ in range(round(20 * cost))]
    day = Day(costs_s, begun)
    monkeypatch.setattr(
        "twin.experiment.estimate.time",
        SimpleNamespace(perf_counter=lambda: day.spent_s, process_time=lambda: day.spent_s),
    )
    found = _whole_day(day, 0.5, budget_s)  # type: ignore[arg-type]
    assert found.low < sum(costs_s) + 0.5 < found.high
    if budget_s == 1000.0:
        assert found.high / found.low == pytest.approx(1.25 / 0.75)


def test_what_is_drawn_for_later_makes_the_range_wider() -> None:
    """A day whose night has passed is half over by the clock, and a tenth by its trips."""
    trips = pd.DataFrame({"depart_ms": np.concatenate([np.full(100, 3_600_000), np.full(900, 72_000_000)])})
    calls = pd.DataFrame({"ring_s": np.linspace(0, 86_400, 60)})
    assert list(_shares_begun({"calls": calls, "trips": trips}, 43_200.0, 86_400.0)) == [pytest.approx(0.1)]
    assert list(_shares_begun({"calls": calls.head(10)}, 43_200.0, 86_400.0)) == []


def test_more_processes_take_less_time_and_more_memory(scenario, tmp_path):
    loaded = load_scenario(scenario, ("replications=20",))
    one, four = (estimate(loaded, tmp_path, jobs, budget_s=1.0) for jobs in (1, 4))
    assert four.wall_s.low / four.each_s.low < one.wall_s.low / one.each_s.low
    assert four.memory_mb is not None
    assert one.memory_mb is not None
    assert four.memory_mb.high > one.memory_mb.high
    many = estimate(loaded, tmp_path, 1, count=400, budget_s=1.0)
    assert many.wall_s.low >= 400 * many.each_s.low


def test_it_is_said_in_a_sentence_in_both_languages() -> None:
    found = Estimate(40, 2, Range(60.0, 100.0), Range(1200.0, 2600.0), Range(812.0, 1305.0), "stored")
    said = "20 to 43 min: 40 replications of 1 to 1.7 min in 2 processes; memory 810 to 1300 MB; from finished runs"
    assert estimate_line(found, Language("en")).startswith(said)
    assert "20 至 43 分钟" in estimate_line(found, Language("zh"))
    hours = Estimate(400, 2, Range(60.0, 100.0), Range(12_000.0, 26_000.0), None, "measured")
    assert estimate_line(hours, Language("en")).startswith("3.3 to 7.2 h: ")
    assert "memory unknown" in estimate_line(hours, Language("en"))


def test_a_wrong_scenario_is_told_before_anything_is_measured(scenario, capfd):
    assert main([str(scenario), "--estimate", "sed=3"]) == 2
    assert 'did you mean "seed"?' in capfd.readouterr().err
