"""What pages of studies share: names in the reader's language."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from twin.core.errors import TwinError
from twin.report.names import brain_titles, kpi_title

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twin.core.kpis import Kpi
    from twin.core.language import Language
    from twin.scenario.scenario import Scenario


class StudyView:
    """Names of a study's brains and districts; fits `twin.report.names.Named`."""

    def __init__(
        self, scenario: Scenario, brains: Sequence[str], language: Language, catalogue: Mapping[str, Kpi]
    ) -> None:
        self.scenario = scenario
        self.catalogue = catalogue
        self.brains = tuple(brains)
        self.language = language

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """What each brain is called."""
        return brain_titles(self.brains, self.language)

    def called(self, name: str) -> str:
        """Return what a brain or a KPI is called in the reader's language."""
        return kpi_title(self, self.catalogue[name]) if name in self.catalogue else self.titles[name]

    @cached_property
    def districts(self) -> Mapping[str, str]:
        """What each district of the map is called; nothing where the map is not there any more."""
        from twin.city.places import read_districts

        try:
            known = read_districts(self.scenario.map_folder / "districts.geojson")
        except (TwinError, OSError):
            return {}
        return {district.id: self.language.pick(district.name_en, district.name_zh) for district in known}
