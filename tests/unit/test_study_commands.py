"""twin attribute, sweep and tune as their users meet them: a small city, two days, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from support.commands import write_scenario

from twin.cli import main
from twin.experiment.studies.answers import Attribution, read_answer

KPI = "emergency.response_min.mean"
BRAINS = "domains: [emergency]\nbrains: [traditional, city_brain]\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> tuple[Path, Path]:
    """A scenario and a folder of reports that the tests share, so that few days are lived."""
    folder = tmp_path_factory.mktemp("studies")
    return write_scenario(folder, small_map_folder, BRAINS), folder / "reports"


def go(place: tuple[Path, Path], command: str, *words: str) -> int:
    scenario, reports = place
    return main([command, str(scenario), "--jobs", "1", "--reports", str(reports), *words])


def lives(place: tuple[Path, Path]) -> set[Path]:
    return set(place[1].glob("cells/*/0*.json"))


def only(place: tuple[Path, Path], kind: str) -> Path:
    (folder,) = place[1].glob(f"tiny/{kind}-*")
    return folder


def test_attribute_lives_coalitions_and_the_parts_add_up(place: tuple[Path, Path], capfd: pytest.CaptureFixture[str]):
    words = ("--kpi", KPI, "--part", "way=live_traffic,dispatch", "--parts", "way,one_tap_location")
    assert go(place, "attribute", *words) == 0
    out, error = capfd.readouterr()
    assert out.splitlines()[-1] == str(only(place, "attribution") / "report.html")
    assert "3 parts: at most 8 brains x 2 days" in error
    answer = read_answer(Attribution, only(place, "attribution") / "attribution.json")
    (one,) = answer.kpis
    assert one.whole.mean < 0, "the city brain is sooner on the scene in the small city too"
    assert sum(part.mean for part in one.parts) == pytest.approx(one.whole.mean, abs=1e-9)
    before = lives(place)
    assert go(place, "attribute", *words, "--json") == 0
    told = json.loads(capfd.readouterr().out)
    assert told["kpis"][0]["whole"]["mean"] == one.whole.mean
    assert lives(place) == before, "nothing is lived again"


def test_an_estimate_lives_one_day_of_both_ends(place: tuple[Path, Path], capfd: pytest.CaptureFixture[str]) -> None:
    before = lives(place)
    assert go(place, "attribute", "--estimate", "--reps", "50", "seed=9") == 0
    assert "8 parts: at most 256 brains x 50 days, some" in capfd.readouterr().err
    assert len(lives(place) - before) == 2


def test_sweep_writes_a_tidy_table(place: tuple[Path, Path], capfd: pytest.CaptureFixture[str]) -> None:
    words = ("--set", "emergency.calls_per_day~range", "--samples", "3", "--kpi", KPI, "--reps", "2", "--lang", "zh")
    assert go(place, "sweep", *words) == 0
    out, _ = capfd.readouterr()
    frame = pd.read_parquet(only(place, "sweep") / "sweep.parquet")
    assert set(frame["brain"]) == {"traditional", "city_brain"}
    assert frame.groupby("point")["emergency.calls_per_day"].nunique().eq(1).all()
    assert len(frame[frame["kpi"] == KPI]) == 3 * 2 * 2
    assert "emergency.calls_per_day" in out
    page = (only(place, "sweep") / "report.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in page


def test_the_answer_is_the_same_for_any_number_of_processes(
    place: tuple[Path, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ("--set", "emergency.seats=6,7", "--kpi", KPI)
    for jobs in ("1", "2"):
        assert main(["sweep", str(place[0]), *words, "--jobs", jobs, "--reports", str(tmp_path / jobs)]) == 0
    one, two = (only((place[0], tmp_path / jobs), "sweep") for jobs in ("1", "2"))
    assert one.name == two.name
    for name in ("sweep.json", "sweep.parquet", "report.html"):
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


def test_a_point_that_cannot_be_stops_before_anything_is_lived(
    place: tuple[Path, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    before = lives(place)
    assert go(place, "sweep", "--set", "emergency.elderly_share=0.3,1.3") == 2
    assert "--set emergency.elderly_share=1.3: emergency.elderly_share: " in capfd.readouterr().err
    assert lives(place) == before


def test_tune_prints_what_to_put_into_a_scenario(place: tuple[Path, Path], capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("optuna", reason="optuna (extra tune) is not installed")
    words = ("--rule", "dispatch=fastest_or_called_off", "--set", "worth_s=0:600", "--kpi", KPI)
    days = ("--trials", "2", "--train", "2", "--validate", "2", "--test", "2")
    assert go(place, "tune", *words, *days) == 0
    out, _ = capfd.readouterr()
    assert "dispatch: {rule: fastest_or_called_off, worth_s: " in out
    told = json.loads((only(place, "tuning") / "tuning.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in told["judged"]] == ["train", "validate", "test"]


def test_interrupted_it_says_that_the_same_command_goes_on(
    place: tuple[Path, Path], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("twin.experiment.studies.lived.live_and_show", interrupted)
    assert go(place, "attribute", "--reps", "3") == 130
    assert capfd.readouterr().err.strip() == "interrupted; the days that were lived are kept, the same command goes on"
