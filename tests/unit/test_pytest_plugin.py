"""The pytest plugin holds scenarios to their bounds where it is asked to, and is not there where it is not."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.commands import ROOT, environment, write_scenario

from twin import pytest_plugin
from twin.experiment import run
from twin.experiment.run import RunningError
from twin.scenario.load import load_scenario

EXPECT = """\
domains: [emergency]
expect:
  emergency.calls: {{min: {least}}}
  emergency.drive_min.mean: {{brain: city_brain, max: 90}}
"""


def run_pytest(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run pytest in a folder of somebody else's, with the plugin alone."""
    command = [sys.executable, "-m", "pytest", "-p", "twin.pytest_plugin", "-p", "no:cacheprovider", *map(str, words)]
    env = environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def folder(tmp_path: Path, small_map_folder: Path) -> Path:
    """Somebody's project: tests, scenarios with bounds, one without, and YAML that is no scenario."""
    (tmp_path / "test_own.py").write_text("def test_own():\n    pass\n", encoding="utf-8")
    (tmp_path / "other.yaml").write_text("a: [", encoding="utf-8")
    scenarios = tmp_path / "scenarios"
    scenarios.mkdir()
    write_scenario(scenarios, small_map_folder, EXPECT.format(least=1), "kept.yaml")
    write_scenario(scenarios, small_map_folder, "domains: [emergency]\n", "without.yaml")
    return tmp_path


def test_nobody_who_does_not_ask_sees_anything_of_it(folder: Path) -> None:
    done = run_pytest(folder, "--collect-only", "-q")
    assert done.returncode == 0, done.stdout
    assert "yaml" not in done.stdout
    assert "1 test collected" in done.stdout


def test_it_loads_nothing_that_takes_time() -> None:
    program = (
        "import sys, pytest; before = set(sys.modules); import twin.pytest_plugin; "
        "print(sorted({'numpy', 'pandas', 'numba', 'pydantic', 'simpy', 'click'} & (set(sys.modules) - before)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_file_that_is_named_is_run_and_its_bounds_are_checked(folder: Path) -> None:
    done = run_pytest(folder, "--twin-scenarios", "scenarios/kept.yaml", "--twin-reps", "1", "-v")
    assert done.returncode == 0, done.stdout
    assert "scenarios/kept.yaml::expect PASSED" in done.stdout
    assert "test_own PASSED" in done.stdout
    assert list(folder.glob("reports/kept/*/manifest.json"))


def test_a_missed_bound_names_kpi_value_bound_and_interval(folder: Path, small_map_folder: Path) -> None:
    write_scenario(folder / "scenarios", small_map_folder, EXPECT.format(least=100_000), "missed.yaml")
    done = run_pytest(folder, "--twin-scenarios", "scenarios/missed.yaml", "scenarios")
    assert done.returncode == 1
    for brain in ("traditional", "city_brain"):
        told = {line for line in done.stdout.splitlines() if line.startswith(f"emergency.calls of {brain} is ")}
        (line,) = told  # where CI is set pytest's summary tells it once more
        assert "wanted >= 100000" in line
        assert "(95 % interval " in line
        assert "over 2 days)" in line
    assert "Traceback" not in done.stdout
    assert "emergency.drive_min.mean" not in done.stdout, "what is kept is not told"
    single = run_pytest(folder, "--twin-scenarios", "scenarios/missed.yaml", "scenarios", "--twin-reps", "1")
    assert "(a single day, so no interval)" in single.stdout


def test_a_folder_in_the_configuration_is_enough(folder: Path) -> None:
    (folder / "pytest.ini").write_text("[pytest]\ntwin_scenarios = scenarios\n", encoding="utf-8")
    done = run_pytest(folder, "--collect-only", "-q")
    assert done.returncode == 0, done.stdout
    found = {line for line in done.stdout.splitlines() if "::" in line}
    assert found == {"test_own.py::test_own", "scenarios/kept.yaml::expect"}, "one without bounds is left alone"


def test_whoever_names_a_test_of_his_own_runs_no_scenario_of_the_configuration(folder: Path) -> None:
    """As pytest's own ``testpaths``; else each look at one test would live days."""
    (folder / "pytest.ini").write_text("[pytest]\ntwin_scenarios = scenarios\n", encoding="utf-8")
    write_scenario(folder / "scenarios", folder / "nowhere", EXPECT.format(least=1), "other.yaml")  # is not looked at
    for words, wanted in (
        (["test_own.py"], {"test_own.py::test_own"}),
        (["scenarios/kept.yaml"], {"scenarios/kept.yaml::expect"}),
        (["test_own.py", "--twin-scenarios", "scenarios/kept.yaml"],
         {"test_own.py::test_own", "scenarios/kept.yaml::expect"}),
    ):  # fmt: skip
        done = run_pytest(folder, "--collect-only", "-q", *words)
        assert done.returncode == 0, done.stdout
        assert {line for line in done.stdout.splitlines() if "::" in line} == wanted


def test_a_run_that_another_process_is_at_is_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files may ask for one run under different bounds, and xdist give them to two workers."""
    tries = []

    def run_when_it_is_free(*given: Any) -> Path:
        tries.append(given)
        if len(tries) < 3:
            raise RunningError("process {owner} is at it", owner=1)
        return live(*given)

    live = run.run
    monkeypatch.setattr(run, "run", run_when_it_is_free)
    monkeypatch.setattr(pytest_plugin, "_LOOK_EVERY_S", 0.01)
    scenario = load_scenario(folder / "scenarios" / "kept.yaml", ("replications=1",))
    options = SimpleNamespace(getoption=lambda name: {"--twin-jobs": 1}[name])
    item: Any = SimpleNamespace(scenario=scenario, reports=folder / "reports", config=options)
    pytest_plugin.ScenarioItem.runtest(item)
    assert len(tries) == 3
    assert list(folder.glob("reports/kept/*/manifest.json"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--twin-scenarios", "scenarios/keptt.yaml"], "keptt.yaml: there is no such file or folder"),
        (["--twin-scenarios", "scenarios/without.yaml"], "without.yaml: states no bounds"),
        (["--twin-scenarios", "scenarios/wrong.yaml"], 'did you mean "seed"?'),
        (["--twin-scenarios", "scenarios/kept.yaml", "--twin-reps", "0"], "replications"),
        (["--twin-scenarios", "scenarios/kept.yaml", "--twin-reports", "other.yaml"], "other.yaml"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_wrong_is_told_without_a_traceback(words: list[str], said: str, folder: Path) -> None:
    wrong = (folder / "scenarios" / "kept.yaml").read_text("utf-8").replace("seed:", "sed:")
    (folder / "scenarios" / "wrong.yaml").write_text(wrong, encoding="utf-8")
    done = run_pytest(folder, *words)
    assert done.returncode not in (0, 5)
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "INTERNALERROR" not in done.stdout + done.stderr


def test_the_package_brings_it_as_a_plugin_of_pytest() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"twin.pytest_plugin": "twin.pytest_plugin"}
    assert "PYTEST_DONT_REWRITE" in (ROOT / "twin/pytest_plugin.py").read_text(encoding="utf-8")
