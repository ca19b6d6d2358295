"""Says no to what an option was given, with what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from twin.scenario.problems import Clause, InvalidScenarioError, Position, Problem, hints, show


def refuse(option: str, template: str, *more: Clause, **values: object) -> NoReturn:
    """Stop with a sentence about an option.

    Raises
    ------
    InvalidScenarioError
    """
    raise InvalidScenarioError([Problem(Position(option), "", (Clause(template, values), *more))])


def check_kpi(option: str, name: str, known: Iterable[str]) -> None:
    """Stop where there is no such KPI.

    Raises
    ------
    InvalidScenarioError
        With what was probably meant.
    """
    names = list(known)
    if name not in names:
        refuse(option, "there is no KPI {name}", *hints(name, names), name=show(name))
