"""Tries a policy on made-up views: it must answer legally, repeatably, and change nothing that it is shown.

The project's own tests run it over every rule; so can the author of a rule, before any run::

    from twin.domains.emergency.questions import DISPATCH
    from twin.policies.conformance import check_rule

    check_rule("my_rules.py:first_there", DISPATCH)

A domain supplies its views in ``examples.py``: ``example_view(decision, generator)``.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from twin.core.brain import Brain
from twin.core.decisions import BrainSetting, Decision, RuleSetting
from twin.core.errors import PolicyError
from twin.core.recorder import Recorder
from twin.policies.registry import load_rule

VIEWS: Final = 200
SLOWEST_S: Final = 0.1
"""A day of Zhengzhou asks some thousand questions, and a scenario lives dozens of days."""


@dataclasses.dataclass(frozen=True, slots=True)
class Conformance:
    """What trying a rule has shown.

    Attributes
    ----------
    views
        On how many views it was tried.
    median_s, longest_s
        What an answer takes, seconds of wall time.
    remembers
        Whether its answers hang on what it was asked before: it is a class that keeps a memory.
    """

    views: int
    median_s: float
    longest_s: float
    remembers: bool = False


def check_rule(
    rule: str,
    decision: Decision,
    *,
    parameters: Mapping[str, object] | None = None,
    folder: Path = Path(),
    views: int = VIEWS,
    seed: int = 0,
    slowest_s: float = SLOWEST_S,
) -> Conformance:
    """Try a rule on ``views`` views, and return what it takes.

    Parameters
    ----------
    rule
        As in a scenario: a registered name, or ``path/to/file.py:name``.
    parameters
        The rule's own.
    folder
        Where a policy file is looked for first.
    slowest_s
        Longest median time of an answer, in seconds.

    Raises
    ------
    PolicyError
        For the first view on which the rule raises, answers illegally, changes the view, or answers otherwise when
        asked again: a second copy of it in the same order, and, unless it is a class, which may keep a memory, the same
        copy in another order. Also where it is too slow.
    """
    setting = RuleSetting(rule, dict(parameters or {}))
    example_view = importlib.import_module(f"twin.domains.{decision.domain}.examples").example_view
    chance = np.random.default_rng(seed)
    shown = [example_view(decision.name, chance) for _ in range(views)]
    first, second = (_Trial(setting, decision, folder, seed) for _ in range(2))
    answers = [first.answer(view) for view in shown]
    median_s = statistics.median(first.seconds)
    who = {"rule": rule, "decision": decision.name}
    for view, answer in zip(shown, answers, strict=True):
        if (other := second.answer(view)) != answer:
            raise PolicyError(
                "policy {rule}, asked for {decision}: a second copy of it answered otherwise: {answer}, then {other}",
                who, answer=answer, other=other,
            )  # fmt: skip
    changed = None if first.has_drawn() else _asked_again(first, shown, answers)
    if changed is not None and not first.may_remember:
        raise PolicyError(
            "policy {rule}, asked for {decision}: it answered otherwise when asked again: {answer}, then {other}; a "
            "function must keep nothing from one question to the next, a class with decide(view) may",
            who, answer=changed[0], other=changed[1],
        )  # fmt: skip
    if median_s > slowest_s:
        raise PolicyError(
            "policy {rule}, asked for {decision}: an answer takes {median} s, which is more than {slowest} s",
            who, median=round(median_s, 3), slowest=slowest_s,
        )  # fmt: skip
    return Conformance(views, median_s, max(first.seconds), remembers=changed is not None)


def _asked_again(trial: _Trial, shown: Sequence[Any], answers: Sequence[Any]) -> tuple[Any, Any] | None:
    """Ask in another order; return the first answer that is not as before, and what it was; None where all are."""
    for view, answer in zip(reversed(shown), reversed(answers), strict=True):
        if (other := trial.answer(view)) != answer:
            return answer, other
    return None


class _Trial:
    """One copy of a rule, asked as a run asks it."""

    def __init__(self, setting: RuleSetting, decision: Decision, folder: Path, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._untouched = self._random.bit_generator.state
        self._setting = setting
        self._decision = decision
        rule = load_rule(setting, decision, folder, random=self._random)
        self.may_remember = inspect.ismethod(rule)
        name = decision.name
        self._brain = Brain(BrainSetting("trial", {}, {name: setting}), {name: rule}, {}, Recorder())
        self.seconds: list[float] = []

    def answer(self, view: Any) -> Any:
        """Return the rule's answer, which is legal."""
        before = _content(view)
        begun = time.perf_counter()
        answer = self._brain.ask(self._decision, view, view.time_s)
        self.seconds.append(time.perf_counter() - begun)
        if _content(view) != before:
            raise PolicyError(
                "policy {rule}, asked for {decision}: it changed the view that it was shown",
                rule=self._setting.rule,
                decision=self._decision.name,
            )
        return answer

    def has_drawn(self) -> bool:
        """Say whether the rule has used its generator."""
        return bool(self._random.bit_generator.state != self._untouched)


def _content(thing: Any) -> Any:
    """Return everything that a view holds, comparable by ``==``."""
    if dataclasses.is_dataclass(thing):
        return [(field.name, _content(getattr(thing, field.name))) for field in dataclasses.fields(thing)]
    return (thing.dtype.str, thing.tobytes()) if isinstance(thing, np.ndarray) else thing
