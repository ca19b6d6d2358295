"""Questions that the twin asks a policy, and the connections that determine what a policy sees.

A domain defines each question as a `Decision`: a frozen view and the allowed answers, frozen dataclasses too.
A policy is a function of the view, or a class with ``decide(view)``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Rule = Callable[[Any], Any]
NOT_RECORDED: Final = {"recorded": False}
"""Mark of a view's field that is too large to be kept for every question, or shared by all of them."""


@dataclass(frozen=True, slots=True)
class Within:
    """The range of a rule's parameter, as in ``busy_fraction: Annotated[float, Within(0, 1)] = 0.3``.

    ``--check`` holds a scenario's values against it; who calls the rule from Python is not stopped.

    Attributes
    ----------
    low, high
        The bounds.
    ends
        Whether the bounds themselves are allowed.
    """

    low: float = -math.inf
    high: float = math.inf
    ends: bool = True

    def holds(self, value: float) -> bool:
        """Say whether a value lies within."""
        return self.low <= value <= self.high if self.ends else self.low < value < self.high


@dataclass(frozen=True, slots=True)
class Decision:
    """A question.

    Attributes
    ----------
    name
        Short name, unique over all domains: ``dispatch``.
    domain
        Name of the domain that asks it.
    text
        The question as a sentence.
    view, answers
        The frozen dataclasses that a policy gets and may return.
    objection
        Says why an answer of an allowed type is illegal for this view, or returns None.
    silent_rule
        The built-in rule that always answers the same whatever it sees: with it the question is not put at all (nor
        recorded), and nothing is made ready to be seen. Empty where there is none.
    """

    name: str
    domain: str
    text: str
    view: type
    answers: tuple[type, ...]
    objection: Callable[[Any, Any], str | None]
    silent_rule: str = ""


@dataclass(frozen=True, slots=True)
class Connection:
    """Something that the city can know. Off or failing, it changes what views contain, nothing else."""

    name: str
    domain: str
    text: str


@dataclass(frozen=True, slots=True)
class ConnectionSetting:
    """How a brain has a connection: on or off, and the share of people or devices that take part."""

    on: bool
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """Which rule answers a decision: a registered name or ``path/to/file.py:name``, and its own parameters."""

    rule: str
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BrainSetting:
    """A bundle: every connection and, for every decision, a rule."""

    name: str
    connections: Mapping[str, ConnectionSetting]
    decisions: Mapping[str, RuleSetting]
