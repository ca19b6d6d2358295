"""A stored run as the report reads it: each thing once, with titles in the reader's language."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from twin.core.errors import TwinError
from twin.report.names import brain_titles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from twin.city.map import CityMap
    from twin.core.clock import Clock
    from twin.core.kpis import Kpi
    from twin.core.language import Language
    from twin.experiment.compare import Comparison
    from twin.experiment.store import Results


class RunView:
    """Results with what several parts of the report share; fits `twin.charts.section.StoredRun`."""

    def __init__(self, results: Results, language: Language) -> None:
        self.results = results
        self.language = language
        self._comparisons: dict[str, list[Comparison]] = {}

    @property
    def brains(self) -> tuple[str, ...]:
        """Names of the brains; the first is what others are compared with."""
        return self.results.brains

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """What each brain is called: shipped brains by their title, others by their name."""
        return brain_titles(self.brains, self.language)

    @property
    def replications(self) -> int:
        """Number of days."""
        return self.results.scenario.replications

    @property
    def clock(self) -> Clock:
        """The calendar of the run."""
        return self.results.clock

    @cached_property
    def city(self) -> CityMap | None:
        """The map, or None where its folder is not there any more or cannot be read."""
        from twin.city.map import read_map

        try:
            return read_map(self.results.scenario.map_folder)
        except (TwinError, OSError):
            return None

    @cached_property
    def districts(self) -> Mapping[str, str]:
        """What each district of the map is called; its id where the map is not there."""
        known = self.city.districts if self.city else ()
        names = {district.id: self.language.pick(district.name_en, district.name_zh) for district in known}
        return {name: names.get(name, name) for name in self.results.manifest["districts"]}

    @cached_property
    def catalogue(self) -> dict[str, Kpi]:
        """Every KPI that the run may have, by name."""
        return self.results.catalogue()

    def comparisons(self, other: str) -> list[Comparison]:
        """Return every KPI of a brain compared with the first."""
        if other not in self._comparisons:
            self._comparisons[other] = self.results.compare(self.brains[0], other)
        return self._comparisons[other]

    def events(self, table: str, brain: str, replication: int, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return an event table of one replication, or these columns of it."""
        return self.results.event_table(table, brain, replication, columns)
