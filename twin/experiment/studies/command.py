"""What ``twin compare`` does once the arguments are read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from twin.experiment.command import live_and_show
from twin.experiment.studies.answer import folder_of_answer, summary_of, write_answer
from twin.experiment.studies.brains import choose_brains
from twin.experiment.studies.compare import compare, known_kpis
from twin.experiment.studies.comparison_text import comparison_lines

if TYPE_CHECKING:
    from twin.core.language import Language
    from twin.experiment.executors import Executor
    from twin.experiment.studies.asked import Asked


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
    from twin.experiment.cell_store import CellStore
    from twin.scenario.load import load_scenario

    language, reports = by.language, by.reports
    chosen = choose_brains(load_scenario(path, overrides), asked.words)
    scenario = chosen.scenario
    question = asked.question(chosen.names, scenario.replications, known_kpis(scenario))
    store = CellStore(reports / "cells")
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
