"""Lives a comparison's days, as far as they are missing, and draws from them what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from twin.city.places import read_districts
from twin.experiment.catalogue import catalogue_of
from twin.experiment.cells import Job, cell_of
from twin.experiment.studies.answer import ComparisonAnswer, answer_of
from twin.experiment.studies.enough import live_enough
from twin.experiment.studies.refusing import refuse
from twin.experiment.studies.warm_up import warm_up_of
from twin.scenario.problems import show

if TYPE_CHECKING:
    import pandas as pd

    from twin.core.kpis import Kpi
    from twin.experiment.cell_store import CellStore
    from twin.experiment.cells import Cell
    from twin.experiment.studies.comparison import ComparisonQuestion
    from twin.experiment.studies.living import LiveJobs
    from twin.scenario.scenario import Scenario


def known_kpis(scenario: Scenario) -> dict[str, Kpi]:
    """Return every KPI that a scenario may have, by name."""
    districts = [district.id for district in read_districts(scenario.map_folder / "districts.geojson")]
    return catalogue_of(scenario.domains, districts)


def check_brains(names: Sequence[str], cells: Mapping[str, Cell]) -> None:
    """Stop where there is nothing to compare.

    Raises
    ------
    InvalidScenarioError
    """
    if len(names) < 2:
        refuse("--brains", "a comparison needs two brains or more; given: {names}", names=", ".join(names) or "-")
    for one, other in combinations(names, 2):
        if one == other:
            refuse("--brains", "{name} stands there twice", name=show(one))
        if cells[one].id == cells[other].id:
            refuse(
                "--brains",
                "{one} and {other} are the same: every connection and every rule; leave one out",
                one=show(one), other=show(other),
            )  # fmt: skip


def compare(
    scenario: Scenario,
    question: ComparisonQuestion,
    store: CellStore,
    live: LiveJobs,
    *,
    batch: int = 1,
) -> ComparisonAnswer:
    """Compare brains; what the store has of their days is not lived again.

    Parameters
    ----------
    scenario
        With the brains of the question.
    live
        Lives what the store does not have of some jobs.
    batch
        How many days to live at least before looking again where brains are ruled out meanwhile.
    """
    cells = {name: cell_of(scenario, name) for name in question.brains}
    check_brains(question.brains, cells)
    catalogue, warm_up = known_kpis(scenario), None
    if question.find_warm_up and question.kpi is not None:
        warm_up = warm_up_of(scenario, question.brains, catalogue[question.kpi], store, live)
        scenario = replace(scenario, warm_up_h=warm_up.hours)
        cells = {name: cell_of(scenario, name) for name in question.brains}

    def live_brains(days: Mapping[str, int]) -> dict[str, pd.DataFrame]:
        most = max(days.values())
        jobs = [Job(cells[name], day) for day in range(most) for name, count in days.items() if day < count]
        live(jobs)
        return {name: store.kpis(cells[name], count) for name, count in days.items()}

    lived = live_enough(question, live_brains, catalogue, batch)
    answer = answer_of(scenario, question, lived, catalogue, {name: cell.id for name, cell in cells.items()})
    unlike, replaced = _met(store, cells, answer.days)
    return replace(answer, warm_up=warm_up, unlike=unlike, replaced=replaced)


def _met(
    store: CellStore, cells: Mapping[str, Cell], days: Mapping[str, int]
) -> tuple[tuple[str, ...], dict[str, int]]:
    """Return which tables, drawn before any policy acts, were not the same for all brains on every day.

    And how many answers of each brain were illegal and replaced by the traditional rule's.
    """
    unlike: dict[str, None] = {}
    replaced = dict.fromkeys(cells, 0)
    for day in range(max(days.values())):
        results = {name: store.result(Job(cell, day)) for name, cell in cells.items() if day < days[name]}
        first, *others = [result["tables"] for result in results.values()]
        for tables in others:
            names = dict.fromkeys([*first, *tables])
            unlike |= dict.fromkeys(name for name in names if first.get(name) != tables.get(name))
        for name, result in results.items():
            replaced[name] += result["replaced_answers"]
    return tuple(unlike), {name: count for name, count in replaced.items() if count}
