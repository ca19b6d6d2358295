"""A scenario that has been read, checked and resolved; nothing in it can be changed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from twin.core.clock import HOUR_S, Clock
from twin.core.decisions import BrainSetting
from twin.core.domain import WorldEvent
from twin.core.margins import Size
from twin.core.parameters import ParameterSection
from twin.scenario.expectations import Expectation
from twin.scenario.frozen import thaw
from twin.scenario.schema import OnIllegalAnswer
from twin.scenario.sources import Source


@dataclass(frozen=True)
class Scenario:
    """What a run needs to know.

    Attributes
    ----------
    path
        The scenario file; policy files are relative to its folder.
    map, map_folder
        The map as the file names it, and where it was found.
    start
        Local time (Asia/Shanghai) of second 0, without a zone.
    brains
        Every connection and decision of the domains that take part, resolved. Policy files are relative to the
        scenario's folder.
    events
        In the order of the file, with the ids of places; an event without end ends at infinity.
    margins
        The smallest differences of KPIs that matter, by name, where the scenario gives them.
    sections
        Parameters of each domain that takes part, by its name, and of the roads (``roads``).
    """

    path: Path
    title: str
    title_zh: str | None
    description: str | None
    map: str
    map_folder: Path
    start: datetime
    duration_h: float
    warm_up_h: float
    seed: int
    replications: int
    domains: tuple[str, ...]
    brains: tuple[BrainSetting, ...]
    events: tuple[WorldEvent, ...]
    expect: tuple[Expectation, ...]
    margins: Mapping[str, Size]
    on_illegal_answer: OnIllegalAnswer
    decision_time_limit_s: float
    record_views: bool
    sections: Mapping[str, ParameterSection]
    source: Source | None = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @property
    def folder(self) -> Path:
        """The scenario file's folder."""
        return self.path.parent

    @property
    def clock(self) -> Clock:
        """Start, warm-up and duration as the twin wants them."""
        return Clock(self.start, self.warm_up_h * HOUR_S, self.duration_h * HOUR_S)

    @property
    def text(self) -> str:
        """Everything that was written: the file, what it extends, and overrides, each under a line with its name."""
        if self.source is None:
            return ""
        return "\n".join(f"# --- {name}\n{text.rstrip()}\n" for name, text in self.source.texts)

    def brain(self, name: str) -> BrainSetting:
        """Return a brain by name."""
        return next(brain for brain in self.brains if brain.name == name)

    def resolved(self) -> dict[str, Any]:
        """Return everything as plain values that JSON can hold, defaults filled in."""
        return {
            "title": self.title,
            "title_zh": self.title_zh,
            "description": self.description,
            **self.determining(),
            "expect": {bound.kpi: {"brain": bound.brain, "min": bound.min, "max": bound.max} for bound in self.expect},
            "margins": {kpi: size.plain() for kpi, size in self.margins.items()},
        }

    def determining(self) -> dict[str, Any]:
        """Return the part of `resolved` that determines a run's result: not what it is called and how it is judged."""
        return {
            "map": self.map,
            "start": self.start.isoformat(sep=" "),
            "duration_h": self.duration_h,
            "warm_up_h": self.warm_up_h,
            "seed": self.seed,
            "replications": self.replications,
            "domains": list(self.domains),
            "brains": [_plain_brain(brain) for brain in self.brains],
            "events": [
                {
                    "kind": event.kind,
                    "value": event.value,
                    **({"details": dict(event.details)} if event.details else {}),
                    "begins_s": event.begins_s,
                    "ends_s": None if math.isinf(event.ends_s) else event.ends_s,
                }
                for event in self.events
            ],
            "on_illegal_answer": self.on_illegal_answer,
            "decision_time_limit_s": self.decision_time_limit_s,
            "record_views": self.record_views,
            "sections": {name: section.model_dump(mode="json") for name, section in sorted(self.sections.items())},
        }

    def with_(self, **changes: object) -> Scenario:
        """Return a copy with other values, read and checked like a file.

        Parameters
        ----------
        changes
            Values by key, as YAML would hold them: ``with_(seed=7, replications=20)``. A key may be a dotted path, as
            on the command line: ``with_(**{"emergency.seats": 14})``.

        Raises
        ------
        InvalidScenarioError
            With every problem of the copy.
        """
        from twin.scenario.load import changed

        return changed(self, changes)


def _plain_brain(brain: BrainSetting) -> dict[str, Any]:
    return {
        "name": brain.name,
        "connections": {
            name: {"on": setting.on, "share": setting.share} for name, setting in sorted(brain.connections.items())
        },
        "decisions": {
            name: {"rule": setting.rule, "parameters": thaw(setting.parameters)}
            for name, setting in sorted(brain.decisions.items())
        },
    }
