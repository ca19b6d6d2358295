"""The air domain's part of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.charts.html import h, join
from twin.charts.section import Section, StoredRun
from twin.domains.air.report_costs import costs
from twin.domains.air.report_curves import curves
from twin.domains.air.report_findings import FINDINGS, MEMBER_NAMES
from twin.domains.air.report_ground import Ground
from twin.domains.air.report_map import air_map
from twin.domains.air.report_plants import plants
from twin.domains.air.report_sources import sources

if TYPE_CHECKING:
    from twin.core.language import Language

__all__ = ["FINDINGS", "MEMBER_NAMES", "sections"]


def sections(run: StoredRun, language: Language) -> list[Section]:
    """Return the domain's sections, in the order of the report."""
    ground = Ground.of(run)
    first = language("Shown is the first of {n} replications.", n=run.replications)
    note = h("p", first, class_="note") if run.replications > 1 else None
    parts = [
        Section("air-curves", language("The air, and what was warned of"), curves(ground, language)),
        Section("air-map", language("The air on the map, hour by hour"), air_map(ground, language)),
        Section("air-sources", language("Who gave the stations what"), sources(ground, language)),
        Section("air-plants", language("Which enterprises matter where the air was worst"), plants(ground, language)),
        Section("air-costs", language("What measures cost and brought"), costs(ground, language)),
    ]
    return [Section(part.id, part.title, join(note, part.html)) for part in parts]
