"""Finds and loads the rules that answer the twin's questions.

A rule is given by name in one of three ways:

- ``nearest_capable``: a built-in rule, the file ``twin/policies/<domain>/<decision>/<rule>.py``. It holds one public
  callable: a function of the view named as the file (``nearest_capable``), or a class with ``decide(view)`` named as
  the file in CamelCase (``NearestCapable``).
- the same, from an installed package: the entry point ``<decision>.<rule>`` of the group ``twin.policies``.
- ``path/to/file.py:name``: a function or class of a file of one's own, relative to the scenario file, else to the
  current folder. The file is executed anew each time a rule is loaded, so no state passes between replications.

The rule's parameters are keyword arguments: of the class, or of the function after its view. A class whose
``__init__`` names ``random`` gets a NumPy generator of its own there.
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import inspect
import sys
import types
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from twin.core.decisions import Decision, Rule, RuleSetting
from twin.core.errors import PolicyError

if TYPE_CHECKING:
    import numpy as np

ENTRY_POINT_GROUP: Final = "twin.policies"
FOLDER: Final = Path(__file__).parent


def rule_names(decision: Decision) -> tuple[str, ...]:
    """List the built-in rules of a decision, in alphabetical order, without importing them."""
    folder = FOLDER / decision.domain / decision.name
    return tuple(sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")))


def installed_rule_names(decision: Decision) -> tuple[str, ...]:
    """List the rules of a decision that installed packages bring, without importing them."""
    prefix = f"{decision.name}."
    found = importlib.metadata.entry_points(group=ENTRY_POINT_GROUP)
    return tuple(sorted(point.name.removeprefix(prefix) for point in found if point.name.startswith(prefix)))


def built_in_file(rule: str, decision: Decision) -> Path:
    """Return the file that a built-in rule has, whether or not it exists."""
    return FOLDER / decision.domain / decision.name / f"{rule}.py"


def callable_names(rule: str) -> tuple[str, str]:
    """Return what a built-in rule's callable may be named: the function's name and the class's."""
    return rule, "".join(word.capitalize() for word in rule.split("_"))


def split_reference(rule: str) -> tuple[str, str] | None:
    """Split ``path/to/file.py:name`` into path and name; None where the rule is not given so."""
    path, colon, name = rule.rpartition(":")
    return (path, name) if colon and path.endswith(".py") else None


def find_file(name: str, folders: Iterable[Path]) -> Path | None:
    """Return the first file of this relative name in one of the folders, then in the current one."""
    for folder in (*folders, Path()):
        try:
            if (folder / name).is_file():
                return folder / name
        except (OSError, ValueError):
            continue
    return None


def rule_file(setting: RuleSetting, scenario_folder: Path) -> Path | None:
    """Return the file of a rule given as ``path/to/file.py:name``; None for other rules and where there is no file."""
    reference = split_reference(setting.rule)
    return find_file(reference[0], [scenario_folder]) if reference else None


def load_rule_by_name(rule: str, decision: Decision) -> Any:
    """Import a built-in or installed rule and return its function or class as it stands.

    Raises
    ------
    PolicyError
        If there is no such rule or it cannot be imported.
    """
    if rule in rule_names(decision):
        module = importlib.import_module(f"{__package__}.{decision.domain}.{decision.name}.{rule}")
        return _member(module, callable_names(rule), str(built_in_file(rule, decision)))
    for point in importlib.metadata.entry_points(group=ENTRY_POINT_GROUP, name=f"{decision.name}.{rule}"):
        try:
            return point.load()
        except Exception as error:
            raise PolicyError(
                "the rule {rule} of the package {package} cannot be imported: {error}",
                rule=rule,
                package=point.dist.name if point.dist else point.value,
                error=_said(error),
            ) from error
    if rule.endswith(".py"):
        raise PolicyError("name the function too, as in {example}", example=f"{rule}:name")
    known = (*rule_names(decision), *installed_rule_names(decision))
    raise PolicyError(
        "no rule {rule} answers {decision}; there are: {known}",
        rule=rule,
        decision=decision.name,
        known=", ".join(known),
    )


