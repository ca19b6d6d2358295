"""Describes decisions, views, answers and rules from the code itself."""

from __future__ import annotations

import dataclasses
import difflib
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twin.core.columns import dtype_of, hints_of
from twin.core.decisions import Decision
from twin.core.errors import PolicyError
from twin.core.language import Language
from twin.domains import DESCRIPTIONS
from twin.policies.registry import function_of_file, rule_names


def find_decision(name: str) -> Decision:
    """Return a decision by name; raises PolicyError where there is none."""
    decisions = {decision.name: decision for one in DESCRIPTIONS.values() for decision in one.decisions}
    if name not in decisions:
        near = difflib.get_close_matches(name, decisions, 1)
        raise PolicyError(
            "there is no decision {name}; there are {known}{hint}",
            name=name,
            known=", ".join(decisions),
            hint=f" (did you mean {near[0]}?)" if near else "",
        )
    return decisions[name]


def decision_answered(rule: str, folder: Path) -> Decision:
    """Return the decision that a rule answers: by its name, or by the view that its function says it takes.

    Raises
    ------
    PolicyError
        Where that cannot be told.
    """
    decisions = [decision for one in DESCRIPTIONS.values() for decision in one.decisions]
    target = function_of_file(rule, folder)
    if target is None:
        able = [decision for decision in decisions if rule in rule_names(decision)]
    else:
        view = _view_named(getattr(target, "decide", target))
        able = [decision for decision in decisions if decision.view.__name__ == view]
    if len(able) != 1:
        raise PolicyError(
            "say with --decision which decision {rule} answers; neither its name nor the view that it takes tells",
            rule=rule,
        )
    return able[0]


def _view_named(function: Callable[..., Any]) -> str:
    """Return the last word of the first annotation of a function, which is its view's; empty where it has none."""
    hint = next(iter(getattr(function, "__annotations__", {}).values()), "")
    return hint.rpartition(".")[2] if isinstance(hint, str) else getattr(hint, "__name__", "")


def describe_decisions(name: str | None = None) -> list[dict[str, Any]]:
    """Return every decision, or the one named, as plain data; raises PolicyError for an unknown name."""
    if name is not None:
        return [_describe(find_decision(name))]
    return [_describe(decision) for description in DESCRIPTIONS.values() for decision in description.decisions]


def _describe(decision: Decision) -> dict[str, Any]:
    from twin.policies.registry import load_rule_by_name, rule_names

    rules = []
    for rule in rule_names(decision):
        text = inspect.getdoc(load_rule_by_name(rule, decision)) or ""
        first, _, rest = text.partition("\n")
        source = " ".join(rest.partition("----------")[2].split()) if "References" in rest else ""
        rules.append({"name": rule, "text": first, "source": source})
    return {
        "decision": decision.name,
        "domain": decision.domain,
        "question": decision.text,
        "view": {
            "name": decision.view.__name__,
            "module": decision.view.__module__,
            "fields": fields_of(decision.view),
        },
        "answers": [
            {"name": answer.__name__, "text": _first_line(answer), "fields": fields_of(answer)}
            for answer in decision.answers
        ],
        "rules": rules,
    }


def _first_line(thing: type) -> str:
    return (inspect.getdoc(thing) or "").partition("\n")[0]


def fields_of(kind: type, prefix: str = "") -> list[dict[str, str]]:
    """Return the fields of a view or answer: dotted name, type, unit (from the suffix) and meaning."""
    texts = _attribute_texts(kind)
    rows = []
    for name, hint in hints_of(kind).items():
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            rows += fields_of(hint, f"{prefix}{name}.")
            continue
        dtype = dtype_of(hint)
        shown = getattr(hint, "__name__", str(hint)) if dtype is None else f"array of {dtype.name}"
        rows.append({"name": prefix + name, "type": shown, "unit": _unit(name), "text": texts.get(name, "")})
    return rows


def _unit(name: str) -> str:
    suffix = name.rsplit("_", 1)[-1]
    return suffix if "_" in name and suffix in ("s", "min", "m", "km", "kmh") else ""


def _attribute_texts(kind: type) -> dict[str, str]:
    """Read the Attributes section of a NumPy docstring."""
    lines = (inspect.getdoc(kind) or "").partition("Attributes\n----------\n")[2].splitlines()
    texts: dict[str, str] = {}
    names: list[str] = []
    for line in lines:
        if line and not line.startswith(" "):
            names = [name.strip() for name in line.split(",")]
        elif line.strip():
            for name in names:
                texts[name] = f"{texts.get(name, '')} {line.strip()}".strip()
    return texts


def format_decisions(described: list[dict[str, Any]], language: Language) -> str:
    """Return the description as text for a terminal."""
    lines = []
    for decision in described:
        lines.append(f"{decision['decision']}  ({decision['domain']})  {language(decision['question'])}")
        lines.append(f"  {language('view')}: {decision['view']['module']}.{decision['view']['name']}")
        lines += [f"    {_field(field)}" for field in decision["view"]["fields"]]
        lines.append(f"  {language('answers')}:")
        for answer in decision["answers"]:
            inner = ", ".join(f"{field['name']}: {field['type']}" for field in answer["fields"])
            lines.append(f"    {answer['name']}({inner})  {answer['text']}")
        lines.append(f"  {language('rules')}:")
        for rule in decision["rules"]:
            lines.append(f"    {rule['name']}  {rule['text']}")
            if rule["source"]:
                lines.append(f"      {rule['source']}")
        lines.append("")
    return "\n".join(lines).rstrip()


def _field(field: dict[str, str]) -> str:
    unit = f" [{field['unit']}]" if field["unit"] else ""
    return f"{field['name']}: {field['type']}{unit}  {field['text']}"
