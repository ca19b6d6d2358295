"""Which brains a study compares: shipped ones, those of the scenario, and what lies in files of one's own.

A brain is given by a word in one of these ways:

- ``city_brain``: a shipped brain, or one of the scenario's;
- ``mine.py:rule``: the city brain with the rule of that name (a function or a class), which answers the decision whose
  view it takes;
- ``traditional+mine.py:rule``, ``city_brain+dispatch=nearest_free+standby=dmexclp``: any brain with other rules, one's
  own or built-in ones;
- ``mine.yaml``: a file that holds what an entry of a scenario's ``brains`` holds; without ``name`` it is called as the
  file, without ``extends`` it is built on the city brain.

Paths are relative to the current folder, else to the scenario's; within a YAML file to that file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from twin.core.errors import ScenarioError
from twin.domains import DESCRIPTIONS
from twin.experiment.studies.refusing import refuse
from twin.policies import registry
from twin.scenario.brains import Vocabulary, shipped_names
from twin.scenario.load import changed
from twin.scenario.problems import Problems, hints, show
from twin.scenario.reading import read_file
from twin.scenario.rule_check import decision_of_rule, names_of

if TYPE_CHECKING:
    from twin.scenario.scenario import Scenario

BASE: Final = "city_brain"
"""What a rule given by itself is laid upon."""
OPTION: Final = "--brains"


@dataclass(frozen=True, slots=True)
class ChosenBrains:
    """A scenario with just the brains that were asked for, in that order."""

    scenario: Scenario

    @property
    def names(self) -> tuple[str, ...]:
        """Their names; the first is what others are compared with."""
        return tuple(brain.name for brain in self.scenario.brains)


def choose_brains(scenario: Scenario, words: Sequence[str]) -> ChosenBrains:
    """Return the scenario with the brains that words name; without words, with its own.

    Raises
    ------
    ScenarioError
        When a word names no brain, or a brain is wrong.
    """
    if not words:
        return ChosenBrains(scenario)
    own = [brain.name for brain in scenario.brains]
    entries: dict[str, Any] = {}
    names: list[str] = []
    for word in words:
        name, entry = _read(word, own, scenario.folder, names)
        names.append(name)
        if entry is not None and name not in own:
            entries[name] = entry
    whole = changed(scenario, _additions(scenario, list(entries.values())), where=OPTION) if entries else scenario
    return ChosenBrains(replace(whole, brains=tuple(whole.brain(name) for name in names)))


def _additions(scenario: Scenario, entries: list[Any]) -> dict[str, object]:
    """Return the changes that append entries to a scenario's list of brains."""
    listed = scenario.source is not None and scenario.source.root.get("brains") is not None
    if not listed:
        return {"brains": [*(brain.name for brain in scenario.brains), *entries]}
    return {f"brains.{len(scenario.brains) + place}": entry for place, entry in enumerate(entries)}


def _read(word: str, own: Sequence[str], folder: Path, taken: Sequence[str]) -> tuple[str, Any]:
    """Return a brain's name, and the entry of a list of brains that makes it (None where the scenario has it)."""
    if word in own:
        return word, None
    if word in shipped_names():
        return word, word
    if word.endswith((".yaml", ".yml")):
        entry = _read_entry(Path(word), folder)
        return str(entry["name"]), entry
    base, *parts = word.split("+")
    if not (base in own or base in shipped_names()):
        base, parts = BASE, word.split("+")
    if not all("=" in part or registry.split_reference(part) for part in parts):
        known = (*dict.fromkeys((*own, *shipped_names())),)
        wrong = next(part for part in parts if not ("=" in part or registry.split_reference(part)))
        refuse(
            OPTION,
            "there is no brain {name}; give a shipped brain, one of the scenario, file.py:rule, decision=rule or "
            "file.yaml",
            *hints(wrong, known), name=show(wrong),
        )  # fmt: skip
    decisions = dict(_rule(part, folder) for part in parts)
    name = _free_name(base, decisions.values(), [*own, *taken, *shipped_names()])
    return name, {"name": name, "extends": base, "decisions": decisions}


def _rule(part: str, folder: Path) -> tuple[str, str]:
    """Return a decision and the rule that is to answer it."""
    decision, equals, rule = part.partition("=")
    if equals:
        return decision.strip(), rule.strip()
    reference = registry.split_reference(part)
    assert reference is not None
    file, name = reference
    path = registry.find_file(file, [Path(), folder])
    vocabulary = Vocabulary(DESCRIPTIONS, tuple(DESCRIPTIONS))
    found = None if path is None else decision_of_rule(path, name, vocabulary.views)
    if path is None:
        refuse(OPTION, "there is no file {file} in this folder or beside the scenario", file=show(file))
    if found is None:
        names = names_of(path)
        if names and name not in names:
            near = hints(name, [one for one in names if not one.startswith("_")])
            refuse(OPTION, "{file} has no function or class {name}", *near, file=show(file), name=show(name))
        refuse(
            OPTION,
            "{rule} does not say which decision it answers: annotate its view (as in view: DispatchView), or write "
            "{example}",
            rule=show(part), example=show(f"dispatch={part}"),
        )  # fmt: skip
    return found, part


def _free_name(base: str, rules: Iterable[str], taken: Sequence[str]) -> str:
    """Name a brain after its rules, and after what it is built on where that is not the city brain."""
    words = [(registry.split_reference(rule) or ("", rule))[1] for rule in rules]
    plain = "_".join(([] if base == BASE else [base]) + words)
    name = re.sub(r"[^\w-]", "_", plain)[:56].lstrip("_0123456789-") or "brain"
    numbered = (name if number == 1 else f"{name}_{number}" for number in range(1, len(taken) + 3))
    folded = {other.casefold() for other in taken}
    return next(one for one in numbered if one.casefold() not in folded)


def _read_entry(path: Path, folder: Path) -> dict[str, Any]:
    """Read a brain's file; its rules' files become relative to the scenario's folder."""
    found = registry.find_file(str(path), [Path(), folder])
    if found is None:
        refuse(OPTION, "there is no file {file} in this folder or beside the scenario", file=show(str(path)))
    problems = Problems()
    root, _ = read_file(found, problems)
    problems.stop_if_any()
    entry = None if root is None else root.plain()
    allowed = ("name", "extends", "connections", "decisions")
    if not isinstance(entry, dict) or not entry or not set(entry) <= set(allowed):
        raise ScenarioError(
            "{file}: is not a brain: a mapping with {allowed}, as an entry of a scenario's brains",
            file=str(found), allowed=", ".join(allowed),
        )  # fmt: skip
    decisions = entry.get("decisions") or {}
    beside = {name: _moved(rule, found.parent, folder) for name, rule in decisions.items()}
    return {"name": path.stem, "extends": BASE, **entry, **({"decisions": beside} if beside else {})}


def _moved(rule: Any, beside: Path, folder: Path) -> Any:
    """Give a rule's file, found beside the brain's file, relative to the scenario's folder."""
    if isinstance(rule, dict):
        return {**rule, "rule": _moved(rule.get("rule"), beside, folder)}
    reference = registry.split_reference(rule) if isinstance(rule, str) else None
    if reference is None or not (beside / reference[0]).is_file():
        return rule
    return f"{Path(os.path.relpath(beside / reference[0], folder)).as_posix()}:{reference[1]}"
