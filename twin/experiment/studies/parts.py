"""The parts in which two brains differ: connections and decisions, one by one or in groups of the user's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from twin.core.decisions import BrainSetting, ConnectionSetting, RuleSetting
from twin.domains import DESCRIPTIONS
from twin.experiment.studies.answers import Change
from twin.experiment.studies.refusing import refuse
from twin.scenario.frozen import FrozenMapping
from twin.scenario.problems import hints, show

PART: Final = "--part"
REST: Final = "everything_else"
"""Name of the part that holds whatever is not told apart."""
COALITION: Final = "coalition"
"""Name of every brain between the two ends, so that one coalition is the same cell however its parts are grouped."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that two brains have differently.

    Attributes
    ----------
    keys
        Names of connections and decisions, in the order of their domains.
    """

    name: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """Which parts the user wants told apart.

    Attributes
    ----------
    groups
        Keys that make one part together, by the part's name.
    told_apart
        The only parts (groups or keys) that are told apart; all others make one part `REST`. None: every key of
        `domains` by itself, and the keys of each other domain together.
    domains
        The domains whose keys are parts of their own.
    """

    groups: Mapping[str, Sequence[str]]
    told_apart: Sequence[str] | None
    domains: Collection[str]


def setting_of(brain: BrainSetting, key: str) -> ConnectionSetting | RuleSetting:
    """Return how a brain has a connection or a decision."""
    return brain.connections[key] if key in brain.connections else brain.decisions[key]


def keys_by_domain(domains: Sequence[str]) -> dict[str, str]:
    """Return the domain of each connection and decision of some domains: connections first, then decisions."""
    descriptions = [DESCRIPTIONS[name] for name in domains]
    connections = {one.name: description.name for description in descriptions for one in description.connections}
    return connections | {one.name: description.name for description in descriptions for one in description.decisions}


def differing(start: BrainSetting, goal: BrainSetting, domains: Sequence[str]) -> dict[str, str]:
    """Return the connections and decisions that two brains have differently, each with its domain.

    Parameters
    ----------
    domains
        The domains that take part; what others know and decide changes nothing.
    """
    known = keys_by_domain(domains)
    return {key: domain for key, domain in known.items() if _works_like(start, key) != _works_like(goal, key)}


def _works_like(brain: BrainSetting, key: str) -> ConnectionSetting | RuleSetting:
    """Return a setting; two connections that are off are alike, whatever their shares."""
    setting = setting_of(brain, key)
    return ConnectionSetting(False) if isinstance(setting, ConnectionSetting) and not setting.on else setting


def parts_between(start: BrainSetting, goal: BrainSetting, domains: Sequence[str], wanted: Wanted) -> tuple[Part, ...]:
    """Return the parts that lead from one brain to another; together they are all that differs.

    Raises
    ------
    InvalidScenarioError
        Where the brains do not differ, or what is wanted does not fit how they differ.
    """
    differ = differing(start, goal, domains)
    if not differ:
        refuse(
            "--to", "{start} and {goal} do not differ in what takes part ({domains}); name two brains that do",
            start=start.name, goal=goal.name, domains=", ".join(domains),
        )  # fmt: skip
    groups = _groups(differ, keys_by_domain(tuple(DESCRIPTIONS)), wanted.groups)
    grouped = {key for keys in groups.values() for key in keys}
    alone = {key: (key,) for key in differ if key not in grouped}
    everything = {**groups, **alone}
    if wanted.told_apart is None:
        return _by_domain(differ, everything, wanted)
    chosen = dict.fromkeys(wanted.told_apart)
    for name in chosen:
        if name not in everything:
            refuse("--parts", "there is no part {name} between the brains", *hints(name, everything), name=show(name))
    rest = tuple(key for name, keys in everything.items() if name not in chosen for key in keys)
    return tuple(Part(name, everything[name]) for name in chosen) + ((Part(REST, rest),) if rest else ())


def _groups(
    differ: Mapping[str, str], known: Mapping[str, str], groups: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    taken: dict[str, str] = {}
    for name, keys in groups.items():
        if name in known or name in DESCRIPTIONS or name == REST:
            refuse(PART, "a part cannot be called {name}, which has a meaning already", name=show(name))
        for key in keys:
            if key not in known:
                refuse(PART, "there is no connection or decision {key}", *hints(key, differ), key=show(key))
            if key not in differ:
                refuse(
                    PART,
                    "{key} is the same under both brains, or its domain does not take part; these differ: {differ}",
                    key=show(key), differ=", ".join(differ),
                )  # fmt: skip
            if key in taken:
                refuse(
                    PART, "{key} stands in the parts {one} and {other}; it can be in one only",
                    key=show(key), one=taken[key], other=name,
                )  # fmt: skip
            taken[key] = name
    return {name: tuple(sorted(keys, key=list(differ).index)) for name, keys in groups.items()}


def _by_domain(
    differ: Mapping[str, str], everything: Mapping[str, tuple[str, ...]], wanted: Wanted
) -> tuple[Part, ...]:
    """Keep groups and the keys of the wanted domains; put the other keys of each domain together."""
    parts: dict[str, tuple[str, ...]] = {}
    for name, keys in everything.items():
        if name in wanted.groups or differ[name] in wanted.domains:
            parts[name] = keys
        else:
            parts[differ[name]] = (*parts.get(differ[name], ()), *keys)
    return tuple(Part(name, keys) for name, keys in parts.items())


def brain_of(start: BrainSetting, goal: BrainSetting, parts: Sequence[Part], coalition: int) -> BrainSetting:
    """Return the brain that has some parts of one brain and the others of another.

    Parameters
    ----------
    coalition
        Number whose bits are the parts that are the goal's.
    """
    if coalition == 0:
        return start
    if coalition == (1 << len(parts)) - 1:
        return goal
    connections, decisions = dict(start.connections), dict(start.decisions)
    for place, part in enumerate(parts):
        if coalition >> place & 1:
            connections |= {key: goal.connections[key] for key in part.keys if key in goal.connections}
            decisions |= {key: goal.decisions[key] for key in part.keys if key in goal.decisions}
    return BrainSetting(COALITION, FrozenMapping(connections), FrozenMapping(decisions))


def changes_of(start: BrainSetting, goal: BrainSetting, part: Part) -> tuple[Change, ...]:
    """Return how each connection and decision of a part differs."""
    return tuple(Change(key, _said(setting_of(start, key)), _said(setting_of(goal, key))) for key in part.keys)


def _said(setting: ConnectionSetting | RuleSetting) -> float | str:
    if isinstance(setting, ConnectionSetting):
        return float(setting.share) if setting.on else 0.0
    given = ", ".join(f"{name}={value}" for name, value in setting.parameters.items())
    return f"{setting.rule} ({given})" if given else setting.rule
