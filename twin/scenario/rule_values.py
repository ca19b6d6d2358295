"""Checks the values that a scenario gives a rule's parameters against their annotations, without executing anything.

Understood are ``float``, ``int``, ``bool``, ``str``, ``None``, ``Literal["a", "b"]``, any of these joined by ``|``, and
a range as in ``Annotated[float, Within(0, 1)]`` (see `twin.core.decisions.Within`). Whatever else stands there is not
checked.
"""

from __future__ import annotations

import ast
import dataclasses
import math
from typing import Any, Final

from twin.core.decisions import Within
from twin.scenario.problems import Clause, hints, show

_KINDS: Final = {
    "float": "must be a number, not {value}",
    "int": "must be a whole number, not {value}",
    "bool": "must be true or false, not {value}",
    "str": "must be text, not {value}",
}
_RANGES: Final = {  # by whether the bounds are allowed and whether there is an upper one
    (True, True): "must be between {low} and {high}, not {value}",
    (False, True): "must be more than {low} and less than {high}, not {value}",
    (True, False): "must be at least {low}, not {value}",
    (False, False): "must be more than {low}, not {value}",
}
Objection = tuple[Clause, ...]


def objection_to_value(annotation: ast.expr | None, value: Any) -> Objection:
    """Say what is wrong with a parameter's value; nothing where it fits, or where the annotation is not understood."""
    choices = _choices(annotation)
    may_be_null = any(map(_is_none, choices))
    if not choices or (may_be_null and value is None):
        return ()
    objections = [_objection_to_choice(choice, value) for choice in choices if not _is_none(choice)]
    if not objections or () in objections:
        return ()
    out_of_range = [objection for objection in objections if objection[0].template in _RANGES.values()]
    said = (out_of_range or objections)[0]
    return (*said, Clause("; null is allowed too")) if may_be_null else said


def _choices(annotation: ast.expr | None) -> list[ast.expr]:
    """Return what ``a | b`` joins; nothing where there is no annotation."""
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return [*_choices(annotation.left), *_choices(annotation.right)]
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):  # written in quotes
        try:
            return _choices(ast.parse(annotation.value, mode="eval").body)
        except SyntaxError:
            return []
    return [] if annotation is None else [annotation]


def _objection_to_choice(choice: ast.expr, value: Any) -> Objection:
    if _subscripted(choice) == "Literal":
        return _objection_to_word(choice, value)
    name = _name(_plain(choice))
    if name not in _KINDS:
        return ()
    if not _is_of(name, value):
        return (Clause(_KINDS[name], {"value": show(value)}),)
    within = _range_of(choice)
    if within is None or name not in ("float", "int") or within.holds(value):
        return ()
    values = {"low": f"{within.low:g}", "high": f"{within.high:g}", "value": show(value)}
    return (Clause(_RANGES[within.ends, within.high < math.inf], values),)


def _is_of(name: str, value: Any) -> bool:
    if name == "str":
        return isinstance(value, str)
    if name == "bool" or isinstance(value, bool):
        return name == "bool" and isinstance(value, bool)
    return isinstance(value, int) or (name == "float" and isinstance(value, float) and math.isfinite(value))


def _objection_to_word(choice: ast.expr, value: Any) -> Objection:
    given = choice.slice if isinstance(choice, ast.Subscript) else choice
    elements = given.elts if isinstance(given, ast.Tuple) else [given]
    words = [element.value for element in elements if isinstance(element, ast.Constant)]
    if len(words) < len(elements) or any(word == value and type(word) is type(value) for word in words):
        return ()
    return (Clause("cannot be {value}", {"value": show(value)}), *hints(value, map(str, words)))


def _is_none(choice: ast.expr) -> bool:
    return isinstance(choice, ast.Constant) and choice.value is None


def _name(choice: ast.expr) -> str:
    return choice.id if isinstance(choice, ast.Name) else ""


def _subscripted(choice: ast.expr) -> str:
    """Return ``Annotated`` of ``Annotated[...]`` or ``typing.Annotated[...]``; empty where nothing is in brackets."""
    return _last_name(choice.value) if isinstance(choice, ast.Subscript) else ""


def _last_name(expression: ast.expr) -> str:
    return expression.attr if isinstance(expression, ast.Attribute) else _name(expression)


def _annotated(choice: ast.expr) -> list[ast.expr]:
    inner = choice.slice if isinstance(choice, ast.Subscript) and _subscripted(choice) == "Annotated" else None
    return inner.elts if isinstance(inner, ast.Tuple) else []


def _plain(choice: ast.expr) -> ast.expr:
    """Return the type without what is said of it."""
    return (_annotated(choice) or [choice])[0]


def _range_of(choice: ast.expr) -> Within | None:
    """Return the range that an annotation states in plain numbers."""
    for said in _annotated(choice)[1:]:
        if isinstance(said, ast.Call) and _last_name(said.func) == Within.__name__:
            names = [field.name for field in dataclasses.fields(Within)]
            try:
                given = dict(zip(names, map(ast.literal_eval, said.args), strict=False))
                given |= {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in said.keywords}
                return Within(**given)
            except (ValueError, TypeError):
                return None
    return None
