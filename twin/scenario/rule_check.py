"""Checks the rule that a scenario names, by reading its file without executing anything."""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from twin.core.decisions import Decision
from twin.policies import registry
from twin.scenario.problems import Clause, hints, show

SIZE_LIMIT: Final = 1_000_000
Objections = list[tuple[Clause, ...]]
_Callable = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def objections_to(
    rule: str, parameters: Iterable[str], decision: Decision, folders: Iterable[Path], views: Mapping[str, str]
) -> Objections:
    """Say what is wrong with a rule.

    Parameters
    ----------
    parameters
        Names of the parameters that the scenario gives it.
    folders
        Where ``path/to/file.py`` may lie.
    views
        The decision that each view's name belongs to.
    """
    reference = registry.split_reference(rule)
    if reference is not None:
        file, name = reference
        path = registry.find_file(file, folders)
        if path is None:
            return [(Clause("there is no policy file {file} beside the scenario", {"file": show(file)}),)]
        return _check_file(path, (name,), parameters, decision, views)
    if rule.endswith(".py"):
        return [(Clause("name the function too, as in {example}", {"example": show(f"{rule}:name")}),)]
    built_in = registry.rule_names(decision)
    if rule in built_in:
        names = registry.callable_names(rule)
        return _check_file(registry.built_in_file(rule, decision), names, parameters, decision, views)
    known = (*built_in, *registry.installed_rule_names(decision))
    if rule in known:
        return []
    missing = Clause("no rule {rule} answers {decision}", {"rule": show(rule), "decision": decision.name})
    return [(missing, *hints(rule, known))]


def decision_of_rule(path: Path, name: str, views: Mapping[str, str]) -> str | None:
    """Return the decision that a function or class of a file answers, by the view that it says it takes.

    None where the file cannot be read as Python, defines no such name, or does not say which view it takes.
    """
    try:
        definition = _defined(_parsed(path)).get(name)
    except (SyntaxError, OSError, ValueError, RecursionError, MemoryError):
        return None
    place = 0
    if isinstance(definition, ast.ClassDef):
        methods = {node.name: node for node in definition.body if isinstance(node, ast.FunctionDef)}
        definition, place = methods.get("decide"), 1
    if not isinstance(definition, ast.FunctionDef):
        return None
    arguments = [*definition.args.posonlyargs, *definition.args.args]
    return views.get(_last_word(arguments[place].annotation)) if len(arguments) > place else None


def names_of(path: Path) -> list[str]:
    """Return the names that a file defines or imports; none where that cannot be told."""
    try:
        module = _parsed(path)
        imported = [
            (alias.asname or alias.name).partition(".")[0]
            for node in ast.walk(module) if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names
        ]  # fmt: skip
        return [] if "*" in imported else [*_defined(module), *imported]
    except (SyntaxError, OSError, ValueError, RecursionError, MemoryError):
        return []


def annotations_of(rule: str, decision: Decision, folders: Iterable[Path]) -> dict[str, ast.expr | None]:
    """Return what stands beside the parameters of a rule to which there is no objection; empty for an installed one."""
    reference = registry.split_reference(rule)
    names: tuple[str, ...]
    if reference is not None:
        path, names = registry.find_file(reference[0], folders), (reference[1],)
    else:
        path = registry.built_in_file(rule, decision) if rule in registry.rule_names(decision) else None
        names = registry.callable_names(rule)
    if path is None:
        return {}
    defined = _defined(_parsed(path))
    definition = next((defined[name] for name in names if name in defined), None)
    if isinstance(definition, ast.ClassDef):
        methods = {node.name: node for node in definition.body if isinstance(node, ast.FunctionDef)}
        definition = methods.get("__init__")
    if definition is None:
        return {}
    arguments = definition.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return {argument.arg: argument.annotation for argument in named}


def _parsed(path: Path) -> ast.Module:
    with path.open("rb") as stream:
        content = stream.read(SIZE_LIMIT)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(content, str(path))


