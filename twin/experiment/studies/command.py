"""What ``twin compare`` does once the arguments are read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from twin.experiment.cells import cell_of
from twin.experiment.command import live_and_show
from twin.experiment.studies.answer import folder_of_answer, summary_of, write_answer
from twin.experiment.studies.brains import choose_brains
from twin.experiment.studies.compare import check_brains, compare, known_kpis
from twin.experiment.studies.comparison_text import comparison_lines

if TYPE_CHECKING:
    from twin.core.language import Language
    from twin.experiment.executors import Executor
    from twin.experiment.studies.asked import Asked
    from twin.experiment.studies.comparison import ComparisonQuestion
    from twin.scenario.scenario import Scenario


BATCH: Final = 5
"""Days to live at once where brains are ruled out meanwhile."""


@dataclass(frozen=True, slots=True)
class Means:
    """By whom days are lived, where results lie, and how a user is spoken to."""

    executor: Executor
    reports: Path
    language: Language


def compare_and_report(
    path: Path, overrides: Sequence[str], asked: Asked, by: Means, *, with_report: bool, as_json: bool
) -> int:
    """Compare, write the answer and its page, print the verdicts; return the exit code."""
    from twin.experiment.cell_store import CELLS, CellStore

    language, reports = by.language, by.reports
    scenario, question = _asked(path, overrides, asked)
    store = CellStore(reports / CELLS)
    live = partial(live_and_show, store=store, executor=by.executor, language=language)
    answer = compare(scenario, question, store, live, batch=BATCH)
    folder = folder_of_answer(reports, answer)
    write_answer(folder, answer)
    page = folder / "report.html"
    if with_report:
        from twin.experiment.files import write_text
        from twin.report.studies.comparison_page import comparison_page

        write_text(page, comparison_page(answer, language))
    if as_json:
        click.echo(json.dumps({**summary_of(answer), "folder": str(folder)}, indent=1, ensure_ascii=False))
    else:
        click.echo("\n".join(comparison_lines(answer, language)))
        click.echo(str(page if with_report else folder / "comparison.json"))
    return 0


def estimate_comparison(path: Path, overrides: Sequence[str], asked: Asked, by: Means) -> int:
    """Live the first day of each brain, and say how long all days would take; return the exit code."""
    from twin.experiment.cell_store import CELLS, CellStore
    from twin.experiment.studies.lived import Lived
    from twin.report.studies.together import duration

    scenario, question = _asked(path, overrides, asked)
    check_brains(question.brains, {name: cell_of(scenario, name) for name in question.brains})
    lived = Lived(CellStore(by.reports / CELLS), by.executor, by.language)
    alone = [replace(scenario, brains=(scenario.brain(name),)) for name in question.brains]
    lived(alone, 1)
    days = question.cap if question.replications is None else question.replications
    left = lived.missing(alone, days)
    sentence = (
        "{brains} brains x at most {days} days, of which {left} are to be lived: at most some {time}"
        if question.replications is None
        else "{brains} brains x {days} days, of which {left} are to be lived: some {time}"
    )
    time = duration(lived.seconds_for(left), by.language)
    click.echo(by.language(sentence, brains=len(alone), days=days, left=left, time=time), err=True)
    return 0


def _asked(path: Path, overrides: Sequence[str], asked: Asked) -> tuple[Scenario, ComparisonQuestion]:
    """Return the scenario with the brains asked for, and the question."""
    from twin.scenario.load import load_scenario

    chosen = choose_brains(load_scenario(path, overrides), asked.words)
    scenario = chosen.scenario
    return scenario, asked.question(chosen.names, scenario.replications, known_kpis(scenario), scenario.margins)
