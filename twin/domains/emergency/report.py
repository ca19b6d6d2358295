"""The emergency domain's part of the report: its sections, in order; each stands in a file of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.charts.html import h, join
from twin.charts.marks import MOST_SERIES
from twin.charts.section import Section, StoredRun
from twin.domains.emergency.report_cases import cases_of
from twin.domains.emergency.report_chain import chain
from twin.domains.emergency.report_congestion import congestion
from twin.domains.emergency.report_curves import curves
from twin.domains.emergency.report_eleven import eleven
from twin.domains.emergency.report_equity import equity
from twin.domains.emergency.report_findings import FINDINGS, MEMBER_NAMES
from twin.domains.emergency.report_groups import groups
from twin.domains.emergency.report_load import load
from twin.domains.emergency.report_map import map_section
from twin.domains.emergency.report_outcomes import outcomes
from twin.domains.emergency.report_timelines import timelines
from twin.domains.emergency.report_walk_ins import walk_ins

if TYPE_CHECKING:
    from twin.core.language import Language

__all__ = ["FINDINGS", "MEMBER_NAMES", "sections"]


def sections(run: StoredRun, language: Language) -> list[Section]:
    """Return the domain's sections, in the order of the report."""
    brains = list(run.brains[:MOST_SERIES])
    titles = [run.titles[brain] for brain in brains]
    cases = [cases_of(run, brain) for brain in brains]
    parts = [
        Section("curves", language("How long people wait"), curves(cases, titles, language)),
        Section("chain", language("From symptom to treatment, step by step"), chain(cases, titles, language)),
        Section("eleven", language("The eleven-minute case"), eleven(cases, titles, language)),
        Section("timelines", language("Every patient's timeline"), timelines(run, cases, titles, language)),
        map_section(run, cases, titles, language),
        Section("places-and-hours", language("By district and by hour"), groups(run, cases, titles, language)),
        Section(
            "congestion", language("What congestion cost the ambulances"), congestion(run, brains, titles, language)
        ),
        Section("equity", language("Who waits longer than others"), equity(run, cases, titles, language)),
        Section("walk-ins", language("Patients who come by themselves"), walk_ins(run, brains, titles, language)),
        Section("load", language("Vehicles, queues and coverage through the day"), load(run, brains, titles, language)),
        Section("outcomes", language("What the minutes may mean"), outcomes(run, cases, titles, language)),
    ]
    if len(run.brains) > len(brains):
        note = language("Charts show the first {n} brains; the tables of the verdict have all.", n=len(brains))
        parts[0] = Section(parts[0].id, parts[0].title, join(h("p", note, class_="note"), parts[0].html))
    return parts
