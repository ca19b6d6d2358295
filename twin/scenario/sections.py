"""The domains' own sections of a scenario, and the roads': partial values are laid over the shipped parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from twin.city.section import RoadParameters
from twin.core.parameters import ParameterSection
from twin.domains import DESCRIPTIONS
from twin.scenario.problems import Problems
from twin.scenario.reading import Node
from twin.scenario.sentences import validate

ROADS: Final = "roads"


def section_models() -> dict[str, type[ParameterSection]]:
    """Return the sections that a scenario may have, by key."""
    return {ROADS: RoadParameters, **{name: description.parameters for name, description in DESCRIPTIONS.items()}}


def read_sections(root: Node, active: tuple[str, ...], problems: Problems) -> dict[str, ParameterSection]:
    """Read the sections; what is wrong goes into ``problems``.

    A section of a domain that takes no part is checked and left out, so that ``domains=[emergency]`` may narrow a
    scenario that says more.
    """
    sections: dict[str, ParameterSection] = {}
    for name, model in section_models().items():
        node = root.get(name)
        if node is None and name not in (ROADS, *active):
            continue
        section = model() if node is None else _read(model, name, node.plain(), root, problems)
        if section is not None and name in (ROADS, *active):
            sections[name] = section
    return sections


def _read(
    model: type[ParameterSection], name: str, given: Any, root: Node, problems: Problems
) -> ParameterSection | None:
    shipped = {key: parameter.value for key, parameter in model.shipped.items()}
    data = _lay_over(shipped, given) if isinstance(given, Mapping) else given
    section: ParameterSection | None = validate(model, data, root, (name,), problems)
    return section


def _lay_over(shipped: Any, given: Any) -> Any:
    if not (isinstance(shipped, Mapping) and isinstance(given, Mapping)):
        return given
    return {**shipped, **{key: _lay_over(shipped.get(key), value) for key, value in given.items()}}
