"""What several studies are asked for by name: brains at two ends, KPIs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from twin.experiment.compare import is_headline
from twin.experiment.studies.brains import OPTION, choose_brains
from twin.experiment.studies.compare import known_kpis
from twin.experiment.studies.refusing import check_kpi
from twin.scenario.problems import InvalidScenarioError, Position

if TYPE_CHECKING:
    from twin.core.kpis import Kpi
    from twin.scenario.scenario import Scenario


def with_brains(scenario: Scenario, words: Sequence[str], option: str) -> Scenario:
    """Return the scenario with just the brains that words name; see `twin.experiment.studies.brains`.

    Raises
    ------
    ScenarioError
        Of the option, where a word names no brain.
    """
    try:
        return choose_brains(scenario, words).scenario
    except InvalidScenarioError as error:
        at = {Position(OPTION): Position(option)}
        found = [replace(one, position=at.get(one.position, one.position)) for one in error.problems]
        raise InvalidScenarioError(found) from None


def domain_of(kpi: str) -> str:
    """Return the domain of a KPI's name."""
    return kpi.partition(".")[0]


def kpis_asked(scenario: Scenario, asked: Sequence[str]) -> tuple[Kpi, ...]:
    """Return the KPIs that are asked for, or the headline KPIs of the scenario's first domain where none is.

    Raises
    ------
    InvalidScenarioError
        For a name that the scenario's domains do not have.
    """
    known = known_kpis(scenario)
    for name in asked:
        check_kpi("--kpi", name, known)
    if asked:
        return tuple(known[name] for name in dict.fromkeys(asked))
    first = (kpi for kpi in known.values() if domain_of(kpi.name) == scenario.domains[0])
    return tuple(kpi for kpi in first if is_headline(kpi))


def district_names(map_folder: Path) -> dict[str, tuple[str, str]]:
    """Return what each district of a map is called, in English and in Chinese, by its id."""
    from twin.city.places import read_districts

    districts = read_districts(map_folder / "districts.geojson")
    return {district.id: (district.name_en, district.name_zh) for district in districts}
