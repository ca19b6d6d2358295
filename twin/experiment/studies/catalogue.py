"""The KPIs that a scenario may have, and those that a study looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from twin.core.errors import TwinError
from twin.core.kpis import HOURS, Kpi, names_of
from twin.domains import DESCRIPTIONS
from twin.experiment.compare import is_headline
from twin.scenario.map_folder import MapNames
from twin.scenario.problems import closest

if TYPE_CHECKING:
    from twin.scenario.scenario import Scenario


def catalogue_of(scenario: Scenario) -> dict[str, Kpi]:
    """Return every KPI that the scenario's domains may have, by name."""
    members = {"district": MapNames(scenario.map_folder).district_ids, "hour": HOURS}
    return {
        kpi.name: kpi
        for name in scenario.domains
        for kpi in names_of(name, DESCRIPTIONS[name].kpi_families, {**members, **DESCRIPTIONS[name].members})
    }


def district_names(map_folder: Path) -> dict[str, tuple[str, str]]:
    """Return what each district of a map is called, in English and in Chinese, by its id."""
    from twin.city.places import read_districts

    districts = read_districts(map_folder / "districts.geojson")
    return {district.id: (district.name_en, district.name_zh) for district in districts}


def domain_of(kpi: str) -> str:
    """Return the domain of a KPI's name."""
    return kpi.partition(".")[0]


def kpis_asked(scenario: Scenario, asked: Sequence[str]) -> tuple[Kpi, ...]:
    """Return the KPIs that are asked for, or the headline KPIs of the scenario's first domain where none is.

    Raises
    ------
    TwinError
        For a name that the scenario's domains do not have.
    """
    catalogue = catalogue_of(scenario)
    if not asked:
        return tuple(
            kpi for kpi in catalogue.values() if domain_of(kpi.name) == scenario.domains[0] and is_headline(kpi)
        )
    for name in asked:
        if name not in catalogue:
            raise TwinError(
                "{path}: there is no KPI {name} in it{hint}; twin run prints them, twin kpis RUN prints all",
                path=str(scenario.path), name=name, hint=did_you_mean(name, catalogue),
            )  # fmt: skip
    return tuple(catalogue[name] for name in dict.fromkeys(asked))


def did_you_mean(word: str, known: Mapping[str, object] | Sequence[str]) -> str:
    """Return ``" (did you mean …?)"``, or nothing where nothing is alike."""
    meant = closest(word, known)
    return f" (did you mean {meant}?)" if meant else ""
