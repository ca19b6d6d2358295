"""Every wrong file in tests/data/scenarios/wrong gets exactly the messages that its first lines foretell.

A line ``#> 5:1: seed: is missing`` stands for ``<file>:5:1: seed: is missing``; a line that ends with … leaves out the
list of allowed values, which grows with the domains. ``#> unknown_map.yaml:...`` names another file.
"""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from twin.core.errors import ScenarioError
from twin.core.language import Language
from twin.scenario.load import load_scenario
from twin.scenario.problems import InvalidScenarioError

FOLDER = Path(__file__).parents[1] / "data" / "scenarios" / "wrong"
FILES = sorted(path.name for path in FOLDER.glob("*.yaml"))


def messages(path: str, *overrides: str) -> list[str]:
    with pytest.raises(InvalidScenarioError) as caught:
        load_scenario(path, overrides)
    return str(caught.value).splitlines()


def foretold(name: str) -> list[str]:
    lines = (FOLDER / name).read_bytes().splitlines()
    said = [line[3:].decode() for line in lines if line.startswith(b"#> ")]
    return [f"{name}:{line}" if line[0].isdigit() else line for line in said]


def test_there_are_enough_wrong_files() -> None:
    assert len(FILES) >= 200


@pytest.mark.parametrize("name", FILES)
def test_wrong_file_gets_its_messages(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    found = messages(name)
    expected = foretold(name)
    for position, wanted in enumerate(expected[: len(found)]):
        if wanted.endswith("…"):
            found[position] = found[position][: len(wanted) - 1] + "…"
    assert found == expected


@pytest.mark.parametrize("name", FILES)
def test_every_message_is_said_in_chinese(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    with pytest.raises(InvalidScenarioError) as caught:
        load_scenario(name)
    for problem in caught.value.problems:
        assert problem.text(Language("zh")) != str(problem)
    assert len(caught.value.text(Language("zh")).splitlines()) == len(caught.value.problems)


@pytest.mark.parametrize("name", FILES)
def test_no_message_holds_jargon(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    text = "\n".join(messages(name)).lower()
    for word in ("pydantic", "http", "ruamel", "traceback", "validation error", "input_value", "<class"):
        assert word not in text


def test_missing_file_names_the_one_meant(tmp_path: Path) -> None:
    (tmp_path / "city_day.yaml").write_text("title: T\n")
    wanted = tmp_path / "city_dya.yaml"
    assert messages(str(wanted)) == [f'{wanted}: there is no such file; did you mean "city_day.yaml"?']


def test_folder_is_refused(tmp_path: Path) -> None:
    assert messages(str(tmp_path)) == [f"{tmp_path}: this is a folder; give a scenario file"]


def test_impossible_name_is_refused() -> None:
    assert messages("a" * 5000)[0].endswith("the file cannot be read: File name too long")
    assert "there is no such file" in messages("\0")[0] or "cannot be read" in messages("\0")[0]


def test_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"#" * 50_000_000)
    assert messages(str(path)) == [f"{path}: the file is larger than 256 KiB; no scenario needs that"]


def test_error_is_one_scenario_error_and_crosses_processes(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("title: T\nseed: x\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert copy.problems == caught.value.problems  # type: ignore[attr-defined]
    assert str(copy) == str(caught.value)
    assert copy.exit_code == 2


def test_files_are_sorted_and_the_command_line_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    found = messages("extends_wrong_file.yaml", "seed=x", "warm_up_h=100")
    files = [line.split(":")[0] for line in found]
    assert files == ["extends_wrong_file.yaml", "unknown_map.yaml", "command line", "command line"]


def test_policies_are_not_executed_when_checked() -> None:
    rule = "../policies/explodes.py:rule"
    brains = f"brains=[{{name: mine, extends: city_brain, decisions: {{dispatch: '{rule}'}}}}]"
    scenario = load_scenario(FOLDER.parent / "right" / "base.yaml", [brains])
    assert scenario.brains[0].decisions["dispatch"].rule == rule
