"""What a comparison has found, put together and stored."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.core.kpis import Kpi
from twin.experiment.compare import is_headline
from twin.experiment.studies.best import BestOf, Pick, best_of, pick_of
from twin.experiment.studies.comparison import ComparedKpi, ComparisonQuestion, LeftOut, compare_tables, left_out
from twin.experiment.studies.enough import Lived, Precision, indifference_of
from twin.experiment.studies.warm_up import WarmUp

if TYPE_CHECKING:
    import pandas as pd

    from twin.scenario.scenario import Scenario


@dataclass(frozen=True)
class ComparisonAnswer:
    """What a comparison has found.

    Attributes
    ----------
    scenario
        With the compared brains alone.
    cells
        Id of each brain's cell.
    days
        How many days of each brain were lived.
    left_out
        Each KPI that too few days have.
    best
        For more than two brains, each against the best of the others: the KPI that matters, then the headline ones.
    catalogue
        Every KPI that the scenario may have.
    warm_up
        Where the warm-up's length was found, and not given.
    unlike
        Tables, drawn before any policy acts, that were not the same for all brains on every day: none, or the pairing
        is worth nothing.
    replaced
        For each brain that gave any, how many illegal answers the traditional rule replaced.
    """

    scenario: Scenario
    question: ComparisonQuestion
    cells: Mapping[str, str]
    days: Mapping[str, int]
    rows: tuple[ComparedKpi, ...]
    left_out: tuple[LeftOut, ...]
    best: tuple[BestOf, ...]
    pick: Pick | None
    precision: Precision | None
    catalogue: Mapping[str, Kpi]
    warm_up: WarmUp | None = None
    unlike: tuple[str, ...] = ()
    replaced: Mapping[str, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """12 hexadecimal digits: the same for the same cells, however many days were lived of them."""
        return hashlib.sha256("\n".join(self.cells[brain] for brain in self.question.brains).encode()).hexdigest()[:12]

    @property
    def frame(self) -> pd.DataFrame:
        """The compared KPIs as a table for notebooks: a row a brain and KPI."""
        import pandas as pd

        return pd.DataFrame(
            {
                "brain": row.brain, "kpi": row.kpi, "unit": row.unit, "days": row.days, "baseline": row.baseline,
                "other": row.other, "difference": row.difference, "low": row.ends.low, "high": row.ends.high,
                "margin": None if row.margin is None else row.margin.size, "p": row.judgement.p,
                "p_adjusted": row.judgement.p_adjusted, "p_equivalent": row.judgement.p_equivalent,
                "verdict": row.judgement.word,
            }
            for row in self.rows
        )  # fmt: skip

    def rows_of(self, brain: str, *, headline: bool) -> list[ComparedKpi]:
        """Return the KPIs of a brain: the one that matters first, then the headline ones; or all."""
        own = [row for row in self.rows if row.brain == brain and not (headline and row.family == "other")]
        return sorted(own, key=lambda row: row.family != "primary")

    def of_one_alone(self, brain: str) -> list[LeftOut]:
        """Return the KPI that matters and headline ones that a brain, or the first, has on no day though the other has.

        Who serves nobody has no response times: such a brain must not look as if it differed in nothing.
        """
        return [
            one
            for one in self.left_out
            if one.brain == brain and one.of_one_alone and one.kpi in self.catalogue
            and (one.kpi == self.question.kpi or is_headline(self.catalogue[one.kpi]))
        ]  # fmt: skip


def answer_of(
    scenario: Scenario,
    question: ComparisonQuestion,
    lived: Lived,
    catalogue: Mapping[str, Kpi],
    cells: Mapping[str, str],
) -> ComparisonAnswer:
    """Draw from the days that were lived what they say."""
    tables, brains = lived.tables, question.brains
    rows = compare_tables(question, tables, catalogue, scenario.seed)
    shown = [kpi for name, kpi in catalogue.items() if name == question.kpi or is_headline(kpi)]
    shown.sort(key=lambda kpi: kpi.name != question.kpi)
    best = [found for kpi in shown if (found := best_of(brains, tables, kpi)) is not None]
    pick = lived.pick
    if pick is None and question.kpi is not None and (len(brains) > 2 or question.indifference is not None):
        kpi = catalogue[question.kpi]
        mean = float(tables[brains[0]][kpi.name].mean())
        indifference = indifference_of(question, kpi, mean)
        if indifference > 0 and kpi.family.better != "neither":
            pick = pick_of(brains, tables, kpi, indifference)
    return ComparisonAnswer(
        scenario=scenario,
        question=question,
        cells=cells,
        days={brain: len(tables[brain]) for brain in brains},
        rows=tuple(rows),
        left_out=tuple(left_out(question, tables, rows)),
        best=tuple(best),
        pick=pick,
        precision=lived.precision,
        catalogue=catalogue,
    )


def plain(thing: Any) -> Any:
    """Return dataclasses, numbers and what holds them as JSON can hold them; what is not finite becomes None."""
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return {field.name: plain(getattr(thing, field.name)) for field in dataclasses.fields(thing)}
    if isinstance(thing, Mapping):
        return {str(key): plain(value) for key, value in thing.items()}
    if isinstance(thing, (list, tuple)):
        return [plain(value) for value in thing]
    if isinstance(thing, float) and not math.isfinite(thing):
        return None
    return thing


def summary_of(answer: ComparisonAnswer) -> dict[str, Any]:
    """Return an answer as plain data, for scripts."""
    scenario = answer.scenario
    return {
        "id": answer.id,
        "scenario": str(scenario.path),
        "title": scenario.title,
        "seed": scenario.seed,
        "brains": list(answer.question.brains),
        "days": plain(answer.days),
        "cells": plain(answer.cells),
        "question": plain(answer.question),
        "kpis": plain(answer.rows),
        "left_out": plain(answer.left_out),
        "best": plain(answer.best),
        "pick": plain(answer.pick),
        "precision": plain(answer.precision),
        "warm_up_h": scenario.warm_up_h,
        "warm_up": plain(answer.warm_up),
        "unlike_tables": list(answer.unlike),
        "replaced_answers": plain(answer.replaced),
    }


def folder_of_answer(reports: Path, answer: ComparisonAnswer) -> Path:
    """Return where an answer is kept: one folder for the same brains of the same scenario, however many days."""
    return reports / answer.scenario.name / f"comparison-{answer.id}"


def write_answer(folder: Path, answer: ComparisonAnswer) -> None:
    """Write ``comparison.json``, whole or not at all."""
    from twin.experiment.files import write_text

    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(summary_of(answer), indent=1, ensure_ascii=False, sort_keys=True)
    write_text(folder / "comparison.json", text + "\n")