def function_of_file(rule: str, folder: Path) -> Any:
    """Return the function or class that ``path/to/file.py:name`` names, as it stands; None for other rules.

    Raises
    ------
    PolicyError
        If the file or what is named in it is missing, or the file cannot be run.
    """
    reference = split_reference(rule)
    if reference is None:
        return None
    path = find_file(reference[0], [folder])
    if path is None:
        raise PolicyError("there is no policy file {file}", file=reference[0])
    return _member(_execute(path), (reference[1],), str(path))


def load_rule(
    setting: RuleSetting,
    decision: Decision,
    scenario_folder: Path,
    random: np.random.Generator | None = None,
) -> Rule:
    """Import a rule and give it its parameters.

    Parameters
    ----------
    scenario_folder
        Folder of the scenario file, to which ``path/to/file.py:name`` is relative.
    random
        The generator for a class whose ``__init__`` names ``random``.

    Returns
    -------
    Rule
        A callable from the decision's view to an answer.

    Raises
    ------
    PolicyError
        If the rule is not found, cannot be imported, or has no such parameters.
    """
    target = _target(setting.rule, decision, scenario_folder)
    given = dict(setting.parameters)
    if not inspect.isclass(target):
        _check_parameters(setting.rule, target, given, skip=1)
        return functools.partial(target, **given) if given else target
    wanted = _check_parameters(setting.rule, target, given, skip=0, provided=("random",))
    if "random" in wanted:
        given["random"] = random
    return _make(setting.rule, target, given)


def _target(rule: str, decision: Decision, scenario_folder: Path) -> Any:
    named = function_of_file(rule, scenario_folder)
    return load_rule_by_name(rule, decision) if named is None else named


def _member(module: types.ModuleType, names: tuple[str, ...], file: str) -> Any:
    for name in names:
        found = getattr(module, name, None)
        if callable(found) and (not inspect.isclass(found) or callable(getattr(found, "decide", None))):
            return found
    raise PolicyError(
        "{file}: has no function {name} and no class of that name with decide(view)",
        file=file,
        name=" / ".join(names),
    )


def _execute(path: Path) -> types.ModuleType:
    """Run a policy file as a module of its own."""
    import hashlib  # checking a scenario needs none of this

    digest = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
    module = types.ModuleType(f"twin_policy_{path.stem}_{digest}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # dataclasses look their module up there
    try:
        exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        file, line = _where(error, str(path))
        raise PolicyError("{file}:{line}: {error}", file=file, line=line, error=_said(error)) from error
    return module


def _make(rule: str, kind: Any, given: dict[str, object]) -> Rule:
    """Make a policy object and return its method ``decide``."""
    try:
        decide: Rule = kind(**given).decide
    except Exception as error:
        module = sys.modules.get(kind.__module__)
        file, line = _where(error, getattr(module, "__file__", None) or kind.__module__)
        raise PolicyError(
            "{file}:{line}: the rule {rule} could not be made: {error}",
            file=file,
            line=line,
            rule=rule,
            error=_said(error),
        ) from error
    return decide


def _where(error: BaseException, path: str) -> tuple[str, int]:
    """Return file and line of an error, as near to the policy's own file as can be said."""
    import traceback

    if isinstance(error, SyntaxError) and error.lineno:
        return error.filename or path, error.lineno
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return (path, frames[-1].lineno or 1) if frames else (path, 1)


def _said(error: BaseException) -> str:
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def _check_parameters(
    rule: str, target: Any, given: dict[str, object], *, skip: int, provided: tuple[str, ...] = ()
) -> list[str]:
    """Compare a rule's parameters with its signature and return the names that it has."""
    found = list(inspect.signature(target).parameters.values())[skip:]
    named = [p for p in found if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    names = [parameter.name for parameter in named]
    if all(parameter.kind != parameter.VAR_KEYWORD for parameter in found):
        for name in given:
            if name not in names or name in provided:
                free = [other for other in names if other not in provided]
                raise PolicyError(
                    "the rule {rule} has no parameter {name}{hint}", rule=rule, name=name, hint=_meant(name, free)
                )
    for parameter in named:
        if parameter.default is parameter.empty and parameter.name not in (*given, *provided):
            raise PolicyError("the rule {rule} needs the parameter {name}", rule=rule, name=parameter.name)
    return names


def _meant(name: str, names: list[str]) -> str:
    import difflib

    matches = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {matches[0]}?" if matches else ""
