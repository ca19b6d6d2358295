"""The JSON Schema of scenario files, made from the models and from what is registered, for editors.

``python -m twin.scenario.json_schema`` writes it to standard output; ``scenarios/schema.json`` is its copy.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from typing import Any, Final

from pydantic import BaseModel, create_model

from twin.core.decisions import Decision
from twin.core.domain import DomainDescription, EventDetail, EventKind
from twin.core.kpis import HOURS, KpiFamily
from twin.domains import DESCRIPTIONS
from twin.policies import registry
from twin.scenario.brains import Vocabulary, shipped_brain, shipped_names
from twin.scenario.events import event_kinds
from twin.scenario.schema import Bounds, BrainSpec, ConnectionSpec, EventTimes, ScenarioKeys
from twin.scenario.sections import section_models

Schema = dict[str, Any]
_TIME: Final = r"^(day \d{1,3} |\d{4}-\d{2}-\d{2}[ T])?\d{1,2}:\d{2}$"
_START: Final = r"^\d{4}-\d{2}-\d{2}([ T]\d{1,2}:\d{2}(:\d{2})?)?$"
_SHARE: Final = r"^[0-9]*\.?[0-9]+ ?%$"
_NAME: Final = r"^[^\s\d_.,:/\\-][^\s.,:/\\]{0,59}$"  # looser than NAME_PATTERN, for \w is ASCII in editors
_POLICY_FILE: Final = {
    "type": "string",
    "pattern": r"\.py:[^:]+$",
    "description": "A function or class of your own: path/to/file.py:name, relative to this file",
}


def schema_text() -> str:
    """Return the schema as the text of ``scenarios/schema.json``."""
    return json.dumps(scenario_schema(), indent=1, ensure_ascii=False) + "\n"


def scenario_schema() -> Schema:
    """Return the schema (JSON Schema 2020-12)."""
    vocabulary = Vocabulary(DESCRIPTIONS, tuple(DESCRIPTIONS))
    keys = _properties_of(ScenarioKeys)
    keys["start"] = {"description": keys["start"]["description"], "type": "string", "pattern": _START}
    keys["domains"]["items"] = {
        "oneOf": [_constant(name, description.title) for name, description in DESCRIPTIONS.items()]
    }
    keys["brains"] |= {"items": {"$ref": "#/$defs/brain"}}
    keys["events"] |= {"items": {"$ref": "#/$defs/event"}}
    keys["expect"] |= _by_kpi("bounds")
    keys["margins"] |= _by_kpi("margin")
    extends: Schema = {"type": "string", "description": "A scenario file, relative to this one, that this one changes"}
    sections, definitions = _sections()
    definitions |= {
        "brain": _brain(vocabulary),
        "event": _event(vocabulary),
        "bounds": {
            "anyOf": [
                _object(_properties_of(Bounds), anyOf=[{"required": ["min"]}, {"required": ["max"]}]),
                {"type": "null", "description": "Takes away a bound of the file that this one extends"},
            ]
        },
        "margin": {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "description": "In the KPI's unit"},
                {"type": "string", "pattern": _SHARE, "description": "A share of the first brain's mean, as 3%"},
                {"type": "null", "description": "Takes away a margin of the file that this one extends"},
            ]
        },
    }
    required = [name for name, field in ScenarioKeys.model_fields.items() if field.is_required()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario of the Zhengzhou twin",
        **_object({"extends": extends, **keys, **sections}),
        "anyOf": [{"required": ["extends"]}, {"required": required}],
        "$defs": dict(sorted(definitions.items())),
    }


def _object(properties: Schema, **more: Any) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties, **more}


def _constant(value: str, description: str) -> Schema:
    return {"const": value, "description": description}


def _without_titles(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_titles(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_titles(value) for key, value in schema.items() if not (key == "title" and isinstance(value, str))
    }


def _properties_of(model: type[BaseModel]) -> Schema:
    properties: Schema = _without_titles(model.model_json_schema())["properties"]
    return properties


def _sections() -> tuple[Schema, Schema]:
    """Return the sections and what they refer to; every key may be left out, for the shipped value then stays."""
    fields: dict[str, Any] = {name: (model, ...) for name, model in section_models().items()}
    whole = _without_titles(create_model("Sections", **fields).model_json_schema())
    definitions: Schema = whole["$defs"]
    for definition in definitions.values():
        definition.pop("required", None)
    return whole["properties"], definitions


# -- brains -----------------------------------------------------------------------------------------------------------


def _brain(vocabulary: Vocabulary) -> Schema:
    own = _properties_of(BrainSpec)
    own["name"]["pattern"] = _NAME
    shipped = [_constant(name, shipped_brain(name).title["en"]) for name in shipped_names()]
    own["extends"] = {"anyOf": [*shipped, own["extends"]]}
    connection = {"anyOf": [{"type": "boolean"}, _object(_properties_of(ConnectionSpec))]}
    own["connections"] |= _object(
        {one.name: {"description": one.text, **connection} for one in vocabulary.connections.values()}
    )
    own["decisions"] |= _object({one.name: _decision(one) for one in vocabulary.decisions.values()})
    return {"anyOf": [*shipped, _object(own, required=["name", "extends"])]}


def _decision(decision: Decision) -> Schema:
    built_in = [_constant(name, _first_line(name, decision)) for name in registry.rule_names(decision)]
    installed = [_constant(name, "A rule of an installed package") for name in registry.installed_rule_names(decision)]
    rule = {"anyOf": [*built_in, *installed, _POLICY_FILE]}
    with_parameters = {
        "type": "object",
        "properties": {"rule": rule},
        "required": ["rule"],
        "description": "A rule with its parameters as further keys",
    }
    return {"description": decision.text, "anyOf": [*rule["anyOf"], with_parameters]}


def _first_line(rule: str, decision: Decision) -> str:
    """Return the first line of a rule's docstring without importing it."""
    module = ast.parse(registry.built_in_file(rule, decision).read_text(encoding="utf-8"))
    return (ast.get_docstring(module) or "").partition("\n")[0]


