"""The traffic domain's part of the report: its sections, in order; each stands in a file of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twin.charts.html import h, join
from twin.charts.maps import background
from twin.charts.marks import MOST_SERIES
from twin.charts.section import Section, StoredRun
from twin.domains.traffic.passages import MainStreets
from twin.domains.traffic.report_before_after import before_after
from twin.domains.traffic.report_corridors import corridors
from twin.domains.traffic.report_findings import FINDINGS, MEMBER_NAMES
from twin.domains.traffic.report_ground import Ground
from twin.domains.traffic.report_hours import hours
from twin.domains.traffic.report_lots import lots_section
from twin.domains.traffic.report_search import search_section
from twin.domains.traffic.report_speeds import speeds

if TYPE_CHECKING:
    from twin.core.language import Language

__all__ = ["FINDINGS", "MEMBER_NAMES", "sections"]

_MAPPED: Final = 2
"""Brains that maps and diagrams of space and time show."""


def sections(run: StoredRun, language: Language) -> list[Section]:
    """Return the domain's sections, in the order of the report."""
    brains = list(run.brains[:MOST_SERIES])
    titles = [run.titles[brain] for brain in brains]
    ground = Ground.of(run)
    compared = brains[:_MAPPED]
    streets = MainStreets.of(run, ground.links, compared)
    backdrop = background(ground.frame, language, places=False) if ground.frame else None
    mapped = titles[:_MAPPED]
    contents = [
        ("trips-before-after", language("Before and after for every trip"), before_after(run, ground, language)),
        ("speeds", language("The speed map by hour"), speeds(run, ground, streets, mapped, language)),
        (
            "corridors",
            language("The busiest roads in space and time"),
            corridors(run, ground, streets, compared, mapped, language),
        ),
        ("roads-by-hour", language("The roads through the day"), hours(run, brains, titles, language)),
        ("lots", language("How full lots are"), lots_section(run, ground, brains, titles, language)),
        ("search", language("Looking for a place"), search_section(run, ground, brains, titles, language)),
    ]
    parts = [Section(*content) for content in contents]
    parts[0] = Section(parts[0].id, parts[0].title, join(backdrop, parts[0].html))
    if len(run.brains) > len(brains):
        note = language("Charts show the first {n} brains; the tables of the verdict have all.", n=len(brains))
        parts[0] = Section(parts[0].id, parts[0].title, join(h("p", note, class_="note"), parts[0].html))
    return parts
