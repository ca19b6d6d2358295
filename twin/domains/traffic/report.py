"""The traffic domain's part of the report: its sections, in order; each stands in a file of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.charts.html import h, join
from twin.charts.marks import MOST_SERIES
from twin.charts.section import Section, StoredRun
from twin.domains.traffic.report_findings import FINDINGS, MEMBER_NAMES
from twin.domains.traffic.report_hours import hours
from twin.domains.traffic.report_incidents import incidents

if TYPE_CHECKING:
    from twin.core.language import Language

__all__ = ["FINDINGS", "MEMBER_NAMES", "sections"]


def sections(run: StoredRun, language: Language) -> list[Section]:
    """Return the domain's sections, in the order of the report."""
    brains = list(run.brains[:MOST_SERIES])
    titles = [run.titles[brain] for brain in brains]
    parts = [Section("roads-by-hour", language("The roads through the day"), hours(run, brains, titles, language))]
    locked = incidents(run, brains, titles, language)
    parts.append(Section("roads-locked", language("Where the roads locked, and what was closed"), locked))
    if len(run.brains) > len(brains):
        note = language("Charts show the first {n} brains; the tables of the verdict have all.", n=len(brains))
        parts[0] = Section(parts[0].id, parts[0].title, join(h("p", note, class_="note"), parts[0].html))
    return parts
