"""The traffic domain's part of the report: its sections, in order; each stands in a file of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twin.charts.html import Html, h, join
from twin.charts.maps import background
from twin.charts.marks import MOST_SERIES
from twin.charts.section import Section, StoredRun
from twin.domains.traffic.passages import MainStreets
from twin.domains.traffic.report_before_after import before_after
from twin.domains.traffic.report_connected import connected
from twin.domains.traffic.report_corridors import corridors
from twin.domains.traffic.report_findings import FINDINGS, MEMBER_NAMES
from twin.domains.traffic.report_ground import Ground
from twin.domains.traffic.report_happened import happened
from twin.domains.traffic.report_hours import hours
from twin.domains.traffic.report_incidents import incidents
from twin.domains.traffic.report_lots import lots_section
from twin.domains.traffic.report_search import search_section
from twin.domains.traffic.report_speeds import speeds
from twin.domains.traffic.sample import vehicles_per_agent_of

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
    parts = [Section("roads-by-hour", language("The roads through the day"), hours(run, brains, titles, language))]
    locked = incidents(run, brains, titles, language)
    parts.append(Section("roads-locked", language("Where the roads locked, and what was closed"), locked))
    if len(run.brains) > len(brains):
        note = language("Charts show the first {n} brains; the tables of the verdict have all.", n=len(brains))
        parts[0] = Section(parts[0].id, parts[0].title, join(h("p", note, class_="note"), parts[0].html))
    brought = connected(run, brains, titles, language)
    events = happened(run, ground, brains, titles, language)
    found = [
        *([Section("roads-happened", language("What happened on the roads"), events)] if events is not None else []),
        *_of_trips_and_streets(run, ground, brains[:_MAPPED], titles[:_MAPPED], language),
        *parts,
        Section("lots", language("How full lots are"), lots_section(run, ground, brains, titles, language)),
        Section("search", language("Looking for a place"), search_section(run, ground, brains, titles, language)),
    ]
    if brought is not None:
        found.append(Section("connected-spaces", language("What each connected space brings"), brought))
    found[0] = Section(found[0].id, found[0].title, join(_sampled(run, language), found[0].html))
    return found


def _sampled(run: StoredRun, language: Language) -> Html | None:
    """Say that agents stand for several vehicles, where they do."""
    each = vehicles_per_agent_of(run)
    if each == 1:
        return None
    text = language(
        "A sample of one vehicle in {each} was lived, on roads and in lots with as many times less room. Figures of "
        "the verdict, of roads and of lots are of all vehicles; where single trips and drivers are counted below, "
        "they are those of the sample. Differences of less than some 2 % on the roads, and more in small lots, may be "
        "the sample's own.",
        each=each,
    )
    return h("p", text, class_="note")


def _of_trips_and_streets(
    run: StoredRun, ground: Ground, brains: list[str], titles: list[str], language: Language
) -> list[Section]:
    """Return what comes first: before and after, the speed map, the busiest roads; the first has the maps' roads."""
    streets = MainStreets.of(run, ground.links, brains)
    backdrop = background(ground.frame, language, places=False) if ground.frame else None
    gains = join(backdrop, before_after(run, ground, language))
    followed = corridors(run, ground, streets, brains, titles, language)
    return [
        Section("trips-before-after", language("Before and after for every trip"), gains),
        Section("speeds", language("The speed map by hour"), speeds(run, ground, streets, titles, language)),
        Section("corridors", language("The busiest roads in space and time"), followed),
    ]