# -- events -----------------------------------------------------------------------------------------------------------


def _event(vocabulary: Vocabulary) -> Schema:
    properties = _properties_of(EventTimes)
    times = {"at": properties["at"], "until": properties["until"]}
    for schema in times.values():
        schema["pattern"] = _TIME
    kinds = {kind.name: _event_value(kind, vocabulary) for kind, _ in event_kinds(vocabulary).values()}
    choices = [{"required": [name]} for name in kinds]
    described = [kind for kind, _ in event_kinds(vocabulary).values()]
    details = {detail.name: _event_detail(detail) for kind in described for detail in kind.details}
    needed = {
        kind.name: [*(["until"] if kind.needs_end else []), *(one.name for one in kind.details if one.required)]
        for kind in described
    }
    return _object(
        {**times, **kinds, **details}, required=["at"], oneOf=choices,
        dependentRequired={name: keys for name, keys in needed.items() if keys},
    )  # fmt: skip


def _event_detail(detail: EventDetail) -> Schema:
    if detail.what == "number":
        bounds = {"minimum": detail.low, "maximum": detail.high}
        return {"description": detail.text, "type": "number", **{k: v for k, v in bounds.items() if v is not None}}
    if detail.what == "choice":
        return {"description": detail.text, "enum": list(detail.choices)}
    count = 4 if detail.what == "box" else 2
    numbers: Schema = {"type": "array", "items": {"type": "number"}, "minItems": count, "maxItems": count}
    if detail.what == "box":
        return {"description": detail.text, **numbers}
    return {"description": detail.text, "anyOf": [numbers, {"type": "string"}]}


def _event_value(kind: EventKind, vocabulary: Vocabulary) -> Schema:
    if kind.names == "connection":
        known = [_constant(one.name, one.text) for one in vocabulary.connections.values()]
        return {"description": kind.text, "oneOf": known}
    if kind.names is not None:
        what = {"road": "Name of a road", "district": "Id or name of a district"}
        return {
            "description": f"{kind.text}. {what.get(kind.names, f'Id or name of a {kind.names}')}.",
            "type": "string",
        }
    bounds = {"minimum": kind.low, "maximum": kind.high}
    return {"description": kind.text, "type": "number", **{k: v for k, v in bounds.items() if v is not None}}


# -- bounds and margins of KPIs ---------------------------------------------------------------------------------------


def _by_kpi(definition: str) -> Schema:
    """Return a mapping of the names of KPIs to what a definition describes."""
    named: Schema = {}
    patterns: Schema = {}
    for domain, description in DESCRIPTIONS.items():
        for family in description.kpi_families:
            one = {"$ref": f"#/$defs/{definition}", "description": f"{family.title} [{family.unit}]"}
            for statistic in family.statistics or ("",):
                named[".".join(part for part in (domain, family.name, statistic) if part)] = one
            if family.groups:
                patterns[_pattern(description, family)] = one
    return {"type": "object", "additionalProperties": False, "properties": named, "patternProperties": patterns}


def _pattern(description: DomainDescription, family: KpiFamily) -> str:
    known = {"hour": HOURS, **description.members}
    members = [re.escape(one) for group in family.groups for one in known.get(group, ())]
    if any(group not in known for group in family.groups):  # such as districts, which depend on the map
        members.append("[^.]+")
    statistic = rf"\.({'|'.join(family.statistics)})" if family.statistics else ""
    return rf"^{description.name}\.{family.name}\.({'|'.join(members)}){statistic}$"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
