"""The JSON Schema for editors is current, and agrees with the loader; every sentence has its Chinese."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from twin.core.language import chinese_table
from twin.scenario import events, reading
from twin.scenario import sentences as tables_of_sentences
from twin.scenario.json_schema import schema_text
from twin.scenario.problems import Problems
from twin.scenario.reading import read_file

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))
WRONG = ROOT / "tests" / "data" / "scenarios" / "wrong"
# Wrong in ways that a schema can see.
SEEN_BY_EDITORS = [
    "connection_share", "event_two_kinds", "event_unknown_kind", "event_without_kind", "expect_bounds",
    "expect_unknown_kpi", "margins_not_a_mapping", "margins_sizes", "margins_unknown_kpi", "missing_keys", "no_brains",
    "out_of_range", "section_list_length", "section_not_a_mapping", "section_values", "too_long_run", "unknown_brain",
    "unknown_connection", "unknown_decision", "unknown_domain", "unknown_keys", "unknown_rule", "wrong_types",
]  # fmt: skip


def plain(path: Path) -> Any:
    root, _ = read_file(path, Problems())
    assert root is not None
    return root.plain()


def test_schema_file_is_current() -> None:
    stored = (ROOT / "scenarios" / "schema.json").read_text(encoding="utf-8")
    assert stored == schema_text(), "run: python -m twin.scenario.json_schema > scenarios/schema.json"


def test_every_key_is_described() -> None:
    schema = json.loads(schema_text())
    for name, key in schema["properties"].items():
        assert "description" in key or "$ref" in key, name
    for name, key in schema["$defs"]["EmergencyParameters"]["properties"].items():
        assert key["description"], name
        assert "default" in key, name


@pytest.fixture(scope="module")
def validator() -> Any:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scenario_fits_the_schema(path: Path, validator: Any) -> None:
    assert [error.message for error in validator.iter_errors(plain(path))] == []


@pytest.mark.parametrize("name", SEEN_BY_EDITORS)
def test_wrong_scenario_does_not_fit_the_schema(name: str, validator: Any) -> None:
    assert not validator.is_valid(plain(WRONG / f"{name}.yaml"))


# -- sentences --------------------------------------------------------------------------------------------------------

_SAYS = {"add", "_add", "_stop", "Clause", "PolicyError", "ScenarioError", "ValueError"}
_FOLDER = ROOT / "twin" / "scenario"
_FILES = [*sorted(_FOLDER.glob("*.py")), ROOT / "twin" / "policies" / "registry.py"]


def sentences(path: Path) -> Iterator[str]:
    """Find the literal sentences that a file hands to whoever says them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for text in node.args if name in _SAYS else ():
                for one in ast.walk(text):
                    if isinstance(one, ast.Constant) and isinstance(one.value, str) and " " in one.value:
                        yield one.value


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_every_sentence_has_its_chinese(path: Path) -> None:
    assert not set(sentences(path)) - set(chinese_table())


def test_every_sentence_in_a_table_has_its_chinese() -> None:
    tables = {
        *tables_of_sentences._SENTENCES.values(),
        *tables_of_sentences._RANGES.values(),
        *(sentence for _, sentence in reading._PARSER_SENTENCES),
        *events._UNKNOWN.values(),
        events._NO_TIME,
    }
    assert not tables - set(chinese_table())


def test_translations_keep_the_places_for_values() -> None:
    for english, chinese in chinese_table().items():
        assert set(re.findall(r"\{(\w+)", english)) == set(re.findall(r"\{(\w+)", chinese)), english
