"""Shipped brains with some of their connections and rules changed, for one domain."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from twin.core.brain import Brain
from twin.core.decisions import BrainSetting, ConnectionSetting, Rule, RuleSetting
from twin.core.domain import DomainDescription
from twin.core.recorder import Recorder
from twin.core.streams import Streams
from twin.policies.registry import load_rule
from twin.scenario.brains import shipped_brain


def brain_of(
    description: DomainDescription,
    name: str,
    recorder: Recorder,
    connections: Mapping[str, float] = {},
    rules: Mapping[str, str | RuleSetting | Rule] = {},
    limit_s: float = 10.0,
) -> Brain:
    """Return a shipped brain with some of a domain's connections (shares; 0 is off) and rules changed."""
    shipped = shipped_brain(name)
    settings = {}
    for one in description.connections:
        given = shipped.connections[one.name]
        settings[one.name] = ConnectionSetting(given) if isinstance(given, bool) else ConnectionSetting(**given)
    settings.update({key: ConnectionSetting(share > 0, share) for key, share in connections.items()})
    chosen, loaded = {}, {}
    for one in description.decisions:
        rule = {**shipped.decisions, **rules}[one.name]
        if isinstance(rule, str | RuleSetting):
            chosen[one.name] = RuleSetting(rule) if isinstance(rule, str) else rule
            stream = Streams(1, 0)("policy", one.name)
            loaded[one.name] = load_rule(chosen[one.name], one, Path(), random=stream)
        else:
            chosen[one.name], loaded[one.name] = RuleSetting("a function of a test"), rule
    return Brain(BrainSetting(name, settings, chosen), loaded, loaded, recorder, replace_illegal=False, limit_s=limit_s)
