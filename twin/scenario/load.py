"""Reads a scenario file, checks everything in it and reports all problems at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from twin.core.clock import HOUR_S
from twin.core.errors import ScenarioError
from twin.domains import DESCRIPTIONS
from twin.scenario.brains import BrainReader, Vocabulary, traditional_rules
from twin.scenario.events import EventReader, RunTimes
from twin.scenario.expectations import read_expectations
from twin.scenario.frozen import FrozenMapping
from twin.scenario.map_folder import MapNames, find_map, map_names
from twin.scenario.margins import read_margins
from twin.scenario.problems import Position, Problems, hints, show
from twin.scenario.reading import Node
from twin.scenario.scenario import Scenario
from twin.scenario.schema import ScenarioKeys
from twin.scenario.sections import read_sections, section_models
from twin.scenario.sentences import validate
from twin.scenario.sources import Source, node_of, put, read_source, split_key
from twin.scenario.stored import scenario_from_resolved

__all__ = ["Scenario", "load_scenario", "scenario_from_resolved", "traditional_rules"]

# Stands in for keys that are wrong, so that the others can be checked all the same.
_PLACEHOLDERS: Final[dict[str, Any]] = {
    "title": "-", "map": "-", "start": "2000-01-01 00:00", "duration_h": 1.0, "seed": 0,
}  # fmt: skip


def load_scenario(path: Path | str, overrides: Sequence[str] = ()) -> Scenario:
    """Read and check a scenario file.

    Parameters
    ----------
    overrides
        ``key.path=value``, applied in order after the file; see `twin.scenario.sources.put` for what a path may be.

    Raises
    ------
    InvalidScenarioError
        With every problem found, sorted by position.
    """
    problems = Problems()
    source = read_source(Path(path), overrides, problems)
    if source is None:
        problems.stop_if_any()
        raise AssertionError("nothing was read and nothing was wrong")
    return _check(source, problems)


def changed(scenario: Scenario, changes: Mapping[str, object], where: str = "with_") -> Scenario:
    """Return a scenario with other values at some paths, checked anew (see `Scenario.with_`).

    Parameters
    ----------
    where
        What problems name as the place where the changes were asked for.
    """
    if scenario.source is None:
        raise ScenarioError(
            "{path}: a scenario read back from results cannot be changed; load its file", path=scenario.path
        )
    at = Position(where)
    problems = Problems()
    root = scenario.source.root
    texts = list(scenario.source.texts)
    for key, value in changes.items():
        segments = split_key(key)
        if not segments:
            problems.add(at, (key,), "is not a key or a dotted path of keys")
            continue
        try:
            node = node_of(value, at)
        except TypeError as error:
            problems.add(at, (key,), "cannot be used: {reason}", reason=str(error))
            continue
        root = put(root, segments, node, problems)
        texts.append((where, f"{key}={value!r}"))
    return _check(Source(scenario.path, root, tuple(texts)), problems)


def _check(source: Source, problems: Problems) -> Scenario:
    root, folder = source.root, source.path.parent
    keys, wrong = _read_keys(source, problems)
    active = _read_domains(keys, root, problems)
    vocabulary = Vocabulary(DESCRIPTIONS, active)
    sections = read_sections(root, active, problems)
    map_folder = None if "map" in wrong else _find_map(keys, root, folder, problems)
    names = MapNames(map_folder) if map_folder else None
    brain_reader = BrainReader(root, folder, vocabulary, problems)
    brains = brain_reader.read(keys.brains)
    times = None if wrong & {"start", "duration_h"} else RunTimes(keys.start, keys.duration_h * HOUR_S)
    events = EventReader(root, times, names, vocabulary, problems).read(keys.events)
    expect = read_expectations(keys.expect, root, brain_reader.names, names, vocabulary, problems)
    margins = read_margins(keys.margins, root, names, vocabulary, problems)
    problems.stop_if_any()
    assert map_folder is not None
    return Scenario(
        path=source.path,
        title=keys.title,
        title_zh=keys.title_zh if _stand_together(root, "title", "title_zh") else None,
        description=keys.description,
        map=keys.map,
        map_folder=map_folder,
        start=keys.start,
        duration_h=keys.duration_h,
        warm_up_h=keys.warm_up_h,
        seed=keys.seed,
        replications=keys.replications,
        domains=active,
        brains=brains,
        events=events,
        expect=expect,
        margins=margins,
        on_illegal_answer=keys.on_illegal_answer,
        decision_time_limit_s=keys.decision_time_limit_s,
        record_views=keys.record_views,
        sections=FrozenMapping(sections),
        source=source,
    )


def _stand_together(root: Node, *keys: str) -> bool:
    """Say whether keys stand in one file: a Chinese title does not outlive the title that it translates."""
    return len({root.position((key,)).file for key in keys}) == 1


def _read_keys(source: Source, problems: Problems) -> tuple[ScenarioKeys, set[str]]:
    """Read the keys that belong to no domain; wrong ones are replaced by placeholders and named."""
    root = source.root
    assert isinstance(root.value, Mapping)
    data = {key: member.node.plain() for key, member in root.value.items()}
    sections = section_models()
    allowed = ("extends", *ScenarioKeys.model_fields, *sections)
    for key in [key for key in data if key not in allowed]:
        problems.add(root.position((key,), of_key=True), (key,), "unknown key", *hints(key, allowed))
    own = {key: value for key, value in data.items() if key in ScenarioKeys.model_fields}
    unknown = {} if source.complete else {key: value for key, value in _PLACEHOLDERS.items() if key not in own}
    keys = validate(ScenarioKeys, {**own, **unknown}, root, (), problems)
    if keys is not None:
        return keys, set(unknown)
    wrong = {key for key in ScenarioKeys.model_fields if _is_wrong(key, own)}
    usable = {key: value for key, value in own.items() if key not in wrong}
    placeholders = {key: value for key, value in _PLACEHOLDERS.items() if key in wrong}
    return ScenarioKeys.model_validate({**placeholders, **usable}), wrong


def _is_wrong(key: str, data: Mapping[str, Any]) -> bool:
    """Say whether a key's value, alone, is refused."""
    alone = {**_PLACEHOLDERS, key: data[key]} if key in data else dict(_PLACEHOLDERS)
    if key not in data:
        return ScenarioKeys.model_fields[key].is_required()
    try:
        ScenarioKeys.model_validate(alone)
    except ValueError:
        return True
    return False


def _read_domains(keys: ScenarioKeys, root: Node, problems: Problems) -> tuple[str, ...]:
    active: list[str] = []
    for position, name in enumerate(keys.domains):
        path = ("domains", position)
        if name not in DESCRIPTIONS:
            problems.add(
                root.position(path), path, "there is no domain {name}", *hints(name, DESCRIPTIONS), name=show(name)
            )
        elif name in active:
            problems.add(root.position(path), path, "the name {name} stands there twice", name=show(name))
        else:
            active.append(name)
    return tuple(active)


def _find_map(keys: ScenarioKeys, root: Node, folder: Path, problems: Problems) -> Path | None:
    at, path = root.position(("map",)), ("map",)
    folders = [Path(at.file).parent, folder] if at.line else [folder]
    found = find_map(keys.map, folders)
    if found is None:
        slashed = "/" in keys.map
        template = "there is no map at {name}" if slashed else "there is no map {name}"
        known = [] if slashed else map_names(folders)
        problems.add(at, path, template, *hints(keys.map, known), name=show(keys.map))
    return found
