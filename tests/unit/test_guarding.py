"""What a job of continuous integration leans on: exit codes that hold in a pipe, and words that say what is wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from support.commands import call, environment, only_run, write_scenario

from twin.cli import main

BOUNDS = """\
domains: [emergency]
expect:
  emergency.calls: {min: 100000}
  emergency.congestion_to_scene_min.h03.mean: {max: 1}
"""


@pytest.fixture(scope="module")
def missed(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Path:
    """A scenario that misses its bounds, one of them because there is no such hour; its run is finished."""
    folder = tmp_path_factory.mktemp("missed")
    scenario = write_scenario(folder, small_map_folder, BOUNDS)
    words = [str(scenario), "--jobs", "1", "--no-report", "--reports", str(folder / "reports")]
    assert main(words) == 0, "bounds are told, and fail nothing unless asked"
    return scenario


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_whoever_closes_the_pipe_hides_no_missed_bound(words: tuple[str, ...], missed: Path) -> None:
    """As in ``set -o pipefail; twin FILE --check-kpis | head -1``: the report is written, and the exit code is 1."""
    reports = missed.parent / "reports"
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = call(
            missed, "--check-kpis", "--resume", "--jobs", "1", "--reports", reports, *words,
            stdout=writer, stderr=-1, capture_output=False,
        )  # fmt: skip
    finally:
        os.close(writer)
    assert done.returncode == 1, done.stderr
    assert (only_run(reports) / "report.html").is_file()
    assert "emergency.calls of city_brain is " in done.stderr


def test_a_fault_of_the_twins_own_is_not_taken_for_a_missed_bound(
    missed: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("this cannot be")

    monkeypatch.setattr("twin.experiment.run.run", break_down)
    assert main([str(missed), "--check-kpis"]) == 3
    assert "RuntimeError: this cannot be" in capfd.readouterr().err


def test_a_bound_of_a_kpi_without_value_is_told_as_such(missed: Path, capfd: pytest.CaptureFixture[str]) -> None:
    words = [str(missed), "--check-kpis", "--resume", "--no-report", "--reports", str(missed.parent / "reports")]
    assert main(words) == 1
    said = capfd.readouterr().err
    assert "h03.mean of traditional has no value on any day, wanted <= 1" in said
    assert main([*words, "--lang", "zh"]) == 1
    assert "没有任何一天有值" in capfd.readouterr().err


def test_a_check_of_no_bounds_says_that_it_checks_nothing(
    missed: Path, small_map_folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    scenario = write_scenario(tmp_path, small_map_folder, "domains: [emergency]\n")
    words = [str(scenario), "--jobs", "1", "--reps", "1", "--no-report", "--reports", str(tmp_path), "--resume"]
    assert main([*words, "--check-kpis"]) == 0
    assert "tiny.yaml: states no bounds under expect" in capfd.readouterr().err
    assert main(words) == 0
    assert capfd.readouterr().err == ""


def test_a_check_prints_json_where_it_is_asked_to(missed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(missed), "--check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"path": str(missed), "valid": True}


def test_what_is_wrong_with_the_words_is_told_in_chinese(missed: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["fly", "--lang", "zh"]) == 2
    assert "既不是命令" in capfd.readouterr().err
    assert main(["compare", str(missed), "--jobs", "2", "--cluster", "tcp://nowhere:1", "--lang", "zh"]) == 2
    assert "不能同时使用" in capfd.readouterr().err


def test_an_interrupted_baseline_names_no_option_that_it_does_not_have(
    missed: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("twin.experiment.baselines.command.days_of", interrupt)
    assert main(["baseline", "record", str(missed), "--statistics", "--reps", "5"]) == 130
    assert capfd.readouterr().err.strip().endswith("the same command goes on")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("scena", ["file,scena"]),
        ("base", ["file,base", "plain,baseline"]),
        ("--vers", ["plain,--version"]),
    ],
)
def test_a_shell_completes_scenario_files_commands_and_options(typed: str, offered: list[str]) -> None:
    done = call(env=environment(_TWIN_COMPLETE="bash_complete", COMP_WORDS=f"twin {typed}", COMP_CWORD="1"))
    assert done.stdout.split() == offered


NOBODY = """\
from twin.domains.emergency.decisions import DispatchView, Wait


def nobody(view: DispatchView) -> Wait:
    return Wait()
"""


@pytest.mark.parametrize("days", [1, 2])
def test_a_run_whose_brain_serves_nobody_has_its_report_and_says_so(
    days: int, tmp_path: Path, small_map_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It has no response times; were that not told, what is left would look as if the brains were the same."""
    (tmp_path / "rules.py").write_text(NOBODY, encoding="utf-8")
    brains = "brains: [city_brain, {name: idle, extends: city_brain, decisions: {dispatch: 'rules.py:nobody'}}]\n"
    scenario = write_scenario(tmp_path, small_map_folder, "domains: [emergency]\n" + brains)
    assert main([str(scenario), "--jobs", "1", "--reports", str(tmp_path / "reports"), "--reps", str(days)]) == 0
    told = capfd.readouterr().out
    assert "warning: idle has these figures on no day" in told
    assert "emergency.response_min.mean" in told.split("on no day")[1]
    page = (only_run(tmp_path / "reports") / "report.html").read_text(encoding="utf-8")
    assert "idle has these figures on no day" in page
    assert "Ring to the scene, mean" in page.split("on no day")[1].split("</p>")[0]
    assert (only_run(tmp_path / "reports") / "playback.html").exists()
