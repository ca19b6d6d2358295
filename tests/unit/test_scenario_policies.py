"""Rules are found by name without being imported, and loaded with their parameters."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin.core.decisions import Decision, RuleSetting
from twin.core.errors import PolicyError
from twin.core.language import Language
from twin.domains import DESCRIPTIONS
from twin.domains.emergency.decisions import Coverage, DispatchView, Send, UnderWay, Vehicles, Wait
from twin.domains.emergency.questions import DISPATCH
from twin.policies import registry
from twin.policies.registry import load_rule, load_rule_by_name, rule_file, rule_names
from twin.scenario.brains import shipped_brain, shipped_names
from twin.scenario.rule_check import objections_to

DATA = Path(__file__).parents[1] / "data" / "scenarios"
DECISIONS = [decision for description in DESCRIPTIONS.values() for decision in description.decisions]


def view(count: int) -> DispatchView:
    whole, real = np.arange(count, dtype=np.int32), np.arange(count, dtype=np.float32)
    vehicles = Vehicles(whole + 10, whole, whole == 0, whole, real, real, whole >= 0)
    nobody = UnderWay(whole[:0], whole[:0].astype(np.int64), whole[:0].astype(np.int8), real[:0])
    coverage = Coverage(np.ones(1, np.float32), np.ones((1, 1), np.float32), 600.0, np.ones((1, 1), np.float32))
    return DispatchView(0.0, 1, "stemi", 1, True, 0.0, 1, vehicles, nobody, coverage)


def load(rule: str, folder: Path = DATA, random: Any = None, **parameters: object) -> Any:
    return load_rule(RuleSetting(rule, parameters), DISPATCH, folder, random)


def refusal(rule: str, folder: Path = DATA, **parameters: object) -> str:
    with pytest.raises(PolicyError) as caught:
        load(rule, folder, **parameters)
    assert caught.value.text(Language("zh")) != ""
    return str(caught.value)


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.name)
def test_every_built_in_rule_can_be_loaded(decision: Decision) -> None:
    names = rule_names(decision)
    assert names
    for name in names:
        assert callable(load_rule_by_name(name, decision))


@pytest.mark.parametrize("brain", shipped_names())
def test_rules_of_shipped_brains_exist(brain: str) -> None:
    decisions = {decision.name: decision for decision in DECISIONS}
    for name, rule in shipped_brain(brain).decisions.items():
        assert rule in rule_names(decisions[name])


def test_function_is_used_as_it_stands() -> None:
    rule = load("policies/rules.py:first")
    assert rule(view(2)) == Send(10)
    assert rule(view(0)) == Wait()
    assert load("policies/rules.py:first", patience_s=5)(view(2)) == Send(10)


def test_class_gets_its_parameters_and_chance() -> None:
    first = load("policies/rules.py:Lottery", random=np.random.default_rng(1), tickets=3)
    second = load("policies/rules.py:Lottery", random=np.random.default_rng(1), tickets=3)
    assert [first(view(9)) for _ in range(5)] == [second(view(9)) for _ in range(5)]


def test_wrong_parameters_are_refused() -> None:
    expected = "the rule policies/rules.py:first has no parameter patience; did you mean patience_s?"
    assert refusal("policies/rules.py:first", patience=5) == expected
    assert refusal("policies/rules.py:Lottery") == "the rule policies/rules.py:Lottery needs the parameter tickets"
    with pytest.raises(PolicyError, match="has no parameter random"):
        load_rule(RuleSetting("policies/rules.py:Lottery", {"tickets": 1, "random": 3}), DISPATCH, DATA)


def test_unknown_rules_and_files_are_refused() -> None:
    assert refusal("nearest").startswith("no rule nearest answers dispatch; there are: fastest_or_called_off")
    assert refusal("nothing.py:first") == "there is no policy file nothing.py"
    assert "rules.py: has no function last" in refusal("policies/rules.py:last")
    assert "has no function Undecided" in refusal("policies/rules.py:Undecided")


def test_errors_of_a_policy_file_name_its_line(tmp_path: Path) -> None:
    file = DATA / "policies" / "explodes.py"
    expected = f"{file}:1: RuntimeError: I must not be executed when a scenario is checked"
    assert refusal("policies/explodes.py:rule") == expected
    (tmp_path / "broken.py").write_text("def broken(view):\n    return (\n")
    assert refusal("broken.py:broken", tmp_path) == f"{tmp_path}/broken.py:2: SyntaxError: '(' was never closed"


def test_what_is_not_python_is_seen_without_running_it(tmp_path: Path) -> None:
    views = {"DispatchView": "dispatch"}
    for content in (b"def rule(view:\n", b"\0", b"x = '\xff'\n", b"(" * 100_000):
        (tmp_path / "broken.py").write_bytes(content)
        ((problem, *_),) = objections_to("broken.py:rule", (), DISPATCH, [tmp_path], views)
        assert problem.text(Language("en")).startswith(f"{tmp_path}/broken.py:")
        assert "Python" in problem.text(Language("en"))


def test_error_in_a_constructor_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "class Rule:\n    def __init__(self):\n        1 / 0\n    def decide(self, view): ...\n"
    )
    assert refusal("a.py:Rule", tmp_path) == (
        f"{tmp_path}/a.py:3: the rule a.py:Rule could not be made: ZeroDivisionError: division by zero"
    )


def test_exit_in_a_policy_file_is_an_error_too(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import sys\nsys.exit('no')\n")
    assert refusal("a.py:rule", tmp_path) == f"{tmp_path}/a.py:2: SystemExit: no"


def test_no_state_passes_from_one_loading_to_the_next(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("seen = []\ndef rule(view):\n    seen.append(1)\n    return len(seen)\n")
    first, second = load("a.py:rule", tmp_path), load("a.py:rule", tmp_path)
    assert (first(None), first(None), second(None)) == (1, 2, 1)


def test_dataclass_may_be_a_policy(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "from __future__ import annotations\nfrom dataclasses import dataclass\nfrom typing import ClassVar\n"
        "@dataclass\nclass Rule:\n    after_s: float\n    name: ClassVar[str] = 'rule'\n"
        "    def decide(self, view):\n        return self.after_s\n"
    )
    assert load("a.py:Rule", tmp_path, after_s=3.0)(None) == 3.0


def test_file_of_a_rule_is_known() -> None:
    assert rule_file(RuleSetting("policies/rules.py:first", {}), DATA) == DATA / "policies" / "rules.py"
    assert rule_file(RuleSetting("nearest_by_drive_time", {}), DATA) is None


class Installed(importlib.metadata.EntryPoint):
    """An entry point as an installed package would have it."""


def test_rule_of_an_installed_package_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    points = importlib.metadata.EntryPoints(
        [
            Installed("dispatch.mine", "operator:attrgetter", registry.ENTRY_POINT_GROUP),
            Installed("dispatch.broken", "no_such_module:rule", registry.ENTRY_POINT_GROUP),
        ]
    )
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda **wanted: points.select(**wanted))
    assert registry.installed_rule_names(DISPATCH) == ("broken", "mine")
    assert callable(load_rule_by_name("mine", DISPATCH))
    assert "cannot be imported: ModuleNotFoundError" in refusal("broken")
