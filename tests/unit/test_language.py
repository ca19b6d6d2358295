"""Whatever is said to a user in English can be said in Chinese, with the same places for values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import twin
from twin.atmosphere.section import WeatherParameters
from twin.city.section import RoadParameters
from twin.core.language import chinese_table
from twin.domains import DESCRIPTIONS
from twin.experiment.studies.comparison_text import ORIGINS
from twin.experiment.studies.comparison_text import WORDS as TERMINAL_WORDS
from twin.experiment.studies.margins import IN_SCENARIO, NOBODY, ON_COMMAND_LINE
from twin.report.assumptions import LABELS
from twin.report.names import findings, report_module
from twin.report.studies.comparison_verdict import METHODS
from twin.report.verdict import WORDS
from twin.scenario.brains import Vocabulary
from twin.scenario.events import event_kinds

PACKAGE = Path(twin.__file__).parent
SAYERS = {"language", "say", "_say"}
ERRORS = {"RunWarning", "TwinError", "MapError", "ScenarioError", "PolicyError", "ResultsError", "RunningError"}
PLACE = re.compile(r"\{(\w+)(?:![rs])?(?::[^{}]*)?\}")
PREFIX = "policy {rule} of brain {brain}, asked for {decision} at {time} s, "


def literals(node: ast.expr) -> Iterator[str]:
    """Return the strings that an expression may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def sentences_of(tree: ast.AST) -> Iterator[str]:
    """Return every sentence that is said or raised."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args):
        name = call.func
        called = name.attr if isinstance(name, ast.Attribute) else name.id if isinstance(name, ast.Name) else ""
        speaks_at_once = isinstance(name, ast.Call) and getattr(name.func, "id", "") in ("Language", "_chosen_language")
        if called in SAYERS | ERRORS or speaks_at_once:
            yield from literals(call.args[0])
        elif called == "refuse" and len(call.args) > 1:  # the option, then the sentence
            yield from literals(call.args[1])


def brain_errors(tree: ast.AST) -> Iterator[str]:
    """Return the sentences about misbehaving policies, which share their beginning."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "_error" and len(call.args) > 2:
            yield from (PREFIX + sentence for sentence in literals(call.args[2]))


def said_in_code() -> list[tuple[str, str]]:
    """Return (file, sentence) for every sentence in the package."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        name = path.relative_to(PACKAGE).as_posix()
        found += [(name, sentence) for sentence in sentences_of(tree)]
        if name == "core/brain.py":
            found += [(name, sentence) for sentence in brain_errors(tree)]
    return found


def held_in_data() -> list[tuple[str, str]]:
    """Return (where, sentence) for sentences that reach a user by way of a description, a parameter or a table."""
    found = [("labels", text) for text in LABELS.values()] + [("words", word) for _, word in WORDS.values()]
    found += [("words", word) for table in (TERMINAL_WORDS, METHODS, ORIGINS) for word in table.values()]
    found += [("margin", sentence) for sentence in (ON_COMMAND_LINE, IN_SCENARIO, NOBODY)]
    sections = [RoadParameters, WeatherParameters, *(description.parameters for description in DESCRIPTIONS.values())]
    for row in (row for section in sections for row in section.shipped.values()):
        found += [(f"parameter {row.name}", text) for text in (row.text, row.unit, row.source)]
    for name, description in DESCRIPTIONS.items():
        found.append((name, description.title))
        found += [(f"KPI {family.name}", family.title) for family in description.kpi_families]
        found += [("margin", stated.source) for family in description.kpi_families for stated in family.margins]
        found += [(f"connection {connection.name}", connection.text) for connection in description.connections]
        found += [(f"decision {decision.name}", decision.text) for decision in description.decisions]
        found += [(f"member {member}", text) for member, text in report_module(name).MEMBER_NAMES.items()]
        for finding in findings(name):
            found += [("finding", text) for text in (finding.lower, finding.higher, finding.subject)]
    kinds = event_kinds(Vocabulary(DESCRIPTIONS, tuple(DESCRIPTIONS)))
    found += [(f"event {key}", kind.text) for key, (kind, _) in kinds.items()]
    found += [(f"event {key}", detail.name) for key, (kind, _) in kinds.items() for detail in kind.details]
    return found


def places(sentence: str) -> set[str]:
    """Return the names of a sentence's places (a sentence said without values may hold other braces)."""
    return set(PLACE.findall(sentence))


@pytest.mark.parametrize("found", [said_in_code, held_in_data])
def test_every_sentence_has_a_chinese_form(found: object) -> None:
    assert callable(found)
    table = chinese_table()
    missing = sorted({f"{where}: {sentence!r}" for where, sentence in found() if sentence not in table})
    assert not missing, "add to the zh.yaml of the folder:\n" + "\n".join(missing)


def test_chinese_forms_have_the_same_places() -> None:
    wrong = [key for key, value in chinese_table().items() if places(key) != places(value)]
    assert not wrong


def test_the_search_finds_what_it_should() -> None:
    code = 'language("a {b}", b=1)\nself._say("c" if x else "d")\nraise MapError("e")\nLanguage(z)("f")\nother("g")\n'
    assert sorted(sentences_of(ast.parse(code))) == ["a {b}", "c", "d", "e", "f"]
