"""Resolves the brains of a scenario: every connection and, for every decision, a rule."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from twin.core.decisions import BrainSetting, Connection, ConnectionSetting, Decision, RuleSetting
from twin.core.domain import DomainDescription
from twin.policies import registry
from twin.scenario.frozen import FrozenMapping, freeze
from twin.scenario.problems import COMMAND_LINE, Clause, Problems, hints, show
from twin.scenario.problems import Path as KeyPath
from twin.scenario.reading import Node, read_file
from twin.scenario.schema import NAME_PATTERN, BrainSpec, ConnectionSpec
from twin.scenario.sentences import validate

FOLDER: Final = registry.FOLDER / "brains"


def shipped_names() -> tuple[str, ...]:
    """List the shipped brains; ``traditional`` comes first, as what others are compared with."""
    return tuple(sorted((path.stem for path in FOLDER.glob("*.yaml")), key=lambda name: (name != "traditional", name)))


class ShippedBrain(NamedTuple):
    """A file of twin/policies/brains: every connection, on or off or with its share, and a rule for every decision."""

    title: Mapping[str, str]
    connections: Mapping[str, bool | Mapping[str, Any]]
    decisions: Mapping[str, str]


@cache
def shipped_brain(name: str) -> ShippedBrain:
    """Read a shipped brain with its title by language (a test checks the files, so that loading need not)."""
    problems = Problems()
    root, _ = read_file(FOLDER / f"{name}.yaml", problems)
    problems.stop_if_any()
    assert root is not None
    return ShippedBrain(**root.plain())


@dataclass(frozen=True)
class Vocabulary:
    """The connections and decisions of all domains, and which domains take part."""

    descriptions: Mapping[str, DomainDescription]
    active: tuple[str, ...]

    @property
    def connections(self) -> dict[str, Connection]:
        """Every connection by name."""
        return {one.name: one for description in self.descriptions.values() for one in description.connections}

    @property
    def decisions(self) -> dict[str, Decision]:
        """Every decision by name."""
        return {one.name: one for description in self.descriptions.values() for one in description.decisions}

    @property
    def views(self) -> dict[str, str]:
        """The decision that each view's name belongs to."""
        return {decision.view.__name__: decision.name for decision in self.decisions.values()}


@dataclass(frozen=True)
class _Changes:
    """What a brain changes in the one that it extends."""

    connections: Mapping[str, ConnectionSpec]
    decisions: Mapping[str, RuleSetting]


