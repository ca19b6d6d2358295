"""What a tuning may set: parameters of the rules of one brain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twin.experiment.studies.axes import OPTION, RANGE, Value, listed
from twin.experiment.studies.refusing import refuse
from twin.scenario.frozen import thaw
from twin.scenario.load import changed
from twin.scenario.problems import hints, show

if TYPE_CHECKING:
    from twin.core.decisions import BrainSetting
    from twin.scenario.scenario import Scenario

TUNED = "tuned"
"""Name of a brain with other parameters."""
Setting = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Knob:
    """A parameter of a rule and what may be tried.

    Attributes
    ----------
    name
        ``decision.parameter``.
    low, high
        Ends of a range; equal where values are given.
    whole
        Whether both ends are whole numbers, so that only such are tried.
    choices
        Values, where no range is given.
    """

    name: str
    low: float
    high: float
    whole: bool
    choices: tuple[Value, ...]

    @property
    def decision(self) -> str:
        """The decision whose rule it belongs to."""
        return self.name.partition(".")[0]

    @property
    def parameter(self) -> str:
        """The rule's parameter."""
        return self.name.partition(".")[2]

    def ends(self) -> tuple[Value, ...]:
        """Return what has to be possible for all between to be: both ends, or every value."""
        if self.choices:
            return self.choices
        return tuple(int(end) if self.whole else end for end in (self.low, self.high))


@dataclass(frozen=True)
class Space:
    """The brain that is tuned, in its scenario, and its knobs.

    Attributes
    ----------
    scenario
        Has the brain alone.
    extends
        The brain as it was named, before it got other rules.
    named
        Decisions whose rules were named with it.
    """

    scenario: Scenario
    knobs: tuple[Knob, ...]
    extends: str
    named: tuple[str, ...]

    @property
    def brain(self) -> BrainSetting:
        """The brain as it is, with the parameters that it has."""
        return self.scenario.brains[0]

    @property
    def rules(self) -> dict[str, str]:
        """The rules that were named or have a knob, by decision."""
        decisions = dict.fromkeys([*self.named, *(knob.decision for knob in self.knobs)])
        return {decision: self.brain.decisions[decision].rule for decision in decisions}

    def cell(self, setting: Setting) -> Scenario:
        """Return the scenario with the brain at one setting.

        Raises
        ------
        InvalidScenarioError
            Where a rule does not take such a parameter, or such a value.
        """
        decisions: dict[str, dict[str, object]] = {}
        for knob in self.knobs:
            rule = self.brain.decisions[knob.decision]
            plain = decisions.setdefault(knob.decision, {"rule": rule.rule, **thaw(rule.parameters)})
            plain[knob.parameter] = setting[knob.name]
        entry = {"name": TUNED, "extends": self.brain.name, "decisions": decisions}
        source = self.scenario.source
        listed_ = source.root.get("brains") if source is not None else None
        if listed_ is not None and isinstance(listed_.value, tuple):
            changes: dict[str, object] = {f"brains.{len(listed_.value)}": entry}
        else:
            changes = {"brains": [self.brain.name, entry]}
        where = f"{OPTION} " + " ".join(f"{name}={value}" for name, value in setting.items())
        whole = changed(self.scenario, changes, where=where)
        return replace(whole, brains=(whole.brain(TUNED),), replications=1)

    def as_it_is(self) -> Scenario:
        """Return the scenario with the brain as it is."""
        return replace(self.scenario, replications=1)

    def check(self) -> None:
        """Try the ends of every knob.

        Raises
        ------
        InvalidScenarioError
            Where one of them cannot be.
        """
        first = {knob.name: knob.ends()[0] for knob in self.knobs}
        for knob in self.knobs:
            for end in knob.ends():
                self.cell({**first, knob.name: end})


def read_space(scenario: Scenario, words: Sequence[str], extends: str, rules: Sequence[str]) -> Space:
    """Read ``parameter=low:high`` and ``decision.parameter=a,b`` words, and check what they lead to.

    Parameters
    ----------
    scenario
        With the brain alone.
    extends
        The brain as it was named.
    rules
        The decisions whose rules were named; with a single one its parameters need no decision before them.

    Raises
    ------
    InvalidScenarioError
        For a word that is none, and for what a rule does not take.
    """
    knobs = tuple(_read(scenario, word, rules) for word in words)
    if not knobs:
        refuse(OPTION, "nothing is tuned; give --set parameter=low:high")
    names = [knob.name for knob in knobs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        refuse(OPTION, "the name {name} stands there twice", name=show(twice))
    space = Space(scenario, knobs, extends, tuple(rules))
    space.check()
    return space


def _read(scenario: Scenario, word: str, rules: Sequence[str]) -> Knob:
    name, equals, given = (part.strip() for part in word.partition("="))
    decision, dot, parameter = name.partition(".")
    if not equals or not name:
        refuse(OPTION, "{text} is not of the form parameter=low:high or parameter=a,b", text=show(word))
    if not dot:
        if len(rules) != 1:
            refuse(
                OPTION,
                "{name} does not say whose parameter it is; write decision.{name}, or name one --rule",
                name=name,
            )
        decision, parameter = rules[0], name
    known = scenario.brains[0].decisions
    if decision not in known or not parameter:
        refuse(OPTION, "there is no decision {name}", *hints(decision, known), name=show(decision))
    full = f"{decision}.{parameter}"
    span = RANGE.fullmatch(given)
    if span is None or span[3] is not None:
        return Knob(full, 0.0, 0.0, False, listed(full, given))
    low, high = float(span[1]), float(span[2])
    if not low < high:
        refuse(OPTION, "{text} is no range: low must be below high", text=show(word))
    return Knob(full, low, high, span[1].lstrip("+-").isdigit() and span[2].lstrip("+-").isdigit(), ())
