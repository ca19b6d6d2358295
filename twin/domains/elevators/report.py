"""The elevator domain's part of the report: its sections, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.charts.marks import MOST_SERIES
from twin.charts.section import Section, StoredRun
from twin.domains.elevators.report_failures import failures
from twin.domains.elevators.report_findings import FINDINGS, MEMBER_NAMES
from twin.domains.elevators.report_maintenance import maintenance
from twin.domains.elevators.report_tomorrow import tomorrow

if TYPE_CHECKING:
    from twin.core.language import Language

__all__ = ["FINDINGS", "MEMBER_NAMES", "sections"]


def sections(run: StoredRun, language: Language) -> list[Section]:
    """Return the domain's sections, in the order of the report."""
    brains = list(run.brains[:MOST_SERIES])
    titles = [run.titles[brain] for brain in brains]
    upkeep = maintenance(run, brains, titles, language)
    return [
        Section("elevator-failures", language("How elevators failed"), failures(run, brains, titles, language)),
        Section("elevator-maintenance", language("What visits prevented"), upkeep),
        Section("elevator-tomorrow", language("Whom to visit tomorrow"), tomorrow(run, brains, titles, language)),
    ]
