"""Imports point one way; what a check needs stays light; each domain stands alone."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from support.commands import ROOT

PACKAGE = ROOT / "twin"

MAY_IMPORT: dict[str, set[str]] = {
    "kernels": set(),
    "core": set(),
    "city": {"core", "kernels"},
    "atmosphere": {"core", "kernels"},
    "charts": {"core", "city"},
    "inference": {"core"},
    "planning": {"core", "city"},
    "domains": {"core", "city", "atmosphere", "charts", "kernels"},
    "policies": {"core", "domains"},
    "scenario": {"core", "city", "domains", "policies"},
    "experiment": {"core", "city", "domains", "inference", "policies", "scenario"},
    "report": {"core", "city", "charts", "domains", "inference", "scenario", "experiment"},
    "api": {"core", "scenario", "experiment", "report"},
    "validation": {"core", "atmosphere", "charts", "report"},
    "commands": {"core", "city", "planning", "validation", "policies", "scenario", "experiment", "report"},
    "cli": {"core", "commands"},
    "rl": {"core", "policies", "scenario", "experiment", "api"},
    "pytest_plugin": {"core", "scenario", "experiment"},
    "__init__": {"api"},
}
"""Which parts each part of the package may import, besides itself (``twin`` itself holds the version)."""

EXCEPTIONS = {("experiment/command.py", "report"), ("experiment/studies/command.py", "report")}
"""What ``twin run`` and ``twin compare`` do ends in the report."""

SLOW_TO_IMPORT = {
    "geopandas", "matplotlib", "mesa", "numba", "osmnx", "pandas", "pyarrow", "scipy", "shapely", "simpy", "sklearn",
    "threadpoolctl", "tqdm",
}  # fmt: skip


def files(*parts: str) -> list[Path]:
    return sorted(PACKAGE.joinpath(*parts).rglob("*.py"))


def part_of(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def modules_named_in(node: ast.AST) -> Iterator[str]:
    """Return the modules that an import statement may load: ``from a import b`` may load ``a.b``."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute here"
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports_of(path: Path) -> set[str]:
    """Return every module that a file imports, wherever in it."""
    return {name for node in ast.walk(tree_of(path)) for name in modules_named_in(node)}


def own_parts(path: Path) -> set[str]:
    found = set()
    for name in imports_of(path):
        words = name.split(".")
        if (
            words[0] == "twin"
            and len(words) > 1
            and (PACKAGE / words[1]).exists() | (PACKAGE / f"{words[1]}.py").exists()
        ):
            found.add(words[1])
    return found


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_point_one_way(path: Path) -> None:
    part, name = part_of(path), path.relative_to(PACKAGE).as_posix()
    assert part in MAY_IMPORT, f"{name}: say here what the new part {part} may import"
    allowed = MAY_IMPORT[part] | {part} | {other for file, other in EXCEPTIONS if file == name}
    assert own_parts(path) <= allowed, f"{name} may import {sorted(allowed)} only"


def test_the_arrows_form_no_circle() -> None:
    """The table above could itself be wrong."""
    left = dict(MAY_IMPORT)
    while left:
        free = {part for part, below in left.items() if not below & left.keys()}
        assert free, f"these parts import one another in a circle: {sorted(left)}"
        left = {part: below for part, below in left.items() if part not in free}


DOMAINS = sorted(path.parent.name for path in PACKAGE.glob("domains/*/__init__.py"))


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_domain_never_imports_another(domain: str) -> None:
    """They meet through channels, so that each can be left out of a scenario."""
    for path in files("domains", domain):
        others = {name for name in imports_of(path) if name.startswith("twin.domains")}
        strangers = {name for name in others if not name.startswith(f"twin.domains.{domain}.")}
        assert not strangers, f"{path.relative_to(PACKAGE)} imports {sorted(strangers)}"


LEARNERS = ("sklearn", "threadpoolctl")
"""Libraries by which rules may learn from what they see."""
SHARED = sorted(PACKAGE.glob("policies/*/[a-z]*.py"))
"""What several rules of one domain share: held to the same."""
RULES = sorted([*PACKAGE.glob("policies/*/*/[a-z]*.py"), *SHARED])


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.relative_to(PACKAGE / "policies").as_posix())
def test_a_rule_imports_only_the_decisions_that_it_answers(path: Path) -> None:
    """What a rule could import it could look at, past what the brain's connections let it see.

    The range of a parameter, `Within`, shows it nothing.
    """
    domain = path.relative_to(PACKAGE / "policies").parts[0]
    for name in imports_of(path):
        top = name.split(".")[0]
        mine = name.startswith((f"twin.domains.{domain}.decisions.", f"twin.domains.{domain}.decisions_"))
        mine |= name == "twin.core.decisions.Within"
        mine |= any(name.startswith(f"twin.policies.{domain}.{path.stem}.") for path in SHARED)
        assert mine or top in {"numpy", "scipy", *LEARNERS} or top in sys.stdlib_module_names, (
            f"{path.name} imports {name}"
        )


def test_there_are_rules_and_domains_to_check() -> None:
    assert "emergency" in DOMAINS
    assert len(RULES) >= 7


def loaded_with(path: Path) -> Iterator[str]:
    """Return the modules that are loaded with a file: imports outside functions and outside TYPE_CHECKING."""

    def outside(nodes: list[ast.stmt]) -> Iterator[str]:
        for node in nodes:
            yield from modules_named_in(node)
            if isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.unparse(node.test):
                yield from outside([*node.body, *node.orelse])
            elif isinstance(node, (ast.Try, ast.With, ast.ClassDef)):
                yield from outside(node.body)

    yield from outside(tree_of(path).body)


def file_of(module: str) -> list[Path]:
    """Return the files that importing ``module`` (or a name in it) executes."""
    words = module.split(".")
    if words[0] != "twin":
        return []
    found = []
    for length in range(1, len(words) + 1):
        place = PACKAGE.joinpath(*words[1:length])
        found += [file for file in (place / "__init__.py", place.with_suffix(".py")) if file.is_file() and length > 0]
    return found


def test_checking_a_scenario_needs_nothing_that_is_slow_to_import() -> None:
    """Says by which way something slow came in; that nothing does is tried in test_command_line.py."""
    start = PACKAGE / "cli.py"
    ways: dict[Path, tuple[str, ...]] = {start: ("cli.py",)}
    loader = PACKAGE / "scenario" / "load.py"
    ways[loader] = ("scenario/load.py",)
    waiting = [start, loader]
    while waiting:
        path = waiting.pop()
        for module in loaded_with(path):
            slow = module.split(".")[0] in SLOW_TO_IMPORT
            assert not slow, f"{' -> '.join(ways[path])} imports {module}"
            for file in file_of(module):
                if file not in ways:
                    ways[file] = (*ways[path], file.relative_to(PACKAGE).as_posix())
                    waiting.append(file)
    reached = {path.relative_to(PACKAGE).as_posix() for path in ways}
    assert "domains/emergency/decisions.py" in reached, "the way was not followed far enough"
    assert "domains/emergency/domain.py" not in reached
