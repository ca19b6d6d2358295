"""Every rule that ships, and every rule that a user may write, keeps the contract of its decision."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from support.air_runs import run_air
from support.cities import small_city
from support.commands import ROOT
from support.elevator_runs import run_elevators
from support.runs import CITY_BRAIN, run_emergency
from support.signals import signals_twin

from twin.core.clock import DAY_S, Clock
from twin.core.decisions import Decision, Rule, RuleSetting
from twin.core.domain import WorldEvent
from twin.core.errors import PolicyError
from twin.domains import DESCRIPTIONS
from twin.domains.air.examples import example_view as air_view
from twin.domains.elevators.examples import example_view as elevator_view
from twin.domains.emergency.examples import example_view
from twin.domains.emergency.parameters import EmergencyParameters
from twin.domains.emergency.questions import DISPATCH, HOSPITAL
from twin.domains.traffic.examples import example_view as traffic_view
from twin.domains.traffic.questions_priority import PRIORITY
from twin.policies.conformance import check_rule
from twin.policies.registry import installed_rule_names, load_rule, rule_names
from twin.policies.traffic.guidance.fastest import fastest
from twin.scenario.brains import shipped_brain, shipped_names

DECISIONS = [decision for description in DESCRIPTIONS.values() for decision in description.decisions]
REGISTERED = [
    pytest.param(rule, decision, id=f"{decision.name}-{rule}")
    for decision in DECISIONS
    for rule in (*rule_names(decision), *installed_rule_names(decision))
]


@pytest.mark.parametrize(("rule", "decision"), REGISTERED)
def test_every_registered_rule_conforms(rule: str, decision: Decision) -> None:
    found = check_rule(rule, decision)
    assert found.views == 200
    assert not found.remembers, "shipped rules answer by what they see alone"


@pytest.mark.parametrize("views", [20, pytest.param(200, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_brain_answers_every_decision_with_a_rule_that_conforms(name: str, views: int) -> None:
    rules = shipped_brain(name).decisions
    assert set(rules) == {decision.name for decision in DECISIONS}
    for decision in DECISIONS:
        assert check_rule(rules[decision.name], decision, seed=1, views=views).views == views


def test_every_decision_has_a_rule() -> None:
    assert all(rule_names(decision) for decision in DECISIONS)


def test_the_policy_file_beside_the_scenarios_conforms() -> None:
    found = check_rule("policies/first_there.py:first_there", DISPATCH, folder=ROOT / "scenarios")
    assert found.longest_s >= found.median_s > 0


FEW_CREWS = EmergencyParameters(
    figures_for_residents=0, calls_per_day=600, dispatches_per_day=250, patients_per_day=200, crews_on_duty=6
)
"""So that calls wait, and vehicles are under way when others become free."""
MORNING = Clock(datetime(2021, 3, 15, 8), 0.0, 3600.0)

BAD_RULES = """\
import itertools, random, time
from twin.domains.emergency.decisions import Send, TakeTo, Wait

def first(view):
    return Send(int((view.free_vehicles if len(view.free_vehicles) else view.under_way).id[0]))

def raises_now_and_then(view):
    return first(view) if len(view.free_vehicles) > 1 else view.nothing

def sends_one_that_may_be_busy(view):
    return Send(3)

def changes_the_view(view):
    object.__setattr__(view, "severity", view.severity + 1)
    return first(view)

def throws_dice(view):
    return random.choice([first(view), Wait()])

def sleeps(view):
    time.sleep(0.02)
    return first(view)

COUNTED = itertools.count()

def counts_in_its_module(view):
    return Wait() if next(COUNTED) % 3 else first(view)

class Counts:
    def __init__(self):
        self.asked = 0

    def decide(self, view):
        self.asked += 1
        return Wait() if self.asked % 3 else first(view)

class Draws:
    def __init__(self, random, wait_share):
        self.random = random
        self.wait_share = wait_share

    def decide(self, view):
        return Wait() if self.random.random() < self.wait_share else first(view)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.py").write_text(BAD_RULES, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "views", "complaint"),
    [
        ("raises_now_and_then", 60, "raised AttributeError"),
        ("sends_one_that_may_be_busy", 60, "vehicle 3 is neither free nor under way"),
        ("changes_the_view", 60, "it changed the view"),
        ("throws_dice", 60, "a second copy of it answered otherwise"),
        ("counts_in_its_module", 60, "answered otherwise when asked again: Wait.*a class with decide.view. may"),
        ("sleeps", 10, "which is more than 0.01 s"),
    ],
)
def test_a_rule_that_breaks_the_contract_is_found(name: str, views: int, complaint: str, folder: Path) -> None:
    """Were it not, the checks above would say nothing."""
    with pytest.raises(PolicyError, match=f"policy rules.py:{name}.*{complaint}"):
        check_rule(f"rules.py:{name}", DISPATCH, folder=folder, views=views, slowest_s=0.01)


def test_a_rule_may_throw_the_dice_that_it_is_given(folder: Path) -> None:
    assert check_rule("rules.py:Draws", DISPATCH, folder=folder, parameters={"wait_share": 0.5}).views == 200


