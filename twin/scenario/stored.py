"""Builds a scenario again from its resolved form, as a run's manifest keeps it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from twin.core.decisions import BrainSetting, ConnectionSetting, RuleSetting
from twin.core.domain import WorldEvent
from twin.core.errors import ScenarioError
from twin.core.margins import Size, size_of
from twin.scenario.expectations import Expectation
from twin.scenario.frozen import FrozenMapping, freeze
from twin.scenario.map_folder import find_map
from twin.scenario.scenario import Scenario
from twin.scenario.sections import section_models


def scenario_from_resolved(resolved: Mapping[str, Any], path: Path | str) -> Scenario:
    """Return the scenario whose `Scenario.resolved` this is.

    Parameters
    ----------
    path
        The scenario's file, which need not exist any more. A map that is not found either is left as it was named.

    Raises
    ------
    ScenarioError
        If another version of the twin wrote it in another form.
    """
    path = Path(path)
    models = section_models()
    try:
        plain = {key: value for key, value in resolved.items() if key not in _BUILT}
        return Scenario(
            path=path,
            map_folder=find_map(resolved["map"], [path.parent]) or Path(resolved["map"]),
            start=datetime.fromisoformat(resolved["start"]),
            domains=tuple(resolved["domains"]),
            brains=tuple(_brain(brain) for brain in resolved["brains"]),
            events=tuple(_event(event) for event in resolved["events"]),
            expect=tuple(Expectation(kpi, **bound) for kpi, bound in resolved["expect"].items()),
            margins=FrozenMapping({kpi: _size(given) for kpi, given in resolved.get("margins", {}).items()}),
            sections=FrozenMapping({name: models[name].model_validate(v) for name, v in resolved["sections"].items()}),
            source=None,
            **plain,
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ScenarioError(
            "{path}: this resolved scenario was written by another version of the twin; run the scenario again",
            path=str(path),
        ) from None


_BUILT = ("map_folder", "start", "domains", "brains", "events", "expect", "margins", "sections")


def _size(plain: float | str) -> Size:
    size = size_of(plain)
    if size is None:
        raise ValueError(plain)
    return size


def _brain(plain: Mapping[str, Any]) -> BrainSetting:
    connections = {name: ConnectionSetting(**setting) for name, setting in plain["connections"].items()}
    decisions = {
        name: RuleSetting(setting["rule"], freeze(setting["parameters"]))
        for name, setting in plain["decisions"].items()
    }
    return BrainSetting(plain["name"], FrozenMapping(connections), FrozenMapping(decisions))


def _event(plain: Mapping[str, Any]) -> WorldEvent:
    ends_s = math.inf if plain["ends_s"] is None else plain["ends_s"]
    details = sorted(plain.get("details", {}).items())
    frozen = tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in details)
    return WorldEvent(plain["kind"], plain["value"], plain["begins_s"], ends_s, frozen)
