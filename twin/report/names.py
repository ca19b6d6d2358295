"""What KPIs, brains' parts and members of groupings are called in the report."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType

    from twin.charts.section import Finding
    from twin.core.kpis import Kpi
    from twin.core.language import Language
    from twin.scenario.scenario import Scenario

_STATISTICS: Final = {
    "mean": "mean",
    "median": "median",
    "p90": "nine in ten are within",
    "p95": "nineteen in twenty are within",
    "worst": "the longest",
}


class Named(Protocol):
    """What names are said from: a language, and what the map's districts are called."""

    @property
    def language(self) -> Language:
        """The reader's language."""

    @property
    def districts(self) -> Mapping[str, str]:
        """What each district is called."""


def title_of(scenario: Scenario, language: Language) -> str:
    """Return the scenario's title in the reader's language, where it has one."""
    return language.pick(scenario.title, scenario.title_zh or scenario.title)


def brain_titles(names: Sequence[str], language: Language) -> dict[str, str]:
    """Return what each brain is called: shipped brains by their title, others by their name."""
    from twin.scenario.brains import shipped_brain, shipped_names

    shipped = shipped_names()
    return {
        name: language.pick(*(shipped_brain(name).title[code] for code in ("en", "zh"))) if name in shipped else name
        for name in names
    }


def days(view: Named, count: int) -> str:
    """Return a number of days in words."""
    return view.language("1 day") if count == 1 else view.language("{n} days", n=count)


def report_module(domain: str) -> ModuleType:
    """Return the module that makes a domain's sections."""
    from twin.domains import DESCRIPTIONS

    return importlib.import_module(DESCRIPTIONS[domain].report.partition(":")[0])


def section_function(domain: str) -> Any:
    """Return the function that makes a domain's sections."""
    from twin.domains import DESCRIPTIONS

    return getattr(report_module(domain), DESCRIPTIONS[domain].report.partition(":")[2])


def findings(domain: str) -> tuple[Finding, ...]:
    """Return how a domain says its KPIs in plain words."""
    found: tuple[Finding, ...] = getattr(report_module(domain), "FINDINGS", ())
    return found


def member_name(view: Named, domain: str, member: str) -> str:
    """Return what a member of a grouping is called: an hour, a district, or one of the domain's own."""
    if len(member) == 3 and member[0] == "h" and member[1:].isdigit():
        hour = int(member[1:])
        return f"{hour:02d}:00–{hour + 1:02d}:00"
    if member in view.districts:
        return view.districts[member]
    own: dict[str, str] = getattr(report_module(domain), "MEMBER_NAMES", {})
    return view.language(own.get(member, member.replace("_", " ")))


def kpi_title(view: Named, kpi: Kpi) -> str:
    """Return a KPI as a sentence fragment: what it is, for whom, which statistic."""
    say = view.language
    parts = [say(kpi.family.title)]
    if kpi.member:
        parts.append(member_name(view, kpi.name.partition(".")[0], kpi.member))
    if kpi.statistic:
        parts.append(say(_STATISTICS.get(kpi.statistic, kpi.statistic)))
    title = say("{first}, {second}", first=parts[0], second=parts[1]) if len(parts) > 1 else parts[0]
    title = say("{first}, {second}", first=title, second=parts[2]) if len(parts) > 2 else title
    return title[:1].upper() + title[1:]
