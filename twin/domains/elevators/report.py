"""The elevator domain's part of the report: its sections, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.charts.marks import MOST_SERIES
from twin.charts.section import Section, StoredRun
from twin.domains.elevators.report_failures import failures
from twin.domains.elevators.report_findings import FINDINGS, MEMBER_NAMES
from twin.domains.elevators.report_maintenance import maintenance
from twin.domains.elevators.report_mass import FEWEST, first_day, mass_failure
from twin.domains.elevators.report_rescue import rescue, rescues_of
from twin.domains.elevators.report_rescue_map import rescue_map
from twin.domains.elevators.report_tomorrow import tomorrow

if TYPE_CHECKING:
    from twin.core.language import Language

__all__ = ["FINDINGS", "MEMBER_NAMES", "sections"]


def sections(run: StoredRun, language: Language) -> list[Section]:
    """Return the domain's sections, in the order of the report."""
    brains = list(run.brains[:MOST_SERIES])
    titles = [run.titles[brain] for brain in brains]
    rescues = [rescues_of(run, brain) for brain in brains]
    found = [Section("elevator-rescue", language("How the trapped were freed"), rescue(rescues, titles, language))]
    together = first_day(run, brains)
    if all(len(rows) >= FEWEST for rows in together):
        shown = mass_failure(together, titles, language)
        found.append(Section("elevator-mass-failure", language("When many were trapped at once"), shown))
    waited = rescue_map(run, rescues, titles, language)
    upkeep = maintenance(run, brains, titles, language)
    return [
        *found,
        Section("elevator-rescue-map", language("Where the trapped waited"), waited),
        Section("elevator-failures", language("How elevators failed"), failures(run, brains, titles, language)),
        Section("elevator-maintenance", language("What visits prevented"), upkeep),
        Section("elevator-tomorrow", language("Whom to visit tomorrow"), tomorrow(run, brains, titles, language)),
    ]