class BrainReader:
    """Reads the list ``brains`` of one scenario.

    Parameters
    ----------
    folder
        Folder of the scenario file.
    """

    def __init__(self, root: Node, folder: Path, vocabulary: Vocabulary, problems: Problems) -> None:
        self._root = root
        self._folder = folder
        self._vocabulary = vocabulary
        self._problems = problems
        self._specs: dict[str, tuple[BrainSpec, KeyPath]] = {}
        self.names: list[str] = []

    def read(self, entries: Iterable[Any]) -> tuple[BrainSetting, ...]:
        """Return the brains; what is wrong goes into the problems."""
        for position, entry in enumerate(entries):
            self._enter(entry, ("brains", position))
        known = (*shipped_names(), *self._specs)
        changes = {name: self._changes(spec, at, known) for name, (spec, at) in self._specs.items()}
        resolved = (self._resolve(name, changes, ()) for name in self.names)
        return tuple(self._complete(brain) for brain in resolved if brain is not None)

    def _complete(self, brain: BrainSetting) -> BrainSetting:
        """Freeze a brain; a connection of a domain that no shipped brain knows is off."""
        off = {name: ConnectionSetting(False) for name in self._vocabulary.connections}
        return BrainSetting(brain.name, FrozenMapping({**off, **brain.connections}), FrozenMapping(brain.decisions))

    def _add(self, path: KeyPath, template: str, *clauses: Clause, of_key: bool = False, **values: object) -> None:
        self._problems.add(self._root.position(path, of_key=of_key), path, template, *clauses, **values)

    def _enter(self, entry: Any, path: KeyPath) -> None:
        if isinstance(entry, str):
            if entry not in shipped_names():
                self._add(path, "there is no brain {name}", *hints(entry, shipped_names()), name=show(entry))
            self._note(entry, path)
            return
        if not isinstance(entry, Mapping):
            self._add(
                path, "must be the name of a brain or a mapping with name and extends, not {value}", value=show(entry)
            )
            return
        name = entry.get("name")
        if isinstance(name, str):
            if name in shipped_names():
                self._add((*path, "name"), "{name} is a shipped brain; give your own another name", name=show(name))
            elif not NAME_PATTERN.fullmatch(name):
                self._add((*path, "name"), "must be letters, digits, - and _, beginning with a letter, at most 60")
            self._note(name, (*path, "name"))
        spec = validate(BrainSpec, entry, self._root, path, self._problems)
        if spec is not None and spec.name not in shipped_names():
            self._specs.setdefault(spec.name, (spec, path))

    def _note(self, name: str, path: KeyPath) -> None:
        if name.casefold() in (other.casefold() for other in self.names):
            self._add(path, "the name {name} stands there twice", name=show(name))
        self.names.append(name)

    def _changes(self, spec: BrainSpec, at: KeyPath, known: tuple[str, ...]) -> _Changes:
        if spec.extends not in known and spec.extends not in self.names:
            others = [name for name in known if name != spec.name]
            self._add(
                (*at, "extends"), "there is no brain {name}", *hints(spec.extends, others), name=show(spec.extends)
            )
        connections = {}
        for name, value in spec.connections.items():
            setting = self._connection(name, value, (*at, "connections", name))
            if setting is not None:
                connections[name] = setting
        decisions = {}
        for name, value in spec.decisions.items():
            rule = self._rule(name, value, (*at, "decisions", name))
            if rule is not None:
                decisions[name] = rule
        return _Changes(connections, decisions)

    def _connection(self, name: str, value: Any, path: KeyPath) -> ConnectionSpec | None:
        known = self._vocabulary.connections
        if name not in known:
            self._add(path, "unknown connection", *hints(name, known), of_key=True)
            return None
        if isinstance(value, bool):
            return ConnectionSpec(on=value)
        if not isinstance(value, Mapping):
            self._add(path, "must be true, false, or a mapping such as {example}, not {value}",
                      example="{on: true, share: 0.5}", value=show(value))  # fmt: skip
            return None
        spec: ConnectionSpec | None = validate(ConnectionSpec, value, self._root, path, self._problems)
        return spec

    def _rule(self, name: str, value: Any, path: KeyPath) -> RuleSetting | None:
        decision = self._vocabulary.decisions.get(name)
        if decision is None:
            self._add(path, "unknown decision", *hints(name, self._vocabulary.decisions), of_key=True)
            return None
        rule = value.get("rule") if isinstance(value, Mapping) else value
        rule_path = (*path, "rule") if isinstance(value, Mapping) else path
        if not isinstance(rule, str) or not rule:
            if isinstance(value, Mapping) and "rule" not in value:
                self._add(path, "is missing the key rule", *hints(None, registry.rule_names(decision)))
            else:
                known = hints(None, registry.rule_names(decision))
                self._add(rule_path, "must be the name of a rule, not {value}", *known, value=show(rule))
            return None
        parameters = {key: below for key, below in value.items() if key != "rule"} if isinstance(value, Mapping) else {}
        folders = self._folders(rule_path)
        from twin.scenario.rule_check import annotations_of, objections_to  # only where a scenario names rules itself
        from twin.scenario.rule_values import objection_to_value

        objections = objections_to(rule, parameters, decision, folders, self._vocabulary.views)
        for objection in objections:
            self._problems.add_clauses(self._root.position(rule_path), rule_path, objection)
        annotations = annotations_of(rule, decision, folders) if parameters and not objections else {}
        for key, given in parameters.items():
            objection = objection_to_value(annotations.get(key), given)
            if objection:
                self._problems.add_clauses(self._root.position((*path, key)), (*path, key), objection)
                objections.append(objection)
        return None if objections else RuleSetting(self._relative(rule, folders), freeze(parameters))

    def _folders(self, path: KeyPath) -> list[Path]:
        """Return where a policy file may lie: beside the file in which the rule stands, then beside the scenario."""
        file = self._root.position(path).file
        beside = [Path(file).parent] if file != COMMAND_LINE else []
        return [*beside, self._folder]

    def _relative(self, rule: str, folders: list[Path]) -> str:
        """Give a policy file relative to the scenario's folder, whichever folder it was found in."""
        reference = registry.split_reference(rule)
        path = registry.find_file(reference[0], folders) if reference else None
        if reference is None or path is None or Path(reference[0]).is_absolute():
            return rule
        return f"{Path(os.path.relpath(path, self._folder)).as_posix()}:{reference[1]}"

    def _resolve(self, name: str, changes: Mapping[str, _Changes], above: tuple[str, ...]) -> BrainSetting | None:
        if name in above:
            if name == above[0] and name == min(above):  # say it once, of one brain of the circle
                path = (*self._specs[name][1], "extends")
                self._add(path, "brains extend one another in a circle: {names}", names=" -> ".join((*above, name)))
            return None
        if name in shipped_names():
            return _shipped_setting(name)
        if name not in changes:
            return None
        base = self._resolve(self._specs[name][0].extends, changes, (*above, name))
        if base is None:
            return None
        connections = dict(base.connections)
        for key, change in changes[name].connections.items():
            connections[key] = _changed(connections.get(key, ConnectionSetting(False)), change)
        return BrainSetting(name, connections, {**base.decisions, **changes[name].decisions})


def traditional_rules() -> dict[str, RuleSetting]:
    """Return the rule that the practice before the city brain has for each decision."""
    return dict(_shipped_setting("traditional").decisions)


def _changed(setting: ConnectionSetting, change: ConnectionSpec) -> ConnectionSetting:
    on = setting.on if change.on is None else change.on
    share = setting.share if change.share is None else float(change.share)
    return replace(setting, on=on, share=share)


def _shipped_setting(name: str) -> BrainSetting:
    brain = shipped_brain(name)
    connections = {
        key: ConnectionSetting(given) if isinstance(given, bool) else ConnectionSetting(**given)
        for key, given in brain.connections.items()
    }
    decisions = {key: RuleSetting(rule, FrozenMapping({})) for key, rule in brain.decisions.items()}
    return BrainSetting(name, connections, decisions)