def test_a_class_may_keep_a_memory_and_that_is_told(folder: Path) -> None:
    assert check_rule("rules.py:Counts", DISPATCH, folder=folder, views=60).remembers
    assert not check_rule("rules.py:first", DISPATCH, folder=folder, views=60).remembers


def test_a_rule_for_another_decision_does_not_conform() -> None:
    with pytest.raises(PolicyError):
        check_rule(str(ROOT / "scenarios/policies/first_there.py:first_there"), HOSPITAL)


def rules_of(brain: str, domain: str) -> dict[str, Rule]:
    """Return the rules by which a shipped brain decides in a domain, that look at what they are shown."""
    names = shipped_brain(brain).decisions
    decisions = DESCRIPTIONS[domain].decisions
    return {one.name: load_rule(RuleSetting(str(names[one.name])), one, Path()) for one in decisions}


RULES = {
    "air": rules_of("city_brain", "air"),
    "emergency": CITY_BRAIN,
    "elevators": rules_of("traditional", "elevators"),
    "traffic": {**rules_of("best_published", "traffic"), "guidance": fastest},  # `spread` wants dice
}
EXAMPLES = {"air": air_view, "emergency": example_view, "elevators": elevator_view, "traffic": traffic_view}
BEFORE_SEVEN = Clock(datetime(2021, 3, 15, 6), 0.0, 3600.0)
"""Private lots may open as long as it is night."""
RING = [["East Street 4", "East Street 8"], ["-"]]


@cache
def shown_by(domain: str) -> dict[str, list[object]]:
    """Return the views that a run of a domain shows to the rule of each decision."""
    shown: dict[str, list[object]] = {name: [] for name in RULES[domain]}

    def watched(name: str, rule: Rule) -> Rule:
        def look(view: object) -> object:
            shown[name].append(view)
            return rule(view)

        return look

    rules = {name: watched(name, rule) for name, rule in RULES[domain].items() if name != PRIORITY.name}
    if domain == "elevators":
        run_elevators(days=6, rules=rules, telemetry=0.5)
    elif domain == "traffic":
        app = {"parking_app": 0.5, "parking_feed": 0.95}
        signals_twin(clock=BEFORE_SEVEN, rules=rules, shares=app, ring_roads=RING).run()
    elif domain == "air":
        still = WorldEvent("air_stagnates", 0.3, 0.0, 4 * DAY_S)
        run_air(days=4, brain="city_brain", rules=rules, events=[still])
    else:
        run_emergency(small_city(side=4), FEW_CREWS, rules=rules, hours=3)
    return shown


@pytest.mark.parametrize(
    "decision",
    [one for one in DECISIONS if one is not PRIORITY],  # ambulances and drivers together: test_priority.py
    ids=lambda decision: decision.name,
)
def test_example_views_are_such_as_runs_show(decision: Decision) -> None:
    """A policy tried on what no run would show could conform there and fail here."""
    shown = shown_by(decision.domain)[decision.name]
    assert shown
    chance = np.random.default_rng(1)
    examples = [EXAMPLES[decision.domain](decision.name, chance) for _ in range(300)]
    assert {type(view) for view in (*shown, *examples)} == {decision.view}
    assert all(something_to_choose_from(view) for view in (*shown, *examples))
    for real, made_up in zip(shown, examples, strict=False):
        same_form(real, made_up)


def something_to_choose_from(view: object) -> bool:
    tables = [getattr(view, field.name) for field in fields(view)]  # type: ignore[arg-type]
    lengths = [len(table) for table in tables if is_dataclass(table) and hasattr(table, "__len__")]
    return any(lengths) or not lengths


def test_example_views_show_what_is_rare_in_runs() -> None:
    """A rule that fails where nobody is free, or nobody under way, would else fail in a run only."""
    chance = np.random.default_rng(1)
    views = [example_view(DISPATCH.name, chance) for _ in range(300)]
    seen = {(len(view.free_vehicles) > 0, len(view.under_way) > 0) for view in views}
    assert seen == {(True, True), (True, False), (False, True)}
    assert len({id(view.coverage) for view in views}) > 1, "a rule must notice another coverage"


def same_form(one: object, other: object) -> None:
    for name in type(one).__dataclass_fields__:  # type: ignore[attr-defined]
        first, second = getattr(one, name), getattr(other, name)
        if name == "learned":  # reckoned when a rule asks, and only where there are days to learn from
            second = second.chance_over(150.0)
            with pytest.raises(LookupError, match="days to learn from"):
                first.chance_over(150.0)
            assert second.shape == (4,)
            continue
        if name == "outlook":  # reckoned when a rule asks
            first, second = first.pm25_ugm3(), second.pm25_ugm3()
        assert type(first) is type(second), name
        if isinstance(first, np.ndarray):
            assert first.dtype == second.dtype, name
            assert not first.flags.writeable, name
            assert not second.flags.writeable, name
            assert first.ndim == second.ndim, name
        elif hasattr(first, "__dataclass_fields__"):
            same_form(first, second)
