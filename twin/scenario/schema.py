"""What a scenario file may hold: strict, frozen models of everything but the domains' own sections."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from twin.core.parameters import Frozen

OnIllegalAnswer = Literal["stop", "traditional_rule"]
NAME_PATTERN: Final = re.compile(r"[^\W\d_][\w-]{0,59}")
_START: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")


def _read_start(value: object) -> datetime:
    match = _START.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("must be a local date and time such as 2021-03-15 00:00")
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        moment = datetime(year, month, day, hour, minute, second)
    except ValueError:
        raise ValueError("there is no such date or time of day") from None
    if not 1970 <= moment.year <= 2200:
        raise ValueError("must lie between the years 1970 and 2200")
    return moment


Start = Annotated[datetime, BeforeValidator(_read_start)]


class _Keys(Frozen):
    """Builds its validator when first needed, for most scenarios need few."""

    model_config = ConfigDict(defer_build=True)


class ScenarioKeys(_Keys):
    """The keys of a scenario that belong to no domain; brains, events and expectations are read one by one after."""

    title: str = Field(min_length=1, max_length=200, description="The question that the scenario answers, in one line")
    title_zh: str | None = Field(
        default=None, min_length=1, max_length=200,
        description="The same in Chinese, for reports with --lang zh; counts in the file in which title stands",
    )  # fmt: skip
    description: str | None = Field(
        default=None, max_length=10_000, description="More about the question, as long as it needs"
    )
    map: str = Field(
        min_length=1, max_length=1000, description="A map by name (a folder below maps/), or a path that holds a slash"
    )
    start: Start = Field(description="Local date and time (Asia/Shanghai) of second 0: 2021-03-15 00:00")
    duration_h: float = Field(gt=0, le=8784, description="Hours after the start in which new things happen")
    warm_up_h: float = Field(
        default=2.0, ge=0, le=72, description="Hours lived before the start, which are not counted"
    )
    seed: int = Field(ge=0, le=2**63 - 1, description="One seed gives one result, to the last bit")
    replications: int = Field(
        default=10, ge=1, le=100_000, description="Runs of each brain, each with chance of its own"
    )
    domains: list[str] = Field(default=["emergency"], min_length=1, description="The kinds of city life that take part")
    brains: list[Any] = Field(
        default=["traditional", "city_brain"], min_length=1, max_length=100, description="The brains that are compared"
    )
    events: list[Any] = Field(default=[], max_length=10_000, description="What happens to the world")
    expect: dict[str, Any] = Field(default={}, description="Bounds of KPIs; --check-kpis fails when one is missed")
    margins: dict[str, Any] = Field(
        default={}, description="The smallest differences of KPIs that matter, for twin compare and twin baseline"
    )
    on_illegal_answer: OnIllegalAnswer = Field(
        default="stop",
        description="An illegal answer of a policy stops the run, or is replaced by the traditional rule's",
    )
    decision_time_limit_s: float = Field(
        default=10.0, gt=0, le=3600, description="Longest time that one decision may take"
    )
    record_views: bool = Field(default=True, description="Whether what each decision saw is recorded")


class ConnectionSpec(_Keys):
    """How a brain changes a connection; what is left out stays as in the brain that it extends."""

    on: bool | None = Field(default=None, description="Whether the connection works")
    share: float | None = Field(default=None, ge=0, le=1, description="Share of people or devices that take part")


class BrainSpec(_Keys):
    """A brain of one's own: a shipped brain, or another one of this scenario, with changes."""

    name: str = Field(description="The brain's name in results")
    extends: str = Field(description="The brain that it is built on")
    connections: dict[str, Any] = Field(default={}, description="Connections that differ")
    decisions: dict[str, Any] = Field(default={}, description="Decisions that another rule answers")


class EventTimes(_Keys):
    """When an event begins and ends."""

    at: str = Field(description='When it begins: "08:00", "day 2 08:00" or "2021-03-15 08:00"')
    until: str | None = Field(default=None, description="When it ends; without it, it lasts as long as the run")


class Bounds(_Keys):
    """What is expected of a KPI's mean over the replications."""

    brain: str | None = Field(
        default=None, description="The brain that must keep the bound; without it, every brain must"
    )
    min: float | None = Field(default=None, description="Lowest value")
    max: float | None = Field(default=None, description="Highest value")