def _check_file(
    path: Path, names: tuple[str, ...], parameters: Iterable[str], decision: Decision, views: Mapping[str, str]
) -> Objections:
    try:
        module = _parsed(path)
    except SyntaxError as error:
        values = {"file": _display(path), "line": error.lineno or 1, "said": error.msg}
        return [(Clause("{file}:{line}: is not Python: {said}", values),)]
    except (OSError, ValueError, RecursionError, MemoryError):
        return [(Clause("{file}: cannot be read as Python", {"file": _display(path)}),)]
    defined = _defined(module)
    found = next((name for name in names if name in defined), None)
    if found is None:
        missing = Clause("{file}: defines no {name}", {"file": _display(path), "name": show(names[0])})
        return [(missing, *hints(names[0], (name for name in defined if not name.startswith("_"))))]
    definition = defined[found]
    return _check_callable(definition, parameters, decision, views, _display(path)) if definition else []


def _display(path: Path) -> str:
    return os.path.normpath(path)


def _defined(module: ast.Module) -> dict[str, _Callable | None]:
    """Return the module's functions and classes, and None for a name that is assigned."""
    found: dict[str, _Callable | None] = {}
    for statement in module.body:
        if isinstance(statement, _Callable):
            found[statement.name] = statement
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            found.update({target.id: None for target in targets if isinstance(target, ast.Name)})
        elif isinstance(statement, (ast.If, ast.Try, ast.With)):
            found.update({node.name: node for node in ast.walk(statement) if isinstance(node, _Callable)})
    return found


def _check_callable(
    definition: _Callable, parameters: Iterable[str], decision: Decision, views: Mapping[str, str], file: str
) -> Objections:
    if isinstance(definition, ast.FunctionDef):
        return [*_check_view(definition, 0, decision, views, file), *_check_names(definition, 1, parameters)]
    if isinstance(definition, ast.AsyncFunctionDef):
        where = {"file": file, "line": definition.lineno, "name": definition.name}
        return [(Clause("{file}:{line}: {name} is async; a policy is a plain function", where),)]
    methods = {node.name: node for node in definition.body if isinstance(node, ast.FunctionDef)}
    inherits = bool(definition.bases or definition.decorator_list)
    if "decide" not in methods:
        where = {"file": file, "line": definition.lineno, "name": definition.name}
        return [] if inherits else [(Clause("{file}:{line}: the class {name} has no method decide(view)", where),)]
    objections = _check_view(methods["decide"], 1, decision, views, file)
    if "__init__" in methods:
        objections += _check_names(methods["__init__"], 1, parameters, provided=("random",))
    elif not inherits:
        for name in parameters:
            objections.append((Clause("the rule has no parameter {name}", {"name": show(name)}),))
    return objections


def _check_view(
    function: ast.FunctionDef, place: int, decision: Decision, views: Mapping[str, str], file: str
) -> Objections:
    where = {"file": file, "line": function.lineno, "name": function.name}
    arguments = [*function.args.posonlyargs, *function.args.args]
    if len(arguments) <= place:
        return [] if function.args.vararg else [(Clause("{file}:{line}: {name} takes no view", where),)]
    annotated = _last_word(arguments[place].annotation)
    if annotated in views and views[annotated] != decision.name and annotated != decision.view.__name__:
        values = {**where, "view": annotated, "other": views[annotated], "decision": decision.name}
        return [(Clause("{file}:{line}: {name} takes a {view}: it answers {other}, not {decision}", values),)]
    return []


def _last_word(annotation: ast.expr | None) -> str:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value.rpartition(".")[2]
    if isinstance(annotation, ast.Attribute):
        return annotation.attr
    return annotation.id if isinstance(annotation, ast.Name) else ""


def _check_names(
    function: ast.FunctionDef, skip: int, parameters: Iterable[str], provided: tuple[str, ...] = ()
) -> Objections:
    given = list(parameters)
    arguments = function.args
    positional = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    without_default = positional[skip : len(positional) - len(arguments.defaults)]
    keywords = [argument.arg for argument in arguments.kwonlyargs]
    required = without_default + [
        name for name, default in zip(keywords, arguments.kw_defaults, strict=True) if default is None
    ]
    names = [name for name in (*positional[skip:], *keywords) if name not in provided]
    objections: Objections = []
    for name in given:
        if name in provided or (name not in names and arguments.kwarg is None):
            objections.append((Clause("the rule has no parameter {name}", {"name": show(name)}), *hints(name, names)))
    for name in required:
        if name not in given and name not in provided:
            objections.append((Clause("the rule needs the parameter {name}", {"name": show(name)}),))
    return objections
