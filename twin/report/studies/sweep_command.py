"""What ``twin sweep`` does once the arguments are read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from twin.experiment.files import beside
from twin.experiment.studies.answers import answer_json
from twin.experiment.studies.asked_for import kpis_asked, with_brains
from twin.experiment.studies.axes import Axis, assumed_axes, read_axes
from twin.experiment.studies.designs import Design, design_for, points_of
from twin.experiment.studies.refusing import refuse
from twin.experiment.studies.sweep import Question, sweep
from twin.report.studies.sweep_page import sweep_page
from twin.report.studies.sweep_words import sweep_lines
from twin.report.studies.together import duration, id_of, keep, lived_with

if TYPE_CHECKING:
    import pandas as pd

    from twin.experiment.studies.lived import Lived
    from twin.report.studies.together import Options
    from twin.scenario.scenario import Scenario

TABLE = "sweep.parquet"


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the command, as they were given."""

    axes: tuple[str, ...] = ()
    assumed: bool = False
    design: Design | None = None
    samples: int | None = None
    brains: str | None = None
    kpis: tuple[str, ...] = ()
    days: int | None = None

    def question(self, scenario: Scenario) -> Question:
        """Return the question.

        Raises
        ------
        ScenarioError
            For what cannot be.
        """
        words = [] if self.brains is None else [word.strip() for word in self.brains.split(",")]
        swept = with_brains(scenario, words, "--brains")
        axes = self._axes(swept)
        design = design_for(axes, self.design)
        if self.samples is not None and design in ("grid", "list", "one_at_a_time"):
            refuse("--samples", "the design {design} has as many points as its keys have values", design=design)
        points = tuple(points_of(swept, axes, design, self.samples)) if axes else ()
        days = self.days or scenario.replications
        return Question(
            swept, axes, design, points, kpis_asked(swept, self.kpis), days, self.samples, asked=bool(self.kpis)
        )

    def _axes(self, scenario: Scenario) -> tuple[Axis, ...]:
        given = read_axes(scenario, self.axes)
        known = {axis.key for axis in given}
        more = assumed_axes(scenario) if self.assumed else ()
        return (*given, *(axis for axis in more if axis.key not in known))


def sweep_and_report(path: Path, overrides: Sequence[str], asked: Asked, options: Options) -> int:
    """Live the points, write the answer, its table and its page, print it; return the exit code."""
    from twin.scenario.load import load_scenario

    scenario = load_scenario(path, overrides)
    question, language = asked.question(scenario), options.language
    cells = question.cells()  # what is wrong with a point is said before any is lived
    lived = lived_with(options)
    _estimate(question, cells, lived, options)
    if options.estimate:
        return 0
    answer, frame = sweep(question, lived)
    kind = id_of(
        [cell.id for cell in lived.cells(cells[: len(answer.brains)])], question.design, answer.points,
        [axis.key for axis in answer.axes],
    )  # fmt: skip
    folder = options.reports / scenario.name / f"sweep-{kind}"
    page = sweep_page(answer, language) if options.with_report else None
    written = keep(folder, "sweep", answer_json(answer), page)
    _write_table(folder / TABLE, frame)
    if options.as_json:
        click.echo(json.dumps({**json.loads(answer_json(answer)), "folder": str(folder)}, indent=1, ensure_ascii=False))
    else:
        click.echo("\n".join([*sweep_lines(answer, language), str(folder / TABLE), str(written)]))
    return 0


def _estimate(question: Question, cells: Sequence[Scenario], lived: Lived, options: Options) -> None:
    """Live the first day of the first point, and say how long all of it will take."""
    brains = len(question.scenario.brains)
    lived(cells[:brains], 1)
    left = lived.missing(cells, question.days)
    options.say("{points} points x {brains} brains x {days} days, of which {left} are to be lived: some {time}",
        points=len(question.points), brains=brains, days=question.days, left=left,
        time=duration(lived.seconds_for(left), options.language),
    )  # fmt: skip


def _write_table(path: Path, frame: pd.DataFrame) -> None:
    temporary = beside(path)
    try:
        frame.to_parquet(temporary, index=False)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
