"""Reads ``expect``: bounds that KPIs must keep."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from twin.core.domain import DomainDescription
from twin.core.errors import MapError
from twin.core.kpis import HOURS, names_of
from twin.scenario.brains import Vocabulary
from twin.scenario.map_folder import MapNames
from twin.scenario.problems import Clause, Problems, closest, hints, show
from twin.scenario.reading import Node
from twin.scenario.schema import Bounds
from twin.scenario.sentences import validate

Members = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Expectation:
    """A bound on a KPI: of one brain, or of every brain where ``brain`` is None."""

    kpi: str
    brain: str | None
    min: float | None
    max: float | None


def kpi_names(vocabulary: Vocabulary, domain: str, district_ids: tuple[str, ...]) -> set[str]:
    """Return every KPI name of a domain."""
    description = vocabulary.descriptions[domain]
    members = {"hour": HOURS, **description.members, "district": district_ids}
    return {kpi.name for kpi in names_of(domain, description.kpi_families, members)}


def read_expectations(
    entries: Mapping[str, Any],
    root: Node,
    brains: Collection[str],
    map_names: MapNames | None,
    vocabulary: Vocabulary,
    problems: Problems,
) -> tuple[Expectation, ...]:
    """Return the expectations; what is wrong goes into ``problems``."""
    found = []
    for name, entry in entries.items():
        if entry is None:  # takes away a bound of the file that this one extends
            continue
        path = ("expect", name)
        check_kpi(path, root, map_names, vocabulary, problems)
        bounds: Bounds | None = validate(Bounds, entry, root, path, problems)
        if bounds is None:
            continue
        at = root.position(path)
        if bounds.min is None and bounds.max is None:
            problems.add(at, path, "needs min or max")
        elif bounds.min is not None and bounds.max is not None and bounds.min > bounds.max:
            problems.add(
                root.position((*path, "min")), (*path, "min"), "is more than max ({max})", max=show(bounds.max)
            )
        if bounds.brain is not None and bounds.brain not in brains:
            brain_path, without = (*path, "brain"), f"expect: {{{name}: null}}"
            problems.add(
                root.position(brain_path), brain_path, "the scenario has no brain {value}",
                *hints(bounds.brain, brains), Clause("; or take the bound away: {example}", {"example": without}),
                value=show(bounds.brain),
            )  # fmt: skip
        found.append(Expectation(name, bounds.brain, bounds.min, bounds.max))
    return tuple(found)


def check_kpi(
    path: tuple[str, str], root: Node, map_names: MapNames | None, vocabulary: Vocabulary, problems: Problems
) -> None:
    """Check that the key at a path is the name of a KPI; what is wrong goes into ``problems``."""
    name = path[-1]
    at = root.position(path, of_key=True)
    domain = name.partition(".")[0]
    if domain not in vocabulary.descriptions:
        everywhere = sorted(kpi for one in vocabulary.active for kpi in kpi_names(vocabulary, one, ()))
        known = everywhere if closest(name, everywhere) else [f"{one}.…" for one in vocabulary.active]
        problems.add(at, path, "unknown KPI", *hints(name, known))
        return
    if domain not in vocabulary.active:
        problems.add(at, path, "needs the domain {domain}; add it to domains", domain=domain)
        return
    description = vocabulary.descriptions[domain]
    members = {"hour": HOURS, **description.members}
    if _is_kpi(name, description, members, any_other=map_names is None):  # most names need no reading of the districts
        return
    try:
        districts = map_names.district_ids if map_names else ()
    except MapError as error:
        problems.add(at, path, "cannot be checked: {problem}", problem=str(error))
        return
    names = kpi_names(vocabulary, domain, districts)
    if name not in names:
        problems.add(at, path, "unknown KPI", *hints(name, sorted(names, key=lambda kpi: (kpi.count("."), kpi))))


def _is_kpi(name: str, description: DomainDescription, members: Members, *, any_other: bool) -> bool:
    """Say whether a name is a KPI's, without listing them all.

    Parameters
    ----------
    any_other
        Let a group that ``members`` lacks, such as the districts of an unknown map, have any member.
    """
    _, _, rest = name.partition(".")
    family_name, *parts = rest.split(".")
    family = next((family for family in description.kpi_families if family.name == family_name), None)
    if family is None or (family.statistics and (not parts or parts.pop() not in family.statistics)):
        return False
    if not parts:
        return True
    if any_other and len(parts) == 1 and any(group not in members for group in family.groups):
        return True
    return any(parts == [member] for group in family.groups for member in members.get(group, ()))
